"""The calendar of a year on the screen: put in as announced, a day turned round, and planned orders counted anew."""

import json
from datetime import UTC, date, datetime, timedelta
from io import BytesIO

import pytest
from sqlalchemy import select

from helpdesk.audit.models import Event
from helpdesk.core.access import Role
from helpdesk.core.extensions import db
from helpdesk.core.transactions import writing
from helpdesk.repairs.actions import open_work_order
from helpdesk.repairs.models import Urgency, WorkOrder
from helpdesk.repairs.visit_actions import schedule_visit
from helpdesk.windows.rules import Window
from helpdesk.workdays.models import CalendarDay, CalendarYear
from helpdesk.workdays.rules import DayKind
from tests.conftest import NOON

URL = "/admin/workdays"
PLAN = {"year": 2027, "papers": [], "days": [
    {"name": "元旦", "date": "2027-01-01", "isOffDay": True},
    {"name": "春节", "date": "2027-02-05", "isOffDay": True},
    {"name": "春节", "date": "2027-02-07", "isOffDay": False},
]}  # fmt: skip


def text(**changed) -> str:
    return json.dumps(PLAN | changed, ensure_ascii=False)


def year(number) -> CalendarYear | None:
    return db.session.get(CalendarYear, number)


def kind(day: str) -> DayKind | None:
    found = db.session.get(CalendarDay, date.fromisoformat(day))
    return found and found.kind


def kinds_of_events() -> list[str]:
    return list(db.session.scalars(select(Event.kind).order_by(Event.seq)))


def test_a_year_is_pasted_as_it_was_announced(ada, as_user, now):
    browser = as_user(ada)

    answer = browser.post(URL, data={"document": text(), "shown": "2026", "version": "0"})

    assert (answer.status_code, answer.location) == (303, f"{URL}?year=2027&changed=1")
    assert (kind("2027-01-01"), kind("2027-02-07"), year(2027).announced) == (DayKind.OFF, DayKind.WORKDAY, True)
    assert kinds_of_events() == ["calendar.announced"]
    page = browser.get(answer.location).text
    assert "Deadlines that are running were not moved." in page and "2027-02-07" in page


def test_a_year_is_uploaded_as_a_file(mei, as_user, now):
    file = (BytesIO(b"\xef\xbb\xbf" + text().encode()), "2027.json")

    answer = as_user(mei).post(URL, data={"file": file, "version": "0"}, content_type="multipart/form-data")

    assert (answer.status_code, year(2027).announced) == (303, True)


@pytest.mark.parametrize(
    ("document", "said"),
    [
        ("", "Paste the calendar, or choose its file."),
        ("{", "This is not JSON: line 1, character 2."),
        ("[]", "This is no calendar of one year"),
        ("[" * 20_000, "This is no calendar of one year"),
        (text(year="2027"), "This is no calendar of one year"),
        (text(days=[]), "This is no calendar of one year"),
        (text(days=[*PLAN["days"], {"name": "x", "date": "2027-02-30", "isOffDay": True}]), "Entry 4 cannot be read"),
        (text(days=[PLAN["days"][0]] * 2), "Entry 2 cannot be read"),
        (text(days=[{"date": "2027-01-01", "isOffDay": "yes"}]), "Entry 1 cannot be read"),
        ("x" * 60_001, "This is too long"),
    ],
)
def test_what_is_no_calendar_is_refused_with_the_entry_and_stays(document, said, ada, as_user, now):
    answer = as_user(ada).post(URL, data={"document": document, "version": "0"})

    assert (answer.status_code, said in answer.text, year(2027), kinds_of_events()) == (422, True, None, [])
    assert document[:20].replace('"', "&#34;") in answer.text


@pytest.mark.parametrize("content", [b"\xff\xfe\x00", b"x" * 245_000])
def test_a_file_that_is_no_text_or_too_large_is_refused(content, ada, as_user, now):
    data = {"file": (BytesIO(content), "a.json"), "version": "0"}

    answer = as_user(ada).post(URL, data=data, content_type="multipart/form-data")

    assert answer.status_code == 422 and year(2027) is None


def test_a_new_plan_takes_the_place_of_the_old_one(ada, as_user, now):
    browser = as_user(ada)
    browser.post(URL, data={"document": text(), "version": "0"})

    answer = browser.post(URL, data={"document": text(days=PLAN["days"][:2]), "shown": "2027", "version": "1"})

    assert (answer.status_code, kind("2027-02-07"), year(2027).version) == (303, None, 2)
    same = browser.post(URL, data={"document": text(days=PLAN["days"][:2]), "shown": "2027", "version": "2"})
    assert (same.status_code, "nothing changes" in same.text, year(2027).version) == (422, True, 2)


def test_who_comes_second_is_told_and_keeps_what_they_typed(ada, mei, as_user, now):
    as_user(mei).post(URL, data={"document": text(), "version": "0"})

    answer = as_user(ada).post(URL, data={"document": text(days=PLAN["days"][:1]), "shown": "2027", "version": "0"})

    assert (answer.status_code, "2027-01-01" in answer.text, kind("2027-02-05")) == (409, True, DayKind.OFF)


def test_a_day_is_turned_round_and_back(ada, estate, as_user, now):
    browser = as_user(ada)

    answer = browser.post(f"{URL}/days", data={"turned": "2026-03-10.0", "name": "停电", "version": "0"})
    assert (answer.status_code, kind("2026-03-10")) == (303, DayKind.OFF)
    assert "停电" in browser.get(answer.location).text
    browser.post(f"{URL}/days", data={"turned": "2026-03-10.1", "version": "1"})
    assert (kind("2026-03-10"), kinds_of_events()) == (None, ["calendar.day_set"] * 2)


@pytest.mark.parametrize(
    ("turned", "status"),
    [("2026-03-10.1", 422), ("2026-03-10.2", 422), ("yesterday.0", 422), ("1812-01-01.0", 422), ("", 422)],
)
def test_a_day_that_cannot_be_turned_is_refused(turned, status, ada, estate, as_user, now):
    assert as_user(ada).post(f"{URL}/days", data={"turned": turned, "version": "0"}).status_code == status
    assert kinds_of_events() == []


def test_a_stale_day_is_a_conflict(ada, estate, as_user, now):
    browser = as_user(ada)
    browser.post(f"{URL}/days", data={"turned": "2026-03-10.0", "version": "0"})

    assert browser.post(f"{URL}/days", data={"turned": "2026-03-11.0", "version": "0"}).status_code == 409


@pytest.mark.parametrize("role", [role for role in Role if role not in (Role.MANAGER, Role.ADMIN)])
def test_others_neither_see_nor_change_it(role, person, as_user, now):
    browser = as_user(person("Kim", role))

    assert browser.get(URL).status_code == 403
    assert browser.post(URL, data={"document": text()}).status_code == 403


SAID = "The holidays of 2027 are not put in yet"


@pytest.mark.proves("RE-08")
def test_from_december_on_those_who_can_put_it_in_are_told(mei, ada, ann, estate, as_user, set_now):
    set_now(datetime(2026, 11, 30, 4, tzinfo=UTC))
    assert SAID not in as_user(mei).get("/work-orders").text

    set_now(datetime(2026, 12, 1, 4, tzinfo=UTC))
    assert SAID in as_user(mei).get("/work-orders").text and SAID in as_user(ada).get("/admin/users").text
    assert SAID not in as_user(ann).get("/work-orders").text
    as_user(ada).post(URL, data={"document": text(), "version": "0"})
    assert SAID not in as_user(mei).get("/work-orders").text


@pytest.fixture
def planned(place, ann, category, now):
    with writing():
        return open_work_order(
            place=place, category=category("WALL_SEEP"), urgency=Urgency.P3, summary="Damp", actor=ann, now=now
        )


def order() -> WorkOrder:
    return db.session.scalars(select(WorkOrder)).one()


def close_tomorrow(browser):
    browser.post(f"{URL}/days", data={"turned": "2026-03-03.0", "version": str(year(2026).version)})


def test_running_deadlines_are_not_moved_until_somebody_says_so(mei, planned, as_user, now):
    browser, before = as_user(mei), planned.done_by
    close_tomorrow(browser)
    assert order().done_by == before

    preview = browser.get("/work-orders/recount").text
    seen = preview.split('name="seen" value="')[1].split('"')[0]
    answer = browser.post("/work-orders/recount", data={"seen": seen})

    assert "GD20260302-0001" in preview and answer.location == "/work-orders/recount?counted=1"
    assert order().done_by == before + timedelta(days=1)
    assert "1 work order was counted anew." in browser.get(answer.location).text
    assert kinds_of_events()[-1] == "work_order.recounted"
    assert "counted anew, because the working days changed" in browser.get("/work-orders/GD20260302-0001").text


def test_what_was_not_shown_is_not_counted_anew(mei, planned, as_user, now):
    browser, before = as_user(mei), planned.done_by
    close_tomorrow(browser)

    answer = browser.post("/work-orders/recount", data={"seen": "something else"})

    assert (answer.status_code, order().done_by) == (409, before)


def test_a_promised_window_stays(mei, tao, planned, as_user, now):
    window = Window(NOON + timedelta(days=1), NOON + timedelta(days=1, hours=2))
    with writing():
        schedule_visit(order(), crew=[tao], promised=window, actor=mei, now=now)
    browser = as_user(mei)
    close_tomorrow(browser)

    seen = browser.get("/work-orders/recount").text.split('name="seen" value="')[1].split('"')[0]
    browser.post("/work-orders/recount", data={"seen": seen})

    assert order().arrive_by == window.ends_at


def test_nothing_to_count_is_said(mei, planned, as_user, now):
    assert "Nothing would change" in as_user(mei).get("/work-orders/recount").text


def test_another_estates_orders_are_not_counted(planned, person, new_estate, mei, as_user, now):
    max_ = person("Max", Role.MANAGER, at=new_estate("康宁苑"))
    close_tomorrow(as_user(mei))

    assert "GD20260302-0001" not in as_user(max_).get("/work-orders/recount").text
