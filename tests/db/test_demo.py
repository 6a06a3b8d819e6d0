"""The demonstration estate as it is loaded: its size, its history, and that it is what the product itself writes."""

import re
from collections import Counter
from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import func, select, text

from helpdesk.accounts import passwords
from helpdesk.accounts.models import User
from helpdesk.audit.kinds import KINDS
from helpdesk.audit.models import Event
from helpdesk.audit.queries import verify_chain
from helpdesk.callbacks.models import Callback
from helpdesk.callbacks.states import CallbackStatus
from helpdesk.core import clock
from helpdesk.core.access import Role
from helpdesk.core.extensions import db
from helpdesk.dayplans.models import DayPlan
from helpdesk.demo.load import load
from helpdesk.demo.staff import PASSWORD, sign_ins
from helpdesk.estate import phone_numbers
from helpdesk.estate.models import (
    CareFlag,
    Crib,
    Estate,
    Occupancy,
    OccupancyEnd,
    Person,
    Phone,
    Place,
    PlaceKind,
    SearchKey,
    SearchKind,
    Use,
    phone_place,
)
from helpdesk.estate.pinyin import SURNAMES
from helpdesk.hotline.models import Call, Channel, Outcome
from helpdesk.neighbours.models import Entry, OtherHome, Part
from helpdesk.outages.closing import rings_of
from helpdesk.outages.models import Outage
from helpdesk.outages.queries import callers_of, orders_in
from helpdesk.repairs.models import OrderNumber, Urgency, Visit, WorkOrder
from helpdesk.repairs.states import OPEN, Status, VisitStatus
from helpdesk.verification.models import Answer, HomeCheck, VerificationRow
from helpdesk.waiver_reports.budgets import budgets
from helpdesk.waivers.codes import EndReason
from helpdesk.waivers.models import WaiverApplication
from helpdesk.waivers.policy_models import WaiverPolicy
from helpdesk.waivers.simulating import simulate
from helpdesk.waivers.states import WaiverStatus
from helpdesk.workdays.models import CalendarDay

AS_OF = datetime(2026, 11, 23, 2, 20, tzinfo=UTC)  # a Monday, 10:20 in Shanghai
A_NUMBER = re.compile(r"\+?[0-9][0-9 -]{6,}[0-9]")


@pytest.fixture(scope="module")
def estate(blank):
    """The whole estate, loaded once: these tests only read."""
    app, copies = blank
    with app.app_context():
        db.engine.dispose()
        copies.renew()
        yield load(AS_OF)
        db.session.remove()
        db.engine.dispose()


def count(model, *where) -> int:
    return db.session.scalar(select(func.count()).select_from(model).where(*where))


def shares(column, *where) -> dict:
    """How many percent of the rows have each value."""
    found = Counter(db.session.scalars(select(column).where(*where)))
    return {value: 100 * number / found.total() for value, number in found.items()}


def test_it_has_the_places_of_the_estate(estate):
    kinds = Counter(db.session.scalars(select(Place.kind)))

    assert kinds == {PlaceKind.DWELLING: 624, PlaceKind.GARAGE: 300, PlaceKind.SHOP: 12, PlaceKind.COMMON_AREA: 60}
    assert Counter(db.session.scalars(select(Place.use).where(Place.use.is_not(None)))) == {
        Use.OWN: 487, Use.LET: 87, Use.VACANT: 50,
    }  # fmt: skip
    assert count(Crib) == 52
    assert db.session.scalar(select(func.max(Place.building_no))) == 18
    assert (
        53_000 < db.session.scalar(select(func.sum(Place.area)).where(Place.kind == PlaceKind.DWELLING)) / 100 < 53_700
    )


def test_a_home_belongs_to_its_stairwell_and_has_a_number_of_four_digits(estate):
    homes = db.session.scalars(select(Place).where(Place.kind == PlaceKind.DWELLING)).all()

    assert all(home.stairwell.address == f"{home.building_no}-{home.unit_no}" for home in homes)
    assert all(re.fullmatch("[0-9]{4}", home.home_no) for home in homes)
    assert len({home.home_no for home in homes}) == 624


def test_as_many_people_live_there_as_in_such_an_estate(estate):
    here = db.session.scalars(select(Person).where(Person.occupancies.any(Occupancy.until_on.is_(None)))).all()
    elders = [person for person in here if person.birth_year <= 1966]

    assert len(here) == 1_378
    assert len(elders) == 551
    assert sum(CareFlag.LIVES_ALONE in person.care_flags for person in here) == 66
    assert sum(person.hearing for person in here) == 50 and sum(person.mobility for person in here) == 39
    assert all(person.birth_year <= 1966 for person in here if person.lives_alone)


def test_some_who_lived_there_moved_sold_or_died(estate):
    ended = Counter(db.session.scalars(select(Occupancy.end_reason).where(Occupancy.until_on.is_not(None))))

    assert set(ended) == set(OccupancyEnd)
    assert count(Occupancy, Occupancy.until_on > clock.local_date(AS_OF)) == 0
    assert count(Occupancy, Occupancy.from_on > clock.local_date(AS_OF)) == 0


def test_every_number_reaches_nobody(estate):
    free_text = [
        *db.session.scalars(select(Person.emergency_contact)), *db.session.scalars(select(Crib.key_holder)),
        *db.session.scalars(select(Crib.utility_numbers)), *db.session.scalars(select(Call.words)),
    ]  # fmt: skip
    numbers = {
        *db.session.scalars(select(Phone.digits)), *db.session.scalars(select(User.phone)),
        *(number for number in db.session.scalars(select(Call.caller_number)) if number),
        *(found[0] for text_ in free_text for found in A_NUMBER.finditer(text_)),
    }  # fmt: skip

    assert [number for number in numbers if not phone_numbers.is_demo(number)] == []
    assert all(phone_numbers.normalise(digits).digits == digits for digits in db.session.scalars(select(Phone.digits)))


def test_about_a_tenth_of_the_numbers_is_known_in_two_homes(estate):
    homes = Counter(db.session.scalars(select(phone_place.c.phone_id)))

    assert set(homes.values()) == {1, 2}
    assert 7 < 100 * sum(number == 2 for number in homes.values()) / len(homes) < 11


@pytest.mark.parametrize("surname", SURNAMES)
def test_somebody_with_every_seldom_surname_is_found_by_its_reading(estate, surname):
    reading = SURNAMES[surname][0]
    found = select(Person.name).join(SearchKey, SearchKey.person_id == Person.id).where(
        SearchKey.kind == SearchKind.PINYIN, SearchKey.key >= reading, SearchKey.key < reading + "{"
    )  # fmt: skip

    assert any(name.startswith(surname) for name in db.session.scalars(found))


def test_the_printed_accounts_sign_in_with_the_printed_password(estate):
    users = {user.username: user for user in db.session.scalars(select(User))}

    assert [name for name, _ in sign_ins()] == [
        "operator", "operator2", "technician", "technician2", "finance", "officer", "manager", "manager2", "owner",
        "auditor", "admin",
    ]  # fmt: skip
    assert all([held.role for held in users[name].roles] == [Role(role)] for name, role in sign_ins())
    assert len({user.password_hash for user in users.values()}) == 1
    assert passwords.matches(users["operator"].password_hash, PASSWORD)


def test_two_years_of_calls_are_shared_out_as_they_come(estate):
    outcomes, channels = shares(Call.outcome), shares(Call.channel, Call.work_order_id.is_not(None))

    assert 5_100 < count(Call) < 6_000
    assert abs(outcomes[Outcome.REPAIR] + outcomes[Outcome.CHASE] - 46) < 3 and abs(outcomes[Outcome.ENQUIRY] - 22) < 3
    assert abs(channels[Channel.HOTLINE] - 58) < 5 and abs(channels[Channel.MOBILE] - 24) < 4
    assert set(channels) == set(Channel)
    assert count(Call, Call.happened_at > AS_OF) == 0


def test_urgencies_and_results_are_as_in_a_good_office(estate):
    urgencies = shares(WorkOrder.urgency)
    done = db.session.scalars(select(WorkOrder).where(WorkOrder.done_at.is_not(None))).all()
    on_time = sum(
        order.done_at <= order.done_by and (order.arrived_at or order.reported_at) <= order.arrive_by for order in done
    )

    wanted = {Urgency.P0: 1.5, Urgency.P1: 13, Urgency.P2: 66, Urgency.P3: 19.5}
    assert all(abs(urgencies[urgency] - percent) < 3 for urgency, percent in wanted.items())
    assert 90 < 100 * on_time / len(done) < 96
    assert 2 < 100 * sum(order.reopened for order in done) / len(done) < 6


def test_every_order_has_its_promises_and_its_number_without_a_gap(estate):
    orders = db.session.execute(select(WorkOrder.number, WorkOrder.reported_at).order_by(WorkOrder.id))
    by_day = {}
    for number, reported_at in orders:
        drawn_on = datetime.strptime(number[2:10], "%Y%m%d").date()  # noqa: DTZ007 - a date
        by_day.setdefault(drawn_on, []).append(number)
        assert timedelta(0) <= drawn_on - clock.local_date(reported_at) <= timedelta(days=1)  # told on a mobile before

    assert all(
        numbers == [f"GD{day:%Y%m%d}-{position:04}" for position in range(1, len(numbers) + 1)]
        for day, numbers in by_day.items()
    )
    assert {row.day: row.last for row in db.session.scalars(select(OrderNumber))} == {
        day: len(numbers) for day, numbers in by_day.items()
    }
    assert (
        count(WorkOrder, WorkOrder.respond_by.is_(None) | WorkOrder.arrive_by.is_(None) | WorkOrder.done_by.is_(None))
        == 0
    )


def test_the_chain_of_events_holds_and_goes_on_in_time(estate):
    times = db.session.scalars(select(Event.at).order_by(Event.seq)).all()

    assert verify_chain() is None
    assert times == sorted(times) and times[-1] <= AS_OF


def test_every_event_says_what_its_kind_says_and_nothing_typed(estate):
    for entry in db.session.scalars(select(Event)):
        assert entry.data.keys() == KINDS[entry.kind].keys()
        for value in entry.data.values():
            assert value is None or isinstance(value, int | list) or re.fullmatch(r"[a-z0-9_]+|[0-9T:+.-]+", value)


def test_a_version_is_the_number_of_acts(estate):
    for model in (WorkOrder, Call, User, DayPlan):
        acts = select(func.count()).where(Event.subject_type == model.__tablename__, Event.subject_id == model.id)
        assert count(model, model.version != acts.scalar_subquery()) == 0


def test_times_nobody_tapped_are_unknown_and_the_known_ones_are_in_order(estate):
    done = db.session.scalars(select(Visit).where(Visit.status == VisitStatus.DONE)).all()
    steps = [[visit.accepted_at, visit.departed_at, visit.arrived_at, visit.ended_at] for visit in done]

    assert any(None in times for times in steps)
    assert all(known == sorted(known) for known in ([at for at in times if at] for times in steps))
    assert all(visit.work_done and visit.no_photo_reason for visit in done)


def test_the_announced_calendar_is_there_once(estate):
    assert count(CalendarDay) == 39


@pytest.mark.sqlite_only
def test_everything_refers_to_something(estate):
    assert db.session.execute(text("PRAGMA foreign_key_check")).all() == []


def test_somebody_of_81_who_lives_alone_rang_at_night(estate):
    home = db.session.scalars(select(Place).where(Place.address == "7-2-501")).one()
    call = db.session.scalars(
        select(Call).where(Call.place_id == home.id, Call.urgency == Urgency.P1).order_by(Call.id.desc())
    ).first()

    assert clock.local(call.work_order.reported_at) == datetime(2026, 11, 23, 2, 14, tzinfo=clock.ZONE)
    assert AS_OF.year - call.person.birth_year == 81 and {CareFlag.HEARING, CareFlag.LIVES_ALONE} <= set(
        call.person.care_flags
    )
    assert len(call.phone.places) == 2 and len(call.phone.people) == 2 and call.phone.digits.startswith("0523")
    assert home.door_note == "敲门要重,按门铃听不见"


def test_the_other_scenes_are_set(estate):
    def latest(code: str, address: str) -> WorkOrder:
        there = select(WorkOrder).join(Place).where(Place.address == address, WorkOrder.category.has(code=code))
        return db.session.scalars(there.order_by(WorkOrder.id.desc())).first()

    handrail, wall, wires = latest("HANDRAIL", "7-2"), latest("WALL_SEEP", "12-3"), latest("FLY_WIRE", "3-车12")
    assert handrail.status in OPEN and [visit.status for visit in handrail.visits][0] is VisitStatus.FAILED
    assert (
        wall.status is Status.ON_HOLD
        and count(Call, Call.work_order_id == wall.id, Call.outcome == Outcome.REPAIR) == 7
    )
    assert wires.status is Status.DONE
    late = db.session.scalars(
        select(Call).where(Call.channel == Channel.MOBILE, Call.work_order_id.is_not(None)).order_by(Call.id.desc())
    ).first()
    assert late.logged_at - late.happened_at > timedelta(hours=2)
    assert count(Call, Call.channel == Channel.CASE_12345, Call.words.contains("日前书面答复")) == 1


def test_there_are_outages_that_run_are_planned_and_are_over(estate):
    by_status = {outage.status: outage for outage in db.session.scalars(select(Outage))}
    running, planned, over = (by_status[status] for status in ("running", "planned", "over"))

    assert {ring.callback.status for ring in rings_of(over)} == {CallbackStatus.REACHED}
    assert (len(callers_of(running)), len(callers_of(planned)), len(callers_of(over))) == (6, 0, 3)
    assert [order.category.code for order in orders_in(running)] == ["WALL_SEEP"]
    assert running.starts_at < AS_OF < planned.starts_at
    for model in (Outage, Callback):
        acts = select(func.count()).where(Event.subject_type == model.__tablename__, Event.subject_id == model.id)
        assert count(model, model.version != acts.scalar_subquery()) == 0


def test_one_order_has_two_homes_of_which_one_was_entered(estate):
    entry, other = db.session.scalars(select(Entry)).one(), db.session.scalars(select(OtherHome)).one()

    assert (entry.place, entry.work_order_id) == (other.place, other.work_order_id)
    assert other.part is Part.SOURCE and other.place.stairwell_id == other.work_order.place.stairwell_id


def test_money_is_set_aside_for_them_and_homes_are_looked_at(estate):
    """Of one ground more was waived than was set aside; one look was noted, for the other somebody is sent."""
    year = clock.local_date(AS_OF).year
    manager = db.session.scalars(select(User).where(User.username == "manager")).one()
    told = budgets(manager, db.session.scalar(select(Estate.id)), year)
    set_aside = {row.ground_code: row for row in told if row.amount_fen is not None}
    assert set_aside[""].left_fen > 0 and min(row.left_fen for row in set_aside.values()) < 0
    assert all(row.spent_fen for row in set_aside.values())

    done, to_come = db.session.scalars(select(HomeCheck).order_by(HomeCheck.id)).all()
    assert (done.answer, done.application.status) == (Answer.STILL_SO, WaiverStatus.VERIFIED)
    assert to_come.is_open and [visit.status for visit in to_come.work_order.visits] == [VisitStatus.PLANNED]


def test_41_homes_asked_to_pay_less_and_would_cost_about_four_percent(estate):
    """Of the grounds in the numbers of the default policy: 27 run, 4 end within 60 days, and the rest."""
    today, applications = clock.local_date(AS_OF), list(db.session.scalars(select(WaiverApplication)))
    runs = [one for one in applications if one.status is WaiverStatus.APPROVED and one.until_on > today]
    ending = [one for one in runs if one.until_on <= today + timedelta(days=60)]
    weighed = simulate(db.session.scalars(select(WaiverPolicy)).one(), today)

    assert Counter(one.ground_code for one in applications) == {
        "DESTITUTE": 2, "MIN_LIVING": 9, "LOW_INCOME_EDGE": 8, "LONELY_ELDER": 5, "RIGID_EXPENSE": 4,
        "DISABLED_1_2": 7, "LOST_CHILD": 2, "VETERAN_FAMILY": 4,
    }  # fmt: skip
    assert (len(applications), len(runs) - len(ending), len(ending)) == (41, 27, 4)
    assert Counter(one.status for one in applications) - Counter({WaiverStatus.APPROVED: 31}) == {
        WaiverStatus.VERIFYING: 3, WaiverStatus.VERIFIED: 2, WaiverStatus.REFUSED: 2, WaiverStatus.ENDED: 2,
        WaiverStatus.SUSPENDED: 1,
    }  # fmt: skip
    ended = [one for one in applications if one.status is WaiverStatus.ENDED]
    assert {one.end_reason for one in ended} == {EndReason.DIED, EndReason.MOVED}
    assert [bool(one.beneficiary.died_on) for one in ended if one.end_reason is EndReason.DIED] == [True]
    asked = Counter(row.answer for row in db.session.scalars(select(VerificationRow)))
    assert asked == {Answer.STILL_SO: 6, None: 3}  # each of them on a sheet of its own
    assert len(weighed.homes) == 41 and len({home.application.place_id for home in weighed.homes}) == 41
    assert 370 <= weighed.share_bp <= 430 and weighed.running == 31
