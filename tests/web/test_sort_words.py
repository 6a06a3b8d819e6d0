"""What an address asks to be sorted and narrowed by are words of our own: none of it is part of a statement."""

import re

import pytest
from sqlalchemy import event

from helpdesk.core.extensions import db
from tests.web.test_every_page import readable
from tests.web.test_nonsense import as_query, asked_names

WORDS = ["zzcanary", "-zzcanary", "zzcanary DESC; DROP TABLE user", "user__zzcanary", "1) OR zzcanary=(1"]
HIDDEN = "password_hash"  # the name of a column that no list may be sorted or narrowed by
ASKED_FOR = re.compile(r"\b(?:WHERE|ORDER BY)\b[^()]*\bpassword_hash\b")


@pytest.mark.proves("PC-05")
def test_no_word_of_an_address_becomes_part_of_a_statement(app, world, person, as_user):
    kim, said = as_user(person("Kim", "operator", "manager", "finance", "admin", "technician")), []
    names, lists = asked_names(), [rule.rule for rule in readable(app) if not rule.arguments]
    assert "sort" in names and len(names) > 20 and len(lists) > 40

    def note(_conn, _cursor, statement, *_rest):
        said.append(statement)

    event.listen(db.engine, "before_cursor_execute", note)
    try:
        for at, path in enumerate(lists):
            word = WORDS[at % len(WORDS)]
            for query in ([(name, word) for name in names], [(name, HIDDEN) for name in names[at % 2 :: 2]]):
                with kim.get(f"{path}?{as_query(query)}") as answer:
                    assert answer.status_code < 500, (path, query)
    finally:
        event.remove(db.engine, "before_cursor_execute", note)

    assert len(said) > 1_000
    assert [statement for statement in said if "zzcanary" in statement] == []
    assert [statement for statement in said if ASKED_FOR.search(statement)] == []
