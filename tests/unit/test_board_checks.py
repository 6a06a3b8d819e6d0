"""Which rules a placement on the board breaks, each rule as a table."""

from datetime import UTC, date, datetime, timedelta
from types import SimpleNamespace

import pytest

from helpdesk.dispatch.checks import Placement, breaches
from helpdesk.dispatch.day import DaySheet
from helpdesk.travel.models import Mode
from helpdesk.travel.queries import TravelTimes
from helpdesk.windows.models import Half, Rule, Severity
from helpdesk.windows.rules import Window

DAY = date(2026, 3, 2)


def at(clock: str) -> datetime:
    hour, minute = map(int, clock.split(":"))
    return datetime(2026, 3, 1, 16, tzinfo=UTC) + timedelta(hours=hour, minutes=minute)


def spell(words: str) -> tuple[datetime, datetime]:
    return tuple(at(part) for part in words.split("-"))


def technician(user_id, *, skills=("plumber",), hours="8:00-17:30", absent=(), blocks=()):
    hours = [spell(hours)]
    gaps = [SimpleNamespace(starts_at=a, ends_at=b) for a, b in map(spell, absent)]
    taken = [
        SimpleNamespace(id=at, starts_at=a, ends_at=b, words="meeting") for at, (a, b) in enumerate(map(spell, blocks))
    ]
    known = {"plumber": True, "electrician": None}
    return SimpleNamespace(
        user=SimpleNamespace(id=user_id, name=f"T{user_id}"), hours=hours, works=hours, absences=gaps, blocks=taken,
        masters=lambda skill, level: known.get(skill, False) if skill in skills else False,
    )  # fmt: skip


def visit(visit_id, when, *crew, building=1):
    begin, end = spell(when)
    return SimpleNamespace(
        id=visit_id, crew=[SimpleNamespace(id=one) for one in crew], arrived_at=None, planned_at=begin, ended_at=None,
        duration_minutes=int((end - begin).total_seconds() // 60),
        work_order=SimpleNamespace(place=SimpleNamespace(address=f"{building}-1-101", building_no=building)),
    )  # fmt: skip


def sheet(*technicians, visits=(), severities=None, reserves=None):
    policy = SimpleNamespace(severities=severities or {}, noon_minute=750)
    travel = {Mode.WALK: TravelTimes({1: (0, 0), 2: (200, 0)}, {(1, 2): 600}, Mode.WALK)}
    return DaySheet(1, DAY, list(technicians), list(visits), policy, travel, reserves=reserves or {})


def placed(when="9:00-10:00", *crew, **what) -> Placement:
    begin, end = spell(when)
    people = [SimpleNamespace(id=one, name=f"T{one}") for one in crew or (1,)]
    return Placement(people, begin, int((end - begin).total_seconds() // 60), **what)


def broken(found, rule: Rule) -> list[dict]:
    return [one.figures for one in found if one.rule is rule]


def test_a_placement_that_fits_breaks_nothing():
    day = sheet(technician(1), visits=[visit(7, "8:00-8:45", 1)])

    told = Window(at("8:30"), at("10:00"))
    assert breaches(day, placed(skill="plumber", level=2, building=1, promised=told)) == []


@pytest.mark.parametrize(
    ("skill", "rules"),
    [("plumber", []), ("mason", [Rule.SKILL]), ("electrician", [Rule.LICENCE]), ("", [])],
)
def test_somebody_of_the_crew_must_master_it(skill, rules):
    day = sheet(technician(1, skills=("plumber", "electrician")), technician(2, skills=()))

    assert [one.rule for one in breaches(day, placed("9:00-10:00", 1, 2, skill=skill, level=2))] == rules


@pytest.mark.parametrize(
    ("when", "in_the_way"),
    [
        ("9:00-10:00", []),  # one ends when the other begins
        ("9:00-10:01", ["1-1-101"]),
        ("10:15-10:30", ["1-1-101"]),  # inside the other visit
        ("9:00-13:00", ["1-1-101", "meeting"]),
        ("11:00-12:00", []),
        ("12:30-12:45", ["meeting"]),
    ],
)
def test_the_whole_visit_counts_as_taken(when, in_the_way):
    day = sheet(technician(1, blocks=["12:00-13:00"]), visits=[visit(7, "10:00-11:00", 1, 2)])

    assert [one["what"] for one in broken(breaches(day, placed(when)), Rule.OVERLAP)] == in_the_way


def test_a_visit_is_not_in_its_own_way_and_a_crew_is_taken_each():
    day = sheet(technician(1), technician(2), visits=[visit(7, "9:00-10:00", 1, 2)])

    assert broken(breaches(day, placed("9:30-10:30", 1, 2, visit_id=7)), Rule.OVERLAP) == []
    assert [one["who"] for one in broken(breaches(day, placed("9:30-10:30", 1, 2)), Rule.OVERLAP)] == ["T1", "T2"]


@pytest.mark.parametrize(
    ("when", "building", "short"),
    [
        ("9:10-9:30", 2, []),  # ten minutes are what the way takes
        ("9:09-9:30", 2, [(600, 540)]),
        ("9:02-9:30", 1, []),  # another door of the same building
        ("9:01-9:30", 1, [(120, 60)]),
        ("10:00-10:55", 2, [(600, 300)]),  # the next one would be reached late
        ("10:00-10:55", None, [(360, 300)]),  # a place nobody measured
    ],
)
def test_there_must_be_time_for_the_way(when, building, short):
    day = sheet(technician(1), visits=[visit(7, "8:00-9:00", 1), visit(8, "11:00-12:00", 1)])

    found = broken(breaches(day, placed(when, building=building)), Rule.TRAVEL)
    assert [(one["needs_s"], one["has_s"]) for one in found] == short


WINDOW = Window(at("8:30"), at("10:00"))


@pytest.mark.parametrize(
    ("when", "what", "told"),
    [
        ("8:30-11:00", {"promised": WINDOW}, []),  # coming counts, not going
        ("8:29-9:00", {"promised": WINDOW}, ["from"]),
        ("10:00-10:30", {"promised": WINDOW}, ["from"]),  # the end is not inside
        ("9:00-9:30", {"named": (Window(at("8:30"), at("10:00")), Window(at("14:00"), at("15:30")))}, []),
        ("11:00-12:00", {"named": (WINDOW,)}, ["named"]),
        ("11:00-12:00", {"named": (WINDOW,), "promised": Window(at("10:30"), at("12:00"))}, []),
        ("11:00-12:00", {"arrive_by": at("11:00")}, []),
        ("11:01-12:00", {"arrive_by": at("11:00")}, ["by"]),
    ],
)
def test_what_the_resident_was_told_is_kept(when, what, told):
    found = broken(breaches(sheet(technician(1)), placed(when, **what)), Rule.PROMISE)

    assert [next(iter(one)) for one in found] == told


@pytest.mark.parametrize(
    ("when", "rules"),
    [
        ("8:00-9:00", []),
        ("7:59-9:00", [Rule.HOURS]),
        ("17:00-17:31", [Rule.HOURS]),
        ("13:00-14:00", []),
        ("14:00-14:01", [Rule.ABSENCE]),
        ("13:30-16:00", [Rule.ABSENCE]),
    ],
)
def test_hours_and_absences_are_kept(when, rules):
    day = sheet(technician(1, absent=["14:00-15:00"]))

    assert [one.rule for one in breaches(day, placed(when))] == rules


def test_a_job_for_two_needs_two():
    day = sheet(technician(1), technician(2))

    assert broken(breaches(day, placed("9:00-10:00", 1, crew_size=2)), Rule.CREW) == [{"needs": 2, "has": 1}]
    assert broken(breaches(day, placed("9:00-10:00", 1, 2, crew_size=2)), Rule.CREW) == []


@pytest.mark.parametrize(
    ("when", "what", "left"),
    [
        ("8:00-12:00", {}, []),  # thirty minutes are left
        ("8:00-12:01", {}, [29]),
        ("8:00-12:01", {"emergency": True}, []),  # what it is kept for
        ("12:30-17:00", {}, []),  # the other half has no reserve
    ],
)
def test_the_reserve_of_a_trade_is_kept_free(when, what, left):
    day = sheet(technician(1), technician(2, skills=()), reserves={("plumber", Half.MORNING): 30})

    assert [one["left"] for one in broken(breaches(day, placed(when, **what)), Rule.RESERVE)] == left


def test_somebody_else_of_the_trade_may_keep_the_reserve():
    day = sheet(technician(1), technician(2), reserves={("plumber", Half.MORNING): 30})

    assert broken(breaches(day, placed("8:00-12:30", 1)), Rule.RESERVE) == []


def test_the_policy_says_what_a_broken_rule_does():
    day = sheet(technician(1), severities={"hours": "block", "crew": "warn"})

    found = breaches(day, placed("7:00-8:30", crew_size=2))
    assert [(one.rule, one.severity) for one in found] == [
        (Rule.HOURS, Severity.BLOCK), (Rule.CREW, Severity.WARN),
    ]  # fmt: skip


def test_only_the_rules_that_are_asked_for_are_looked_at():
    assert breaches(sheet(technician(1)), placed("7:00-8:30"), rules=[Rule.OVERLAP]) == []
