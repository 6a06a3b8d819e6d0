"""What is old enough is forgotten on its day and not the day before; what is held back stays."""

from datetime import UTC, date, datetime, timedelta

import pytest
from sqlalchemy import select, text

from helpdesk.accounts.models import Session
from helpdesk.audit.models import Event
from helpdesk.audit.queries import verify_chain
from helpdesk.billing.models import Charge
from helpdesk.callbacks.models import Attempt, Callback
from helpdesk.cases.models import Case
from helpdesk.core.access import Role
from helpdesk.core.errors import Conflict, NotAllowed, Refused
from helpdesk.core.extensions import db
from helpdesk.core.transactions import writing
from helpdesk.estate.models import Person, SearchKey
from helpdesk.exports.models import ExportLog
from helpdesk.hotline.models import Call, CallAnswer, Channel
from helpdesk.looks.models import Look
from helpdesk.neighbours.models import Entry, OtherHome
from helpdesk.repairs.models import Photo, Remark, Visit, WorkOrder
from helpdesk.retention.actions import hold, lift, set_months
from helpdesk.retention.blanking import DASH
from helpdesk.retention.models import DataClass, Held
from helpdesk.retention.queries import dry_run
from helpdesk.retention.rules import SHIPPED, last_old_day
from helpdesk.retention.sweeping import forget_by_night, forget_what_is_over
from helpdesk.waivers.models import OneOffWaiver, WaiverAct, WaiverApplication
from helpdesk.waivers.one_off import give_one_off
from tests.residents import CANARY, NAME, ended_waiver, living, taken_list, traces

pytestmark = pytest.mark.proves("PD-09")
THEN = datetime(2020, 1, 15, 4, 0, tzinfo=UTC)
D = DataClass


def years_after(years: int, days: int = 0) -> datetime:
    return THEN.replace(year=THEN.year + years) + timedelta(days=days)


@pytest.fixture
def old(estate, place, category, person, ann, app, tmp_path, set_now, monkeypatch):
    """Somebody of January 2020 with something of everything; they still live there."""
    monkeypatch.setitem(app.config, "PHOTO_FOLDER", str(tmp_path / "photos"))
    set_now(THEN)
    resident = living(estate, place, since=date(2019, 1, 1))
    found = traces(
        resident, place, category("WATER_LEAK"), by=ann, now=THEN, photos=tmp_path / "photos"
    )  # fmt: skip
    found.person, found.waiver = resident.id, ended_waiver(resident, place, by=person("Olga", Role.OFFICER), now=THEN)
    return found


@pytest.mark.parametrize(
    ("today", "months", "day"),
    [
        (date(2026, 3, 2), 36, date(2023, 3, 2)),
        (date(2026, 3, 31), 1, date(2026, 2, 28)),
        (date(2024, 2, 29), 12, date(2023, 2, 28)),
        (date(2026, 1, 5), 1, date(2025, 12, 5)),
    ],
)
def test_a_period_ends_on_the_same_day_of_a_month(today, months, day):
    assert last_old_day(today, months) == day


def test_every_class_goes_on_its_day_and_not_the_day_before(old, estate, ann, add, app, tmp_path, set_now):
    """Photos after two years, calls and looks after three, orders and cases after five; each to the day."""
    set_now(THEN)
    add(Call, estate_id=estate.id, request_key="draft", channel=Channel.HOTLINE, caller_number="", words=CANARY,
        happened_at=THEN, logged_at=THEN, logged_by_id=ann.id)  # fmt: skip
    expected = {
        1: {D.DRAFTS: 1}, 6: {D.VISIT_NOTES: 1}, 24: {D.PHOTOS: 1}, 36: {D.CALLS: 2, D.WAIVERS: 1, D.LOOKS: 1},
        60: {D.ORDERS: 1, D.CASES: 1},
    }  # fmt: skip
    for months, counts in expected.items():
        years, month = divmod(THEN.month - 1 + months, 12)
        day = THEN.replace(year=THEN.year + years, month=month + 1)
        told = [forget_what_is_over(at) for at in (day - timedelta(days=1), day, day)]
        assert {SHIPPED[one] for one in counts} == {months}
        assert [{one: each[one] for one in counts} for each in told] == [
            dict.fromkeys(counts, 0), counts, dict.fromkeys(counts, 0)
        ], months  # fmt: skip
    assert not old.photo.exists()
    assert verify_chain() is None


def test_what_was_forgotten_is_gone_and_what_counts_is_kept(old, stairwell):
    forget_what_is_over(years_after(6))

    order, call, case = (
        db.session.get_one(*one) for one in ((WorkOrder, old.order), (Call, old.call), (Case, old.case))
    )
    assert (order.summary, order.reporter_id, order.phone_id, order.place_id) == (DASH, None, None, stairwell.id)
    assert (order.category.code, order.closed_at) == ("WATER_LEAK", THEN)
    assert (call.words, call.caller_number, call.person_id, call.phone_id) == (DASH, "", None, None)
    assert (case.words, case.person_id, case.number != "") == (DASH, None, True)
    assert [db.session.scalars(select(model)).all() for model in (CallAnswer, OtherHome, Photo, Look)] == [[]] * 4
    visit, entry = db.session.get_one(Visit, old.visit), db.session.scalars(select(Entry)).one()
    assert (visit.door_code, visit.fail_note, visit.work_done) == ("", "", "")
    assert (entry.witnesses, entry.why) == (DASH, DASH)
    rung = db.session.get_one(Callback, old.rung)
    assert (rung.words, rung.came_of_it, rung.number, rung.person_id) == (DASH, DASH, "", None)
    assert db.session.scalars(select(Remark.words)).all() == [DASH]
    assert db.session.scalars(select(Attempt.note)).all() == [""]
    waiver = db.session.get_one(WaiverApplication, old.waiver)
    assert (waiver.words, waiver.proof_issuer, waiver.proof_tail, waiver.asked_by_name) == (DASH, "", "", "")
    assert (waiver.ground_code, waiver.beneficiary_id) == ("LOW_INCOME_EDGE", old.person)
    reasons = select(WaiverAct.reason).where(WaiverAct.application_id == old.waiver)
    assert set(db.session.scalars(reasons)) <= {"", DASH}
    assert db.session.get_one(Person, old.person).name == NAME  # they still live there


def test_why_a_bill_was_lowered_goes_with_the_waivers_and_is_held_back_with_its_home(old, estate, mei, set_now):
    """The reason can hold a ground, as those of waivers can."""
    with writing():
        given = give_one_off(
            db.session.get_one(Charge, old.charge), amount_fen=100, reason=f"{CANARY} ill", actor=mei, now=THEN
        )
    later, why = set_now(years_after(3)), lambda: db.session.get_one(OneOffWaiver, given.id).reason
    with writing():
        told = {"reason": "A court asked", "until_on": date(2024, 1, 1), "actor": mei, "now": later}
        hold(Held.PLACE, "3-2-501", estate_id=estate.id, **told)

    forget_what_is_over(later - timedelta(days=1))
    assert forget_what_is_over(later)[D.WAIVERS] == 0 and why() == f"{CANARY} ill"

    assert forget_what_is_over(set_now(years_after(4)))[D.WAIVERS] == 2
    assert (why(), db.session.get_one(OneOffWaiver, given.id).amount_fen) == (DASH, 100)


@pytest.mark.parametrize(("what", "named"), [(Held.PLACE, "3-2-501"), (Held.PERSON, NAME)])
def test_what_is_held_back_stays_until_it_is_lifted(what, named, old, estate, mei, set_now):
    later = set_now(years_after(6))
    with writing():
        held = hold(
            what, named, estate_id=estate.id, reason="A court asked", until_on=date(2027, 1, 1), actor=mei, now=later
        )

    counts = forget_what_is_over(later)
    kept = [D.CALLS, D.ORDERS, D.PHOTOS, D.VISIT_NOTES, D.CASES, D.WAIVERS]
    kept += [D.LOOKS] if what is Held.PERSON else []  # the look names nobody's home
    assert {one: counts[one] for one in kept} == dict.fromkeys(kept, 0)
    assert db.session.get_one(Call, old.call).words != DASH
    assert old.photo.exists()

    with writing():
        lift(held, actor=mei, now=later)
    assert forget_what_is_over(later)[D.ORDERS] == 1


def test_a_call_known_by_its_number_alone_is_held_with_the_person(old, estate, mei, set_now):
    later = set_now(years_after(6))
    with writing():
        call = db.session.get_one(Call, old.call)
        call.person_id = call.place_id = None
        told = {"reason": "A court asked", "until_on": date(2027, 1, 1), "actor": mei, "now": later}
        hold(Held.PERSON, NAME, estate_id=estate.id, **told)

    forget_what_is_over(later)

    assert db.session.get_one(Call, old.call).words != DASH


def test_a_hold_that_ran_out_no_longer_holds(old, estate, mei, set_now):
    later = set_now(years_after(6))
    with writing():
        hold(
            Held.PLACE,
            "3-2-501",
            estate_id=estate.id,
            reason="A court asked",
            until_on=date(2026, 2, 1),
            actor=mei,
            now=later,
        )

    assert forget_what_is_over(later)[D.ORDERS] == 0
    assert forget_what_is_over(set_now(datetime(2026, 2, 1, 4, tzinfo=UTC)))[D.ORDERS] == 1


def test_a_case_and_an_application_can_be_held_back_by_their_numbers(old, estate, mei, set_now):
    later = set_now(years_after(6))
    told = {"estate_id": estate.id, "reason": "A court asked", "until_on": date(2027, 1, 1), "actor": mei, "now": later}
    numbers = db.session.get_one(Case, old.case).number, db.session.get_one(WaiverApplication, old.waiver).number
    with writing():
        hold(Held.CASE, numbers[0], **told)
        hold(Held.WAIVER, numbers[1], **told)

    counts = forget_what_is_over(later)

    assert (counts[D.CASES], counts[D.WAIVERS], counts[D.ORDERS]) == (0, 0, 1)


def test_people_who_left_are_forgotten_when_nothing_is_open(estate, place, app, tmp_path, monkeypatch):
    monkeypatch.setitem(app.config, "PHOTO_FOLDER", str(tmp_path))
    gone = living(estate, place, since=date(2015, 1, 1), until=date(2020, 1, 15))

    assert forget_what_is_over(years_after(5, days=-1))[D.GONE_PEOPLE] == 0
    assert forget_what_is_over(years_after(5))[D.GONE_PEOPLE] == 1

    person = db.session.get_one(Person, gone.id)
    assert (person.name, person.birth_year, person.emergency_contact) == (f"#{gone.id}", None, "")
    assert db.session.scalars(select(SearchKey).where(SearchKey.person_id == gone.id)).all() == []
    assert forget_what_is_over(years_after(5))[D.GONE_PEOPLE] == 0


def test_a_dry_run_counts_what_would_go_and_changes_nothing(app, old, set_now):
    later = set_now(years_after(6))
    before = db.session.execute(text("SELECT count(*) FROM event")).scalar()

    told = {kept.data_class: kept.count for kept in dry_run(later.date())}
    said = app.test_cli_runner().invoke(args=["retention", "run", "--dry-run"]).output

    assert (told[D.CALLS], told[D.ORDERS], told[D.PHOTOS]) == (2, 1, 1)
    assert "orders         60 months  up to 2021-01-15         1 would go" in said
    assert db.session.execute(text("SELECT count(*) FROM event")).scalar() == before
    assert old.photo.exists()
    done = app.test_cli_runner().invoke(args=["retention", "run"])
    assert (done.exit_code, "orders              1 forgotten" in done.output) == (0, True)


def test_the_report_is_an_event_with_counts_only(old):
    forget_what_is_over(years_after(6))

    reports = db.session.scalars(select(Event).where(Event.kind == "retention.forgot")).all()
    assert {"class_orders", "class_calls", "class_photos"} <= {one.data["data_class"] for one in reports}
    assert all(set(one.data) == {"data_class", "rows", "up_to"} and one.actor_id is None for one in reports)
    assert verify_chain() is None


def test_the_worker_forgets_by_night_only(old, set_now):
    noon, night = years_after(6), years_after(6).replace(hour=18)  # two o'clock in Shanghai

    assert (forget_by_night(noon), forget_by_night(night)[D.ORDERS]) == ({}, 1)


def test_sessions_and_what_was_taken_out_go_too(ann, estate, add, app, now, monkeypatch, tmp_path):
    monkeypatch.setattr("helpdesk.exports.making.folder", lambda: tmp_path)
    for days in (91, 1):
        then = now - timedelta(days=days)
        add(Session, token_hash=str(days), user_id=ann.id, opened_at=then, seen_at=then)
    taken_list(estate, ann, tmp_path, now - timedelta(days=3 * 366))

    with writing():
        db.session.execute(text("DELETE FROM export_file"))
    counts = forget_what_is_over(now)

    assert (counts[D.SESSIONS], counts[D.EXPORTS]) == (1, 1)
    assert db.session.scalars(select(ExportLog)).all() == []


@pytest.mark.parametrize(("who", "allowed"), [(Role.ADMIN, True), (Role.OWNER, True), (Role.MANAGER, False)])
def test_periods_are_set_by_administrator_or_owner(who, allowed, person, now):
    actor = person("Kim", who)
    if not allowed:
        with pytest.raises(NotAllowed), writing():
            set_months(D.CALLS, 24, seen_version=0, actor=actor, now=now)
        return
    with writing():
        assert set_months(D.CALLS, 24, seen_version=0, actor=actor, now=now).months == 24
    with pytest.raises(Conflict), writing():
        set_months(D.CALLS, 12, seen_version=0, actor=actor, now=now)
    with pytest.raises(Refused), writing():
        set_months(D.LOOKS, 6, seen_version=0, actor=actor, now=now)


@pytest.mark.parametrize("sql", [
    "DELETE FROM look", "UPDATE look SET words = 'x'", "UPDATE waiver_act SET reason = 'x'",
    "UPDATE charge SET words = 'x'", "UPDATE payment SET paid_by = 'x'", "UPDATE adjustment SET reason = 'x'",
])  # fmt: skip
@pytest.mark.proves("PD-06")
def test_guarded_words_let_go_only_while_something_is_erased(sql, old):
    with pytest.raises(Exception, match="never changed"), writing():
        db.session.execute(text(sql))


@pytest.mark.parametrize("sql", [
    "UPDATE charge SET net_fen = 1", "UPDATE payment SET amount_fen = 1", "DELETE FROM payment", "DELETE FROM charge",
    "UPDATE waiver_act SET kind = 'approved'", "UPDATE look SET user_id = 1", "DELETE FROM event",
])  # fmt: skip
def test_figures_and_acts_never_let_go_not_even_then(sql, old):
    with pytest.raises(Exception, match="never changed"), writing():
        db.session.execute(text("INSERT INTO erasure_gate (id) VALUES (1)"))
        db.session.execute(text(sql))
