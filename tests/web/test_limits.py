"""How often one person may search, look, take out and send; and how often a stranger may guess."""

from datetime import timedelta
from io import BytesIO
from uuid import uuid4

import pytest
from sqlalchemy import func, select

from helpdesk.accounts.sweeping import forget_throttles
from helpdesk.accounts.throttle import WINDOW
from helpdesk.audit.models import Event
from helpdesk.core.access import Role
from helpdesk.core.extensions import db
from helpdesk.hotline.models import Call
from helpdesk.looks.models import Look
from helpdesk.notify.models import Message, Template
from tests.conftest import HTMX, NOON


@pytest.fixture
def few(app, monkeypatch):
    """Three of everything are enough for a test."""
    for name in [name for name in app.config if name.startswith("MOST_")]:
        monkeypatch.setitem(app.config, name, 3)


@pytest.mark.proves("RE-17")
def test_after_the_limit_one_waits_and_the_next_person_does_not(few, place, person, as_user, set_now, now):
    kim, sam = (person(name, Role.MANAGER, Role.TECHNICIAN, Role.OPERATOR) for name in ("Kim", "Sam"))
    ways = {
        "search": lambda browser: browser.get("/search?q=501"),
        "box": lambda browser: browser.get("/search/box?q=501", headers=HTMX),
        "reveal": lambda browser: browser.post(f"/billing/places/{place.id}/paid-until", data={"words": ""}),
        "export": lambda browser: browser.post("/exports", data={}),
        "upload": lambda browser: browser.post("/estate/imports", data={"file": (BytesIO(b"x"), "x.xlsx")}),
        "photo": lambda browser: browser.post("/jobs/none/photos", data={}),
    }
    for what, use in ways.items():
        set_now(NOON + timedelta(hours=list(ways).index(what)))
        browser = as_user(kim)
        assert 429 not in {use(browser).status_code for _ in range(3)}, what
        answer = use(as_user(kim))  # another browser does not help
        assert (answer.status_code, answer.headers["Retry-After"]) == (429, "901"), what
        assert use(as_user(sam)).status_code != 429, what


@pytest.mark.proves("FI-06", "RE-17")
def test_who_sent_very_many_files_in_a_day_waits_and_still_logs_calls(app, monkeypatch, person, as_user, set_now, now):
    kim, sam = (person(name, Role.MANAGER, Role.TECHNICIAN) for name in ("Kim", "Sam"))
    for name in ("MOST_PHOTOS_A_DAY", "MOST_UPLOADS_A_DAY"):
        monkeypatch.setitem(app.config, name, 2)
    ways = ("/jobs/none/photos", "/estate/imports")

    def sent(user, url):
        return as_user(user).post(url, data={"file": (BytesIO(b"x"), "x.xlsx")}, headers=HTMX)

    for url in ways:
        for hours in (0, 9):  # far apart: the quarter of an hour is not what stops the third
            set_now(NOON + timedelta(hours=hours))
            assert sent(kim, url).status_code != 429, url
            forget_throttles(NOON + timedelta(hours=hours, minutes=30))
        answer = sent(kim, url)
        assert (answer.status_code, answer.headers["Retry-After"]) == (429, str(15 * 3_600 + 1)), url
        assert (
            "no more files today; from 2026-03-03 12:00 on" in answer.text and "can be saved as before" in answer.text
        )
        assert sent(sam, url).status_code != 429, url
    saved = as_user(kim).post("/hotline/calls", data={"request_key": str(uuid4()), "words": "No water"}, headers=HTMX)
    assert saved.status_code == 200 and list(db.session.scalars(select(Call.words))) == ["No water"]

    set_now(NOON + timedelta(days=1))
    assert [sent(kim, url).status_code != 429 for url in ways] == [True, True]


@pytest.mark.proves("RE-17", "AC-09", "PC-10")
@pytest.mark.parametrize("address", ["/calendar/{}.ics", "/first-administrator/{}"])
def test_whoever_guesses_at_links_waits_whatever_cookie_they_bring(address, few, app, set_now, now):
    assert {app.test_client().get(address.format(number)).status_code for number in range(3)} == {404}
    answer = app.test_client().get(address.format("one-more"))
    assert (answer.status_code, answer.headers["Retry-After"]) == (429, "901")
    other = app.test_client()
    assert other.get(address.format("x"), environ_overrides={"REMOTE_ADDR": "192.0.2.7"}).status_code == 404
    set_now(NOON + WINDOW)
    assert app.test_client().get(address.format("x")).status_code == 404


@pytest.mark.proves("AC-10")
def test_who_looks_at_very_many_homes_is_stopped_for_the_day_and_the_managers_hear(
    app, monkeypatch, place, ann, bo, mei, as_user, set_now, now
):
    monkeypatch.setitem(app.config, "MOST_REVEALS_A_DAY", 2)
    browser, url = as_user(ann), f"/billing/places/{place.id}/paid-until"
    assert [browser.post(url, data={"words": ""}).status_code for _ in range(4)] == [200, 200, 429, 429]
    assert int(browser.post(url, data={"words": ""}).headers["Retry-After"]) == 12 * 3_600 + 1  # until midnight

    assert db.session.scalar(select(func.count(Look.id))) == 2
    told = db.session.execute(select(Message.template, Message.recipient_id, Message.variables)).all()
    assert [tuple(row) for row in told] == [(Template.LOOKS_TOO_OFTEN, mei.id, {"user": ann.id})]
    assert list(db.session.scalars(select(Event.kind))) == ["looks.too_often"]

    set_now(NOON + timedelta(hours=12))
    assert as_user(ann).post(url, data={"words": ""}).status_code == 200


@pytest.mark.proves("AC-10")
def test_each_look_says_who_when_and_why_and_is_at_one_home(place, ann, as_user, now):
    as_user(ann).post(f"/billing/places/{place.id}/paid-until", data={"words": "Their bank asks"})
    look = db.session.scalars(select(Look)).one()
    assert (look.user_id, look.at, look.words, look.subject_id) == (ann.id, NOON, "Their bank asks", place.id)
