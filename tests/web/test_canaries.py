"""A mark in every column that people fill, and every page read as every role: who reads which column is one list.

`who_reads_what.txt` beside this file is that list, a line for each column. A column that reaches another role fails
here. Whoever means it so writes the list again, with `WRITE_LISTS=1`, and has its difference reviewed.
The pages are read by people who entered nothing themselves: whoever typed something may read it again.
"""

import os
import re
from pathlib import Path
from urllib.parse import unquote

import pytest
from sqlalchemy import select, update

from helpdesk.core.access import GRANTS, Permission, Role
from helpdesk.core.extensions import db
from helpdesk.core.transactions import writing
from tests.conftest import HTMX
from tests.web.test_hostile_text import let_words_in, typed_columns

LIST = Path(__file__).with_name("who_reads_what.txt")
MARK, LENGTH = re.compile(rb"Qz\d{3}"), 5
EVERYBODY = {"estate.name", "estate.hotline", "price_item.name_en", "price_item.name_zh", "price_item.unit"}  # public
# What only those may read who hold a permission, whichever page it stands on.
KEPT_TO = {
    r"waiver_(application|act|objection|notice)\..*|one_off_waiver\..*|verification_\w+\..*": Permission.SEE_WAIVERS,
    r"place\.door_note|person\.emergency_contact": Permission.SEE_CARE,
    r"call\.words|callback\.words|call\.caller_number": Permission.WORK_HOTLINE,
}


def columns_with_room():
    for table, column in typed_columns():
        if (column.type.length or 100) >= LENGTH:
            yield table, column, f"{table.name}.{column.name}"


@pytest.fixture
def marks(world) -> dict[str, bytes]:
    """The mark of each column by its name, written into every row."""
    marks = {name: b"Qz%d" % number for number, (_table, _column, name) in enumerate(columns_with_room(), start=100)}
    with writing():
        let_words_in()
        for table, column, name in columns_with_room():
            (key,) = table.primary_key.columns
            for row_id in db.session.scalars(select(key)).all():
                end = f"x{row_id}" if (column.type.length or 100) > LENGTH + 4 else ""
                db.session.execute(update(table).where(key == row_id).values({column.name: marks[name].decode() + end}))
    return marks


def read_by(browser, addresses) -> set[bytes]:
    """The marks that somebody is sent: in pages, parts, files and headers."""
    found = set()
    for path in addresses:
        for headers in ({}, HTMX):
            with browser.get(path, headers=headers) as answer:
                found.update(MARK.findall(answer.get_data() + unquote(str(answer.headers)).encode()))
    return found


@pytest.mark.sqlite_only  # the pages are the same on both
def test_who_reads_what_is_the_list(app, world, marks, person, as_user):
    addresses = world.gets(app)
    seen = {role: read_by(as_user(person(f"Second {role.value}", role)), addresses) for role in Role}
    stranger = read_by(app.test_client(), addresses)

    lines = [
        f"{name}: {' '.join(role.value for role in Role if mark in seen[role]) or '-'}"
        for name, mark in sorted(marks.items())
    ]
    if os.environ.get("WRITE_LISTS"):
        LIST.write_text("\n".join(lines) + "\n", encoding="utf-8")

    assert {name for name, mark in marks.items() if mark in stranger} <= EVERYBODY
    assert lines == LIST.read_text(encoding="utf-8").splitlines()


def test_the_list_keeps_to_the_grants():
    read = dict(line.split(": ") for line in LIST.read_text(encoding="utf-8").splitlines())
    for pattern, permission in KEPT_TO.items():
        kept = [name for name in read if re.fullmatch(pattern, name)]
        assert kept, pattern
        for name in kept:
            roles = [Role(role) for role in read[name].split() if role != "-"]
            assert [role for role in roles if permission not in GRANTS[role]] == [], name
