"""The rows of everybody who lives or lived in an estate: who owns, who rents, who moved away or died."""

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from random import Random

from helpdesk.core import clock
from helpdesk.demo import homes, lines, names
from helpdesk.demo.bulk import Rows
from helpdesk.demo.homes import Places, Spot, add_keys
from helpdesk.demo.households import Resident, move_in
from helpdesk.demo.lines import Numbers, PhoneLine
from helpdesk.demo.shape import chance, shuffled
from helpdesk.estate import phone_numbers, search_keys
from helpdesk.estate.models import OccupancyEnd, OccupancyRole, Use
from helpdesk.estate.pinyin import DOUBLE_SURNAMES

BUILT = date(2001, 9, 1)
OWNED_BY_A_CHILD = 0.3  # of the homes where nobody is under 75
FORMER = 0.08  # homes that somebody left in the last years


@dataclass(slots=True)
class Register:
    """What the history needs of an estate: its places, who lives there, and the numbers that reach them."""

    estate_id: int
    places: Places
    lines: list[PhoneLine]

    @property
    def lived_in(self) -> list[Spot]:
        return [home for home in self.places.homes if home.residents]


def settle(rows: Rows, places: Places, as_of: datetime) -> Register:
    """Let everybody move in, give them numbers, and add all rows of the register."""
    today = clock.local_date(as_of)
    rng = chance(as_of, "people", places.estate_id)
    move_in(places, today.year, rng)
    _dates(places, today, rng)
    children = _children_who_own(places, rng)
    numbers = Numbers(chance(as_of, "lines", places.estate_id))
    known = lines.connect(places, children, numbers, rng)
    homes.door_notes(places, rng)
    homes.write(rows, places)
    for home in places.homes:
        for resident in home.residents:
            _add_person(rows, places.estate_id, resident, today.year, _contact(home, resident, children, numbers, rng))
    _occupy(rows, places, children, rng)
    _former(rows, places, today, rng)
    lines.write(rows, places.estate_id, known)
    return Register(places.estate_id, places, known)


def _dates(places: Places, today: date, rng: Random) -> None:
    """When everybody moved in: most when the estate was built, tenants lately, children when they were born."""
    for home in places.homes:
        years = rng.randint(1, 4) if home.use is Use.LET else rng.choice((*range(2, 24), *(24,) * 20))
        moved_in = max(BUILT, today - timedelta(days=365 * years + rng.randrange(300)))
        for resident in home.residents:
            born = date(today.year - resident.age, rng.randint(1, 12), rng.randint(1, 28))
            resident.from_on = min(max(moved_in, born), today - timedelta(days=rng.randint(3, 40)))


def _children_who_own(places: Places, rng: Random) -> dict[Spot, Resident]:
    """Some old people live in a flat that belongs to a child who lives in another building."""
    grown: dict[str, list[Resident]] = {}
    for home in places.homes:
        if home.use is Use.OWN:
            for resident in home.residents:
                if 36 <= resident.age <= 59:
                    grown.setdefault(resident.name[0], []).append(resident)
    found = {}
    for home in places.homes:
        if home is places.scene_home or not home.residents or min(r.age for r in home.residents) < 75:
            continue
        children = grown.get(_childrens_surname(home, rng))
        if home.use is Use.OWN and children and rng.random() < OWNED_BY_A_CHILD:
            found[home] = rng.choice(children)
    return found


def _childrens_surname(home: Spot, rng: Random) -> str:
    """Children are named after their father; of a widow we do not know his name."""
    father = next((resident for resident in home.residents if not resident.woman and resident.age >= 60), None)
    if father is None:
        return rng.choices(list(names.COMMON), list(names.COMMON.values()))[0]
    return father.name[: 2 if father.name[:2] in DOUBLE_SURNAMES else 1]


def _add_person(rows: Rows, estate_id: int, resident: Resident, this_year: int, contact: str = "") -> None:
    resident.id = rows.next_id("person")
    rows.add(
        "person", id=resident.id, estate_id=estate_id, name=resident.name, birth_year=this_year - resident.age,
        hearing=resident.hearing, mobility=resident.mobility, dialect=resident.dialect,
        lives_alone=resident.lives_alone, emergency_contact=contact, version=0,
    )  # fmt: skip
    add_keys(rows, estate_id, search_keys.of_name(resident.name), person_id=resident.id)


def _contact(home: Spot, resident: Resident, children: dict[Spot, Resident], numbers: Numbers, rng: Random) -> str:
    """Whom to ring for an old person: the child who owns the flat, or one who lives in town."""
    if not (resident.lives_alone or resident.age >= 78):
        return ""
    if (child := children.get(home)) and child.lines:
        return f"{'女儿' if child.woman else '儿子'} {child.name} {phone_numbers.display(child.lines[0].digits)}"
    daughter = rng.random() < 0.55
    name = _childrens_surname(home, rng) + names.given_name(1_968 + rng.randrange(12), daughter, rng)
    return f"{'女儿' if daughter else '儿子'} {name} {phone_numbers.display(numbers.mobile())}"


def _occupy(rows: Rows, places: Places, children: dict[Spot, Resident], rng: Random) -> None:
    """Who lives where, as what. Owners of let and vacant homes live elsewhere in the estate, as is usual here."""
    landlords = shuffled(
        [r for home in places.homes if home.use is Use.OWN for r in home.residents if 38 <= r.age <= 76], rng
    )
    for home in places.homes:
        if home.use is Use.OWN and home not in children:
            roles = [OccupancyRole.OWNER] + [OccupancyRole.MEMBER] * len(home.residents)
        else:
            owner = children.get(home) or landlords[(home.id * 7) % len(landlords)]
            since = home.residents[0].from_on if home.use is Use.OWN else max(BUILT, owner.from_on)
            _add_occupancy(rows, owner, home, OccupancyRole.OWNER, since)
            first = OccupancyRole.HEAD if home.use is Use.OWN else OccupancyRole.TENANT
            others = OccupancyRole.MEMBER if home.use is Use.OWN else OccupancyRole.TENANT
            roles = [first] + [others] * len(home.residents)
        for resident, role in zip(home.residents, roles, strict=False):
            _add_occupancy(rows, resident, home, role, resident.from_on)


def _former(rows: Rows, places: Places, today: date, rng: Random) -> None:
    """Some homes were sold, some tenants moved on, and some who live alone were widowed."""
    lived_in = [home for home in places.homes if home.residents]
    for home in shuffled(lived_in, rng)[: max(3, round(len(lived_in) * FORMER))]:
        first = home.residents[0]
        alone = first.lives_alone
        moved_in = min(resident.from_on for resident in home.residents)
        role = OccupancyRole.TENANT if home.use is Use.LET else OccupancyRole.OWNER
        end = OccupancyEnd.DIED if alone else OccupancyEnd.MOVED if home.use is Use.LET else OccupancyEnd.SOLD
        until = today - timedelta(days=rng.randint(40, 2_500)) if alone else moved_in
        before = Resident(min(95, max(30, first.age + rng.randint(-3, 6))), not first.woman)
        before.name = rng.choice(list(names.COMMON)) + names.given_name(today.year - before.age, before.woman, rng)
        since = moved_in if alone else max(BUILT, moved_in - timedelta(days=rng.randint(400, 3_000)))
        if since < until:
            _add_person(rows, places.estate_id, before, today.year)
            _add_occupancy(rows, before, home, role, since, until, end)
            if end is OccupancyEnd.DIED:
                rows.add("person_note", person_id=before.id, died_on=until)


def _add_occupancy(
    rows: Rows, resident: Resident, home: Spot, role: OccupancyRole, from_on: date, until_on: date | None = None,
    end_reason: OccupancyEnd | None = None,
) -> None:  # fmt: skip
    rows.add(
        "occupancy", id=rows.next_id("occupancy"), person_id=resident.id, place_id=home.id, role=role,
        from_on=from_on, until_on=until_on, end_reason=end_reason,
    )  # fmt: skip
