"""Somebody works in two estates: one way to choose which one a page is about, and nothing leaks or is lost."""

from datetime import timedelta
from uuid import uuid4

import pytest
from sqlalchemy import select

from helpdesk.accounts.models import UserRole
from helpdesk.core.access import Role
from helpdesk.core.extensions import db
from helpdesk.core.transactions import writing
from helpdesk.handover.models import Handover
from helpdesk.repairs.actions import open_work_order
from helpdesk.repairs.models import Urgency
from helpdesk.repairs.visit_actions import schedule_visit
from helpdesk.storm.models import RoundPerson
from tests.duties import put_on
from tests.households import add_home, add_person

PAGES = (
    "/duty",
    "/handovers",
    "/morning-sheet",
    "/fridge-cards",
    "/storm",
    "/storm/postponements/new",
    "/storm/rounds/new",
)
HOUR = timedelta(hours=1)


@pytest.fixture
def other(new_estate):
    return new_estate("West Court")


@pytest.fixture
def kim(person, other):
    """Manages both estates."""
    kim = person("Kim", Role.MANAGER)
    with writing():
        db.session.add(UserRole(user_id=kim.id, estate_id=other.id, role=Role.MANAGER))
    return kim


@pytest.mark.parametrize("path", PAGES)
def test_each_page_offers_the_estates_to_who_works_in_several(path, estate, other, kim, mei, as_user):
    both, one = as_user(kim).get(path).text, as_user(mei).get(path).text

    assert both.count('id="estate-choice"') == 1 and f'<option value="{other.id}">West Court' in both
    assert 'id="estate-choice"' not in one and "West Court" not in one
    assert as_user(mei).get(f"{path}?estate={other.id}").status_code == 404


def test_the_choice_is_kept_and_an_address_wins(estate, other, kim, as_user):
    browser = as_user(kim)

    browser.get(f"/duty?estate={other.id}")

    assert f'value="{other.id}" selected' in browser.get("/morning-sheet").text
    assert f'value="{estate.id}" selected' in browser.get(f"/handovers?estate={estate.id}").text


def test_a_wish_without_a_right_shows_ones_own(estate, other, mei, as_user):
    browser = as_user(mei)
    browser.set_cookie("estate", str(other.id))

    page = browser.get("/duty")

    assert page.status_code == 200 and "West Court" not in page.text


def test_rosters_and_hand_overs_keep_apart(estate, other, kim, mei, person, as_user, now):
    ann, wu = person("Ann", Role.OPERATOR), person("Wu", Role.OPERATOR, at=other)
    put_on(estate, ann, now - HOUR, now + HOUR)
    put_on(other, wu, now - HOUR, now + HOUR)
    browser = as_user(kim)

    for here, on, off in ((estate, "Ann", "Wu<"), (other, "Wu", "Ann<")):
        page = browser.get(f"/duty?estate={here.id}").text
        assert f"<strong>{on}</strong>" in page and off not in page

    begun = as_user(kim).post(f"/handovers?estate={other.id}", data={"request_key": str(uuid4())})
    assert begun.status_code == 303
    assert db.session.scalars(select(Handover.estate_id)).all() == [other.id]
    assert "Not signed by both yet" not in as_user(mei).get("/handovers").text


def test_a_round_rings_everybody_of_the_chosen_estate(estate, other, kim, as_user):
    for here in (estate, other):
        add_person(here, f"Elder of {here.id}", add_home(here, 3, 2, "401"), lives_alone=True, birth_year=1940)
    data = {"cause": "cold_wave", "whom": "lives_alone", "youngest": 60, "hours": 4}

    for here in (other, estate):
        as_user(kim).post(f"/storm/rounds?estate={here.id}", data={**data, "request_key": str(uuid4())})

    assert [row.person.name for row in db.session.scalars(select(RoundPerson).order_by(RoundPerson.id))] == [
        f"Elder of {other.id}", f"Elder of {estate.id}",
    ]  # fmt: skip


def test_only_visits_of_the_chosen_estate_are_postponed(estate, other, kim, person, category, as_user, now):
    """A storm may hit one estate and spare the other; two at once were refused, but shown together."""
    visits = {}
    for here, room in ((estate, "401"), (other, "402")):
        place, leak = add_home(here, 3, 2, room), category("WATER_LEAK", at=here)
        tao = person(f"Tao of {here.id}", Role.TECHNICIAN, at=here)
        with writing():
            order = open_work_order(
                place=db.session.merge(place), category=leak, urgency=Urgency.P2, summary="x", actor=kim, now=now
            )
            visits[here.id] = schedule_visit(order, crew=[tao], planned_at=now + HOUR, actor=kim, now=now)
    asked = {"request_key": str(uuid4()), "cause": "typhoon", "day": "2026-03-02", "moved_to": "2026-03-05"}
    mark = f"{visits[other.id].id}.{visits[other.id].work_order.version}"
    browser = as_user(kim)

    page = browser.get(f"/storm/postponements/new?estate={other.id}").text
    elsewhere = browser.post(f"/storm/postponements?estate={estate.id}", data=asked | {"chosen": mark})
    moved = browser.post(f"/storm/postponements?estate={other.id}", data=asked | {"chosen": mark})

    assert "3-2-402" in page and "3-2-401" not in page
    assert (elsewhere.status_code, moved.status_code) == (409, 303)
    assert moved.location in browser.get(f"/storm?estate={other.id}").text
    assert moved.location not in browser.get(f"/storm?estate={estate.id}").text
