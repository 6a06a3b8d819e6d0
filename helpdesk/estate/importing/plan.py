"""The difference between a sheet and the register: rows to add, rows to change, and what to tell about it.

Nothing is written here and no lock is held. New rows get the ids they will have if nobody writes in between;
`apply` looks whether somebody did.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from datetime import date

from helpdesk.estate import search_keys
from helpdesk.estate.importing import keys
from helpdesk.estate.importing.columns import Field
from helpdesk.estate.importing.households import Home, Sheet, is_home
from helpdesk.estate.importing.people import Settler
from helpdesk.estate.importing.places import Spot, stairs
from helpdesk.estate.importing.register import KnownPlace, Register
from helpdesk.estate.importing.spool import Spool
from helpdesk.estate.importing.troubles import Problem, Trouble

MOST_WITH_KEYS = 10_000  # new rows that get their search keys under the same lock: about half a second
FIRST_HOME_NO, LAST_HOME_NO = 1001, 9999


@dataclass(slots=True)
class Counts:
    """What a file does to the register; `same` is what it already holds."""

    places_new: int = 0
    places_changed: int = 0
    places_same: int = 0
    stairwells_new: int = 0
    people_new: int = 0
    people_changed: int = 0
    people_same: int = 0
    phones_new: int = 0
    phone_places_new: int = 0  # numbers that reach a place they did not reach before
    openings_new: int = 0
    openings_changed: int = 0

    @property
    def changes(self) -> int:
        same = self.places_same + self.people_same
        return sum(getattr(self, name) for name in self.__slots__) - same


@dataclass(slots=True)
class Plan:
    """Everything one act will write. Changes are whole rows of new values with the id at the end."""

    estate_id: int
    fingerprint: tuple[int, ...]
    spool: Spool = field(default_factory=Spool)
    counts: Counts = field(default_factory=Counts)
    places_changed: list[tuple] = field(default_factory=list)
    home_nos_changed: list[int] = field(default_factory=list)
    people_changed: list[tuple] = field(default_factory=list)
    occupancies_changed: list[tuple] = field(default_factory=list)
    openings_changed: list[tuple] = field(default_factory=list)
    last_ids: dict[str, int] = field(default_factory=dict)
    not_listed: list[tuple[str, str]] = field(default_factory=list)  # address and name
    ended: list[tuple[str, str]] = field(default_factory=list)
    without_home_no: int = 0

    def next_id(self, table: str) -> int:
        self.last_ids[table] += 1
        return self.last_ids[table]


def taken_home_nos(sheet: Sheet, register: Register) -> list[Problem]:
    """Home numbers of the sheet that another home of the register keeps."""
    moved = {a: h.home_no for a, h in sheet.homes.items() if h.home_no and a in register.places}
    held = {
        place.home_no: address
        for address, place in register.places.items()
        if place.home_no and moved.get(address, place.home_no) == place.home_no
    }
    return [
        Problem(home.row_no, sheet.columns.title(Field.HOME_NO), Trouble.HOME_NO_TAKEN, held[home.home_no])
        for address, home in sheet.homes.items()
        if home.home_no and held.get(home.home_no, address) != address
    ]


def make_plan(homes: Iterable[Home], register: Register, *, as_of: date) -> Plan:
    """Compare homes with the register. `as_of` is the day from which newcomers live there if nothing is said."""
    homes = list(homes)
    plan = Plan(register.estate_id, register.fingerprint, last_ids=dict(register.last_ids))
    free = _free_home_nos(homes, register)
    stairwells = {address: place.id for address, place in register.places.items()}
    settler = Settler(plan, register, as_of)
    for home in homes:
        stairwell_id = _stairwell(plan, home.spot, stairwells)
        known = register.places.get(home.spot.address)
        if known is None:
            place_id = _add_place(plan, home, stairwell_id, free)
            stairwells[home.spot.address] = place_id
        else:
            place_id = known.id
            _change_place(plan, home, known, stairwell_id, free)
        settler.settle(home, place_id)
        _open(plan, home, place_id, register, as_of)
    settler.finish()
    _add_keys(plan)
    return plan


def _free_home_nos(homes: list[Home], register: Register) -> Iterator[str]:
    used = {place.home_no for place in register.places.values()} | {home.home_no for home in homes}
    return (str(number) for number in range(FIRST_HOME_NO, LAST_HOME_NO + 1) if str(number) not in used)


def _stairwell(plan: Plan, spot: Spot, known: dict[str, int]) -> int | None:
    """The id of the stairs that lead to a place; they are added with its first home."""
    if not spot.stairwell:
        return None
    if spot.stairwell not in known:
        building, unit = spot.stairwell.split("-")
        known[spot.stairwell] = _place_row(plan, stairs(int(building), int(unit)))
        plan.counts.stairwells_new += 1
    return known[spot.stairwell]


def _add_place(plan: Plan, home: Home, stairwell_id: int | None, free: Iterator[str]) -> int:
    home_no = home.home_no or (next(free, None) if is_home(home) else None)
    plan.without_home_no += is_home(home) and home_no is None
    plan.counts.places_new += 1
    return _place_row(plan, home.spot, home_no, home.use, home.area, home.unit_price, stairwell_id)


def _place_row(
    plan: Plan, spot: Spot, home_no=None, use=None, area=None, unit_price=None, stairwell_id=None
) -> int:  # fmt: skip
    place_id = plan.next_id("place")
    plan.spool.add(
        "place",
        (
            place_id, plan.estate_id, spot.kind, spot.address, spot.building_no, spot.unit_no, spot.floor_no,
            spot.room_no, home_no, use, area, unit_price, "", stairwell_id, 0,
        ),
    )  # fmt: skip
    return place_id


def _change_place(
    plan: Plan, home: Home, known: KnownPlace, stairwell_id: int | None, free: Iterator[str]
) -> None:  # fmt: skip
    """What the file says replaces what is known; what it leaves empty stays."""
    home_no = home.home_no or known.home_no or (next(free, None) if is_home(home) else None)
    plan.without_home_no += is_home(home) and home_no is None
    before = (known.floor_no, known.use, known.home_no, known.area, known.unit_price, known.stairwell_id)
    said = (home.spot.floor_no, home.use, home_no, home.area, home.unit_price, stairwell_id)
    after = tuple(old if new is None else new for old, new in zip(before, said, strict=True))
    if after == before:
        plan.counts.places_same += 1
        return
    plan.counts.places_changed += 1
    plan.places_changed.append((*after, known.id))
    if home_no != known.home_no:
        plan.home_nos_changed.append(known.id)
        plan.spool.add("place_key", (known.id, home.spot.address, home.spot.room_no, home_no))


def _open(plan: Plan, home: Home, place_id: int, register: Register, as_of: date) -> None:
    """Paid-until and arrears as they stood when the register was taken over."""
    if home.paid_until is None and home.arrears_fen is None:
        return
    known = register.openings.get(place_id)
    if known is None:
        plan.spool.add("opening_position", (place_id, home.paid_until, home.arrears_fen or 0, as_of))
        plan.counts.openings_new += 1
        return
    after = (home.paid_until or known[0], known[1] if home.arrears_fen is None else home.arrears_fen)
    if after != known:
        plan.openings_changed.append((*after, as_of, place_id))
        plan.counts.openings_changed += 1


def _add_keys(plan: Plan) -> None:
    """The search keys of everything new; of very many they are written afterwards (see `keys`)."""
    spool = plan.spool
    if sum(spool.counts.get(table, 0) for table in ("person", "phone", "place")) > MOST_WITH_KEYS:
        return
    sources = (
        ("person_id", ((row[0], search_keys.of_name(row[2])) for row in spool.rows("person"))),
        ("phone_id", ((row[0], search_keys.of_phone(row[2])) for row in spool.rows("phone"))),
        ("place_id", ((row[0], _keys_of_place(row[3], row[7], row[8])) for row in spool.rows("place"))),
        ("place_id", ((row[0], _keys_of_place(*row[1:])) for row in spool.rows("place_key"))),
    )
    for found_by, found in sources:
        for found_id, found_keys in found:
            for row in keys.key_rows(plan.estate_id, found_by, found_id, found_keys):
                spool.add("search_key", row)


def _keys_of_place(address: str, room_no: str | None, home_no: str | None) -> list[search_keys.Key]:
    return search_keys.of_place(address, room_no=room_no, home_no=home_no)
