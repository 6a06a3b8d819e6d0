"""The roster on the screen: seen by all staff, planned by managers, and who is on at the head of every page."""

import re
from datetime import timedelta
from uuid import uuid4

import pytest
from sqlalchemy import func, select

from helpdesk.core.access import Role
from helpdesk.core.extensions import db
from helpdesk.core.transactions import writing
from helpdesk.duty.actions import call_off
from helpdesk.duty.models import NumberConsent, Post, Shift
from tests.conftest import HTMX, PASSWORD
from tests.duties import HOUR, put_on

DAY = timedelta(days=1)


@pytest.fixture
def bea(person):
    return person("Bea", Role.OPERATOR)


@pytest.fixture
def shift(estate, ann, now):
    return put_on(estate, ann, now, now + 8 * HOUR)


def new_shift(user, **values):
    sent = {
        "request_key": str(uuid4()), "post": "hotline", "user_id": user.id, "starts_at": "2026-03-03T08:00",
        "ends_at": "2026-03-03T14:00", "position": 1,
    }  # fmt: skip
    return sent | values


def count() -> int:
    return db.session.scalar(select(func.count()).select_from(Shift))


def test_a_manager_adds_a_shift(ann, mei, estate, as_user, now):
    answer = as_user(mei).post("/duty/shifts", data=new_shift(ann))

    added = db.session.scalars(select(Shift)).one()
    assert (answer.status_code, answer.location) == (303, f"/duty?week=2026-03-02&estate={estate.id}")
    assert (added.user.name, added.starts_at, added.ends_at) == ("Ann", now + 20 * HOUR, now + 26 * HOUR)
    assert "08:00–14:00" in as_user(mei).get("/duty").text


def test_sent_twice_it_is_added_once(ann, mei, at_once, now):
    answers = at_once(mei, "/duty/shifts", new_shift(ann), times=3)

    assert [answer.status_code for answer in answers] == [303] * 3
    assert count() == 1


@pytest.mark.parametrize(
    ("typed", "said"),
    [
        ({"ends_at": "2026-03-03T07:00"}, "The shift must end after it begins."),
        ({"starts_at": "2031-03-03T08:00", "ends_at": "2031-03-03T09:00"}, "The roster reaches a month back"),
        ({"starts_at": "0001-01-01T00:00"}, "Give the day and the time."),
        ({"user_id": 0}, "This person cannot be put on this post."),
        ({"user_id": 99_999}, "This person cannot be put on this post."),
        ({"position": "9" * 400}, "A number from 1 to 9."),
    ],
)
def test_what_cannot_be_is_refused_with_what_was_typed(typed, said, ann, mei, as_user, now):
    answer = as_user(mei).post("/duty/shifts", data=new_shift(ann, **typed))

    assert answer.status_code == 422
    assert said in answer.text and f'value="{typed.get("ends_at", "2026-03-03T14:00")}"' in answer.text
    assert count() == 0


def test_an_overlap_of_the_same_person_says_with_what(ann, mei, shift, as_user, now):
    typed = new_shift(ann, starts_at="2026-03-02T13:00", ends_at="2026-03-02T15:00")

    answer = as_user(mei).post("/duty/shifts", data=typed)

    assert answer.status_code == 422
    assert "Ann is on then already: Hotline duty 12:00–20:00." in answer.text


def test_another_estate_is_not_found(mei, ann, new_estate, person, as_user, now):
    other = new_estate("康宁苑")
    theirs = put_on(other, person("Zoe", Role.OPERATOR, at=other), now, now + HOUR)
    browser = as_user(mei)

    assert browser.get(f"/duty?estate={other.id}").status_code == 404
    assert browser.post(f"/duty/shifts?estate={other.id}", data=new_shift(ann)).status_code == 404
    assert browser.get(f"/duty/shifts/{theirs.id}").status_code == 404
    for act in ("", "/stand-ins", "/calling-off"):
        assert browser.post(f"/duty/shifts/{theirs.id}{act}", data={"version": 0}).status_code == 404


def test_operators_see_the_roster_and_do_not_plan_it(ann, bea, mei, shift, as_user, now):
    browser = as_user(ann)

    assert "Add a shift" in as_user(mei).get("/duty").text
    assert "Add a shift" not in browser.get("/duty").text
    assert browser.post("/duty/shifts", data=new_shift(ann)).status_code == 403
    assert browser.post(f"/duty/shifts/{shift.id}", data={}).status_code == 403
    assert "Note the stand-in" in browser.get(f"/duty/shifts/{shift.id}").text
    assert "Note the stand-in" not in as_user(bea).get(f"/duty/shifts/{shift.id}").text


def test_somebody_notes_who_comes_instead(ann, bea, shift, as_user, now):
    typed = {"user_id": bea.id, "starts_at": "2026-03-02T12:00", "ends_at": "2026-03-02T20:00", "version": 0}

    answer = as_user(ann).post(f"/duty/shifts/{shift.id}/stand-ins", data=typed)

    assert answer.status_code == 303
    assert (shift.user.name, shift.stands_in_for.name) == ("Bea", "Ann")
    assert "for Ann" in as_user(ann).get("/duty").text


def test_a_stand_in_outside_of_the_shift_is_refused(ann, bea, shift, as_user, now):
    typed = {"user_id": bea.id, "starts_at": "2026-03-02T11:00", "ends_at": "2026-03-02T20:00", "version": 0}

    answer = as_user(ann).post(f"/duty/shifts/{shift.id}/stand-ins", data=typed)

    assert answer.status_code == 422
    assert "The stand-in must lie within the shift" in answer.text and 'value="2026-03-02T11:00"' in answer.text


@pytest.mark.parametrize(
    ("act", "typed"),
    [
        ("", {"user_id": "{bea}", "starts_at": "2026-03-02T12:00", "ends_at": "2026-03-02T19:00", "position": 1}),
        ("/stand-ins", {"user_id": "{bea}", "starts_at": "2026-03-02T12:00", "ends_at": "2026-03-02T19:00"}),
        ("/calling-off", {}),
    ],
)
def test_of_two_managers_the_second_is_told_and_keeps_what_they_typed(act, typed, bea, mei, shift, as_user, now):
    first = {"user_id": bea.id, "starts_at": "2026-03-02T12:00", "ends_at": "2026-03-02T18:00", "position": 1}
    assert as_user(mei).post(f"/duty/shifts/{shift.id}", data={**first, "version": 0}).status_code == 303
    sent = {name: str(value).format(bea=bea.id) for name, value in typed.items()}

    answer = as_user(mei).post(f"/duty/shifts/{shift.id}{act}", data={**sent, "version": 0})

    assert answer.status_code == 409
    assert "Someone changed this shift while you were looking at it." in answer.text
    assert 'name="version" value="1"' in answer.text
    if typed:
        assert 'value="2026-03-02T19:00"' in answer.text
    assert (shift.version, shift.ends_at) == (1, now + 6 * HOUR)


def test_a_shift_that_is_over_can_only_be_read(ann, mei, estate, as_user, now):
    over = put_on(estate, ann, now - 8 * HOUR, now)

    page = as_user(mei).get(f"/duty/shifts/{over.id}").text
    answer = as_user(mei).post(f"/duty/shifts/{over.id}/calling-off", data={"version": 0})

    assert "Call the shift off" not in page
    assert answer.status_code == 409 and "the roster keeps who was on" in answer.text


@pytest.mark.parametrize("act", ["", "/stand-ins", "/calling-off"])
def test_a_shift_called_off_meanwhile_says_so_to_whoever_still_saves(act, bea, mei, shift, as_user, now):
    typed = {"user_id": bea.id, "starts_at": "2026-03-02T12:00", "ends_at": "2026-03-02T18:00", "position": 1}
    with writing():
        call_off(shift, actor=mei, now=now)

    answer = as_user(mei).post(f"/duty/shifts/{shift.id}{act}", data={**typed, "version": 0})

    assert answer.status_code == 409
    assert "Someone changed this shift while you were looking at it." in answer.text and "Called off" in answer.text
    assert "Change the shift" not in answer.text and "Call the shift off" not in answer.text


def test_the_next_weeks_are_filled_from_this_one(ann, mei, shift, as_user, now):
    sent = {"request_key": str(uuid4()), "weeks": 4}

    answer = as_user(mei).post("/duty/fillings?week=2026-03-02", data=sent)
    again = as_user(mei).post("/duty/fillings?week=2026-03-02", data={**sent, "request_key": str(uuid4())})

    assert (answer.status_code, count()) == (303, 5)
    assert again.status_code == 422 and "There is nothing to add" in again.text


def test_a_pattern_plans_three_shifts_a_day(ann, bea, mei, person, as_user, now):
    cleo = person("Cleo", Role.OPERATOR)
    sent = {
        "request_key": str(uuid4()), "post": "hotline", "pattern": "three_shifts", "first_on": "2026-03-09", "weeks": 2,
        "first": ann.id, "second": bea.id, "third": cleo.id, "first_change": "08:00", "second_change": "14:00",
        "third_change": "20:00",
    }  # fmt: skip

    answer = as_user(mei).post("/duty/patterns", data=sent)
    too_few = as_user(mei).post("/duty/patterns", data={**sent, "third": 0, "request_key": str(uuid4())})
    muddled = as_user(mei).post("/duty/patterns", data={**sent, "third_change": "13:00", "request_key": str(uuid4())})

    assert (answer.status_code, count()) == (303, 42)
    assert too_few.status_code == 422 and "Three shifts need three people." in too_few.text
    assert muddled.status_code == 422 and "The three shifts have to begin one after the other" in muddled.text


def test_one_button_of_the_page_is_the_primary_one(mei, shift, as_user, now):
    browser = as_user(mei)

    roster, one_shift = (browser.get(url).text.split("<main")[1].split("</main>")[0] for url in
                         ("/duty", f"/duty/shifts/{shift.id}"))  # fmt: skip

    assert (roster.count('class="primary"'), one_shift.count('class="primary"')) == (1, 1)


def test_hours_without_anybody_and_two_posts_at_once_are_said(ann, mei, shift, estate, as_user, now):
    put_on(estate, ann, now, now + HOUR, post=Post.LEAD)

    page = as_user(mei).get("/duty").text

    assert "The hotline has nobody:" in page and "00:00–12:00" in page and "20:00–24:00" in page
    assert "Ann is at two posts at once: Hotline duty and Leads, Mon 2 12:00–20:00." in page


def test_the_console_warns_of_the_next_24_hours(ann, shift, estate, as_user, now):
    assert "The hotline has nobody:" in as_user(ann).get("/hotline").text
    put_on(estate, ann, now + 8 * HOUR, now + 30 * HOUR)

    assert "The hotline has nobody:" not in as_user(ann).get("/hotline").text


def test_a_disabled_account_is_shown_and_covers_nothing(ann, mei, shift, as_user, now):
    with writing():
        ann.active = False

    page = as_user(mei).get("/duty").text

    assert "account disabled: nobody comes" in page
    assert page.count("00:00–24:00") >= 7


def test_every_page_says_who_is_on(ann, tao, shift, estate, as_user, now):
    put_on(estate, tao, now, now + HOUR, post=Post.ON_CALL)
    with writing():
        tao.phone = "12000000077"
        db.session.add(NumberConsent(user_id=tao.id, digits="12000000077", given_at=now, noted_by_id=tao.id))

    desk, phone = as_user(ann).get("/work-orders").text, as_user(tao).get("/jobs").text
    part = as_user(ann).get("/duty/now", headers=HTMX).text

    on_duty = re.search(r"<summary title=[^>]*>(.*?)</summary>", desk, re.S)[1]
    assert " ".join(re.sub("<[^>]*>", "", on_duty).split()) == "On duty: Ann · On call for repairs Tao"
    assert "On duty: Ann · on call: Tao" in " ".join(phone.split())
    assert "120 0000 0077" in part and "number not published" in part
    assert 'data-changes-at="2026-03-02T05:00:00Z"' in part


def test_what_was_called_off_is_nowhere(ann, mei, shift, as_user, now):
    with writing():
        call_off(shift, actor=mei, now=now)

    assert "Ann" not in as_user(mei).get("/duty/now", headers=HTMX).text
    assert f"/duty/shifts/{shift.id}" not in as_user(mei).get("/duty").text


def test_the_week_asks_as_much_for_three_shifts_as_for_one(ann, bea, mei, shift, estate, as_user, count_queries, now):
    browser = as_user(ann)
    with count_queries() as one:
        browser.get("/duty")
    for number in (1, 2):
        put_on(estate, bea, now + number * DAY, now + number * DAY + HOUR, stands_in_for=mei)

    with count_queries() as three:
        browser.get("/duty")

    assert three.count == one.count


def test_somebody_agrees_to_have_their_number_published_and_takes_it_back(ann, bea, ada, as_user, now):
    with writing():
        ann.phone = "12000000077"
    browser, address = as_user(ann), f"/staff-numbers/{ann.id}"

    assert browser.post(f"{address}/publication", data={"next": "/me/number"}).location == "/me/number"
    assert browser.post(f"{address}/publication").status_code == 409
    assert "noted by Ann" in as_user(ada).get(f"/admin/users/{ann.id}").text
    assert as_user(bea).post(f"{address}/withdrawal").status_code == 404
    assert as_user(ada).post(f"{address}/withdrawal").status_code == 303
    assert "Taken back" in browser.get("/me/number").text and "noted by Ada" in browser.get("/me/number").text


def test_without_a_number_there_is_nothing_to_agree_to(ann, as_user, now):
    answer = as_user(ann).post(f"/staff-numbers/{ann.id}/publication")

    assert answer.status_code == 422 and "There is no mobile number yet." in answer.text


def test_the_administrator_changes_a_staff_number(ann, ada, as_user, now):
    browser, address = as_user(ada), f"/admin/users/{ann.id}/phone"

    assert (
        browser.post(
            address, data={"phone": "120-0000-0077", "version": ann.version, "own_password": PASSWORD}
        ).status_code
        == 303
    )
    assert ann.phone == "12000000077"
    wrong = browser.post(address, data={"phone": "ring me", "version": ann.version})
    stale = browser.post(address, data={"phone": "12000000078", "version": 0})
    assert wrong.status_code == 422 and "This is not a telephone number." in wrong.text and "ring me" in wrong.text
    assert stale.status_code == 409 and 'value="12000000078"' in stale.text
    assert ann.phone == "12000000077"
    assert browser.post(address, data={"phone": "", "version": ann.version}).status_code == 303
    assert ann.phone is None
    assert as_user(ann).post(address, data={"phone": "", "version": 0}).status_code == 403
