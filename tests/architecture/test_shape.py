"""The promises of docs/architecture.md about the code, checked."""

import ast
import inspect
from pathlib import Path

import pytest

PACKAGE = Path(__file__).parents[2] / "helpdesk"
LAYERS = [
    ["core", "config"],
    ["audit"],
    ["accounts"],
    ["live", "workdays", "estate"],
    ["repairs"],
    ["scheduling"],
    ["search"],
    ["hotline"],
    ["admin"],
    ["demo"],
    ["home", "reactions", "serve"],
]
RANK = {name: rank for rank, names in enumerate(LAYERS) for name in names}
FILES = sorted(p for p in PACKAGE.rglob("*.py") if "migrations" not in p.parts and p.parent != PACKAGE)
SAFE = {"GET", "HEAD", "OPTIONS"}


def name_of(path):
    return str(path.relative_to(PACKAGE))


def feature_of(path):
    return path.relative_to(PACKAGE).parts[0].removesuffix(".py")


def imported_features(tree):
    for node in ast.walk(tree):
        if isinstance(node, ast.ImportFrom) and node.module and node.module.startswith("helpdesk"):
            parts = node.module.split(".")[1:]
            yield from ([parts[0]] if parts else (alias.name for alias in node.names))


@pytest.mark.parametrize("path", FILES, ids=name_of)
def test_imports_point_left(path):
    mine = feature_of(path)
    for theirs in imported_features(ast.parse(path.read_text())):
        assert theirs == mine or RANK[theirs] < RANK[mine], f"{mine} must not import {theirs}"


@pytest.mark.parametrize(
    ("words", "home"),
    [
        (".commit(", {"core/transactions.py"}),
        ("BEGIN IMMEDIATE", {"core/transactions.py"}),
        ("datetime.now(", {"core/clock.py"}),
        (".status = ", {"repairs/states.py"}),
    ],
)
def test_some_words_have_one_home(words, home):
    found = {name_of(path) for path in FILES if words in path.read_text()}
    assert found == home


@pytest.mark.parametrize("path", [p for p in FILES if p.name == "rules.py"], ids=name_of)
def test_rules_know_neither_flask_nor_the_database(path):
    for node in ast.walk(ast.parse(path.read_text())):
        if isinstance(node, ast.ImportFrom | ast.Import):
            text = ast.unparse(node)
            assert not any(word in text for word in ("flask ", "sqlalchemy", "extensions", "clock import now")), text


@pytest.mark.parametrize("path", FILES, ids=name_of)
def test_files_stay_readable(path):
    assert len(path.read_text().splitlines()) <= 400


def views(app):
    return {endpoint: view for endpoint, view in app.view_functions.items() if endpoint != "static"}


def test_every_route_names_its_permission(app):
    for endpoint, view in views(app).items():
        assert hasattr(view, "permission"), endpoint


def writings(view) -> int:
    """How many `with writing():` the view's own source opens."""
    tree = ast.parse(inspect.getsource(inspect.unwrap(view)))
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
