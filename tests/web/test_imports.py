"""The import pages: from a file as offices have it to the register, and back with what has to be corrected."""

import os
import re
from datetime import timedelta
from io import BytesIO
from pathlib import Path
from uuid import uuid4

import pytest
from flask import current_app
from sqlalchemy import func, select

from helpdesk.audit.models import Event
from helpdesk.core import processes
from helpdesk.core.access import Role
from helpdesk.core.extensions import db
from helpdesk.core.transactions import writing
from helpdesk.estate.importing import uploads, work
from helpdesk.estate.importing.models import RegisterUpload
from helpdesk.estate.importing.states import Stage
from helpdesk.estate.models import Person, Phone, Place
from tests.conftest import NOON
from tests.workbooks import IDENTITY, cells_of, table, ugly, workbook

OLD_EXCEL = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
HEADER = ["幢", "单元", "房号", "产权人", "电话"]


def sent(path: Path, name: str | None = None, key: str | None = None) -> dict:
    return {"request_key": key or str(uuid4()), "file": (BytesIO(path.read_bytes()), name or path.name)}


waiting: list[tuple[str, ...]] = []  # commands that pages started


@pytest.fixture(autouse=True)
def here(app, request, monkeypatch):
    """What pages start runs in this process, in `finish`; one test below starts a real one, which takes seconds."""
    waiting.clear()
    if "real_processes" not in request.fixturenames:
        monkeypatch.setattr(processes, "start", lambda *words: waiting.append(words))


def finish() -> None:
    """Let the commands that a page started come to their end."""
    while waiting:
        result = current_app.test_cli_runner().invoke(args=waiting.pop(0))
        assert result.exit_code == 0, result.exception
    db.session.rollback()


def latest() -> RegisterUpload:
    db.session.rollback()
    return db.session.scalars(select(RegisterUpload).order_by(RegisterUpload.id.desc())).first()


SAID_ONCE = pytest.mark.sqlite_only  # of a file and its pages: what the database does with rows is in tests/db


@pytest.fixture
def uploaded(as_user, mei, now):
    """Send a file as the manager and wait until it is looked at; returns the upload and the browser."""

    def _uploaded(path, browser=None):
        browser = browser or as_user(mei)
        answer = browser.post("/estate/imports", data=sent(path))
        assert answer.status_code == 303, answer.text
        finish()
        return latest(), browser

    return _uploaded


def chosen(upload, **more) -> dict:
    columns = upload.columns or {}
    width = max(map(int, columns), default=0) + 1
    listed = {"column": [columns.get(str(at), "") for at in range(width)], "header_row": upload.header_row}
    return {"version": upload.version} | listed | more


def step(browser, upload, name, **typed):
    answer = browser.post(f"/estate/imports/{upload.id}/{name}", data={"version": upload.version} | typed)
    finish()
    return answer


def checked(browser, upload):
    assert step(browser, upload, "columns", **chosen(upload)).status_code == 303
    return latest()


def count(model) -> int:
    return db.session.scalar(select(func.count()).select_from(model))


@pytest.mark.proves("FI-08")
def test_a_file_goes_from_its_columns_over_a_preview_into_the_register(uploaded, tmp_path):
    upload, browser = uploaded(ugly(tmp_path / "登记表.xlsx"))
    assert upload.status is Stage.LOOKED and upload.header_row == 3
    assert "身份证号码" in browser.get(f"/estate/imports/{upload.id}").text

    upload = checked(browser, upload)
    page = browser.get(f"/estate/imports/{upload.id}").text
    assert (upload.status, upload.counts["places_new"], upload.counts["problems"]) == (Stage.CHECKED, 5, 0)
    assert "Columns with identity numbers were not read and are not kept: 身份证号码" in page and count(Place) == 0

    step(browser, upload, "application")
    assert latest().status is Stage.APPLIED and count(Place) == 8
    event = db.session.scalars(select(Event).where(Event.kind == "register.imported")).one()
    assert event.actor_id == latest().uploaded_by_id and event.data["places_added"] == 8


@pytest.mark.proves("FI-08")
@SAID_ONCE
def test_the_same_file_again_changes_nothing_and_says_so(uploaded, tmp_path):
    path = ugly(tmp_path / "登记表.xlsx")
    upload, browser = uploaded(path)
    step(browser, checked(browser, upload), "application")
    events = count(Event)

    upload, _ = uploaded(path, browser)
    upload = checked(browser, upload)

    assert upload.counts["changes"] == 0
    assert "There is nothing to import." in browser.get(f"/estate/imports/{upload.id}").text
    assert count(Event) == events + 2  # that it was received, and its columns chosen


@pytest.mark.proves("FI-08")
@SAID_ONCE
def test_errors_stand_on_their_rows_and_come_back_as_a_file_to_correct(uploaded, tmp_path):
    rows = [["3", "2", "跃层", "陈桂英", "12500000001"], ["3", "2", "502", "王五", "12500000002"]]
    upload, browser = uploaded(table(tmp_path / "a.csv", HEADER, *rows))
    upload = checked(browser, upload)
    page = browser.get(f"/estate/imports/{upload.id}").text
    assert "房号: “跃层” is not a room." in page and ">陈桂英</td>" in page

    refused = step(browser, upload, "application")
    assert refused.status_code == 422 and "choose to take the good rows only" in refused.text and count(Place) == 0

    step(browser, upload, "application", skip_errors="y")
    assert latest().status is Stage.APPLIED and count(Person) == 1
    again = tmp_path / "错误.xlsx"
    with browser.get(f"/estate/imports/{upload.id}/errors") as answer:
        again.write_bytes(answer.data)
    assert cells_of(again)[1][1:] == rows[0]

    titles, wrong = cells_of(again)
    upload, _ = uploaded(workbook(tmp_path / "b.xlsx", titles, [*wrong[:3], "501", *wrong[4:]]), browser)
    step(browser, checked(browser, upload), "application")
    assert count(Person) == 2


@SAID_ONCE
def test_a_lost_number_is_said_loudly_and_its_row_comes_in(uploaded, tmp_path):
    rows = [["3", "2", "501", "陈桂英", "1.38E+10"], ["3", "2", "502", "王五", "138123"]]
    upload, browser = uploaded(table(tmp_path / "a.csv", HEADER, *rows))
    upload = checked(browser, upload)

    page = browser.get(f"/estate/imports/{upload.id}").text
    assert "电话: Taken over without this: “1.38E+10” has lost its last digits." in page
    assert "电话: Taken over without this: “138123” is not a whole telephone number." in page
    assert "2 rows are taken over without" in page and "Take the good rows only" not in page

    step(browser, upload, "application")
    assert latest().status is Stage.APPLIED and count(Person) == 2 and count(Phone) == 0
    titles, wrong = cells_of_errors(browser, upload, tmp_path)[:2]
    upload, _ = uploaded(workbook(tmp_path / "b.xlsx", titles, [*wrong[:-1], "13812345678"]), browser)
    step(browser, checked(browser, upload), "application")
    assert (count(Person), count(Phone)) == (2, 1)


def cells_of_errors(browser, upload, folder) -> list[list]:
    path = folder / "to correct.xlsx"
    with browser.get(f"/estate/imports/{upload.id}/errors") as answer:
        path.write_bytes(answer.data)
    return cells_of(path)


@SAID_ONCE
@pytest.mark.parametrize(
    ("rows", "state", "said"),
    [
        ([["3", "2", "跃层", "陈桂英", ""]], "Nothing to import", "No row can be imported as it is."),
        ([], "Nothing to import", "There is no row below the header."),
        ([["3", "2", "跃层", "陈", ""], ["3", "2", "501", "", ""]], "Rows to correct", "Take the good rows only"),
        ([["3", "2", "501", "陈桂英", ""]], "Ready to import", ""),
    ],
)
def test_ready_to_import_is_said_only_of_what_is(rows, state, said, uploaded, tmp_path):
    upload, browser = uploaded(table(tmp_path / "a.csv", HEADER, *rows))
    checked(browser, upload)

    page, listed = (browser.get(url).text for url in (f"/estate/imports/{upload.id}", "/estate/imports"))
    assert state in page and state in listed and said in page
    assert ("Ready to import" in page + listed) == (state == "Ready to import")


@SAID_ONCE
def test_each_step_is_done_by_a_process_of_its_own(as_user, mei, now, tmp_path, real_processes):
    path = table(tmp_path / "a.csv", HEADER, ["3", "2", "501", "陈桂英", ""])

    assert as_user(mei).post("/estate/imports", data=sent(path)).status_code == 303
    assert processes.children[-1].wait(timeout=60) == 0

    assert (latest().status, latest().rows_read, waiting) == (Stage.LOOKED, 1, [])


@SAID_ONCE
def test_a_file_that_says_nothing_is_not_begun_again(uploaded, tmp_path):
    upload, browser = uploaded(table(tmp_path / "a.csv", [" "]))

    page = browser.get(f"/estate/imports/{upload.id}").text
    assert "There is nothing in this file." in page and "Upload another file" in page and "Start again" not in page


@SAID_ONCE
def test_a_column_called_otherwise_is_mapped_by_hand(uploaded, tmp_path):
    upload, browser = uploaded(table(tmp_path / "a.csv", ["甲", "乙", "丙"], ["3-2-501", "陈桂英", "x"]))
    assert upload.columns == {}
    refused = step(browser, upload, "columns", **chosen(upload))
    assert refused.status_code == 422 and "Choose the column that holds the room" in refused.text

    twice = step(browser, upload, "columns", **chosen(upload, column=["room", "owner", "owner"]))
    assert twice.status_code == 422 and twice.text.count('value="owner" selected') == 2

    upload = latest()
    step(browser, upload, "columns", **chosen(upload, column=["room", "owner", ""]))
    assert latest().counts["places_new"] == 1


@SAID_ONCE
def test_the_sheet_can_be_chosen(uploaded, tmp_path):
    upload, browser = uploaded(ugly(tmp_path / "a.xlsx"))

    assert step(browser, upload, "sheet", sheet="封面").status_code == 303
    assert latest().status is Stage.FAILED
    assert "There is nothing in this file." in browser.get(f"/estate/imports/{upload.id}").text
    assert step(browser, latest(), "sheet", sheet="made up").status_code == 404


@SAID_ONCE
@pytest.mark.parametrize(
    ("name", "content", "said"),
    [
        ("a.docx", b"x", "This kind of file cannot be read."),
        ("a.xlsx", b"not a zip", "This file cannot be read."),
        ("a.xlsx", b"PK\x03\x04broken", "This file cannot be read."),
        ("", b"", "Choose a file first."),
        ("a.csv", b"", "There is nothing in this file."),
        ("a.xlsx", OLD_EXCEL + "EncryptedPackage".encode("utf-16-le"), "protected by a password"),
    ],
)
def test_what_is_no_register_is_refused_with_a_sentence(name, content, said, as_user, mei, estate, now):
    answer = as_user(mei).post("/estate/imports", data={"request_key": str(uuid4()), "file": (BytesIO(content), name)})

    assert answer.status_code == 422 and said in answer.text
    assert count(RegisterUpload) == 0


@SAID_ONCE
def test_a_file_that_is_too_large_is_refused_before_it_is_read(as_user, mei, now):
    claimed = {"CONTENT_LENGTH": str(60 << 20), "CONTENT_TYPE": "multipart/form-data; boundary=x"}

    answer = as_user(mei).post("/estate/imports", data=b"--x", environ_overrides=claimed)

    assert answer.status_code == 413 and "divide the spreadsheet" in answer.text


@SAID_ONCE
@pytest.mark.proves("FI-06")
def test_a_disk_without_room_takes_no_spreadsheets_and_still_takes_calls(as_user, ann, mei, now, tmp_path, monkeypatch):
    monkeypatch.setattr("helpdesk.core.disk.LEAST_FREE", 2**60)
    lying = set(uploads.folder().iterdir())

    answer = as_user(mei).post("/estate/imports", data=sent(table(tmp_path / "a.csv", HEADER)))

    assert answer.status_code == 422 and "no room for files" in answer.text
    assert (count(RegisterUpload), set(uploads.folder().iterdir())) == (0, lying)
    call = {"request_key": str(uuid4()), "words": "The lift stands still", "outcome": "enquiry", "version": "0"}
    assert as_user(ann).post("/hotline/calls", data=call).status_code == 303


@SAID_ONCE
def test_nothing_of_an_identity_number_is_kept(uploaded, app, tmp_path):
    upload, browser = uploaded(ugly(tmp_path / "a.xlsx"))
    checked(browser, upload)

    kept = b"".join(path.read_bytes() for path in uploads.folder().glob(f"{upload.file_key}.*"))
    assert IDENTITY.encode() not in kept and not uploads.original(upload).exists()


def test_sent_twice_is_one_upload(as_user, mei, now, tmp_path):
    path, key, browser = table(tmp_path / "a.csv", HEADER), str(uuid4()), as_user(mei)

    first = browser.post("/estate/imports", data=sent(path, key=key))
    second = browser.post("/estate/imports", data=sent(path, key=key))
    finish()

    assert first.location == second.location and count(RegisterUpload) == 1


def test_who_comes_second_is_told(uploaded, tmp_path):
    upload, browser = uploaded(table(tmp_path / "a.csv", HEADER, ["3", "2", "501", "", ""]))
    seen = upload.version
    checked(browser, upload)

    assert step(browser, upload, "columns", **chosen(upload, version=seen)).status_code == 409
    assert step(browser, upload, "application", version=seen).status_code == 409
    assert step(browser, upload, "removal", version=seen).status_code == 409


def test_a_process_that_was_killed_is_told_and_begun_again(uploaded, set_now, tmp_path):
    upload, browser = uploaded(table(tmp_path / "a.csv", HEADER, ["3", "2", "501", "", ""]))
    with writing():
        upload.status = Stage.APPLYING
        upload.seen_at = NOON
    assert "looks again every two seconds" in browser.get(f"/estate/imports/{upload.id}").text

    set_now(NOON + timedelta(minutes=2))
    assert "Nothing of it was applied." in browser.get(f"/estate/imports/{upload.id}").text
    assert step(browser, latest(), "new-start").status_code == 303
    assert latest().status is Stage.LOOKED and count(Place) == 0


def test_a_late_process_of_an_older_attempt_writes_nothing(uploaded, tmp_path):
    upload, browser = uploaded(table(tmp_path / "a.csv", HEADER, ["3", "2", "501", "", ""]))
    upload = checked(browser, upload)
    with writing():
        upload.status = Stage.APPLYING
        upload.attempt += 1

    work.do(upload.id, upload.attempt - 1, lambda: NOON)

    assert latest().status is Stage.APPLYING and count(Place) == 0


def test_what_lay_about_for_a_day_is_gone_with_the_next_upload(uploaded, tmp_path):
    path = table(tmp_path / "a.csv", HEADER, ["3", "2", "501", "", ""])
    old, browser = uploaded(path)
    key, old_id = old.file_key, old.id
    with writing():
        db.session.get_one(RegisterUpload, old_id).uploaded_at = NOON - timedelta(days=2)
    for file in uploads.folder().glob(f"{key}*"):
        os.utime(file, (0, 0))

    uploaded(path, browser)

    assert browser.get(f"/estate/imports/{old_id}").status_code == 404
    assert list(uploads.folder().glob(f"{key}*")) == []


@SAID_ONCE
def test_a_file_can_be_discarded(uploaded, tmp_path):
    upload, browser = uploaded(table(tmp_path / "a.csv", HEADER, ["3", "2", "501", "", ""]))
    key = upload.file_key

    assert step(browser, upload, "removal").status_code == 303
    assert count(RegisterUpload) == 0 and list(uploads.folder().glob(f"{key}*")) == []


def test_a_colleague_with_the_right_goes_on_and_another_estate_sees_nothing(
    uploaded, as_user, ada, person, new_estate, tmp_path
):
    upload, _ = uploaded(table(tmp_path / "a.csv", HEADER, ["3", "2", "501", "", ""]))
    stranger = as_user(person("Lin", Role.MANAGER, at=new_estate("康宁苑")))

    assert stranger.get(f"/estate/imports/{upload.id}").status_code == 404
    assert stranger.post(f"/estate/imports/{upload.id}/removal", data={"version": upload.version}).status_code == 404
    step(as_user(ada), checked(as_user(ada), upload), "application")
    assert latest().status is Stage.APPLIED and latest().asked_by_id == ada.id


@SAID_ONCE
def test_operators_import_nothing(as_user, ann, now):
    assert as_user(ann).get("/estate/imports").status_code == 403


@SAID_ONCE
def test_the_sample_is_a_register_that_the_import_reads(uploaded, as_user, mei, tmp_path):
    path = tmp_path / "sample.xlsx"
    with as_user(mei).get("/estate/imports/sample") as answer:
        path.write_bytes(answer.data)

    upload, browser = uploaded(path)
    upload = checked(browser, upload)

    assert (upload.counts["problems"], upload.counts["places_new"]) == (0, 4)


def test_the_list_asks_as_much_for_three_files_as_for_one(uploaded, count_queries, tmp_path):
    path = table(tmp_path / "a.csv", HEADER, ["3", "2", "501", "", ""])
    _, browser = uploaded(path)
    with count_queries() as one:
        browser.get("/estate/imports")
    for _ in range(2):
        uploaded(path, browser)
    with count_queries() as three:
        page = browser.get("/estate/imports").text

    assert one.count == three.count and len(re.findall("a.csv", page)) == 3
