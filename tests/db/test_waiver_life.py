"""What happens to a waiver after it was granted: rests, ends, reminders; to the day and to the fen."""

from datetime import date, datetime, timedelta

import pytest
from sqlalchemy import select

from helpdesk.audit.models import Event
from helpdesk.billing.accounts import open_accounts
from helpdesk.billing.actions import correct_charge
from helpdesk.billing.models import Account, Adjustment, Charge, ChargeKind
from helpdesk.callbacks.models import Callback, Reason
from helpdesk.callbacks.states import CallbackStatus
from helpdesk.core import clock
from helpdesk.core.access import Role
from helpdesk.core.errors import Conflict, NotAllowed, Refused
from helpdesk.core.extensions import db
from helpdesk.core.transactions import writing
from helpdesk.estate.models import Estate, Occupancy, OccupancyEnd, OccupancyRole, Person, Place, Use
from helpdesk.estate.people_actions import change_occupancy, note_death, take_back_death
from helpdesk.tariff.reductions import Scope, reductions_of
from helpdesk.waivers.applying import begin_application
from helpdesk.waivers.codes import Channel, EndReason
from helpdesk.waivers.life_actions import end, finish_task, resume, revoke, suspend
from helpdesk.waivers.life_models import TaskKind, WaiverOverGrant, WaiverReminder, WaiverTask
from helpdesk.waivers.models import WaiverApplication
from helpdesk.waivers.over_grants import over_granted
from helpdesk.waivers.register_hooks import place_changed
from helpdesk.waivers.reminders import remind, tend_waivers
from helpdesk.waivers.states import WaiverStatus
from tests.granted import granted
from tests.households import add_person, add_phone
from tests.money import bill, set_rules
from tests.waivers import a_home, applied

S = WaiverStatus
MARCH, APRIL, MAY, JUNE = (date(2026, month, 1) for month in (3, 4, 5, 6))


@pytest.fixture
def home(estate, now):
    return a_home(estate)


@pytest.fixture
def finance(person):
    return person("Fen", Role.FINANCE)


@pytest.fixture
def runs(home, ann, mei, now):
    """Half of 39.31 yuan a month, from April 2026 on for a year."""
    return granted(*home, by=ann, decider=mei, now=now)


def again(application) -> WaiverApplication:
    return db.session.get_one(WaiverApplication, application.id, populate_existing=True)


def act(do, application, *more, **named):
    with writing():
        return do(again(application), *more, **named)


def at(day: date, hour=12) -> datetime:
    return clock.start_of_day(day) + timedelta(hours=hour)


def is_reduced(application, *days, scope=Scope.PROPERTY_FEE) -> list[bool]:
    return [application.place_id in reductions_of([application.place_id], scope, day) for day in days]


def tasks() -> list[WaiverTask]:
    return list(db.session.scalars(select(WaiverTask).order_by(WaiverTask.id)))


def calls() -> list[Callback]:
    return list(db.session.scalars(select(Callback).order_by(Callback.id)))


def test_a_rest_begins_and_ends_with_a_month(runs, ling, mei):
    act(suspend, runs, reason="In hospital", actor=ling, now=at(date(2026, 4, 20)))
    assert is_reduced(runs, APRIL, MAY, JUNE) == [True, False, False]

    act(resume, runs, reason="Home again", actor=mei, now=at(date(2026, 5, 3)))

    assert is_reduced(runs, APRIL, MAY, JUNE) == [True, False, True]
    assert again(runs).status is S.APPROVED


def test_a_rest_that_had_not_begun_never_was(runs, ling, mei):
    act(suspend, runs, reason="A mistake", actor=ling, now=at(date(2026, 4, 20)))
    act(resume, runs, reason="It was one", actor=mei, now=at(date(2026, 4, 21)))

    assert is_reduced(runs, APRIL, MAY, JUNE) == [True, True, True]


def test_months_billed_in_full_during_a_rest_are_credited_when_it_goes_on(runs, estate, ling, mei):
    """A rest from April that never began; April and May were billed meanwhile."""
    act(suspend, runs, reason="A mistake", actor=ling, now=at(date(2026, 3, 10)))
    billed(estate, APRIL, MAY, now=at(date(2026, 3, 12)))

    act(resume, runs, reason="It was one", actor=mei, now=at(date(2026, 3, 20)))

    made = db.session.scalars(select(Adjustment).order_by(Adjustment.id)).all()
    assert [(one.charge.month, one.amount_fen, one.waiver_id) for one in made] == [
        (APRIL, -1_966, runs.id), (MAY, -1_966, runs.id),
    ]  # fmt: skip


def test_months_of_a_rest_that_was_stay_as_they_were_billed(runs, estate, ling, mei):
    act(suspend, runs, reason="In hospital", actor=ling, now=at(date(2026, 3, 10)))
    billed(estate, APRIL, MAY, now=at(date(2026, 4, 12)))

    act(resume, runs, reason="Home again", actor=mei, now=at(date(2026, 4, 20)))

    made = db.session.scalars(select(Adjustment)).all()
    assert [(one.charge.month, one.amount_fen) for one in made] == [(MAY, -1_966)]


@pytest.mark.parametrize("who", ["ann", "ling", "oma"])
def test_who_asked_for_it_or_may_not_decide_lets_nothing_go_on(who, runs, ann, ling, person, now):
    actor = {"ann": ann, "ling": ling, "oma": person("Tom", Role.TECHNICIAN)}[who]
    act(suspend, runs, reason="In hospital", actor=ling, now=now)

    with pytest.raises(NotAllowed):
        act(resume, runs, reason="Home again", actor=actor, now=now)

    assert again(runs).status is S.SUSPENDED


def test_it_ends_with_the_month_and_what_was_too_much_is_listed(runs, ling):
    act(end, runs, EndReason.CERTIFICATE_WITHDRAWN, since=date(2026, 4, 10), actor=ling, now=at(date(2026, 7, 15)))

    assert is_reduced(runs, JUNE, date(2026, 7, 1), date(2026, 8, 1)) == [True, True, False]
    over = db.session.scalars(select(WaiverOverGrant)).one()
    assert (over.from_month, over.until_month) == (MAY, date(2026, 8, 1))


def billed(estate, *months, now) -> None:
    set_rules(estate)
    with writing():
        open_accounts(db.session.get_one(Estate, estate.id), actor=None, now=now)
        for account in db.session.scalars(select(Account)):
            account.billed_from = months[0]
    bill(estate, *months, now=now)


def too_much(user, estate) -> list[tuple]:
    db.session.rollback()
    return [(one.from_month, one.last_month, one.fee_fen, one.work_fen) for one in over_granted(user, estate.id)]


def test_what_was_too_much_is_what_the_bills_were_lowered_by(runs, estate, ling, finance, now):
    """May and June were billed, one of them half corrected; July is billed after the end, and counts as well."""
    JULY = date(2026, 7, 1)
    billed(estate, APRIL, MAY, JUNE, now=now)
    act(end, runs, EndReason.CERTIFICATE_WITHDRAWN, since=date(2026, 4, 10), actor=ling, now=at(date(2026, 7, 15)))
    assert too_much(ling, estate) == [(MAY, JULY, 2 * 1_966, 0)]
    assert too_much(finance, estate) == []

    bill(estate, JULY, date(2026, 8, 1), now=at(date(2026, 7, 16)))
    assert too_much(ling, estate) == [(MAY, JULY, 3 * 1_966, 0)]

    line = db.session.scalars(select(Charge).where(Charge.month == MAY)).one()
    with writing():
        correct_charge(line, amount_fen=line.net_fen + 1_000, reason="Half of it", actor=finance, now=now)
    assert too_much(ling, estate) == [(MAY, JULY, 3 * 1_966 - 1_000, 0)]


def test_free_labour_and_call_out_after_the_ground_was_gone_are_too_much_as_well(runs, estate, ling, add, now):
    billed(estate, MAY, now=now)
    account = db.session.scalars(select(Account).where(Account.place_id == runs.place_id)).one()
    known = {"estate_id": estate.id, "account_id": account.id, "place_id": runs.place_id, "due_on": JUNE,
             "waiver_id": runs.id, "rate_bp": 10_000, "policy_id": runs.policy_id}  # fmt: skip
    for kind, fen, day in ((ChargeKind.LABOUR, 2_000, MAY), (ChargeKind.CALL_OUT, 500, JUNE),
                           (ChargeKind.LABOUR, 900, date(2026, 4, 30))):  # fmt: skip
        add(Charge, kind=kind, gross_fen=fen, reduced_fen=fen, net_fen=0, made_at=at(day), **known)

    act(end, runs, EndReason.MOVED, since=date(2026, 4, 10), actor=ling, now=at(date(2026, 6, 15)))

    assert too_much(ling, estate) == [(MAY, JUNE, 1_966, 2_500)]


def test_resting_months_were_not_too_much(runs, estate, ling, mei, now):
    billed(estate, APRIL, MAY, JUNE, date(2026, 7, 1), now=now)
    act(suspend, runs, reason="In hospital", actor=ling, now=at(date(2026, 4, 20)))
    act(resume, runs, reason="Home again", actor=mei, now=at(date(2026, 5, 3)))
    act(end, runs, EndReason.CERTIFICATE_WITHDRAWN, since=date(2026, 4, 10), actor=ling, now=at(date(2026, 7, 15)))

    assert too_much(ling, estate) == [(MAY, date(2026, 7, 1), 2 * 1_966, 0)]  # June and July; May is told elsewhere


def test_what_is_revoked_is_too_much_from_its_beginning(runs, mei):
    act(revoke, runs, since=None, reason="The paper was another's", actor=mei, now=at(date(2026, 5, 15)))

    over = db.session.scalars(select(WaiverOverGrant)).one()
    assert (over.from_month, over.until_month) == (MARCH, JUNE)  # labour was free from the approval in March
    assert is_reduced(runs, MAY, JUNE) == [True, False]


def test_only_who_decides_revokes_and_only_with_a_reason(runs, ling, mei, now):
    with pytest.raises(NotAllowed):
        act(revoke, runs, since=None, reason="No", actor=ling, now=now)
    with pytest.raises(Refused):
        act(revoke, runs, since=None, reason=" ", actor=mei, now=now)
    assert again(runs).status is S.APPROVED


def test_what_ended_does_not_end_twice(runs, ling, now):
    act(end, runs, EndReason.WITHDRAWN, since=clock.local_date(now), actor=ling, now=now)

    with pytest.raises(Conflict):
        act(end, runs, EndReason.WITHDRAWN, since=clock.local_date(now), actor=ling, now=now)


def test_a_death_ends_it_and_the_survivor_is_offered_their_own(runs, home, estate, ann):
    widow = add_person(estate, "李秀兰", home[0], role=OccupancyRole.MEMBER)
    with writing():
        note_death(db.session.get_one(Person, home[1].id), died_on=date(2026, 4, 20), actor=ann,
                   now=at(date(2026, 4, 22)))  # fmt: skip

    row = again(runs)
    assert (row.status, row.end_reason, row.until_on) == (S.ENDED, EndReason.DIED, MAY)
    assert [(task.kind, task.place_id) for task in tasks()] == [(TaskKind.SURVIVOR, home[0].id)]
    assert widow.id != row.beneficiary_id and db.session.scalars(select(WaiverOverGrant)).all() == []


def test_who_dies_before_the_decision_is_granted_nothing(home, ann, now):
    waits = applied(*home, by=ann, now=now)
    with writing():
        note_death(db.session.get_one(Person, home[1].id), died_on=clock.local_date(now), actor=ann, now=now)

    assert (again(waits).status, again(waits).until_on) == (S.ENDED, None)
    assert tasks() == []  # nobody else lives there


def test_a_death_that_was_none_is_put_before_an_officer(runs, home, ann, now):
    resident = home[1].id
    with writing():
        note_death(db.session.get_one(Person, resident), died_on=clock.local_date(now), actor=ann, now=now)
    with writing():
        take_back_death(db.session.get_one(Person, resident), actor=ann, now=now)

    assert [task.kind for task in tasks()] == [TaskKind.DEATH_TAKEN_BACK]


def test_nobody_rings_the_number_of_the_dead(runs, home, estate, ann):
    add_phone(estate, "12000000001", people=[home[1]])
    remind(at(date(2027, 3, 2)))
    assert [one.status for one in calls()] == [CallbackStatus.OPEN]

    with writing():
        note_death(db.session.get_one(Person, home[1].id), died_on=date(2027, 3, 2), actor=ann,
                   now=at(date(2027, 3, 3)))  # fmt: skip
    remind(at(date(2027, 3, 26)))

    assert [one.status for one in calls()] == [CallbackStatus.GIVEN_UP]


@pytest.mark.parametrize(("reason", "ends"), [("moved", EndReason.MOVED), ("sold", EndReason.SOLD)])
def test_who_moves_or_sells_has_no_waiver_there(reason, ends, runs, home, ann):
    held = db.session.scalars(select(Occupancy).where(Occupancy.person_id == home[1].id)).one()
    with writing():
        change_occupancy(
            db.session.get_one(Occupancy, held.id), role=held.role, from_on=held.from_on, until_on=date(2026, 4, 15),
            reason=OccupancyEnd(reason), actor=ann, now=at(date(2026, 4, 15)),
        )  # fmt: skip

    assert (again(runs).end_reason, again(runs).until_on) == (ends, MAY)


def test_a_home_that_is_let_has_no_waiver_and_an_empty_one_is_looked_at(runs, home, ann):
    for use in (Use.VACANT, Use.LET):
        with writing():
            place = db.session.get_one(Place, home[0].id)
            place.use = use
            place_changed(place, actor=ann, now=at(date(2026, 4, 15)))

    assert [task.kind for task in tasks()] == [TaskKind.LOOK]
    assert again(runs).end_reason is EndReason.LET


def test_what_an_import_said_is_seen_in_the_night(runs, home):
    with writing():
        db.session.get_one(Place, home[0].id).use = Use.LET

    assert tend_waivers(at(date(2026, 4, 15), hour=3)) == 1
    assert tend_waivers(at(date(2026, 4, 16), hour=3)) == 0
    assert again(runs).end_reason is EndReason.LET


def test_it_is_spoken_about_sixty_thirty_and_seven_days_before(runs, home):
    ends = again(runs).until_on
    made = []
    for days in (61, 60, 59, 30, 7, 6):
        made.append(remind(at(ends - timedelta(days=days))))
        reached()

    assert made == [0, 1, 0, 1, 1, 0]
    assert [row.days for row in db.session.scalars(select(WaiverReminder).order_by(WaiverReminder.id))] == [60, 30, 7]
    assert {(one.reason, one.person_id) for one in calls()} == {(Reason.TELL, home[1].id)}


def test_after_a_silence_they_are_rung_once_and_nobody_is_rung_twice_at_once(runs):
    ends = again(runs).until_on

    assert [remind(at(ends - timedelta(days=3))) for _ in range(2)] == [1, 0]
    assert len(calls()) == 1
    assert remind(at(ends)) == 0  # they still wait to be rung


def test_who_asked_for_the_next_one_is_not_rung(runs, home, ann):
    later = at(date(2027, 2, 1))
    renewed = applied(*home, by=ann, now=later)
    with writing():
        again(renewed).renews_id = runs.id

    assert remind(later) == 0
    assert [row.callback_id for row in db.session.scalars(select(WaiverReminder))] == [None]


@pytest.mark.parametrize("days", [7, 0])
def test_a_draft_that_nobody_handed_in_silences_no_call_at_the_end(days, runs, home, ann):
    """Begun two months before and left: they still have to hear that the full price comes."""
    ends = again(runs).until_on
    with writing():
        begin_application(place=db.session.merge(home[0]), channel=Channel.DESK, renews=again(runs), actor=ann,
                          now=at(ends - timedelta(days=61)))  # fmt: skip

    assert remind(at(ends - timedelta(days=30))) == 0
    assert remind(at(ends - timedelta(days=days))) == 1


def test_a_waiver_that_runs_out_while_it_rests_is_spoken_about(runs, ling, now):
    act(suspend, runs, reason="In hospital", actor=ling, now=now)
    reached()

    assert remind(at(again(runs).until_on)) == 1


ENDED = {
    "end": lambda row, ling, mei, now: act(end, row, EndReason.CERTIFICATE_WITHDRAWN, since=clock.local_date(now),
                                           actor=ling, now=now),
    "revoke": lambda row, ling, mei, now: act(revoke, row, since=None, reason="Another's", actor=mei, now=now),
    "suspend": lambda row, ling, mei, now: act(suspend, row, reason="In hospital", actor=ling, now=now),
}  # fmt: skip


@pytest.mark.parametrize("how", ENDED)
def test_who_will_pay_the_full_price_is_rung_before_the_bill_says_so(how, runs, home, ling, mei, now):
    ENDED[how](runs, ling, mei, now)

    (call,) = calls()
    assert (call.reason, call.status, call.person_id, call.place_id) == (
        Reason.TELL, CallbackStatus.OPEN, home[1].id, home[0].id,
    )  # fmt: skip
    assert call.due_at == at(date(2026, 3, 3), hour=10) and call.asked_by_id is None
    assert "2026" in call.words and not any(said in call.words for said in ("低保", "证", runs.number, "hospital"))


def test_who_asked_in_vain_or_has_died_is_not_rung_about_the_price(runs, home, ann, ling, estate, now):
    waits = applied(*a_home(estate, "502", name="李秀兰"), by=ann, now=now)
    act(end, waits, EndReason.WITHDRAWN, since=clock.local_date(now), actor=ling, now=now)
    with writing():
        note_death(db.session.get_one(Person, home[1].id), died_on=clock.local_date(now), actor=ann, now=now)

    assert calls() == []


def test_a_call_about_a_rest_is_let_go_when_it_goes_on_or_ends(runs, ling, mei, now):
    act(suspend, runs, reason="A mistake", actor=ling, now=now)
    act(resume, runs, reason="It was one", actor=mei, now=now)
    act(suspend, runs, reason="In hospital", actor=ling, now=now)
    act(revoke, runs, since=None, reason="Another's", actor=mei, now=now)

    assert [one.status for one in calls()] == [CallbackStatus.GIVEN_UP, CallbackStatus.GIVEN_UP, CallbackStatus.OPEN]


def reached() -> None:
    with writing():
        for callback in db.session.scalars(select(Callback).where(Callback.status == CallbackStatus.OPEN)):
            callback.status, callback.ended_at = CallbackStatus.REACHED, callback.due_at


def test_the_words_of_a_call_name_no_ground(runs):
    remind(at(again(runs).until_on - timedelta(days=5)))

    assert not {"低保", "LOW_INCOME", "困难"} & set(calls()[0].words.split())
    assert "低保" not in calls()[0].words
    assert "LOW_INCOME" not in "".join(str(event.data) for event in db.session.scalars(select(Event)))


def test_the_review_season_begins_once_a_year(runs, ling, now):
    for day in (date(2026, 11, 30), date(2026, 12, 1), date(2026, 12, 24)):
        tend_waivers(at(day))
    (task,) = tasks()

    with writing():
        finish_task(db.session.get_one(WaiverTask, task.id), actor=ling, now=now)
    with pytest.raises(Conflict), writing():
        finish_task(db.session.get_one(WaiverTask, task.id), actor=ling, now=now)


def test_a_lapse_returns_to_the_full_price_with_the_next_month(runs):
    assert is_reduced(runs, date(2027, 3, 1), date(2027, 4, 1)) == [True, False]
