"""A technician who was sent nowhere, at every address of the work of another one."""

import pytest

from helpdesk.core.access import Role
from tests.conftest import HTMX
from tests.web.marks import put_marks, read_by

OF_A_JOB = {"number", "visit_id", "photo_id", "check_number", "scan_id", "application_number", "call_id"}
KEPT = ("work_order.", "visit.", "photo.", "person.", "place.", "phone.", "call.", "remark.", "quote.", "hand_off.")


@pytest.fixture
def idle(world, person, as_user):
    return as_user(person("Idle", Role.TECHNICIAN))


@pytest.mark.proves("AC-03", "PC-02")
def test_the_work_of_a_colleague_is_not_there(app, world, idle):
    tried = 0
    for rule in app.url_map.iter_rules():
        if not OF_A_JOB & {*rule.arguments}:
            continue
        for path in world.fill(rule):
            for method in rule.methods & {"GET", "POST"}:
                for headers in ({}, HTMX):
                    with idle.open(path, method=method, headers=headers) as answer:
                        assert answer.status_code in (403, 404), (method, path, answer.status_code)
                    tried += 1
    assert tried > 100


@pytest.mark.sqlite_only  # the pages are the same on both
@pytest.mark.proves("AC-03")
def test_no_page_part_file_or_count_tells_of_it(app, world, idle):
    marks, searches = put_marks(), [f"/jobs?q={word}" for word in ("Qz", "501")]
    read = read_by(idle, [*world.gets(app), *searches])
    assert [name for name, mark in marks.items() if mark in read and name.startswith(KEPT)] == []
