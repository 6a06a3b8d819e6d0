"""The day on paper, the figures, and the private calendar of a technician."""

import re
from datetime import timedelta
from hashlib import sha256
from uuid import uuid4

import pytest
from sqlalchemy import select

from helpdesk.core.access import Role
from helpdesk.core.extensions import db
from helpdesk.core.transactions import writing
from helpdesk.repairs.states import Step
from helpdesk.repairs.visit_actions import schedule_visit
from helpdesk.scheduling.actions import finish_visit, take_step
from helpdesk.scheduling.models import CalendarLink
from helpdesk.windows.rules import Window


@pytest.fixture
def visit(work_order, ann, tao, now):
    with writing():
        promised = Window(now, now + timedelta(hours=1))
        return schedule_visit(work_order, crew=[tao], promised=promised, actor=ann, now=now)


@pytest.fixture
def address(visit, tao, as_user):
    """The private address of Tao's calendar, as it is shown once."""
    page = as_user(tao).post("/jobs/calendar", data={"request_key": str(uuid4())}).text
    return re.search(r"/calendar/[^\"]+\.ics", page)[0]


@pytest.mark.proves("AC-09")
def test_a_private_address_tells_visits_without_names(address, app, visit, place):
    answer = app.test_client().get(address)

    assert answer.mimetype == "text/calendar"
    assert f"UID:visit-{visit.id}@" in answer.text and visit.work_order.number in answer.text
    assert "Leak under the sink" not in answer.text
    assert answer.headers["Cache-Control"] == "no-store"


@pytest.mark.proves("AC-09", "PC-11")
def test_the_address_is_drawn_by_chance_and_only_its_hash_is_kept(address, app, visit, tao, ann):
    token = address.removeprefix("/calendar/").removesuffix(".ics")
    link, stranger = db.session.scalars(select(CalendarLink)).one(), app.test_client()

    assert len(token) >= 43  # 256 bits in letters of which each holds six
    assert link.token_hash == sha256(token.encode()).hexdigest()
    told = stranger.get(address).text
    assert [word for word in ("Tao", "Ann", visit.door_code + " ", "1200000") if word in told] == []
    for wrong in ("", "%20", token[:-1], token + "x", token.swapcase(), link.token_hash):
        assert stranger.get(f"/calendar/{wrong}.ics").status_code == 404, wrong


@pytest.mark.proves("WB-16")
def test_what_is_copied_elsewhere_names_the_desk_as_it_is_known_there(app, tao, ada, as_user, monkeypatch):
    key = {"request_key": str(uuid4())}
    assert "http://localhost/calendar/" in as_user(tao).post("/jobs/calendar", data=key).text

    monkeypatch.setitem(app.config, "BASE_URL", "https://desk.example/")
    spoofed = {"Host": "localhost:8000"}
    key = {"request_key": str(uuid4())}
    page = as_user(tao).post("/jobs/calendar", data=key, headers=spoofed).text
    assert "https://desk.example/calendar/" in page and "localhost" not in page
    page = as_user(ada).post("/telephony/lines", data=key | {"name": "Yard"}, headers=spoofed).text
    assert "https://desk.example/telephony/events/" in page and "localhost" not in page


@pytest.mark.proves("AC-09")
def test_the_address_is_shown_only_once(address, tao, as_user):
    assert address not in as_user(tao).get("/jobs/calendar").text


@pytest.mark.proves("AC-09", "PC-11")
@pytest.mark.parametrize("end", ["revoke", "make", "role", "account"])
def test_an_address_ends(end, address, app, tao, as_user):
    if end == "revoke":
        as_user(tao).post("/jobs/calendar/revoke")
    elif end == "make":
        as_user(tao).post("/jobs/calendar", data={"request_key": str(uuid4())})
    else:
        with writing():
            tao.roles, tao.active = ([], True) if end == "role" else (tao.roles, False)

    assert app.test_client().get(address).status_code == 404


def test_a_key_sent_twice_makes_one_address(visit, tao, as_user, app):
    body = {"request_key": str(uuid4())}
    first = as_user(tao).post("/jobs/calendar", data=body).text
    second = as_user(tao).post("/jobs/calendar", data=body)

    assert second.status_code == 200 and ".ics" not in second.text
    assert app.test_client().get(re.search(r"/calendar/[^\"]+\.ics", first)[0]).status_code == 200


def test_the_day_on_paper_has_times_places_and_codes(visit, ann, as_user, now):
    page = as_user(ann).get("/schedule/paper").text

    assert "3-2-501" in page and f"<td>{visit.door_code}</td>" in page
    assert "Tao" in page


def test_figures_say_what_they_are_made_of(visit, ann, tao, as_user, now):
    with writing():
        take_step(visit, Step.ARRIVE, actor=tao, now=now)
        finish_visit(visit, work_done="Done", no_photo_reason="Dark", actor=tao, now=now + timedelta(minutes=20))

    page = as_user(ann).get("/schedule/figures").text

    assert page.count('<strong>100 %</strong> <span class="muted small">1/1</span>') == 4
    assert "÷" in page


@pytest.mark.parametrize(
    "query", ["from=x&until=y", "until=9999-01-01", "from=2026-03-09&until=2026-03-01", "until=0001-01-01"]
)
def test_nonsense_dates_show_the_usual_days(query, ann, as_user, now):
    assert as_user(ann).get(f"/schedule/figures?{query}").status_code == 200
    assert as_user(ann).get(f"/schedule/paper?day={query}&technician=x").status_code == 200


@pytest.mark.parametrize("path", ["/schedule/paper", "/schedule/figures"])
def test_technicians_see_neither(path, tao, as_user):
    assert as_user(tao).get(path).status_code == 403


def test_an_operator_has_no_calendar(ann, as_user):
    assert as_user(ann).get("/jobs/calendar").status_code == 403


def test_another_estates_day_is_not_there(person, new_estate, as_user, now):
    new = new_estate("Elsewhere")
    kim = person("Kim", Role.OPERATOR)

    assert as_user(kim).get(f"/schedule/paper?estate={new.id}").status_code == 404
