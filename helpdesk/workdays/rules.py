"""Whether a day is worked, decided from the announced calendar; Monday to Friday where nothing is announced."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from typing import Any

_SATURDAY = 5
_DECEMBER = 12


class DayKind(StrEnum):
    WORKDAY = "workday"  # a Saturday or Sunday that is worked, to make up for a holiday
    OFF = "off"  # free because a holiday was made longer
    HOLIDAY = "holiday"  # free by law


@dataclass(frozen=True, slots=True)
class AnnouncedDay:
    day: date
    kind: DayKind
    name: str


class NotACalendar(ValueError):
    """The document is not the announced calendar of one year; `position` counts its days from 1, 0 is the whole."""

    def __init__(self, position: int = 0):
        super().__init__(f"not a calendar, at day {position}" if position else "not a calendar")
        self.position = position


def is_workday(day: date, kinds: Mapping[date, str]) -> bool:
    """Whether the office works on this local date. Announced days count before the day of the week."""
    kind = kinds.get(day)
    return day.weekday() < _SATURDAY if kind is None else kind == DayKind.WORKDAY


def missing_year(today: date, known_years: Collection[int]) -> int | None:
    """The year whose calendar should be here by now and is not: this year's, or from 1 December next year's.

    The plan for a year is announced between late October and mid November of the year before.
    """
    if today.year not in known_years:
        return today.year
    if today.month == _DECEMBER and today.year + 1 not in known_years:
        return today.year + 1
    return None


def read_calendar(document: Any) -> list[AnnouncedDay]:
    """Return the days of a calendar document, by date; NotACalendar says which entry cannot be read.

    Days are {date, name, kind}, or in the form found in public lists {date, name, isOffDay}, where holidays
    by law and days beside them are not told apart and all count as off. No date may come twice, and each
    lies in the document's year or in the weeks around it.
    """
    year, entries = _head(document)
    days: dict[date, AnnouncedDay] = {}
    for position, entry in enumerate(entries, start=1):
        try:
            kind = entry["kind"] if "kind" in entry else _kind_of(entry["isOffDay"])
            day = AnnouncedDay(date.fromisoformat(entry["date"]), DayKind(kind), str(entry.get("name", ""))[:40])
        except (KeyError, TypeError, ValueError, AttributeError) as unreadable:
            raise NotACalendar(position) from unreadable
        if day.day in days or abs((day.day - date(year, 7, 1)).days) > 200:
            raise NotACalendar(position)
        days[day.day] = day
    return sorted(days.values(), key=lambda announced: announced.day)


def _head(document: Any) -> tuple[int, list[Any]]:
    """The year and the entries, if the document is a mapping with both and the year is a plausible one."""
    if not isinstance(document, dict):
        raise NotACalendar
    year, entries = document.get("year"), document.get("days")
    if type(year) is not int or not 2000 <= year <= 2100 or not isinstance(entries, list) or not entries:
        raise NotACalendar
    return year, entries


def _kind_of(is_off_day: object) -> DayKind:
    if not isinstance(is_off_day, bool):
        raise ValueError("neither a day off nor a day worked")
    return DayKind.OFF if is_off_day else DayKind.WORKDAY
