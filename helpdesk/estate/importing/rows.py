"""One row of a sheet as an entry of the register, with what merged cells and 同上 take from the rows above."""

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import date

from helpdesk.estate.importing import cells, dates, places
from helpdesk.estate.importing.columns import Columns, Field
from helpdesk.estate.importing.places import Spot
from helpdesk.estate.importing.troubles import Problem, Trouble, Unreadable
from helpdesk.estate.models import CareFlag, OccupancyRole, PlaceKind, Use
from helpdesk.estate.phone_numbers import display

LONGEST_CONTACT = 120
NO_FLAGS: frozenset[CareFlag] = frozenset()  # one for everybody: each empty set of its own takes 200 bytes
_CLOSING = re.compile(r"^(?:合计|小计|总计|共计|制表|填表|审核|备注|说明|注)[::]?")


@dataclass(slots=True)
class Listed:
    """A person as a row tells of them. What is None is not said; a role that is not `sure` was guessed."""

    name: str
    role: OccupancyRole
    sure: bool = True
    phones: tuple[str, ...] = ()
    birth_year: int | None = None
    birth_exact: bool = False
    flags: frozenset[CareFlag] = NO_FLAGS
    alone: bool | None = None
    contact: str = ""
    since: date | None = None


@dataclass(slots=True)
class Entry:
    """A row that was understood. Area is in 0.01 m², the price in 0.01 fen, arrears in fen; None is not said."""

    row_no: int
    spot: Spot
    use: Use | None = None
    home_no: str | None = None
    area: int | None = None
    unit_price: int | None = None
    paid_until: date | None = None
    arrears_fen: int | None = None
    people: list[Listed] = field(default_factory=list)
    phones: tuple[str, ...] = ()
    died: bool = False


class RowReader:
    """Reads rows from the top down; `problems` grows with what could not be understood.

    `warnings` grows with numbers that nobody can dial: the rest of such a row is as good as any other.
    """

    def __init__(self, columns: Columns, *, as_of: date, area_code: str):
        self.columns, self.as_of, self.area_code = columns, as_of, area_code
        self.problems: list[Problem] = []
        self.warnings: list[Problem] = []
        self._above: dict[int, str] = {}
        self._row: Sequence[str] = ()
        self._row_no = 0

    def read(self, row_no: int, row: Sequence[str]) -> Entry | None:
        """The entry of a row; None if it says nothing of a place, or if something in it is wrong."""
        self._row_no, self._row = row_no, row
        if self._is_closing():
            return None
        before = len(self.problems)
        self._row = self.filled(row)
        spot = self._spot()
        entry = Entry(row_no, spot) if spot else None
        if entry and len(self.problems) == before:
            self._tell_place(entry)
            self._tell_people(entry)
        return entry if entry and len(self.problems) == before else None

    def filled(self, row: Sequence[str]) -> list[str]:
        """The row with 同上 and merged cells written out. A new building ends what was merged above it."""
        row, known = list(row), self.columns.at
        row += [""] * (len(self.columns.titles) - len(row))
        for positions in known.values():
            for position in positions:
                if row[position].strip() in cells.DITTO:
                    row[position] = self._ditto(position)
        chain = [known[f][0] for f in (Field.BUILDING, Field.UNIT, Field.ROOM) if f in known]
        for depth, position in enumerate(chain):
            if row[position]:
                if row[position] != self._above.get(position):
                    for below in chain[depth + 1 :]:
                        self._above.pop(below, None)
            elif self._merges(row, position):
                row[position] = self._above.get(position, "")
        self._above.update({p: row[p] for positions in known.values() for p in positions if row[p]})
        return row

    def _merges(self, row: Sequence[str], position: int) -> bool:
        """An empty cell of the chain belongs to the rows above, unless this row says by itself where it is.

        A room may be a whole address; what all share (小区北门) is in no building if none stands beside it.
        """
        known = self.columns.at
        written = row[known[Field.ROOM][0]]
        if position == known[Field.ROOM][0] or not written:
            return True
        kind = cells.plain(row[known[Field.KIND][0]]) if Field.KIND in known else ""
        return cells.KIND_OF.get(kind) is not PlaceKind.COMMON_AREA and places.needs_building(cells.plain(written))

    def _ditto(self, position: int) -> str:
        if position not in self._above:
            self.problems.append(Problem(self._row_no, self.columns.titles[position], Trouble.NOTHING_ABOVE))
        return self._above.get(position, "")

    def _is_closing(self) -> bool:
        """合计, 制表人 and the like stand below the register; a header repeated on every page is no home either."""
        first = next((cell.strip() for cell in self._row if cell.strip()), "")
        wanted = self.columns.at[Field.ROOM][0]
        here = self._row[wanted] if wanted < len(self._row) else ""
        return bool(_CLOSING.match(first)) or (bool(here) and here == self.columns.titles[wanted])

    def _text(self, known: Field) -> str:
        found = [self._row[position] for position in self.columns.at.get(known, ())]
        return "/".join(filter(None, found)) if len(found) > 1 else (found[0] if found else "")

    def _ask(self, known: Field, meaning: Callable, *args, **kwargs):
        """What a cell means; None, and a problem more, if it cannot be understood."""
        try:
            return meaning(self._text(known), *args, **kwargs)
        except Unreadable as wrong:
            self.problems.append(Problem(self._row_no, self.columns.title(known), wrong.trouble, wrong.value))
            return None

    def _kind_and_use(self) -> tuple[PlaceKind | None, Use | None]:
        said = [
            self._ask(Field.KIND, cells.kind_or_use, Trouble.KIND),
            self._ask(Field.USE, cells.kind_or_use, Trouble.USE),
        ]
        kind = next((found for found in said if isinstance(found, PlaceKind)), None)
        return kind, next((found for found in said if isinstance(found, Use)), None)

    def _spot(self) -> Spot | None:
        before = len(self.problems)
        kind, _use = self._kind_and_use()
        building, unit = self._ask(Field.BUILDING, cells.building), self._ask(Field.UNIT, cells.unit)
        floor, room = self._ask(Field.FLOOR, cells.floor), cells.plain(self._text(Field.ROOM))
        spot = None
        if len(self.problems) == before:
            try:
                if not room and kind is not PlaceKind.COMMON_AREA:
                    raise Unreadable(Trouble.NO_ROOM)
                spot = places.locate(kind, building, unit, floor, room)
                if spot.kind is PlaceKind.DWELLING and spot.unit_no is None and self.columns.has(Field.UNIT):
                    raise Unreadable(Trouble.NO_UNIT)
            except Unreadable as wrong:
                column = {Trouble.NO_BUILDING: Field.BUILDING, Trouble.NO_UNIT: Field.UNIT}.get(
                    wrong.trouble, Field.ROOM
                )
                self.problems.append(Problem(self._row_no, self.columns.title(column), wrong.trouble, wrong.value))
        if len(self.problems) > before:  # who follows without a room must not end up one home further up
            self._above.pop(self.columns.at[Field.ROOM][0], None)
            return None
        return spot

    def _tell_place(self, entry: Entry) -> None:
        dwelling = entry.spot.kind is PlaceKind.DWELLING
        entry.use = self._kind_and_use()[1] if dwelling else None
        entry.home_no = self._ask(Field.HOME_NO, cells.home_no) if dwelling else None
        entry.area = self._ask(Field.AREA, cells.area)
        entry.unit_price = self._ask(Field.UNIT_PRICE, cells.unit_price)
        entry.paid_until = self._ask(Field.PAID_UNTIL, dates.day, last=True)
        entry.arrears_fen = self._ask(Field.ARREARS, cells.fen)

    def _tell_people(self, entry: Entry) -> None:
        """Whose number and year a row gives: of the person it lists, else of the owner, else of the head."""
        by_field = {}
        for known in (Field.OWNER, Field.HEAD, Field.NAME):
            by_field[known], died = self._ask(known, cells.names) or ((), False)
            entry.died = entry.died or died
        said = self._ask(Field.RELATION, cells.role)
        numbers = self._numbers(Field.PHONE) + self._numbers(Field.OTHER_PHONE)
        entry.phones = tuple(dict.fromkeys(numbers))
        entry.people = _listed(by_field, said)
        main = next((by_field[known] for known in (Field.NAME, Field.OWNER, Field.HEAD) if by_field[known]), ())
        _share_phones([person for person in entry.people if person.name in main], entry.phones)
        self._tell_more(next((person for person in entry.people if main and person.name == main[0]), None))

    def _numbers(self, known: Field) -> tuple[str, ...]:
        """The whole numbers of a cell; of each that is none there is a warning."""
        faults: list[Unreadable] = []
        found = cells.phones(self._text(known), self.area_code, faults)
        title = self.columns.title(known)
        self.warnings += [Problem(self._row_no, title, wrong.trouble, wrong.value, bars=False) for wrong in faults]
        return found

    def _tell_more(self, person: Listed | None) -> None:
        born = self._ask(Field.BIRTH, dates.birth_year, self.as_of) or self._ask(
            Field.AGE, dates.birth_year, self.as_of
        )
        alone, since = self._ask(Field.ALONE, cells.yes_or_no), self._ask(Field.SINCE, dates.day)
        contact = self._contact()
        flags = cells.care_flags(f"{self._text(Field.CATEGORY)} {self._text(Field.NOTE)}")
        if person:
            person.birth_year, person.birth_exact = born or (None, False)
            person.alone = True if alone is None and CareFlag.LIVES_ALONE in flags else alone
            person.flags = flags - {CareFlag.LIVES_ALONE} or NO_FLAGS
            person.contact, person.since = contact, since

    def _contact(self) -> str:
        """Whom to ring for this person, as one line: name, then number."""
        warned = len(self.warnings)
        numbers = self._numbers(Field.CONTACT_PHONE)
        whole = len(self.warnings) == warned
        number = cells.plain(self._text(Field.CONTACT_PHONE)) if whole else " ".join(map(display, numbers))
        parts = (cells.plain(self._text(Field.CONTACT)), number)
        return " ".join(filter(None, parts))[:LONGEST_CONTACT]


def _listed(by_field: dict[Field, tuple[str, ...]], said: OccupancyRole | None) -> list[Listed]:
    """Everybody a row names, each once, the owner first; the relation is that of the person listed."""
    roles = {name: Listed(name, OccupancyRole.OWNER) for name in by_field[Field.OWNER]}
    if said and not by_field[Field.NAME] and not by_field[Field.HEAD]:
        for person in roles.values():
            person.role = OccupancyRole.OWNER if said is OccupancyRole.HEAD else said
    for name in by_field[Field.HEAD]:
        roles.setdefault(name, Listed(name, OccupancyRole.HEAD))
    for position, name in enumerate(by_field[Field.NAME]):
        guessed = OccupancyRole.MEMBER if position or roles else OccupancyRole.HEAD
        roles.setdefault(name, Listed(name, said or guessed, sure=said is not None))
    return list(roles.values())


def _share_phones(people: list[Listed], numbers: tuple[str, ...]) -> None:
    """As many numbers as people are one each, in this order; otherwise every number reaches all of them."""
    if len(people) == len(numbers) > 1:
        for person, number in zip(people, numbers, strict=True):
            person.phones = (number,)
    else:
        for person in people:
            person.phones = numbers
