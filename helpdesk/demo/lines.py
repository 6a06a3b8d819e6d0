"""Telephone numbers that reach nobody: mobiles that begin with 12, landlines 0523-1000 xxxx."""

from dataclasses import dataclass, field
from random import Random

from helpdesk.demo.bulk import Rows
from helpdesk.demo.homes import Places, Spot, add_keys
from helpdesk.demo.households import Resident
from helpdesk.demo.shape import share, shuffled
from helpdesk.estate import search_keys
from helpdesk.estate.models import Use

HOTLINE = "052310000001"
LANDLINE_ONLY, NO_PHONE = 12, 3  # homes in percent; the others have mobiles
SHARED = 0.09  # of the numbers reach two homes
FIRST_LANDLINE = 100  # those before belong to the office, to utilities and to members of staff


@dataclass(slots=True, eq=False)
class PhoneLine:
    """A number, whom it reaches, and in which homes it is known."""

    digits: str
    id: int = 0
    people: list[Resident] = field(default_factory=list)
    homes: list[Spot] = field(default_factory=list)


class Numbers:
    """Draws numbers of which no two are alike in one estate."""

    def __init__(self, rng: Random) -> None:
        self._rng = rng
        self._taken: set[str] = set()

    def mobile(self) -> str:
        return self._new(lambda: f"12{self._rng.randrange(10)}{self._rng.randrange(10_000_000, 100_000_000)}")

    def landline(self) -> str:
        return self._new(lambda: f"05231000{self._rng.randrange(FIRST_LANDLINE, 10_000):04}")

    def _new(self, draw) -> str:
        digits = draw()
        while digits in self._taken:
            digits = draw()
        self._taken.add(digits)
        return digits


def connect(places: Places, children: dict[Spot, Resident], numbers: Numbers, rng: Random) -> list[PhoneLine]:
    """Give every home its numbers. `children` are grown-up ones who own their parents' home and live elsewhere."""
    lived_in = [home for home in places.homes if home.residents]
    frail_first = sorted(lived_in, key=lambda home: _frailty(home, rng), reverse=True)
    mobile, landline, none = share(len(lived_in), (100 - LANDLINE_ONLY - NO_PHONE, LANDLINE_ONLY, NO_PHONE))
    frail_first.remove(places.scene_home)
    frail_first.insert(0, places.scene_home)
    without = set(frail_first[landline : landline + none])
    lines = []
    for home in lived_in:
        if home in without:
            continue
        if home in frail_first[:landline]:
            lines.append(_landline(home, numbers))
        else:
            lines += _mobiles(home, numbers, rng)
    _share(lines, places, children, rng)
    return lines


def write(rows: Rows, estate_id: int, lines: list[PhoneLine]) -> None:
    for line in lines:
        line.id = rows.next_id("phone")
        rows.add("phone", id=line.id, estate_id=estate_id, digits=line.digits)
        for resident in line.people:
            rows.add("phone_person", phone_id=line.id, person_id=resident.id)
        for home in line.homes:
            rows.add("phone_place", phone_id=line.id, place_id=home.id)
        add_keys(rows, estate_id, search_keys.of_phone(line.digits), phone_id=line.id)


def _frailty(home: Spot, rng: Random) -> float:
    """The older the youngest there, the likelier they have only a landline, or none."""
    return min(resident.age for resident in home.residents) + rng.gauss(0, 6)


def _landline(home: Spot, numbers: Numbers) -> PhoneLine:
    return _joined(PhoneLine(numbers.landline()), home, [resident for resident in home.residents if resident.age >= 14])


def _mobiles(home: Spot, numbers: Numbers, rng: Random) -> list[PhoneLine]:
    grown = [resident for resident in home.residents if resident.age >= 14]
    owners = [resident for resident in grown if rng.random() < (0.93 if resident.age < 75 else 0.5)] or grown[:1]
    lines = [_joined(PhoneLine(numbers.mobile()), home, [owner]) for owner in owners]
    if rng.random() < 0.08 and home.use is Use.OWN:
        lines.append(_landline(home, numbers))
    return lines


def _joined(line: PhoneLine, home: Spot, people: list[Resident]) -> PhoneLine:
    line.people += people
    line.homes.append(home)
    home.lines.append(line)
    for resident in people:
        resident.lines.append(line)
    return line


def _share(lines: list[PhoneLine], places: Places, children: dict[Spot, Resident], rng: Random) -> None:
    """Let some numbers be known in a second home: a daughter's at her parents', an old landline next door."""
    scene = places.scene_home
    beside = [home for home in places.homes if home.stairwell_id == scene.stairwell_id and home is not scene]
    neighbour = next((home for home in reversed(beside) if home.residents), None)
    if neighbour:
        _joined(scene.lines[0], neighbour, [neighbour.residents[0]])
    owed = round(len(lines) * SHARED) - 1
    for home, child in children.items():
        if child.lines and owed > 0 and len(child.lines[0].homes) == 1 and child.lines[0] not in home.lines:
            child.lines[0].homes.append(home)
            home.lines.append(child.lines[0])
            owed -= 1
    single = [line for line in shuffled(lines, rng) if len(line.homes) == 1]
    old = [home for home in places.homes if home.residents and min(r.age for r in home.residents) >= 60]
    for line in single[: max(0, owed)]:
        home = rng.choice([home for home in old if home is not line.homes[0] and home is not scene] or places.homes)
        if home is not line.homes[0]:
            line.homes.append(home)
            home.lines.append(line)
