"""Each part says what it needs, and the list is true; nothing in a template runs as code."""

import re
from pathlib import Path

import pytest
from jinja2 import meta, nodes

TEMPLATES = Path(__file__).parents[2] / "templates"
ALL = sorted(TEMPLATES.rglob("*.html"))
PARTS = [path for path in ALL if path.name.startswith("_")]
GIVEN = {"csrf_token", "request", "_", "gettext", "ngettext"}
FORBIDDEN = {
    "inline script": r"<script(?![^>]*\ssrc=)",
    "inline style": r"<style|\sstyle=",
    "event attribute": r"\son\w+=|hx-on",
    "trigger filter": r"hx-trigger=\"[^\"]*\[",
    "js: value": r"=[\"']js:|hx-headers",
    "unquoted value": r"=\{\{",
    "markup from data": r"\|\s*safe|Markup\(",
    "inherited target": r"<body[^>]*hx-",
}


def name(path):
    return str(path.relative_to(TEMPLATES))


@pytest.mark.parametrize("path", PARTS, ids=name)
def test_parts_declare_what_they_need(path, app):
    source = path.read_text()
    declared = set(re.search(r"Needs: ([\w, ]+)\. #}", source.splitlines()[0])[1].split(", ")) - {"nothing"}
    assert needs_of(path, app.jinja_env) - set(app.jinja_env.globals) - GIVEN == declared


def needs_of(path, env):
    """What a template takes from outside: its own names, and those of the parts it includes and does not set."""
    tree = env.parse(path.read_text())
    sets = {name.name for name in tree.find_all(nodes.Name) if name.ctx in ("store", "param")}
    included = {part.template.value for part in tree.find_all(nodes.Include)}
    return meta.find_undeclared_variables(tree).union(*(needs_of(TEMPLATES / part, env) - sets for part in included))


@pytest.mark.proves("WB-06")
@pytest.mark.parametrize("path", ALL, ids=name)
@pytest.mark.parametrize("what", FORBIDDEN)
def test_nothing_in_a_template_runs_as_code(path, what):
    assert not re.search(FORBIDDEN[what], path.read_text()), what


@pytest.mark.parametrize("path", ALL, ids=name)
def test_templates_stay_readable(path):
    assert len(path.read_text().splitlines()) <= 160


def test_one_key_does_one_thing():
    """Two parts of a page that answer to the same key would both act: one of them unseen."""
    shown = [key for path in ALL for key in re.findall(r"<kbd[^>]*>(Alt [A-Z])</kbd>", path.read_text())]
    scripts = (TEMPLATES.parent / "static/js").glob("*.js")
    heard = [key for path in scripts for key in re.findall(r'event\.code [!=]== "Key(\w)"', path.read_text())]

    assert sorted(shown) == sorted(set(shown)) and sorted(heard) == sorted(set(heard))
    assert sorted(heard) == [key.removeprefix("Alt ") for key in sorted(shown)]
