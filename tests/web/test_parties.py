"""Outside parties as people see them: the directory, handing an order over, chasing, and what waits."""

from uuid import uuid4

import pytest
from sqlalchemy import select

from helpdesk.core.access import Role
from helpdesk.core.extensions import db
from helpdesk.core.transactions import writing
from helpdesk.parties.actions import add_party, hand_off
from helpdesk.parties.models import HandOff, HandOffChase, Party, PartyKind
from helpdesk.repairs.actions import open_work_order
from tests.conftest import HTMX


@pytest.fixture
def water(estate, ann, now):
    entry = {"numbers": "052310000201", "hours": "By day", "note": "", "actor": ann, "now": now}
    with writing():
        return add_party(estate_id=estate.id, kind=PartyKind.WATER_WORKS, name="Water works", **entry)


@pytest.fixture
def given(work_order, water, ann, now):
    with writing():
        return hand_off(work_order, party=water, actor=ann, now=now)


def entry(**more):
    return {"request_key": str(uuid4()), "name": "Builder", "kind": "contractor", "numbers": "", "note": ""} | more


@pytest.mark.parametrize("headers", [HTMX, {}])
def test_an_outside_party_is_added_once(headers, estate, ann, as_user, now):
    data = entry(numbers="0523-1000 0202, 12000000206")
    browser = as_user(ann)

    answers = [browser.post("/parties", data=data, headers=headers).status_code for _ in range(2)]

    party = db.session.scalars(select(Party)).one()
    assert answers == ([200, 200] if headers else [303, 303])
    assert (party.numbers, party.kind) == ("052310000202 12000000206", PartyKind.CONTRACTOR)


@pytest.mark.parametrize("wrong", [{"name": ""}, {"name": "Water works"}, {"numbers": "12"}, {"kind": "x"}])
def test_a_wrong_entry_is_refused_and_what_was_typed_stays(wrong, water, ann, as_user, now):
    answer = as_user(ann).post("/parties", data=entry(hours="From seven") | wrong, headers=HTMX)

    assert answer.status_code == 422 and 'value="From seven"' in answer.text
    assert db.session.scalars(select(Party.name)).all() == ["Water works"]


def test_a_stale_change_of_an_entry_is_refused_with_what_was_typed(water, ann, mei, as_user, now):
    changed = {"name": "Water", "kind": "water_works", "numbers": "", "note": "", "version": 1, "in_use": "y"}
    as_user(mei).post(f"/parties/{water.id}", data=changed)

    answer = as_user(ann).post(f"/parties/{water.id}", data=changed | {"hours": "At night"}, headers=HTMX)

    assert answer.status_code == 409 and 'value="At night"' in answer.text
    assert (water.name, water.hours) == ("Water", "By day")


def test_an_order_is_handed_over_from_its_page_and_its_row_says_to_whom(work_order, water, ann, as_user, now):
    browser, url = as_user(ann), f"/work-orders/{work_order.number}/hand-offs"
    data = {"request_key": str(uuid4()), "version": work_order.version, "party_id": water.id, "paid_by": "utility",
            "reference": "W-17", "promised_on": "2026-03-05"}  # fmt: skip

    assert url in browser.get(f"/work-orders/{work_order.number}").text
    assert [browser.post(url, data=data).status_code for _ in range(2)] == [303, 303]

    given = db.session.scalars(select(HandOff)).one()
    assert (given.reference, given.paid_by.value, str(given.promised_on)) == ("W-17", "utility", "2026-03-05")
    for page in ("/work-orders", "/hotline", f"/work-orders/{work_order.number}"):
        assert "Water works since 12:00" in browser.get(page).text, page
    assert "Water works" in browser.get("/callbacks").text


@pytest.mark.parametrize(
    "wrong", [{"promised_on": "2026-03-01"}, {"chase_at": "今天 9:00"}, {"chase_at": "soon"}, {"party_id": "999"},
              {"party_id": ""}, {"paid_by": "x"}],
)  # fmt: skip
def test_a_wrong_hand_off_is_refused_and_the_order_stays(wrong, work_order, water, ann, as_user, now):
    data = {"request_key": str(uuid4()), "version": work_order.version, "party_id": water.id, "paid_by": "utility",
            "contact": "Mr Shui"} | wrong  # fmt: skip

    answer = as_user(ann).post(f"/work-orders/{work_order.number}/hand-offs", data=data, headers=HTMX)

    assert answer.status_code == 422 and 'value="Mr Shui"' in answer.text
    assert (work_order.hold_reason, db.session.scalars(select(HandOff)).all()) == (None, [])


def test_chasing_notes_what_they_said_and_when_to_ask_again(given, ann, as_user, at_once, now):
    data = {"request_key": str(uuid4()), "version": 1, "note": "Tomorrow", "chase_at": "明天 10:00"}

    answers = at_once(ann, f"/hand-offs/{given.id}/chases", data, times=2)

    assert [one.status_code for one in answers] == [200, 200]
    assert db.session.scalars(select(HandOffChase.note)).all() == ["Tomorrow"]


@pytest.mark.parametrize(
    ("act", "typed"), [("chases", {"note": "kept words"}), ("return", {"because": "kept words"}), ("finish", {})]
)
def test_a_stale_act_on_a_hand_off_is_refused_and_keeps_what_was_typed(act, typed, given, ann, mei, as_user, now):
    meanwhile = {"request_key": str(uuid4()), "version": 1, "note": "theirs"}
    as_user(mei).post(f"/hand-offs/{given.id}/chases", data=meanwhile)

    data = {"request_key": str(uuid4()), "version": 1, **typed}
    answer = as_user(ann).post(f"/hand-offs/{given.id}/{act}", data=data, headers=HTMX)

    assert answer.status_code == 409 and ("kept words" in answer.text or not typed)
    assert given.ended_at is None


def test_what_was_typed_stays_readable_after_somebody_else_ended_it(given, ann, mei, as_user, now):
    as_user(mei).post(f"/hand-offs/{given.id}/finish", data={"version": 1})

    data = {"request_key": str(uuid4()), "version": 1, "note": "kept words"}
    answer = as_user(ann).post(f"/hand-offs/{given.id}/chases", data=data, headers=HTMX)

    assert answer.status_code == 409 and "kept words" in answer.text


def test_giving_back_needs_a_reason_and_the_order_stays_in_sight(given, ann, as_user, now):
    browser = as_user(ann)

    empty = browser.post(f"/hand-offs/{given.id}/return", data={"version": 1, "because": ""}, headers=HTMX)
    back = browser.post(f"/hand-offs/{given.id}/return", data={"version": 1, "because": "Not theirs"})

    assert (empty.status_code, back.status_code) == (422, 303)
    assert "Nobody was asked yet" in browser.get("/callbacks").text


def test_another_estates_hand_off_and_party_are_not_found(given, water, new_estate, person, as_user, now):
    ben = as_user(person("Ben", Role.OPERATOR, at=new_estate("康宁苑")))
    data = {"request_key": str(uuid4()), "version": 1, "because": "x", "name": "x", "kind": "crew"}
    paths = [f"/hand-offs/{given.id}/{act}" for act in ("chases", "return", "finish")] + [f"/parties/{water.id}"]

    assert [ben.post(path, data=data).status_code for path in paths] == [404, 404, 404, 404]
    assert ben.get(f"/work-orders/{given.work_order.number}/hand-offs").status_code == 404
    assert "Water works" not in ben.get("/parties").text.split("<form", 2)[0]


def test_whoever_only_reads_may_not_hand_over(work_order, person, as_user, now):
    reader = as_user(person("Olga", Role.OWNER))

    assert reader.get("/parties").status_code == 200
    assert reader.get(f"/work-orders/{work_order.number}/hand-offs").status_code == 403


def test_lists_send_the_same_number_of_queries_for_one_and_three(
    given, water, place, category, ann, as_user, count_queries, now
):
    browser, pages = as_user(ann), ("/work-orders", "/callbacks", "/hotline/open-orders")
    with count_queries() as one:
        [browser.get(page, headers=HTMX) for page in pages]
    for _ in range(2):
        with writing():
            found = category("WATER_LEAK")
            told = {"urgency": found.urgency, "summary": "Leak", "actor": ann, "now": now}
            order = open_work_order(place=place, category=found, **told)
            hand_off(order, party=db.session.merge(water), actor=ann, now=now)
    with count_queries() as three:
        [browser.get(page, headers=HTMX) for page in pages]

    assert one.count == three.count
