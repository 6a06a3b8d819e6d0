"""What the taps of a technician do to the visit, the order and the history."""

from datetime import timedelta

import pytest

from helpdesk.audit.queries import history_of
from helpdesk.core.access import Role
from helpdesk.core.errors import Conflict, NotAllowed, Refused
from helpdesk.core.transactions import writing
from helpdesk.repairs.models import HoldReason
from helpdesk.repairs.states import Setback, Status, Step, VisitStatus
from helpdesk.repairs.visit_actions import schedule_visit
from helpdesk.scheduling.actions import fail_visit, finish_visit, take_step
from helpdesk.windows.rules import Window

MINUTE = timedelta(minutes=1)


@pytest.fixture
def visit(work_order, tao, ann, now):
    window = Window(now, now + timedelta(hours=2))
    with writing():
        return schedule_visit(work_order, crew=[tao], promised=window, actor=ann, now=now)


@pytest.fixture
def tap(visit, tao, now):
    def _tap(step, at=now, **values):
        with writing():
            take_step(visit, step, actor=tao, now=at, **values)

    return _tap


@pytest.fixture
def finish(visit, tao, now):
    def _finish(at=now, **values):
        with writing():
            finish_visit(
                visit, **{"work_done": "Changed the washer", "no_photo_reason": "Too dark"} | values, actor=tao, now=at
            )

    return _finish


def last_event(work_order):
    return list(history_of(work_order))[-1]


def test_each_tap_keeps_its_time_and_moves_the_order(visit, work_order, tap, finish, now):
    tap(Step.ACCEPT, now + MINUTE)
    assert (visit.status, work_order.status) == (VisitStatus.ACCEPTED, Status.ASSIGNED)
    tap(Step.DEPART, now + 2 * MINUTE)
    assert (visit.status, work_order.status) == (VisitStatus.ON_THE_WAY, Status.IN_PROGRESS)
    tap(Step.ARRIVE, now + 9 * MINUTE)
    assert (visit.status, work_order.arrived_at) == (VisitStatus.ON_SITE, now + 9 * MINUTE)
    finish(now + 40 * MINUTE)

    assert (visit.status, work_order.status) == (VisitStatus.DONE, Status.DONE)
    assert (visit.accepted_at, visit.departed_at, visit.arrived_at, visit.ended_at, work_order.done_at) == tuple(
        now + minutes * MINUTE for minutes in (1, 2, 9, 40, 40)
    )


def test_times_nobody_tapped_stay_unknown(visit, work_order, finish, now):
    finish(now + 40 * MINUTE)

    assert (visit.accepted_at, visit.departed_at, visit.arrived_at, work_order.arrived_at) == (None,) * 4
    assert (visit.ended_at, work_order.done_at) == (now + 40 * MINUTE,) * 2


@pytest.mark.proves("RE-06")
def test_the_visit_keeps_the_phones_time_and_the_event_keeps_both(visit, work_order, tap, now):
    tap(Step.ARRIVE, now + 30 * MINUTE, claimed_at=now + 5 * MINUTE)

    event = last_event(work_order)
    assert (visit.arrived_at, work_order.arrived_at) == (now + 5 * MINUTE,) * 2
    assert (event.at, event.data["claimed_at"]) == (now + 30 * MINUTE, (now + 5 * MINUTE).isoformat())


@pytest.mark.proves("RE-06")
def test_a_claim_that_cannot_be_true_is_only_noted(visit, work_order, tap, now):
    tap(Step.ARRIVE, now + 30 * MINUTE, claimed_at=now + 300 * MINUTE)

    assert visit.arrived_at == now + 30 * MINUTE
    assert last_event(work_order).data["claimed_at"] == (now + 300 * MINUTE).isoformat()


def test_time_never_runs_backwards_on_a_visit(visit, tap, now):
    tap(Step.DEPART, now + 10 * MINUTE)
    tap(Step.ARRIVE, now + 20 * MINUTE, claimed_at=now + 5 * MINUTE)

    assert (visit.departed_at, visit.arrived_at) == (now + 10 * MINUTE, now + 20 * MINUTE)


@pytest.mark.proves("AC-08")
@pytest.mark.parametrize("step", [Step.ACCEPT, Step.DEPART, Step.ARRIVE])
def test_no_step_leads_back(step, visit, work_order, tap):
    tap(Step.ARRIVE)
    version = work_order.version

    with pytest.raises(Conflict):
        tap(step)
    assert (visit.status, work_order.version) == (VisitStatus.ON_SITE, version)


def test_only_the_first_arrival_counts_for_the_order(visit, work_order, tap, tao, ann, now):
    tap(Step.ARRIVE, now + MINUTE)
    with writing():
        fail_visit(visit, reason=Setback.PARTS, parts_needed="Valve", actor=tao, now=now + 2 * MINUTE)
    with writing():
        second = schedule_visit(work_order, crew=[tao], actor=ann, now=now + 3 * MINUTE)
    with writing():
        take_step(second, Step.ARRIVE, actor=tao, now=now + 60 * MINUTE)

    assert work_order.arrived_at == now + MINUTE
    assert (work_order.status, work_order.hold_reason) == (Status.IN_PROGRESS, None)


@pytest.mark.parametrize("act", ["step", "finish", "fail"])
def test_only_the_crew_may(act, visit, work_order, bo, ann, person, now):
    acts = {
        "step": lambda who: take_step(visit, Step.ACCEPT, actor=who, now=now),
        "finish": lambda who: finish_visit(visit, work_done="x", no_photo_reason="y", actor=who, now=now),
        "fail": lambda who: fail_visit(visit, reason=Setback.PARTS, actor=who, now=now),
    }
    for who in (bo, ann, person("Kim", Role.MANAGER)):
        with pytest.raises(NotAllowed), writing():
            acts[act](who)

    assert visit.status is VisitStatus.PLANNED


def test_a_technician_who_lost_the_role_may_no_longer(visit, tao, now):
    with writing():
        tao.roles = []

    with pytest.raises(NotAllowed), writing():
        take_step(visit, Step.ACCEPT, actor=tao, now=now)


@pytest.mark.parametrize(
    ("missing", "field"), [({"work_done": ""}, "work_done"), ({"no_photo_reason": ""}, "no_photo")]
)
def test_done_needs_words_and_a_photo_or_a_reason(missing, field, visit, finish):
    with pytest.raises(Refused) as no:
        finish(**missing)

    assert no.value.field == field
    assert visit.status is VisitStatus.PLANNED


@pytest.mark.parametrize(("reason", "hold"), [(s, h) for s, h in zip(
    (Setback.HELP, Setback.PARTS, Setback.OUTSIDE, Setback.NOBODY_HOME),
    (HoldReason.HELP, HoldReason.PARTS, HoldReason.OUTSIDE, HoldReason.APPOINTMENT), strict=True)])  # fmt: skip
def test_a_setback_puts_the_order_on_hold(reason, hold, visit, work_order, tap, tao, now):
    tap(Step.ARRIVE)
    with writing():
        fail_visit(
            visit, reason=reason, note="Ring first", parts_needed="Valve", no_photo_reason="Too dark", actor=tao,
            now=now + MINUTE,
        )  # fmt: skip

    event = last_event(work_order)
    assert (work_order.status, work_order.hold_reason) == (Status.ON_HOLD, hold)
    assert (visit.fail_note, visit.ended_at) == ("Ring first", now + MINUTE)
    assert (event.kind, event.data["reason"], event.data["from_status"]) == ("visit.failed", reason, "on_site")


@pytest.mark.parametrize(("reason", "field"), [(Setback.PARTS, "parts_needed"), (Setback.NOBODY_HOME, "no_photo")])
def test_a_setback_says_what_the_next_visit_needs(reason, field, visit, work_order, tap, tao, now):
    tap(Step.ARRIVE)
    with pytest.raises(Refused) as no, writing():
        fail_visit(visit, reason=reason, note="Ring first", actor=tao, now=now + MINUTE)

    assert no.value.field == field
    assert (visit.status, work_order.status) == (VisitStatus.ON_SITE, Status.IN_PROGRESS)


@pytest.mark.proves("AC-08")
def test_what_has_ended_does_not_end_again(visit, work_order, finish, tao, now):
    finish()
    version = work_order.version

    with pytest.raises(Conflict):
        finish()
    with pytest.raises(Conflict), writing():
        fail_visit(visit, reason=Setback.PARTS, actor=tao, now=now)
    assert (work_order.status, work_order.version) == (Status.DONE, version)


def test_typed_words_stay_out_of_the_history(visit, work_order, finish, now):
    finish(work_done="Canary words", parts_used="Canary parts", no_photo_reason="Canary reason")

    assert "Canary" not in str([event.data for event in history_of(work_order)])


def test_the_crew_and_the_desk_hear_of_every_tap(visit, work_order, tap, tao):
    tap(Step.ACCEPT)

    assert last_event(work_order).topics == [f"jobs:{tao.id}", f"orders:{work_order.estate_id}"]
