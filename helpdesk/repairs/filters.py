"""What may be asked of the list of work orders. Whatever else stands in the address is passed over."""

from collections.abc import Mapping
from dataclasses import dataclass, fields, replace
from datetime import UTC, date, datetime, timedelta
from enum import StrEnum

from helpdesk.core.clock import YEARS
from helpdesk.core.forms import clean
from helpdesk.core.ids import read_id
from helpdesk.repairs.models import Urgency

LONGEST_WORDS = 100
EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
FAR = datetime(2100, 1, 1, tzinfo=UTC)  # stands for "no promise is left" where rows are sorted by the next one


class Group(StrEnum):
    OPEN = "open"
    LATE = "late"
    AT_RISK = "at_risk"
    DONE = "done"
    CLOSED = "closed"
    CANCELLED = "cancelled"
    ALL = "all"


class Sort(StrEnum):
    DEADLINE = "deadline"
    NEWEST = "newest"
    OLDEST = "oldest"


RUNNING = (Group.OPEN, Group.LATE, Group.AT_RISK)


@dataclass(frozen=True, slots=True)
class Cursor:
    """A place between two rows: the id beside it, and the moment it is sorted by where rows go by their deadline."""

    id: int
    due: datetime | None = None

    def __str__(self) -> str:
        return f"{self.id}" if self.due is None else f"{self.id}~{(self.due - EPOCH) // timedelta(microseconds=1)}"


@dataclass(frozen=True, slots=True)
class Filter:
    group: Group = Group.OPEN
    urgency: Urgency | None = None
    category: str | None = None  # the code of a group of categories
    technician: int | None = None
    building: int | None = None
    from_on: date | None = None  # local dates of the report, both included
    until_on: date | None = None
    words: str = ""
    sort: Sort = Sort.DEADLINE
    after: Cursor | None = None
    before: Cursor | None = None

    def query(self, **changes) -> dict[str, str]:
        """This filter, with changes, as the query of an address; what is as usual is left out. Pages begin anew."""
        asked = replace(self, **{"after": None, "before": None} | changes)
        usual = Filter(group=asked.group, sort=usual_sort(asked.group))
        values = {field.name: getattr(asked, field.name) for field in fields(asked)}
        kept = {name: value for name, value in values.items() if value != getattr(usual, name)}
        shown = kept | ({} if asked.group is Group.OPEN else {"group": asked.group})
        return {name: str(value) for name, value in shown.items() if value not in (None, "")}

    @property
    def narrowed(self) -> bool:
        """Whether anything is asked for besides the group."""
        return bool(set(self.query()) - {"group", "sort"})

    @property
    def narrowed_by_more(self) -> bool:
        """Whether one of the choices behind "more" is made, so that they have to be seen."""
        return bool(set(self.query()) - {"group", "words"})


def read(args: Mapping[str, str]) -> Filter:
    """The filter in an address. Anything not known, too long or out of range is as if it were not there."""
    group = _code(Group, args.get("group")) or Group.OPEN
    after = _cursor(args.get("after"))
    return Filter(
        group=group,
        urgency=_code(Urgency, args.get("urgency")),
        category=clean(args.get("category"))[:30] or None,
        technician=_number(args.get("technician")),
        building=_number(args.get("building")),
        from_on=_date(args.get("from_on")),
        until_on=_date(args.get("until_on")),
        words=clean(args.get("words"))[:LONGEST_WORDS].strip(),
        sort=_code(Sort, args.get("sort")) or usual_sort(group),
        after=after,
        before=None if after else _cursor(args.get("before")),
    )


def usual_sort(group: Group) -> Sort:
    return Sort.DEADLINE if group in RUNNING else Sort.NEWEST


def _code(codes: type[StrEnum], typed: str | None):
    return codes(typed) if typed in set(codes) else None


def _number(typed: str | None) -> int | None:
    return read_id(clean(typed))


def _date(typed: str | None) -> date | None:
    try:
        day = date.fromisoformat(clean(typed))
    except ValueError:
        return None
    return day if day.year in YEARS else None


def _cursor(typed: str | None) -> Cursor | None:
    row_id, _, moment = clean(typed).partition("~")
    number = _number(row_id)
    if number is None or not moment:
        return number and Cursor(number)
    if not (moment.isascii() and moment.isdigit() and len(moment) <= 16):
        return None
    return Cursor(number, min(EPOCH + timedelta(microseconds=int(moment)), FAR))
