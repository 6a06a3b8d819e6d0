"""Two homes on one order, and going in where nobody opens."""

from uuid import uuid4

import pytest
from sqlalchemy import func, select

from helpdesk.audit.models import Event
from helpdesk.core.access import Role
from helpdesk.core.extensions import db
from helpdesk.core.transactions import writing
from helpdesk.neighbours.models import Entry, OtherHome, Part
from helpdesk.neighbours.queries import other_home_of
from helpdesk.repairs.actions import cancel_work_order
from helpdesk.repairs.models import CancelReason
from helpdesk.repairs.visit_actions import schedule_visit
from tests.conftest import HTMX
from tests.households import add_home, add_person, add_phone


@pytest.fixture
def upstairs(estate, place):
    home = add_home(estate, 3, 2, "601", stairwell_id=place.stairwell_id)
    add_phone(estate, "12000000601", people=[add_person(estate, "李建国", home)])
    return home


@pytest.fixture
def url(work_order):
    return f"/work-orders/{work_order.number}"


def typed(work_order, **more):
    return {"version": work_order.version, "address": "3-2-601", "part": "source", "number": ""} | more


def entry(place, **more):
    return {
        "request_key": str(uuid4()), "place_id": place.id, "entered_at": "2026-03-02T11:40",
        "witnesses": "民警、楼道长", "why": "水漫到楼下，敲门没人应",
    } | more  # fmt: skip


def test_a_second_home_is_noted_and_both_show_the_order(work_order, upstairs, place, url, ann, as_user, now):
    browser = as_user(ann)

    answer = browser.post(f"{url}/other-home", data=typed(work_order))

    assert (answer.status_code, answer.location) == (303, url)
    assert (other_home_of(work_order).place, other_home_of(work_order).part) == (upstairs, Part.SOURCE)
    page = browser.get(url).text
    assert "Two homes" in page and "120 0000 0601" in page  # the number that is known there
    assert work_order.number in browser.get(f"/estate/places/{upstairs.id}").text
    assert work_order.number in browser.get(f"/hotline/card?place_id={upstairs.id}", headers=HTMX).text


def test_the_technician_sees_both_addresses_and_both_numbers(work_order, upstairs, url, ann, tao, as_user, now):
    as_user(ann).post(f"{url}/other-home", data=typed(work_order, number="120 0000 0777"))
    with writing():
        schedule_visit(work_order, crew=[tao], actor=ann, now=now)

    page = as_user(tao).get(f"/jobs/{work_order.number}").text

    assert "3-2-501" in page and "3-2-601" in page and "120 0000 0777" in page


@pytest.mark.parametrize(
    ("wrong", "said"),
    [
        ({"address": "3-2-999"}, "“3-2-999” is no address here."),
        ({"address": ""}, "Give its address."),
        ({"address": "3-2-501"}, "This is the home the work order was opened for."),
        ({"part": "x"}, "Choose one of these."),
        ({"number": "abc"}, "This is no telephone number."),
    ],
)
def test_a_wrong_second_home_is_refused_and_stays_typed(wrong, said, work_order, upstairs, url, ann, as_user, now):
    for headers in (HTMX, {}):
        answer = as_user(ann).post(f"{url}/other-home", data=typed(work_order) | wrong, headers=headers)

        assert (answer.status_code, said in answer.text) == (422, True)
        assert all(f'value="{value}"' in answer.text for name, value in wrong.items() if name != "part" and value)
    assert other_home_of(work_order) is None


def test_a_stale_form_is_a_conflict(work_order, upstairs, url, ann, as_user, now):
    browser = as_user(ann)
    browser.post(f"{url}/other-home", data=typed(work_order))

    set_again = browser.post(f"{url}/other-home", data=typed(work_order, version=1, number="12000000999"))
    removed = browser.post(f"{url}/other-home/removal", data={"version": 1})

    assert (set_again.status_code, 'value="12000000999"' in set_again.text, removed.status_code) == (409, True, 409)
    assert other_home_of(work_order).place == upstairs


def test_it_is_about_one_home_only(work_order, upstairs, url, ann, as_user, now):
    browser = as_user(ann)
    browser.post(f"{url}/other-home", data=typed(work_order))

    answer = browser.post(f"{url}/other-home/removal", data={"version": 2})
    again = browser.post(f"{url}/other-home/removal", data={"version": 3})

    assert (answer.status_code, other_home_of(work_order), again.status_code) == (303, None, 409)


def test_an_order_that_is_over_takes_no_second_home(work_order, upstairs, url, ann, as_user, now):
    with writing():
        cancel_work_order(work_order, reason=CancelReason.WITHDRAWN, actor=ann, now=now)

    assert as_user(ann).post(f"{url}/other-home", data=typed(work_order)).status_code == 409
    assert db.session.scalar(select(func.count()).select_from(OtherHome)) == 0


def test_an_entry_is_kept_with_its_witnesses_and_the_event_names_nobody(
    work_order, place, url, ann, person, as_user, now
):
    browser = as_user(ann)

    answer = browser.post(f"{url}/entries", data=entry(place))

    kept = db.session.scalars(select(Entry)).one()
    assert (answer.status_code, answer.location) == (303, url)
    assert (kept.place, kept.witnesses, kept.noted_by) == (place, "民警、楼道长", ann)
    page, reader = browser.get(url).text, as_user(person("Olga", Role.OWNER)).get(url).text
    assert "民警、楼道长" in page and "民警、楼道长" not in reader and "Entered" in reader
    event = db.session.scalars(select(Event).where(Event.kind == "work_order.home_entered")).one()
    assert event.data == {"entry_id": kept.id, "place_id": place.id}


@pytest.mark.parametrize(
    ("wrong", "said"),
    [
        ({"witnesses": " "}, "Name at least one witness: nobody goes in alone."),
        ({"why": ""}, "Say why it could not wait."),
        ({"entered_at": "2026-03-02T12:30"}, "This lies ahead."),
        ({"entered_at": "x"}, "Give the day and the time."),
        ({"place_id": "999"}, "The work order is not about this home."),
        ({"place_id": ""}, "The work order is not about this home."),
    ],
)
def test_a_wrong_entry_is_refused_and_stays_typed(wrong, said, work_order, place, url, ann, as_user, now):
    answer = as_user(ann).post(f"{url}/entries", data=entry(place) | {"why": "kept words"} | wrong)

    assert (answer.status_code, said in answer.text) == (422, True)
    assert "kept words" in answer.text or "why" in wrong
    assert db.session.scalar(select(func.count()).select_from(Entry)) == 0


def test_whoever_was_sent_records_an_entry_and_others_do_not_see_the_order(
    work_order, place, url, ann, tao, bo, mei, new_estate, person, as_user, now
):
    with writing():
        schedule_visit(work_order, crew=[tao], actor=ann, now=now)
    far = person("Zoe", Role.OPERATOR, at=new_estate("康宁苑"))

    sent = as_user(tao).post(f"{url}/entries", data=entry(place))

    assert (sent.status_code, sent.location) == (303, f"/jobs/{work_order.number}")
    assert [as_user(user).post(f"{url}/entries", data=entry(place)).status_code for user in (bo, far)] == [404, 404]
    assert as_user(tao).post(f"{url}/other-home", data={}).status_code == 403
    assert as_user(far).get(f"{url}/other-home").status_code == 404
