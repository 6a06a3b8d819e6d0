"""What is due is told once, and whom to ring is found and noted."""

from datetime import timedelta

import pytest
from sqlalchemy import func, select

from helpdesk.audit.models import Event
from helpdesk.audit.queries import verify_chain
from helpdesk.callbacks.models import Answer
from helpdesk.core.access import Role
from helpdesk.core.errors import Conflict, NotAllowed, Refused
from helpdesk.core.extensions import db
from helpdesk.core.transactions import writing
from helpdesk.duty.models import Post, Shift
from helpdesk.escalation.actions import decide_ring, note_ring
from helpdesk.escalation.models import Decision, Escalation, EscalationPolicy
from helpdesk.escalation.queries import ring_list, to_ring
from helpdesk.escalation.rules import Alarm
from helpdesk.escalation.scan import tell_what_is_due
from helpdesk.notify.models import Message
from helpdesk.repairs.actions import open_work_order
from helpdesk.repairs.models import Urgency
from helpdesk.repairs.states import Step, VisitStatus
from helpdesk.repairs.timeline import timeline
from helpdesk.repairs.visit_actions import hand_over_visit, schedule_visit
from helpdesk.scheduling.actions import take_step
from helpdesk.windows.rules import Window

MINUTE = timedelta(minutes=1)


@pytest.fixture
def burst(place, ann, category, now):
    with writing():
        return open_work_order(place=place, category=category("WATER_BURST"), urgency=Urgency.P1, summary="It bursts",
                               actor=ann, now=now)  # fmt: skip


@pytest.fixture
def sent(burst, tao, ann, now):
    """Tao was sent to the burst pipe, and has not accepted."""
    with writing():
        schedule_visit(burst, crew=[tao], actor=ann, now=now)
    return burst


@pytest.fixture
def on_call(add, estate, now):
    def _on_call(*people):
        for place, person in enumerate(people, 1):
            add(Shift, estate_id=estate.id, post=Post.ON_CALL, user_id=person.id, position=place,
                starts_at=now - timedelta(hours=1), ends_at=now + timedelta(hours=9))  # fmt: skip

    return _on_call


def kinds():
    return list(db.session.scalars(select(Event.kind).where(Event.actor_id.is_(None)).order_by(Event.seq)))


def test_each_step_is_told_once_in_the_order_it_was_due(sent, now):
    told = [tell_what_is_due(now + minutes * MINUTE) for minutes in (1, 5, 6, 6, 23, 23, 31, 31)]

    assert told == [0, 0, 1, 0, 1, 0, 1, 0]
    assert kinds() == ["work_order.unacknowledged", "work_order.warned", "work_order.late"]
    assert verify_chain() is None


@pytest.mark.proves("RE-09")
def test_after_three_hours_down_it_is_caught_up_once_and_without_late_warnings(sent, now):
    found = [tell_what_is_due(now + timedelta(hours=3, minutes=minutes)) for minutes in (0, 1)]

    assert found == [2, 0]  # nobody acknowledged, nobody arrived
    assert kinds() == ["work_order.unacknowledged", "work_order.late"]


def test_a_postponed_deadline_is_told_anew(work_order, tao, ann, now):
    with writing():
        schedule_visit(work_order, crew=[tao], promised=Window(now, now + 60 * MINUTE), actor=ann, now=now)
    first = tell_what_is_due(now + 61 * MINUTE)
    with writing():
        again = Window(now + 90 * MINUTE, now + 120 * MINUTE)
        schedule_visit(work_order, crew=[tao], promised=again, actor=ann, now=now + 62 * MINUTE)

    assert first == 1
    assert [tell_what_is_due(now + minutes * MINUTE) for minutes in (63, 119, 121, 122)] == [0, 1, 1, 0]


def test_nothing_is_told_of_what_somebody_accepted_in_time(sent, tao, now):
    with writing():
        take_step(sent.visits[0], Step.ACCEPT, actor=tao, now=now + MINUTE)

    assert tell_what_is_due(now + 10 * MINUTE) == 0


def test_telling_changes_no_version_so_that_nobody_is_in_the_way(sent, now):
    before = sent.version

    tell_what_is_due(now + 31 * MINUTE)

    assert sent.version == before


def test_a_message_is_posted_to_whoever_is_rung_next_and_the_policy_is_kept(sent, tao, add, now, estate):
    policy = add(EscalationPolicy, estate_id=estate.id, urgency=Urgency.P1, acknowledge_minutes=1,
                 nobody_reached_zh="没人", nobody_reached_en="Nobody", valid_from=now.date())  # fmt: skip

    tell_what_is_due(now + 2 * MINUTE)

    posted = db.session.scalars(select(Message)).one()
    assert (posted.recipient, posted.variables, posted.hurries) == (tao, {"order": sent.id}, True)
    assert db.session.scalars(select(Escalation)).one().policy_id == policy.id


def test_the_ring_list_holds_what_nobody_acknowledged_or_what_is_late(sent, tao, ann, now):
    listed = [[item.why.alarm for item in ring_list(ann, now + m * MINUTE)] for m in (5, 6)]
    with writing():
        take_step(sent.visits[0], Step.DEPART, actor=tao, now=now + 7 * MINUTE)
    listed += [[item.why.alarm for item in ring_list(ann, now + m * MINUTE)] for m in (8, 31)]

    assert listed == [[], [Alarm.UNACKNOWLEDGED], [], [Alarm.LATE]]


def test_nobody_else_sees_it(sent, person, new_estate, now):
    strangers = [person("Eve", Role.OPERATOR, at=new_estate("康宁苑")), person("Kay", Role.AUDITOR)]

    assert [ring_list(stranger, now + 6 * MINUTE) for stranger in strangers] == [[], []]


def test_the_crew_is_rung_first_then_who_is_on_call_then_from_the_beginning(sent, tao, bo, ann, on_call, now):
    on_call(bo)
    rung = []

    for minutes in range(6, 10):
        item = to_ring(sent, now + minutes * MINUTE)
        rung.append((item.person.name, item.next.nobody_reached))
        with writing():
            note_ring(sent, person_id=item.person.id, answer=Answer.NO_ANSWER, seen=item.seen, actor=ann,
                      now=now + minutes * MINUTE)  # fmt: skip

    assert rung == [("Tao", False), ("Bo", False), ("Tao", True), ("Bo", True)]


def test_without_a_roster_all_technicians_are_rung_and_it_says_so(burst, tao, bo, now):
    item = to_ring(burst, now + 6 * MINUTE)

    assert ([person.name for person in item.chain], item.off_roster) == (["Tao", "Bo"], True)


def answered(order, person, ann, at):
    with writing():
        seen = to_ring(order, at).seen
        return note_ring(order, person_id=person.id, answer=Answer.ANSWERED, seen=seen, actor=ann, now=at)


def test_a_technician_who_takes_it_has_accepted(sent, tao, ann, now):
    ring = answered(sent, tao, ann, now + 6 * MINUTE)

    with writing():
        decide_ring(ring, decision=Decision.TAKES, actor=ann, now=now + 7 * MINUTE)

    visit = sent.visits[0]
    assert (visit.status, visit.accepted_at) == (VisitStatus.ACCEPTED, now + 7 * MINUTE)
    assert ring_list(ann, now + 8 * MINUTE) == []
    assert [entry.sentence for entry in timeline(sent)][-2:] == [
        "Ann打给Tao：接了。", "Tao在电话里向Ann接了单。",
    ]  # fmt: skip


def test_whoever_comes_instead_gets_the_visit_of_a_crew_nobody_reached(sent, tao, bo, ann, now):
    ring = answered(sent, bo, ann, now + 6 * MINUTE)

    with writing():
        decide_ring(ring, decision=Decision.TAKES, actor=ann, now=now + 6 * MINUTE)

    assert ([user.name for user in sent.visits[0].crew], sent.visits[0].status) == (["Bo"], VisitStatus.ACCEPTED)


def test_whoever_comes_to_a_late_one_goes_beside_the_crew(sent, tao, bo, ann, now):
    with writing():
        take_step(sent.visits[0], Step.DEPART, actor=tao, now=now + MINUTE)
    ring = answered(sent, bo, ann, now + 31 * MINUTE)

    with writing():
        decide_ring(ring, decision=Decision.TAKES, actor=ann, now=now + 31 * MINUTE)

    assert {user.name for user in sent.visits[0].crew} == {"Tao", "Bo"}
    assert sent.visits[0].status is VisitStatus.ON_THE_WAY and ring_list(ann, now + 32 * MINUTE) == []


def test_an_order_nobody_was_sent_to_is_dispatched_with_the_call(burst, tao, ann, now):
    ring = answered(burst, tao, ann, now + 6 * MINUTE)

    with writing():
        decide_ring(ring, decision=Decision.TAKES, actor=ann, now=now + 6 * MINUTE)

    assert [(visit.status, visit.crew) for visit in burst.visits] == [(VisitStatus.ACCEPTED, [tao])]


def test_who_leads_takes_charge_without_being_sent(sent, mei, tao, add, estate, ann, now):
    add(Shift, estate_id=estate.id, post=Post.LEAD, user_id=mei.id, starts_at=now, ends_at=now + 60 * MINUTE)
    ring = answered(sent, mei, ann, now + 6 * MINUTE)

    with writing():
        decide_ring(ring, decision=Decision.TAKES, actor=ann, now=now + 6 * MINUTE)

    assert (sent.visits[0].status, sent.visits[0].crew) == (VisitStatus.PLANNED, [tao])
    assert ring_list(ann, now + 7 * MINUTE) == []


def test_who_cannot_come_is_passed_over(sent, tao, bo, ann, on_call, now):
    on_call(bo)
    ring = answered(sent, tao, ann, now + 6 * MINUTE)

    with writing():
        decide_ring(ring, decision=Decision.CANNOT, actor=ann, now=now + 6 * MINUTE)

    assert to_ring(sent, now + 7 * MINUTE).person.name == "Bo"


def test_a_new_crew_gets_its_own_minutes(sent, bo, ann, now):
    with writing():
        hand_over_visit(sent.visits[0], crew=[bo], actor=ann, now=now + 8 * MINUTE)

    assert [len(ring_list(ann, now + m * MINUTE)) for m in (9, 13, 14)] == [0, 0, 1]


@pytest.mark.proves("RE-04")
def test_two_operators_do_not_note_the_same_try(sent, tao, bo, ann, now):
    answered(sent, tao, ann, now + 6 * MINUTE)

    with pytest.raises(Conflict), writing():
        note_ring(sent, person_id=tao.id, answer=Answer.NO_ANSWER, seen=0, actor=ann, now=now + 6 * MINUTE)


def test_what_was_settled_is_not_settled_again(sent, tao, ann, now):
    ring = answered(sent, tao, ann, now + 6 * MINUTE)
    with writing():
        decide_ring(ring, decision=Decision.CANNOT, actor=ann, now=now + 6 * MINUTE)

    with pytest.raises(Conflict), writing():
        decide_ring(ring, decision=Decision.TAKES, actor=ann, now=now + 6 * MINUTE)


def test_only_who_dispatches_notes_a_try_and_only_of_the_chain(sent, tao, ann, mei, now):
    said = {"answer": Answer.NO_ANSWER, "seen": 0, "now": now}

    with pytest.raises(NotAllowed), writing():
        note_ring(sent, person_id=tao.id, actor=tao, **said)
    with pytest.raises(Refused), writing():
        note_ring(sent, person_id=mei.id, actor=ann, **said)


def test_as_many_queries_for_three_as_for_one(sent, place, category, tao, ann, now, count_queries):
    def asked():
        db.session.rollback()
        with count_queries() as counted:
            listed = ring_list(ann, now + 6 * MINUTE)
        return len(listed), counted.count

    one = asked()
    for _ in range(2):
        with writing():
            more = open_work_order(place=place, category=category("WATER_BURST"), urgency=Urgency.P1, summary="More",
                                   actor=ann, now=now)  # fmt: skip
            schedule_visit(more, crew=[tao], actor=ann, now=now)
    three = asked()

    assert (one[0], three) == (1, (3, one[1]))
    assert db.session.scalar(select(func.count(Escalation.id))) == 0  # the list needs no worker
