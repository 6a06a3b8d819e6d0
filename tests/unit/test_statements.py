"""What PostgreSQL need not repeat."""

import ast

from tests.statements import ROOT, not_needed, same_on_both, without_values


def test_every_statement_is_still_sent_and_by_the_quick_ones():
    took_s = {"slow": 9.0, "quick": 0.1, "kept": 1.0, "idle": 0.1}
    sent = {"slow": {"a", "b"}, "quick": {"a", "b"}, "kept": {"c"}, "idle": {"c"}}

    assert not_needed(took_s, sent, {"kept"}) == {"slow", "idle"}


def test_values_make_no_other_statement():
    long = without_values("SELECT x FROM t WHERE id IN (%(a)s::INTEGER, %(b)s::INTEGER) AND y = 'z' LIMIT 20")

    assert long == without_values("SELECT x FROM t WHERE id IN (%(a)s::INTEGER) AND y = 'other' LIMIT 5")


def test_the_list_names_only_tests_that_there_are():
    there = {
        f"{path.relative_to(ROOT)}::{node.name}"
        for path in ROOT.glob("tests/web/test_*.py")
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8")))
        if isinstance(node, ast.FunctionDef)
    }

    assert same_on_both() - there == set()
