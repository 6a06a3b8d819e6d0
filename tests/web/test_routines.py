"""The pages of work that comes round."""

from datetime import date
from uuid import uuid4

import pytest
from sqlalchemy import func, select

from helpdesk.core.access import Role
from helpdesk.core.extensions import db
from helpdesk.core.transactions import writing
from helpdesk.estate.models import Occupancy, OccupancyRole, Person, Place, PlaceKind
from helpdesk.repairs.models import WorkOrder
from helpdesk.routines.models import Outcome, Routine, Turn
from helpdesk.routines.opening import open_due_turns

HTMX = {"HX-Request": "true"}


@pytest.fixture
def elder(add, estate, place, now):
    someone = add(Person, estate_id=estate.id, name="沈玉珍", birth_year=1944, lives_alone=True)
    add(Occupancy, person_id=someone.id, place_id=place.id, role=OccupancyRole.HEAD, from_on=date(2010, 1, 1))
    return someone


@pytest.fixture
def begun(as_user, ann, elder, category):
    as_user(ann).post("/routines/new/care", data=typed(elder.id, category("ELDER_CHECK").id))
    return db.session.scalars(select(Routine)).one()


def typed(chosen, category_id, **changed):
    return {
        "request_key": str(uuid4()), "title": "看看老人", "steps": "", "every": "1", "unit": "week",
        "basis": "completion", "first_on": "2026-03-03", "ahead_days": "1", "spread_days": "5", "chosen": chosen,
        "category_id": category_id, **changed,
    }  # fmt: skip


def test_a_care_round_is_offered_for_everybody_who_lives_alone(as_user, ann, elder):
    page = as_user(ann).get("/routines/new/care")

    assert "沈玉珍" in page.text
    assert f'id="chosen-{elder.id}" name="chosen" value="{elder.id}" checked' in page.text


def test_a_care_round_begins_and_is_not_offered_again(as_user, ann, begun):
    assert (begun.title, begun.next_on) == ("看看老人", date(2026, 3, 3))
    assert "沈玉珍" in as_user(ann).get("/routines").text
    assert "沈玉珍" not in as_user(ann).get("/routines/new/care").text


def test_sent_twice_is_one_round(as_user, ann, elder, category):
    body = typed(elder.id, category("ELDER_CHECK").id)

    answers = [as_user(ann).post("/routines/new/care", data=body).status_code for _ in range(2)]

    assert answers == [303, 303]
    assert db.session.scalar(select(func.count()).select_from(Routine)) == 1


@pytest.mark.parametrize(
    ("changed", "said"),
    [
        ({"chosen": ""}, "Choose at least one"),
        ({"every": "0"}, "From 1 to 365"),
        ({"first_on": "2026-03-01"}, "This day is over"),
        ({"first_on": "0001-01-01"}, "Choose a later day"),
        ({"category_id": ""}, "Choose one of these"),
        ({"chosen": "99999"}, "Choose at least one"),
    ],
)
def test_what_cannot_be_is_said_and_kept(as_user, ann, elder, category, changed, said):
    body = typed(elder.id, category("ELDER_CHECK").id) | changed

    answer = as_user(ann).post("/routines/new/care", data=body)

    assert answer.status_code == 422
    assert said in answer.text and "看看老人" in answer.text
    assert db.session.scalars(select(Routine)).all() == []


def test_inspections_of_every_stairwell_begin_in_one_go(as_user, ann, add, estate, category, now):
    places = [
        add(Place, estate_id=estate.id, kind=PlaceKind.COMMON_AREA, address=f"{n}幢1单元楼道", building_no=n)
        for n in (11, 12, 13)
    ]
    chosen = [place.id for place in places]

    body = typed(chosen, category("HANDRAIL").id, unit="month")

    assert as_user(ann).post("/routines/new/inspection", data=body).status_code == 303

    assert [routine.place_id for routine in db.session.scalars(select(Routine).order_by(Routine.id))] == chosen


def test_what_came_of_a_turn_is_said_on_its_page(as_user, ann, begun, now):
    open_due_turns(now)
    (turn,) = db.session.scalars(select(Turn))

    answer = as_user(ann).post(
        f"/routines/{begun.id}/turns/{turn.id}", data={"outcome": "no_contact", "words": "敲门没人应"}, headers=HTMX
    )

    assert answer.status_code == 200
    db.session.expire_all()
    assert turn.outcome is Outcome.NO_CONTACT
    assert turn.follow_up.number in answer.text


def test_who_comes_second_sees_what_changed(as_user, ann, begun):
    body = typed("", "") | {"version": str(begun.version)}
    as_user(ann).post(f"/routines/{begun.id}", data=body | {"every": "2"})

    answer = as_user(ann).post(f"/routines/{begun.id}", data=body | {"every": "3"}, headers=HTMX)

    assert answer.status_code == 409
    assert 'value="3"' in answer.text


def test_another_estates_routine_is_not_there(as_user, ann, begun, new_estate, person):
    other = new_estate("Elsewhere")
    with writing():
        db.session.get(Routine, begun.id).estate_id = other.id

    assert as_user(ann).get(f"/routines/{begun.id}").status_code == 404
    assert as_user(ann).post(f"/routines/{begun.id}/end", data={"version": "1"}).status_code == 404


@pytest.mark.parametrize("role", [Role.TECHNICIAN, Role.FINANCE, Role.OFFICER])
def test_who_does_not_see_orders_sees_no_rounds(as_user, person, role):
    assert as_user(person("Kim", role)).get("/routines").status_code == 403


def test_an_auditor_looks_and_begins_nothing(as_user, person, elder, category):
    kim = person("Kim", Role.AUDITOR)

    assert as_user(kim).get("/routines").status_code == 200
    assert as_user(kim).post("/routines/new/care", data=typed(elder.id, category("ELDER_CHECK").id)).status_code == 403


def test_the_list_asks_as_often_for_three_as_for_one(as_user, ann, add, estate, category, count_queries, now):
    def begin(number):
        place = add(
            Place, estate_id=estate.id, kind=PlaceKind.COMMON_AREA, address=f"{number}幢楼道", building_no=number
        )
        as_user(ann).post("/routines/new/inspection", data=typed(place.id, category("HANDRAIL").id))
        open_due_turns(now)

    begin(1)
    with count_queries() as one:
        as_user(ann).get("/routines")
    begin(2), begin(3)
    with count_queries() as three:
        as_user(ann).get("/routines")

    assert three.count == one.count
    assert db.session.scalar(select(func.count()).select_from(WorkOrder)) == 3
