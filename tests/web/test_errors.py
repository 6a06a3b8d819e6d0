"""When something breaks: a page in the reader's language with a number to quote, and nothing of what is inside."""

import re

import pytest
from sqlalchemy.exc import IntegrityError, OperationalError

from helpdesk.core.errors import Conflict, NotAllowed, Refused
from helpdesk.core.extensions import db
from tests.conftest import HTMX

CANARY = "王桂英 12000000001"
FAULTS = {
    "a mistake of ours": (ValueError(CANARY), 500),
    "a missing key": (KeyError(CANARY), 500),
    "the database refuses": (IntegrityError(f"INSERT {CANARY}", {"name": CANARY}, Exception(CANARY)), 500),
    "the database is away": (OperationalError(f"SELECT {CANARY}", {}, Exception(CANARY)), 500),
    "a file is missing": (FileNotFoundError(2, CANARY, "/srv/desk/secret"), 500),
    "it may not be done": (NotAllowed("说明"), 403),
    "it changed": (Conflict("说明"), 409),
    "it is wrong": (Refused("说明"), 422),
}


@pytest.mark.proves("PD-12")
@pytest.mark.parametrize("headers", [{}, HTMX], ids=["page", "part"])
def test_an_error_page_says_a_number_and_nothing_of_the_inside(headers, app, person, as_user, monkeypatch, now):
    browser = as_user(person("Lan", "operator", language="zh"))
    for what, (fault, status) in FAULTS.items():

        def broken(fault=fault):
            raise fault

        monkeypatch.setitem(app.view_functions, "home.index", broken)
        answer = browser.get("/", headers=headers)

        assert answer.status_code == status, what
        assert re.search(r"\b[0-9a-f]{12}\b", answer.text), what
        assert re.search(r"[\u4e00-\u9fff]{4}|说明", answer.text), what
        for inside in (CANARY, "Traceback", "INSERT", "SELECT", "/srv", "helpdesk/", "Error("):
            assert inside not in answer.text, (what, inside)
        assert ("<html" in answer.text) == (not headers), what


@pytest.mark.proves("PD-11")
def test_the_log_of_a_fault_holds_one_entry_without_what_was_typed(app, ann, as_user, monkeypatch, caplog):
    def broken():
        raise ValueError(CANARY)

    monkeypatch.setitem(app.view_functions, "home.index", broken)
    browser = as_user(ann)
    answer = browser.get(f"/?q={CANARY}", headers={"User-Agent": "agent-\x1b[31mcanary"})

    numbers = re.findall(r"request ([0-9a-f]{12}) ", caplog.text)
    assert len(numbers) == 1 and numbers[0] in answer.text
    assert CANARY not in caplog.text and "agent-" not in caplog.text and "\x1b" not in caplog.text


@pytest.mark.proves("PD-11")
def test_the_values_of_a_statement_are_hidden(app):
    assert db.engine.hide_parameters is True
