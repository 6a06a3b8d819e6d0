"""The promises of docs/architecture.md about the code, checked."""

import ast
import importlib
import inspect
import re
import sys
from enum import Enum
from pathlib import Path
from textwrap import dedent

import pytest

PACKAGE = Path(__file__).parents[2] / "helpdesk"
LAYERS = [
    ["planning"],
    ["config"],
    ["core"],
    ["audit"],
    ["accounts"],
    ["live", "workdays", "estate", "duty", "worker", "keys"],
    ["notify", "technicians", "windows", "travel", "entry"],
    ["looks"],
    ["repairs"],
    ["parties"],
    ["callbacks", "neighbours"],
    ["scheduling"],
    ["dispatch"],
    ["dayplans", "routines"],
    ["tariff"],
    ["billing"],
    ["waivers"],
    ["verification", "notices"],
    ["escalation"],
    ["search"],
    ["telephony"],
    ["storm"],
    ["outages"],
    ["cases"],
    ["hotline"],
    ["handover", "exports"],
    ["waiver_reports"],
    ["retention"],
    ["privacy"],
    ["backup"],
    ["admin"],
    ["demo"],
    ["health"],
    ["doctor"],
    ["home", "reactions", "tasks"],
    ["__init__"],
    ["serve"],
]
RANK = {name: rank for rank, names in enumerate(LAYERS) for name in names}
FILES = sorted(p for p in PACKAGE.rglob("*.py") if "migrations" not in p.parts)
FEATURES = [p for p in FILES if p.name == "__init__.py" and p.parent.parent == PACKAGE and p.parent.name != "core"]
NAMED_RULES = {
    "estate/addresses.py", "estate/phone_numbers.py", "estate/pinyin.py", "estate/search_keys.py",
    "repairs/deadlines.py", "repairs/suggestions.py", "repairs/lookalikes.py", "repairs/explanations.py",
    "hotline/happened.py", "billing/balance.py", "looks/masks.py",
    "waivers/life.py",
}  # fmt: skip
SAFE = {"GET", "HEAD", "OPTIONS"}


def name_of(path):
    return path.relative_to(PACKAGE).as_posix()


def feature_of(path):
    return path.relative_to(PACKAGE).parts[0].removesuffix(".py")


RULES = [path for path in FILES if path.name == "rules.py" or name_of(path) in NAMED_RULES]


def exists(module):
    path = PACKAGE.parent / module.replace(".", "/")
    return path.is_dir() or path.with_suffix(".py").is_file()


def imports(tree):
    """Every module that is imported anywhere in a file, however it is written, and the names taken out of it."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            yield from ((alias.name, None) for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            assert not node.level, "write the whole name of the module"
            for alias in node.names:
                whole = f"{node.module}.{alias.name}"
                yield (whole, None) if exists(whole) else (node.module, alias.name)


def imported_features(tree):
    modules = [module for module, _name in imports(tree) if module.split(".")[0] == "helpdesk"]
    return {module.split(".")[1] if "." in module else "__init__" for module in modules}


def test_every_file_has_its_layer():
    assert {feature_of(path) for path in FILES} == set(RANK)


def test_the_readme_says_what_each_folder_and_file_holds():
    told = (PACKAGE.parent / "README.md").read_text(encoding="utf-8")
    names = [name for name in RANK if name != "__init__"]

    assert [name for name in names if not re.search(rf"`(helpdesk/)?{name}(/|\.py)`", told)] == []


@pytest.mark.parametrize("path", FILES, ids=name_of)
def test_imports_point_left(path):
    mine = feature_of(path)
    for theirs in imported_features(ast.parse(path.read_text())):
        assert theirs == mine or RANK[theirs] < RANK[mine], f"{mine} must not import {theirs}"


@pytest.mark.parametrize(
    ("written", "hidden"),
    [
        ("import helpdesk.demo.load", "demo"),
        ("import helpdesk.demo.load as load", "demo"),
        ("from helpdesk import demo", "demo"),
        ("from helpdesk.demo import load", "demo"),
        ("def later():\n    from helpdesk.demo.load import load", "demo"),
        ("def later():\n    import helpdesk.serve", "serve"),
        ("from helpdesk import create_app", "__init__"),
    ],
)
def test_no_import_is_overlooked(written, hidden):
    assert imported_features(ast.parse(written)) == {hidden}


@pytest.mark.parametrize("path", FEATURES, ids=name_of)
def test_a_feature_uses_what_its_first_lines_say(path):
    said = re.search(r"May use: ([\w, ]+)\.$", ast.get_docstring(ast.parse(path.read_text())))[1]
    mine = path.parent.name
    left = {name for name in RANK if RANK[name] < RANK[mine]} - {"config"}
    may_use = left if said == "everything left of it" else set(said.split(", ")) - {"nothing"}
    used = {theirs for file in path.parent.rglob("*.py") for theirs in imported_features(ast.parse(file.read_text()))}

    assert may_use <= left
    assert used - {mine} <= may_use


@pytest.mark.parametrize(
    ("words", "home"),
    [
        (r"\.commit\(", {"core/transactions.py"}),
        (r"BEGIN IMMEDIATE", {"core/transactions.py"}),
        (r"datetime\.(now|today|utcnow)\(|date\.today\(", {"core/clock.py"}),
    ],
)
def test_some_words_have_one_home(words, home):
    found = {name_of(path) for path in FILES if re.search(words, path.read_text())}
    assert found == home


@pytest.mark.proves("AC-08")
def test_only_the_table_of_moves_changes_a_status():
    found = {path.name for path in FILES if re.search(r"\.status = ", path.read_text())}
    assert found == {"states.py"}


def test_only_the_edges_ask_what_time_it_is():
    """Views and commands do, and those who stand before a view or instead of one; everybody else is told."""
    instead_of_a_view = {
        "accounts/limits.py",  # how often something may be done, before any view
        "accounts/sessions.py",  # whether a session still counts, before any view
        "health.py",  # how long the worker has been silent
        "home.py",  # whether a backup is missing, above every page
        "core/words.py",  # filters of the templates: today, and how much is left
        "reactions.py",  # a denied access
        "serve.py",  # a command
    }
    asks = r"\bclock\.now\b|from helpdesk\.core\.clock import [^\n]*\bnow\b"
    found = {name_of(path) for path in FILES if re.search(asks, path.read_text())}
    assert {name for name in found if not name.endswith(("views.py", "commands.py"))} == instead_of_a_view


@pytest.mark.parametrize("path", RULES, ids=name_of)
def test_rules_take_values_and_give_values(path):
    """Beside other rules and the calendar they import codes, and records only to name them in a signature."""
    tree = ast.parse(path.read_text())
    for module, name in imports(tree):
        if module.endswith((".models", ".states")):
            taken = getattr(importlib.import_module(module), name)
            kinds = taken if isinstance(taken, tuple) else (taken,)
            codes = all(isinstance(kind, Enum) or issubclass(kind, Enum) for kind in kinds)
            assert codes or name not in outside_of_signatures(tree), f"{name} is a record: take it as a value"
        elif module.startswith("helpdesk."):
            assert module == "helpdesk.core.clock" or PACKAGE.parent / f"{module.replace('.', '/')}.py" in RULES, module
        else:
            assert module.split(".")[0] in {*sys.stdlib_module_names, "pypinyin"}, module


def outside_of_signatures(tree):
    """The names that a file uses for more than saying what something is."""
    said = {
        id(inner)
        for node in ast.walk(tree)
        for noted in (getattr(node, "annotation", None), getattr(node, "returns", None))
        if isinstance(noted, ast.AST)
        for inner in ast.walk(noted)
    }
    return {node.id for node in ast.walk(tree) if isinstance(node, ast.Name) and id(node) not in said}


@pytest.mark.parametrize("path", FILES, ids=name_of)
def test_files_stay_readable(path):
    assert len(path.read_text().splitlines()) <= 400


def views(app):
    return {endpoint: view for endpoint, view in app.view_functions.items() if endpoint != "static"}


@pytest.mark.proves("AC-01")
def test_every_route_names_its_permission(app):
    for endpoint, view in views(app).items():
        assert hasattr(view, "permission"), endpoint


def writings(view) -> int:
    """How many `with writing():` the view's own source opens."""
    tree = ast.parse(dedent(inspect.getsource(inspect.unwrap(view))))
    items = [item for node in ast.walk(tree) if isinstance(node, ast.With) for item in node.items]
    return sum(ast.unparse(item.context_expr) == "writing()" for item in items)


def test_a_view_that_changes_something_opens_exactly_one_transaction(app):
    for rule in app.url_map.iter_rules():
        if rule.endpoint != "static":
            expected = 0 if rule.methods <= SAFE else 1
            assert writings(app.view_functions[rule.endpoint]) == expected, rule


def test_views_stay_short(app):
    for endpoint, view in views(app).items():
        body = inspect.getsource(inspect.unwrap(view)).split("):\n", 1)[1]
        assert len(body.splitlines()) <= 15, endpoint


def test_whole_numbers_are_judged_by_a_validator_that_endures_long_ones():
    """`NumberRange` of WTForms makes a float of what was typed, and four hundred figures are none."""
    users = [path for path in PACKAGE.rglob("*.py") if "NumberRange" in path.read_text(encoding="utf-8")]

    assert users == []
