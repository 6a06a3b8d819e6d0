"""The technician's phone: the day, one job, the taps, what came of it, and the photos."""

import re
from datetime import timedelta
from io import BytesIO
from pathlib import Path
from uuid import uuid4

import pytest
from PIL import Image

from helpdesk.audit.queries import history_of
from helpdesk.core.extensions import db
from helpdesk.core.transactions import writing
from helpdesk.estate.models import Crib, Occupancy, OccupancyRole, Person, Phone
from helpdesk.repairs.actions import cancel_work_order, open_work_order
from helpdesk.repairs.models import CancelReason, HoldReason, Urgency
from helpdesk.repairs.states import Status, Step, VisitStatus
from helpdesk.repairs.visit_actions import hand_over_visit, schedule_visit
from helpdesk.scheduling.actions import take_step
from helpdesk.scheduling.queries import door_of
from helpdesk.travel.actions import set_mode
from helpdesk.travel.models import BuildingPosition, Mode
from helpdesk.windows.rules import Window
from tests.conftest import HTMX, NOON
from tests.households import add_home

HOSTILE = "\"><img src=x onerror=alert(1)> ' hx-get=/x hx-trigger=load {{7*7}} </script>"


@pytest.fixture
def send(ann, now):
    """Schedule a visit to an order; by default today at noon."""

    def _send(work_order, *crew, at=NOON, **values):
        with writing():
            return schedule_visit(work_order, crew=crew, planned_at=at, actor=ann, now=now, **values)

    return _send


@pytest.fixture
def visit(send, work_order, tao):
    return send(work_order, tao)


@pytest.fixture
def another(place, ann, category, now):
    """Open one more order at the same place."""

    def _another(code="STAIR_LIGHT", urgency=Urgency.P2, summary="The light on the stairs is out", at=place, **values):
        with writing():
            return open_work_order(
                place=at, category=category(code), urgency=urgency, summary=summary, actor=ann, now=now, **values
            )

    return _another


def sent(visit, **values):
    return {"request_key": str(uuid4()), "visit_id": visit.id, **values}


def step(visit, name, **values):
    return sent(visit, step=name, **{"page": "job"} | values)


def finished(visit, **values):
    return sent(visit, result="done", work_done="Changed the washer", no_photo="too_dark", **values)


def url(work_order, what=""):
    return f"/jobs/{work_order.number}{what}"


def jpeg(colour="red", size=(40, 30)):
    file = BytesIO()
    Image.new("RGB", size, colour).save(file, "JPEG")
    return file.getvalue()


def upload(visit, raw=None, name="a.jpg", **values):
    return {**sent(visit, stage="before"), **values, "photo": (BytesIO(raw if raw is not None else jpeg()), name)}


def raw_upload(visit, size):
    """A body of this many bytes, as a browser sends it."""
    fields = "".join(
        f'--b\r\nContent-Disposition: form-data; name="{name}"\r\n\r\n{value}\r\n'
        for name, value in sent(visit, stage="before").items()
    )
    head = '--b\r\nContent-Disposition: form-data; name="photo"; filename="a.jpg"\r\nContent-Type: image/jpeg\r\n\r\n'
    body = fields.encode() + head.encode() + b"\xff" * size + b"\r\n--b--\r\n"
    return {"data": body, "content_type": "multipart/form-data; boundary=b"}


def stored_files(app):
    return sorted(p.name for p in Path(app.config["PHOTO_FOLDER"]).rglob("*") if p.is_file())


@pytest.fixture(autouse=True)
def photo_folder(app, tmp_path, monkeypatch):
    monkeypatch.setitem(app.config, "PHOTO_FOLDER", str(tmp_path / "photos"))


# The day


def test_a_day_without_jobs_says_so_and_offers_no_button(tao, as_user):
    page = as_user(tao).get("/jobs").text

    assert "Nothing to do right now" in page
    assert 'class="primary thumb"' not in page


def test_at_the_foot_of_the_phone_stands_what_a_technician_works_on_and_no_more(tao, as_user):
    browser = as_user(tao)
    foot = re.search(r"<footer.*?</footer>", browser.get("/jobs").text, re.DOTALL)[0]

    assert re.findall(r'href="([^"]+)"', foot) == ["/jobs", "/duty"]
    assert 'href="/who-sees-what"' in browser.get("/me").text


def test_the_next_job_has_the_one_button_of_its_next_step(visit, work_order, tao, as_user):
    page = as_user(tao).get("/jobs").text

    assert "Building 3, unit 2, 501" in page and "敲门要重" in page
    assert page.count("primary thumb") == 1
    assert 'name="step" value="accept"' in page and ">Accept<" in page


def test_an_emergency_comes_before_what_was_planned(visit, another, send, tao, as_user):
    burst = another("WATER_BURST", Urgency.P1)
    send(burst, tao, at=NOON + timedelta(hours=3))

    page = as_user(tao).get("/jobs").text

    assert page.index(burst.number) < page.index(visit.work_order.number)
    assert f"/jobs/{burst.number}/steps" in page


def test_what_is_left_over_comes_first_and_tomorrow_is_only_counted(visit, another, send, set_now, tao, as_user):
    send(another(), tao, at=NOON + timedelta(days=1))
    send(another(), tao, at=NOON + timedelta(days=2))
    set_now(NOON + timedelta(days=1))

    page = as_user(tao).get("/jobs").text

    assert "Left over" in page and "1 more job today" in page and "Tomorrow: 1 job" in page
    assert page.index("Left over") < page.index("1 more job today")


def test_what_ended_today_is_folded_away_at_the_end(visit, work_order, tao, as_user):
    as_user(tao).post(url(work_order, "/result"), data=finished(visit))

    page = as_user(tao).get("/jobs").text

    assert "Nothing to do right now" in page and "Ended today: 1 job" in page


@pytest.mark.proves("RE-14")
def test_a_day_of_three_jobs_asks_no_more_queries_than_a_day_of_one(visit, another, send, tao, as_user, count_queries):
    browser = as_user(tao)
    browser.get("/jobs")
    with count_queries() as one:
        browser.get("/jobs")
    for _ in range(2):
        send(another(), tao)
    with count_queries() as three:
        browser.get("/jobs")

    assert three.count == one.count


@pytest.mark.proves("AC-03")
def test_nobody_sees_the_day_of_somebody_else(visit, bo, ann, as_user):
    assert visit.work_order.number not in as_user(bo).get("/jobs").text
    assert as_user(ann).get("/jobs").status_code == 403


# A page that is open while things change


def afresh(browser, visit, step="accept"):
    return browser.get(f"/jobs?visit={visit.id}&step={step}", headers=HTMX).text


def test_an_open_page_keeps_its_button_while_that_still_fits(visit, another, send, tao, as_user):
    burst = another("WATER_BURST", Urgency.P1)
    send(burst, tao)

    part = afresh(as_user(tao), visit)

    assert 'id="thumb"' not in part and "<form" not in part
    assert 'id="news"' in part and f'href="/jobs/{burst.number}"' in part.split('id="news"')[1]
    assert visit.work_order.number in part.split('class="region"')[0]  # the card still belongs to the button


def test_a_button_that_no_longer_fits_becomes_a_link_that_changes_nothing(visit, tao, bo, ann, as_user, now):
    with writing():
        hand_over_visit(visit, crew=[bo], actor=ann, now=now)

    part = afresh(as_user(tao), visit)

    assert "Something changed" in part and "<form" not in part
    assert '<a class="button primary thumb" href="/jobs">' in part.split('id="thumb"')[1]


def test_where_nothing_was_under_the_thumb_a_new_job_brings_its_button(visit, tao, as_user):
    part = as_user(tao).get("/jobs", headers=HTMX).text

    assert 'name="step" value="accept"' in part and "Something changed" not in part


def test_the_page_of_a_job_tells_of_a_new_emergency_too(visit, another, send, tao, as_user):
    burst = another("WATER_BURST", Urgency.P1)
    send(burst, tao)

    page = as_user(tao).get(url(visit.work_order)).text
    part = as_user(tao).get(url(visit.work_order, f"?visit={visit.id}&step=accept"), headers=HTMX).text

    assert burst.number in page and burst.number in part
    assert "<form" not in part


# One job


def test_the_page_of_a_job_has_what_is_needed_at_the_door(
    place, stairwell, add, another, send, tao, bo, as_user, estate, now
):
    phone = add(Phone, estate_id=estate.id, digits="13812345678")
    liu = add(Person, estate_id=estate.id, name="刘桂珍", hearing=True, lives_alone=True, phones=[phone])
    add(Occupancy, person_id=liu.id, place_id=place.id, role=OccupancyRole.HEAD, from_on=NOON.date())
    add(Crib, place_id=stairwell.id, stop_valve="Behind the blue door", breaker="", key_holder="Stair lead, 101")
    work_order = another(reporter=liu, phone=phone, summary="Dark since Sunday")
    send(work_order, tao, bo)

    page = as_user(tao).get(url(work_order)).text

    for words in ("Hears badly", "Lives alone", "敲门要重", "Behind the blue door", "Stair lead, 101", "Dark since"):
        assert words in page
    assert 'href="tel:13812345678"' in page
    assert "刘 family" in page and "刘桂珍" not in page
    assert "Bo" in page
    assert "Breaker" not in page


@pytest.mark.proves("AC-04")
def test_of_whom_to_ask_for_the_page_is_given_no_more_than_the_family_name(add, another, send, tao, estate, now):
    liu = add(Person, estate_id=estate.id, name="欧阳桂珍")

    assert door_of(send(another(reporter=liu), tao), now).ask_for == "欧阳"
    assert door_of(send(another(), tao), now).ask_for == ""


def test_a_day_after_the_visit_nobody_is_told_whom_to_ring(add, another, send, tao, as_user, estate, set_now):
    phone = add(Phone, estate_id=estate.id, digits="13812345678")
    liu = add(Person, estate_id=estate.id, name="刘桂珍", hearing=True)
    work_order = another(reporter=liu, phone=phone)
    as_user(tao).post(url(work_order, "/result"), data=finished(send(work_order, tao)))
    soon = as_user(tao).get(url(work_order)).text
    set_now(NOON + timedelta(hours=25))
    later = as_user(tao).get(url(work_order)).text

    for words in ("tel:13812345678", "刘 family", "Hears badly"):
        assert words in soon and words not in later


def test_a_number_of_the_invented_estate_is_shown_and_never_dialled(add, another, send, tao, as_user, estate):
    phone = add(Phone, estate_id=estate.id, digits="12000001234")
    work_order = another(phone=phone)
    send(work_order, tao)

    page = as_user(tao).get(url(work_order)).text

    assert "120 0000 1234" in page and "tel:" not in page


@pytest.mark.proves("AC-03")
def test_what_was_done_here_before_is_told_without_who_had_rung(visit, work_order, another, send, tao, bo, as_user):
    earlier = another(summary="Private words of another caller")
    as_user(bo).post(url(earlier, "/result"), data=finished(send(earlier, bo), parts_used="One washer"))

    page = as_user(tao).get(url(work_order)).text

    assert "Changed the washer" in page and "One washer" in page
    assert "Private words" not in page and earlier.number not in page


@pytest.mark.proves("AC-03")
def test_a_job_of_somebody_else_is_not_there(visit, work_order, bo, as_user):
    browser = as_user(bo)

    assert browser.get(url(work_order)).status_code == 404
    for what, data in (("/steps", step(visit, "accept")), ("/result", finished(visit)), ("/photos", upload(visit))):
        assert browser.post(url(work_order, what), data=data).status_code == 404
    assert visit.status is VisitStatus.PLANNED and not visit.photos


@pytest.mark.proves("AC-03")
def test_a_visit_of_another_order_cannot_be_slipped_in(visit, another, send, bo, tao, as_user):
    mine, theirs = another(), another()
    send(mine, tao)
    foreign = send(theirs, bo)

    assert as_user(tao).post(url(mine, "/steps"), data=step(foreign, "accept")).status_code == 404
    assert foreign.status is VisitStatus.PLANNED


@pytest.mark.parametrize("number", ["nothing", "GD20260302-9999", "GD20260302-0001'--", "%F0%9F%92%A7"])
def test_a_number_that_is_none_is_not_there(number, tao, as_user, visit):
    assert as_user(tao).get(f"/jobs/{number}").status_code == 404


# Steps


def test_from_accepting_to_done_in_four_taps(visit, work_order, tao, as_user):
    browser = as_user(tao)
    for name, button in (("accept", "On my way"), ("depart", "Arrived"), ("arrive", "Repair done")):
        answer = browser.post(url(work_order, "/steps"), data=step(visit, name), headers=HTMX)
        assert answer.status_code == 200
        assert button in answer.text.split('id="thumb"')[1]
    answer = browser.post(url(work_order, "/result"), data=finished(visit), headers=HTMX)

    assert (answer.status_code, answer.headers["HX-Redirect"]) == (204, "/jobs")
    assert (visit.status, work_order.status) == (VisitStatus.DONE, Status.DONE)
    assert (visit.work_done, visit.no_photo_reason) == ("Changed the washer", "Too dark")


def test_a_tap_on_the_day_answers_with_the_day(visit, work_order, tao, as_user):
    answer = as_user(tao).post(url(work_order, "/steps"), data=step(visit, "accept", page="day"), headers=HTMX)

    assert answer.text.lstrip().startswith('<div id="day"')
    assert 'hx-swap-oob="outerHTML"' in answer.text and 'value="depart"' in answer.text


@pytest.mark.parametrize(("page", "where"), [("day", "/jobs"), ("job", "/jobs/GD20260302-0001")])
def test_a_tap_works_without_scripts(page, where, visit, work_order, tao, as_user):
    answer = as_user(tao).post(url(work_order, "/steps"), data=step(visit, "accept", page=page))

    assert (answer.status_code, answer.location) == (303, where)
    assert visit.status is VisitStatus.ACCEPTED


@pytest.mark.proves("RE-05", "PC-15")
def test_a_tap_sent_three_times_at_once_counts_once(visit, work_order, tao, at_once):
    answers = at_once(tao, url(work_order, "/steps"), step(visit, "accept"), times=3)

    assert [answer.status_code for answer in answers] == [200, 200, 200]
    assert sum(event.kind == "visit.stepped" for event in history_of(work_order)) == 1


def test_a_step_that_no_longer_fits_shows_how_it_stands(visit, work_order, tao, as_user):
    as_user(tao).post(url(work_order, "/steps"), data=step(visit, "arrive"))

    answer = as_user(tao).post(url(work_order, "/steps"), data=step(visit, "accept", page="day"), headers=HTMX)

    assert answer.status_code == 409
    assert 'role="alert"' in answer.text
    assert "Repair done" in answer.text.split('id="thumb"')[1]


def test_a_visit_that_was_called_off_takes_no_step(visit, work_order, tao, ann, as_user, now):
    with writing():
        cancel_work_order(work_order, reason=CancelReason.WITHDRAWN, actor=ann, now=now)

    answer = as_user(tao).post(url(work_order, "/steps"), data=step(visit, "depart"), headers=HTMX)

    assert answer.status_code == 409
    assert visit.status is VisitStatus.CANCELLED


@pytest.mark.parametrize(
    "wrong",
    [
        {"step": "dance"}, {"step": ""}, {"visit_id": "x"}, {"visit_id": "9" * 30}, {"page": "moon"},
        {"request_key": "1"},
    ],
)  # fmt: skip
def test_a_tap_that_makes_no_sense_is_refused(wrong, visit, work_order, tao, as_user):
    answer = as_user(tao).post(url(work_order, "/steps"), data=step(visit, "accept") | wrong, headers=HTMX)

    assert answer.status_code == 422
    assert visit.status is VisitStatus.PLANNED


@pytest.mark.parametrize("claimed", ["", "yesterday", "2026-03-02T11:58:00", "0001-01-01T00:00:00+23:59"])
def test_a_time_nobody_can_read_leaves_the_servers(claimed, visit, work_order, tao, as_user, now):
    as_user(tao).post(url(work_order, "/steps"), data=step(visit, "arrive", claimed_at=claimed))

    assert visit.arrived_at == now


# Results


def test_what_was_done_must_be_said_and_what_was_typed_stays(visit, work_order, tao, as_user):
    data = finished(visit, parts_used="Two washers") | {"work_done": " ", "no_photo": ""}

    answer = as_user(tao).post(url(work_order, "/result"), data=data, headers=HTMX)

    assert answer.status_code == 422
    assert "Say in a few words what was done." in answer.text and 'value="Two washers"' in answer.text
    assert visit.status is VisitStatus.PLANNED


def test_no_photo_needs_a_reason_and_another_reason_needs_words(visit, work_order, tao, as_user):
    for change in ({"no_photo": ""}, {"no_photo": "other"}, {"no_photo": "rain"}):
        answer = as_user(tao).post(url(work_order, "/result"), data=finished(visit) | change, headers=HTMX)
        assert answer.status_code == 422
    told = {"no_photo": "other", "other_words": "The camera is broken"}
    as_user(tao).post(url(work_order, "/result"), data=finished(visit) | told)

    assert visit.no_photo_reason == "The camera is broken"


@pytest.mark.parametrize(
    ("reason", "status", "hold"),
    [
        ("parts", VisitStatus.FAILED, HoldReason.PARTS),
        ("help", VisitStatus.FAILED, HoldReason.HELP),
        ("outside", VisitStatus.FAILED, HoldReason.OUTSIDE),
        ("nobody_home", VisitStatus.NOBODY_HOME, HoldReason.APPOINTMENT),
    ],
)
def test_what_cannot_be_done_waits_for_the_office(reason, status, hold, visit, work_order, tao, as_user):
    more = {"parts": {"parts_needed": "三角阀"}, "nobody_home": {"no_photo": "too_dark"}}.get(reason, {})
    told = sent(visit, result="setback", reason=reason, note="Ring first", **more)

    answer = as_user(tao).post(url(work_order, "/result"), data=told)

    assert (answer.status_code, answer.location) == (303, "/jobs")
    assert (visit.status, visit.fail_note) == (status, "Ring first")
    assert (work_order.status, work_order.hold_reason) == (Status.ON_HOLD, hold)


@pytest.mark.parametrize(
    ("reason", "said"), [("parts", "Say which parts are missing"), ("nobody_home", "Add a photo of the door")]
)
def test_what_the_next_visit_needs_is_asked_for(reason, said, visit, work_order, tao, as_user):
    told = sent(visit, result="setback", reason=reason, note="Ring first")

    answer = as_user(tao).post(url(work_order, "/result"), data=told, headers=HTMX)

    assert answer.status_code == 422
    assert said in answer.text and "Ring first</textarea>" in answer.text
    assert visit.status is VisitStatus.PLANNED


def test_the_second_visit_says_what_to_bring(visit, work_order, send, tao, as_user):
    told = sent(visit, result="setback", reason="parts", parts_needed="三角阀 DN15")
    as_user(tao).post(url(work_order, "/result"), data=told)
    send(work_order, tao)

    page = as_user(tao).get(url(work_order)).text

    assert "Bring along" in page and "三角阀 DN15" in page


def test_the_job_shows_the_digits_that_are_said_at_the_door(visit, work_order, tao, ann, as_user):
    assert len(visit.door_code) == 2 and visit.door_code.isdigit()
    assert f'<dd class="large strong">{visit.door_code}</dd>' in as_user(tao).get(url(work_order)).text
    assert f"says {visit.door_code} at the door" in as_user(ann).get(f"/work-orders/{work_order.number}").text
    assert visit.door_code in as_user(ann).get(f"/work-orders/{work_order.number}/print").text


def test_who_will_be_kept_waiting_is_named(visit, work_order, another, tao, ann, as_user, set_now, now):
    promised = Window(now + timedelta(minutes=10), now + timedelta(minutes=20))
    following = another()
    with writing():
        take_step(visit, Step.ARRIVE, actor=tao, now=now)
        schedule_visit(following, crew=[tao], promised=promised, actor=ann, now=now)

    page = as_user(tao).get(url(work_order)).text

    assert "The next resident will wait" in page and f"/jobs/{following.number}" in page


def test_who_goes_by_e_bike_is_there_sooner(visit, work_order, estate, category, tao, ann, mei, as_user, now):
    far = add_home(estate, 9, 1, "101")
    leak = category("WATER_LEAK")
    with writing():
        take_step(visit, Step.ARRIVE, actor=tao, now=now)
        db.session.add_all([
            BuildingPosition(estate_id=estate.id, building_no=visit.work_order.place.building_no, east_m=0, north_m=0),
            BuildingPosition(estate_id=estate.id, building_no=9, east_m=1500, north_m=0),
        ])  # fmt: skip
        following = open_work_order(place=far, category=leak, urgency=leak.urgency, summary="x", actor=ann, now=now)
        ends_at = now + timedelta(minutes=visit.duration_minutes + 12)
        schedule_visit(following, crew=[tao], promised=Window(now, ends_at), actor=ann, now=now)
    on_foot = as_user(tao).get(url(work_order)).text
    with writing():
        set_mode(tao, mode=Mode.EBIKE, estate_id=estate.id, actor=mei, now=now)

    assert "The next resident will wait" in on_foot
    assert "The next resident will wait" not in as_user(tao).get(url(work_order)).text


def test_a_setback_needs_its_reason(visit, work_order, tao, as_user):
    answer = as_user(tao).post(url(work_order, "/result"), data=sent(visit, result="setback"), headers=HTMX)

    assert answer.status_code == 422
    assert "Choose what is in the way." in answer.text


def test_what_was_typed_for_a_visit_that_was_called_off_meanwhile_is_still_there(
    visit, work_order, tao, ann, as_user, now
):
    with writing():
        cancel_work_order(work_order, reason=CancelReason.WITHDRAWN, actor=ann, now=now)

    for data, typed in ((finished(visit), "Changed the washer"), (sent(visit, reason="help", note="Ring"), "Ring")):
        for headers in (HTMX, {}):
            answer = as_user(tao).post(url(work_order, "/result"), data=data, headers=headers)
            assert answer.status_code == 409
            assert 'role="alert"' in answer.text and f">{typed}</dd>" in answer.text
    assert (visit.status, visit.work_done) == (VisitStatus.CANCELLED, "")


@pytest.mark.proves("RE-05", "PC-15")
def test_a_result_sent_three_times_at_once_counts_once(visit, work_order, tao, at_once):
    answers = at_once(tao, url(work_order, "/result"), finished(visit), times=3)

    assert [answer.status_code for answer in answers] == [204, 204, 204]
    assert sum(event.kind == "visit.finished" for event in history_of(work_order)) == 1


def test_hostile_words_stay_words(visit, work_order, another, send, place, tao, as_user):
    with writing():
        place.door_note = HOSTILE
    order = another(summary=HOSTILE)
    as_user(tao).post(url(work_order, "/result"), data=finished(visit) | {"work_done": HOSTILE, "parts_used": HOSTILE})
    send(order, tao)

    for page in (as_user(tao).get(where).text for where in ("/jobs", url(order), url(work_order))):
        assert "<img src=x" not in page and "{{7*7}}" in page and "&#39; hx-get=/x" in page
        assert not re.search(r"<[^>]*\shx-get=/x", page)


# Photos


@pytest.mark.proves("FI-05", "AC-03", "PC-02")
def test_a_photo_is_kept_and_shown_to_those_who_may_see_the_order(visit, work_order, tao, ann, bo, as_user, app):
    answer = as_user(tao).post(url(work_order, "/photos"), data=upload(visit))
    photo = visit.photos[0]

    assert (answer.status_code, answer.location) == (303, url(work_order) + "#photos")
    assert (photo.width, photo.height, photo.stage) == (40, 30, "before")
    for who in (tao, ann):
        shown = as_user(who).get(f"/photos/{photo.id}")
        assert shown.mimetype == "image/jpeg" and len(shown.data) == photo.size_bytes
        assert shown.headers["Content-Disposition"] == "inline"
        assert shown.headers["X-Content-Type-Options"] == "nosniff" and shown.headers["Cache-Control"] == "no-store"
    assert as_user(bo).get(f"/photos/{photo.id}").status_code == 404
    assert as_user(tao).get(f"/photos/{photo.id}?size=thumb").status_code == 200
    assert len(stored_files(app)) == 2


def test_the_small_copy_is_small(visit, work_order, tao, as_user):
    as_user(tao).post(url(work_order, "/photos"), data=upload(visit, jpeg(size=(3000, 2000))))
    photo = visit.photos[0]

    large, small = (as_user(tao).get(f"/photos/{photo.id}{size}").data for size in ("", "?size=thumb"))

    assert Image.open(BytesIO(large)).size == (2048, 1365) == (photo.width, photo.height)
    assert Image.open(BytesIO(small)).size == (320, 213)


def test_a_photo_that_is_gone_from_the_disk_is_not_there(visit, work_order, tao, as_user, app):
    as_user(tao).post(url(work_order, "/photos"), data=upload(visit))
    for path in Path(app.config["PHOTO_FOLDER"]).rglob("*.jpg"):
        path.unlink()

    assert as_user(tao).get(f"/photos/{visit.photos[0].id}").status_code == 404
    assert as_user(tao).get("/photos/99999999999999999999").status_code == 404


@pytest.mark.proves("RE-05", "PC-15")
def test_a_photo_sent_three_times_is_kept_once(visit, work_order, tao, as_user, app):
    data = sent(visit, stage="after")
    raw = jpeg()
    browser = as_user(tao)
    answers = [
        browser.post(url(work_order, "/photos"), data={**data, "photo": (BytesIO(raw), "a.jpg")}, headers=HTMX)
        for _ in range(3)
    ]
    other = browser.post(
        url(work_order, "/photos"), data={**data, "photo": (BytesIO(jpeg("blue")), "a.jpg")}, headers=HTMX
    )

    assert [answer.status_code for answer in answers] == [200, 200, 200]
    assert other.status_code == 422
    assert len(visit.photos) == 1 and len(stored_files(app)) == 2


@pytest.mark.proves("FI-02", "PC-06")
@pytest.mark.parametrize(
    ("raw", "name"),
    [
        (b"", ""), (b"", "empty.jpg"), (b"<svg xmlns='http://www.w3.org/2000/svg'/>", "a.svg"),
        (b"<html><script>alert(1)</script></html>", "a.jpg"), (b"%PDF-1.7", "a.pdf"), (jpeg()[:200], "cut.jpg"),
    ],
)  # fmt: skip
def test_what_is_not_a_photo_is_refused_and_nothing_is_kept(raw, name, visit, work_order, tao, as_user, app):
    answer = as_user(tao).post(url(work_order, "/photos"), data=upload(visit, raw, name), headers=HTMX)

    assert answer.status_code == 422
    assert 'class="error"' in answer.text and answer.text.lstrip().startswith('<section id="photos"')
    assert not visit.photos and stored_files(app) == []


@pytest.mark.proves("FI-04")
@pytest.mark.parametrize("name", ["../../x", "a\tb.jpg", "照" * 300 + ".jpg", "a.php", "con"])
def test_the_name_a_file_had_is_of_no_consequence(name, visit, work_order, tao, as_user, app):
    as_user(tao).post(url(work_order, "/photos"), data=upload(visit, name=name))

    assert re.fullmatch(r"[0-9a-f]{32}\.jpg", visit.photos[0].file_name)
    assert len(stored_files(app)) == 2


@pytest.mark.proves("FI-06")
def test_a_visit_has_at_most_twelve_photos(visit, work_order, tao, as_user, app):
    browser = as_user(tao)
    for _ in range(12):
        browser.post(url(work_order, "/photos"), data=upload(visit))

    answer = browser.post(url(work_order, "/photos"), data=upload(visit), headers=HTMX)

    assert answer.status_code == 422 and "at most 12 photos" in answer.text
    assert len(visit.photos) == 12 and len(stored_files(app)) == 24


@pytest.mark.proves("FI-06")
def test_a_full_disk_stops_photos_and_nothing_else(visit, work_order, tao, as_user, app, monkeypatch):
    monkeypatch.setattr("helpdesk.core.disk.LEAST_FREE", 2**60)

    answer = as_user(tao).post(url(work_order, "/photos"), data=upload(visit), headers=HTMX)
    as_user(tao).post(url(work_order, "/result"), data=finished(visit))

    assert answer.status_code == 422 and "no room for photos" in answer.text
    assert stored_files(app) == [] and visit.status is VisitStatus.DONE


def test_a_photo_whose_transaction_fails_leaves_no_file(visit, work_order, tao, as_user, app, monkeypatch):
    def fail(*_args, **_kwargs):
        raise RuntimeError("no")

    monkeypatch.setattr("helpdesk.scheduling.views.once", fail)

    assert as_user(tao).post(url(work_order, "/photos"), data=upload(visit)).status_code == 500
    assert stored_files(app) == []


@pytest.mark.proves("FI-01")
def test_other_forms_take_no_large_bodies(visit, work_order, tao, as_user):
    large = finished(visit) | {"work_done": "x" * 70_000}

    assert as_user(tao).post(url(work_order, "/result"), data=large).status_code == 413
    too_large, just_over = (raw_upload(visit, 12 * 1024 * 1024 + more) for more in (70_000, 1))
    assert as_user(tao).post(url(work_order, "/photos"), **too_large).status_code == 413
    refused = as_user(tao).post(url(work_order, "/photos"), **just_over, headers=HTMX)
    assert refused.status_code == 422 and "larger than 12 MB" in refused.text


def test_a_photo_may_be_added_for_a_day_after_the_end(visit, work_order, tao, as_user, set_now):
    browser = as_user(tao)
    browser.post(url(work_order, "/result"), data=finished(visit))
    set_now(NOON + timedelta(hours=9))
    first = browser.post(url(work_order, "/photos"), data=upload(visit, stage="after"), headers=HTMX)
    set_now(NOON + timedelta(hours=25))
    second = as_user(tao).post(url(work_order, "/photos"), data=upload(visit, stage="after"), headers=HTMX)

    assert (first.status_code, second.status_code) == (200, 409)
    assert len(visit.photos) == 1
