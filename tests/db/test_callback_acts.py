"""What people do about call-backs and outside parties, and that nothing happens when it is refused."""

from datetime import timedelta

import pytest
from sqlalchemy import select

from helpdesk.audit.models import Event
from helpdesk.audit.queries import verify_chain
from helpdesk.callbacks.actions import (
    ask_to_ring,
    give_up,
    note_attempt,
    note_they_rang,
    reopen,
    take_on,
    write_what_came,
)
from helpdesk.callbacks.models import Answer, Reason
from helpdesk.callbacks.queries import owed
from helpdesk.callbacks.states import CallbackStatus
from helpdesk.core.errors import Conflict, NotAllowed, Refused
from helpdesk.core.extensions import db
from helpdesk.core.transactions import writing
from helpdesk.parties.actions import add_party, chase, finish, hand_off, take_back
from helpdesk.parties.models import HandOff, PaidBy, PartyKind
from helpdesk.parties.queries import handed_to_nobody, waiting_hand_offs
from helpdesk.parties.states import HandOffStatus
from helpdesk.repairs.models import HoldReason
from helpdesk.repairs.states import Status
from helpdesk.repairs.timeline import timeline

HOUR = timedelta(hours=1)


@pytest.fixture
def callback(estate, place, work_order, ann, now):
    with writing():
        return ask_to_ring(
            estate_id=estate.id, reason=Reason.PROMISED, due_at=now + HOUR, place=place, work_order=work_order,
            words="When they come", actor=ann, now=now,
        )  # fmt: skip


@pytest.fixture
def party(estate, ann, now):
    def _party(name="Water works", kind=PartyKind.WATER_WORKS, at=None):
        where, entry = (at or estate).id, {"numbers": "", "hours": "", "note": ""}
        with writing():
            return add_party(estate_id=where, kind=kind, name=name, **entry, actor=ann, now=now)

    return _party


def kinds(subject) -> list[str]:
    about = Event.subject_type == subject.__tablename__
    return list(db.session.scalars(select(Event.kind).where(about).order_by(Event.seq)))


def test_a_try_in_vain_leaves_the_call_back_open_and_makes_it_mine(callback, ann, now):
    with writing():
        note_attempt(callback, answer=Answer.NO_ANSWER, again_at=now + 2 * HOUR, actor=ann, now=now)

    assert (callback.status, callback.owner_id, callback.due_at) == (CallbackStatus.OPEN, ann.id, now + 2 * HOUR)
    assert kinds(callback) == ["callback.asked", "callback.attempted"]


def test_a_time_that_is_over_is_refused_and_nothing_is_noted(callback, ann, now):
    with pytest.raises(Refused), writing():
        note_attempt(callback, answer=Answer.NO_ANSWER, again_at=now - HOUR, actor=ann, now=now)

    assert callback.attempts == []


def test_once_somebody_answered_it_is_over_and_what_came_of_it_is_kept(callback, ann, now):
    with writing():
        note_attempt(callback, answer=Answer.ANSWERED, actor=ann, now=now)
        write_what_came(callback, words=" Friday ", actor=ann, now=now)

    assert (callback.status, callback.ended_at, callback.came_of_it) == (CallbackStatus.REACHED, now, "Friday")
    with pytest.raises(Conflict), writing():
        note_attempt(callback, answer=Answer.NO_ANSWER, actor=ann, now=now)


def test_only_a_manager_takes_up_again_what_was_given_up(callback, ann, mei, now):
    with writing():
        give_up(callback, because="Moved away", actor=ann, now=now)
    with pytest.raises(NotAllowed), writing():
        reopen(callback, due_at=now + HOUR, actor=ann, now=now)

    with writing():
        reopen(callback, due_at=now + 3 * HOUR, actor=mei, now=now)

    assert (callback.status, callback.ended_at, callback.due_at) == (CallbackStatus.OPEN, None, now + 3 * HOUR)
    assert kinds(callback) == ["callback.asked", "callback.given_up", "callback.reopened"]


def test_whoever_rings_themselves_is_owed_nothing(callback, ann, now):
    assert owed(ann, now).count == 1

    with writing():
        note_they_rang(callback, actor=ann, now=now)

    assert (callback.status, callback.rang_themselves, owed(ann, now).count) == (CallbackStatus.REACHED, True, 0)
    with pytest.raises(Conflict), writing():
        note_they_rang(callback, actor=ann, now=now)


def test_the_console_counts_those_that_need_a_decision(callback, ann, now):
    for expected in (0, 0, 1, 1):
        with writing():
            note_attempt(callback, answer=Answer.NO_ANSWER, actor=ann, now=now)
        assert owed(ann, now).undecided == expected


def test_nobody_without_the_hotline_can_own_a_call_back(callback, ann, tao, now):
    with pytest.raises(Refused), writing():
        take_on(callback, owner=tao, actor=ann, now=now)

    assert callback.owner_id is None


def test_the_history_of_the_order_tells_every_attempt_and_notes_only_to_the_desk(callback, work_order, ann, now):
    with writing():
        note_attempt(callback, answer=Answer.NO_ANSWER, note="Rings long", actor=ann, now=now + HOUR)
        note_attempt(callback, answer=Answer.ANSWERED, note="The son", actor=ann, now=now + 2 * HOUR)

    told = timeline(work_order, ann)

    assert [(entry.sentence, entry.typed) for entry in told[1:]] == [
        ("Ann记下要回电：答应回电。", "When they come"),
        ("Ann回电未成：没接。", "Rings long"),
        ("Ann回电，已接通。", "The son"),
    ]
    assert [entry.typed for entry in timeline(work_order)[1:]] == ["", "", ""]


def test_handing_off_puts_the_order_on_hold_in_the_same_transaction(work_order, party, ann, now):
    water = party()

    with writing():
        given = hand_off(work_order, party=water, reference="W-1", paid_by=PaidBy.UTILITY, actor=ann, now=now)

    assert (work_order.status, work_order.hold_reason) == (Status.ON_HOLD, HoldReason.OUTSIDE)
    assert given.chase_at > now and [one.id for one in waiting_hand_offs(ann)] == [given.id]
    db.session.expire_all()
    assert work_order.waits_for.party.name == "Water works"
    assert verify_chain() is None


@pytest.mark.parametrize("wrong", ["promised_on", "chase_at", "party"])
def test_a_refused_hand_off_leaves_the_order_as_it_was(wrong, work_order, party, ann, now, new_estate, person):
    from helpdesk.core.access import Role

    water, elsewhere = party(), new_estate("康宁苑")
    told = {"party": water, "promised_on": None, "chase_at": None}
    if wrong == "party":
        ben = person("Ben", Role.OPERATOR, at=elsewhere)
        entry = {"numbers": "", "hours": "", "note": "", "actor": ben, "now": now}
        with writing():
            told["party"] = add_party(estate_id=elsewhere.id, kind=PartyKind.CREW, name="Crew", **entry)
    else:
        told[wrong] = now.date() - timedelta(days=1) if wrong == "promised_on" else now - HOUR

    with pytest.raises(Refused), writing():
        hand_off(work_order, **told, actor=ann, now=now)

    assert (work_order.status, db.session.scalars(select(HandOff)).all()) == (Status.REPORTED, [])


def test_one_party_at_a_time_and_the_next_after_it_gave_the_order_back(work_order, party, ann, now):
    water, builder = party(), party("Builder", PartyKind.CONTRACTOR)
    with writing():
        first = hand_off(work_order, party=builder, actor=ann, now=now)
    with pytest.raises(Conflict), writing():
        hand_off(work_order, party=water, actor=ann, now=now)

    with writing():
        take_back(first, because="Not theirs", actor=ann, now=now)
    assert [order.id for order in handed_to_nobody(ann)] == [work_order.id]  # it never vanishes
    with writing():
        second = hand_off(work_order, party=water, actor=ann, now=now)
        chase(second, note="Tomorrow", actor=ann, now=now)
        finish(second, actor=ann, now=now)

    assert (first.status, second.status) == (HandOffStatus.RETURNED, HandOffStatus.FINISHED)
    assert (work_order.status, waiting_hand_offs(ann)) == (Status.ON_HOLD, [])
    with pytest.raises(Conflict), writing():
        chase(second, actor=ann, now=now)


def test_a_technician_hands_nothing_to_anybody_outside(work_order, party, tao, now):
    water = party()

    with pytest.raises(NotAllowed), writing():
        hand_off(work_order, party=water, actor=tao, now=now)


def test_two_outside_parties_of_one_name_are_refused(party):
    party()

    with pytest.raises(Refused):
        party()
