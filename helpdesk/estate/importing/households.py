"""What a whole sheet says: its rows put together, home by home."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from datetime import date
from itertools import chain, islice

from helpdesk.estate.importing.columns import LAST_HEADER_ROW, Columns, Field, find_header
from helpdesk.estate.importing.places import Spot
from helpdesk.estate.importing.rows import NO_FLAGS, Entry, Listed, RowReader
from helpdesk.estate.importing.troubles import Problem, Trouble
from helpdesk.estate.models import OccupancyRole, PlaceKind, Use

_STRONGER = (OccupancyRole.OWNER, OccupancyRole.HEAD, OccupancyRole.TENANT, OccupancyRole.MEMBER)
_OF_A_HOME = {
    "use": Field.USE, "home_no": Field.HOME_NO, "area": Field.AREA, "unit_price": Field.UNIT_PRICE,
    "paid_until": Field.PAID_UNTIL, "arrears_fen": Field.ARREARS,
}  # fmt: skip


@dataclass(slots=True)
class Home:
    """A place of the sheet, of whatever kind; `row_no` is where it stands first."""

    row_no: int
    spot: Spot
    use: Use | None = None
    home_no: str | None = None
    area: int | None = None
    unit_price: int | None = None
    paid_until: date | None = None
    arrears_fen: int | None = None
    people: dict[str, Listed] = field(default_factory=dict)
    phones: tuple[str, ...] = ()


@dataclass(slots=True)
class Sheet:
    """A sheet that was read. `problems` are in the order of the rows; rows with one are in no home."""

    columns: Columns
    homes: dict[str, Home] = field(default_factory=dict)
    problems: list[Problem] = field(default_factory=list)
    warnings: list[Problem] = field(default_factory=list)  # rows with one are taken over without what is wrong
    rows: int = 0
    named_dead: list[int] = field(default_factory=list)  # rows that name somebody who died
    _home_nos: dict[str, str] = field(default_factory=dict)

    def add(self, entry: Entry) -> None:
        """Put a row to its home, or note where it contradicts another row."""
        home = self.homes.get(entry.spot.address)
        if problems := [*self._contradictions(entry, home), *self._home_no_twice(entry)]:
            self.problems += problems
            return
        if home is None:
            home = self.homes[entry.spot.address] = Home(entry.row_no, entry.spot)
        for name in _OF_A_HOME:
            if getattr(home, name) is None:
                setattr(home, name, getattr(entry, name))
        if home.home_no:
            self._home_nos[home.home_no] = home.spot.address
        for person in entry.people:
            _join(home, person)
        home.phones = tuple(dict.fromkeys((*home.phones, *entry.phones)))
        if entry.died:
            self.named_dead.append(entry.row_no)

    def _contradictions(self, entry: Entry, home: Home | None) -> Iterator[Problem]:
        for name, known in _OF_A_HOME.items():
            before, now = getattr(home, name, None), getattr(entry, name)
            if before is not None and now is not None and before != now:
                yield Problem(entry.row_no, self.columns.title(known), Trouble.DIFFERS, str(home.row_no))

    def _home_no_twice(self, entry: Entry) -> Iterator[Problem]:
        address = self._home_nos.get(entry.home_no or "")
        if address and address != entry.spot.address:
            yield Problem(entry.row_no, self.columns.title(Field.HOME_NO), Trouble.HOME_NO_TWICE, address)


def read_sheet(
    rows: Iterable[tuple[int, list[str]]],
    *,
    as_of: date,
    area_code: str,
    wanted: dict[str, Field] | None = None,
    columns: Columns | None = None,
) -> Sheet:
    """Read a sheet from its first row; raises Unreadable if it has no header. `as_of` turns ages into years.

    With `columns` given, nothing is guessed.
    """
    rows = iter(rows)
    first = list(islice(rows, LAST_HEADER_ROW))
    columns = columns or find_header(first, wanted or {})
    sheet = Sheet(columns)
    reader = RowReader(columns, as_of=as_of, area_code=area_code)
    sheet.problems, sheet.warnings = reader.problems, reader.warnings
    for row_no, row in chain(first, rows):
        if row_no > columns.row_no:
            sheet.rows += 1
            if entry := reader.read(row_no, row):
                sheet.add(entry)
    return sheet


def _join(home: Home, person: Listed) -> None:
    """Add a person to a home, or what this row tells more of one who is listed there already."""
    known = home.people.get(person.name)
    if known is None:
        if not person.sure and home.people:
            person.role = OccupancyRole.MEMBER
        home.people[person.name] = person
        return
    if person.sure:
        roles = (known.role, person.role) if known.sure else (person.role,)
        known.role, known.sure = min(roles, key=_STRONGER.index), True
    known.phones = tuple(dict.fromkeys((*known.phones, *person.phones)))
    known.flags = known.flags | person.flags or NO_FLAGS
    for name in ("birth_year", "alone", "since"):
        if getattr(known, name) is None:
            setattr(known, name, getattr(person, name))
    known.birth_exact = known.birth_exact or person.birth_exact
    known.contact = known.contact or person.contact


def is_home(home: Home) -> bool:
    return home.spot.kind is PlaceKind.DWELLING
