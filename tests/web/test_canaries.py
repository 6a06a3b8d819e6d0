"""A mark in every column that people fill, and every page read as every role: who reads which column is one list.

`who_reads_what.txt` beside this file is that list, a line for each column. A column that reaches another role fails
here. Whoever means it so writes the list again, with `WRITE_LISTS=1`, and has its difference reviewed.
The pages are read by people who entered nothing themselves: whoever typed something may read it again.
"""

import os
import re
from pathlib import Path

import pytest

from helpdesk.core.access import GRANTS, Permission, Role
from tests.web.marks import put_marks, read_by

LIST = Path(__file__).with_name("who_reads_what.txt")
EVERYBODY = {"estate.name", "estate.hotline", "price_item.name_en", "price_item.name_zh", "price_item.unit"}  # public
# What only those may read who hold a permission, whichever page it stands on.
KEPT_TO = {
    r"waiver_(application|act|objection|notice)\..*|one_off_waiver\..*|verification_\w+\..*": {Permission.SEE_WAIVERS},
    r"place\.door_note|person\.emergency_contact": {Permission.SEE_CARE},
    r"call\.words|callback\.words": {Permission.WORK_HOTLINE, Permission.HANDLE_PERSON_REQUESTS},
}


@pytest.mark.proves("AC-04")
@pytest.mark.sqlite_only  # the pages are the same on both
def test_who_reads_what_is_the_list(app, world, person, as_user):
    marks, addresses = put_marks(), world.gets(app)
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


@pytest.mark.proves("AC-04")
def test_the_list_keeps_to_the_grants():
    read = dict(line.split(": ") for line in LIST.read_text(encoding="utf-8").splitlines())
    for pattern, permissions in KEPT_TO.items():
        kept = [name for name in read if re.fullmatch(pattern, name)]
        assert kept, pattern
        for name in kept:
            roles = [Role(role) for role in read[name].split() if role != "-"]
            assert [role for role in roles if not permissions & GRANTS[role]] == [], name
