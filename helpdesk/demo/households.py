"""Who lives together: elders alone, old couples, families of two or three generations, tenants."""

from dataclasses import dataclass, field
from datetime import date
from itertools import pairwise
from random import Random

from helpdesk.demo import names
from helpdesk.demo.homes import Places, Spot
from helpdesk.demo.shape import share, shuffled
from helpdesk.estate.models import Use

PEOPLE_A_HOME = 2.4
ELDERS, ALONE, IN_COUPLES = 0.40, 0.12, 0.30  # of all residents; of the elders
AGES = {(60, 69): 56.3, (70, 79): 28.9, (80, 89): 12.8, (90, 97): 2.0}
WOMEN, WOMEN_FROM_80 = 0.516, 0.59
HEARING, MOBILITY, DIALECT = 0.09, 0.07, 0.30  # of the elders
SCENE_AGE = 81


@dataclass(slots=True, eq=False)
class Resident:
    """A person who lives somewhere. `id` is given when the rows are written."""

    age: int
    woman: bool
    name: str = ""
    id: int = 0
    hearing: bool = False
    mobility: bool = False
    dialect: bool = False
    lives_alone: bool = False
    lines: list = field(default_factory=list)
    from_on: date = date(2001, 9, 1)


def move_in(places: Places, this_year: int, rng: Random) -> None:
    """Fill the occupied homes. The numbers of people, of elders and of those who live alone are exact."""
    occupied = [home for home in places.homes if home.use is not Use.VACANT]
    people = round(len(occupied) * PEOPLE_A_HOME)
    elders = _elders(round(people * ELDERS), rng)
    alone = _oldest(elders, round(len(elders) * ALONE), rng)
    rest = sorted((elder for elder in elders if elder not in alone), key=lambda elder: elder.age + rng.gauss(0, 2))
    couples, in_families = _couples(rest, round(len(elders) * IN_COUPLES), rng)
    own = [home for home in occupied if home.use is Use.OWN and home is not places.scene_home]
    free = shuffled(own, rng)
    _settle_alone([places.scene_home, *(free.pop() for _ in alone[1:])], alone)
    for couple in couples:
        free.pop().residents = couple
    _settle_tenants([home for home in occupied if home.use is Use.LET], rng)
    settled = sum(len(home.residents) for home in occupied)
    _settle_families(free, shuffled(in_families, rng), people - settled, rng)
    _tell_women(occupied, rng)
    _give_care_flags(places, rng)
    _name_everybody(occupied, this_year, rng)


def _elders(count: int, rng: Random) -> list[Resident]:
    return [
        Resident(rng.randint(low, high), False)
        for (low, high), so_many in zip(AGES, share(count, list(AGES.values())), strict=True)
        for _ in range(so_many)
    ]


def _oldest(elders: list[Resident], count: int, rng: Random) -> list[Resident]:
    """Those who live alone are rather the older ones; the first of them is 81 and stays for the scene."""
    by_age = sorted(elders, key=lambda elder: -elder.age + rng.gauss(0, 9))
    alone = by_age[: max(count, 1)]
    scene = min(alone, key=lambda elder: (abs(elder.age - SCENE_AGE), elder.age))
    if 80 <= scene.age <= 89 or count < 10:
        scene.age = SCENE_AGE
    return [scene, *(elder for elder in alone if elder is not scene)]


def _couples(elders: list[Resident], count: int, rng: Random) -> tuple[list[list[Resident]], list[Resident]]:
    """Pairs of about the same age, and who is left. With an odd number one has a partner who is not 60 yet."""
    pairs = shuffled([elders[i : i + 2] for i in range(0, len(elders) - 1, 2)], rng)
    half = (count + 1) // 2
    couples, rest = pairs[:half], [elder for pair in pairs[half:] for elder in pair]
    if len(elders) % 2:
        rest.append(elders[-1])
    if count % 2 and couples:
        rest.append(couples[-1].pop())
        couples[-1].append(Resident(59, True))
    return couples, rest


def _settle_alone(homes: list[Spot], alone: list[Resident]) -> None:
    for home, elder in zip(homes, alone, strict=True):
        elder.lives_alone = True
        home.residents = [elder]


def _settle_tenants(homes: list[Spot], rng: Random) -> None:
    for home in homes:
        first = Resident(rng.randint(22, 52), rng.random() < 0.4)
        second = Resident(max(20, min(59, first.age + rng.randint(-4, 4))), not first.woman)
        child = Resident(max(0, min(17, first.age - rng.randint(23, 30))), rng.random() < 0.48)
        home.residents = [first, second, child][: rng.choices((1, 2, 3), (30, 45, 25))[0]]


def _settle_families(homes: list[Spot], elders: list[Resident], people: int, rng: Random) -> None:
    """Give each family its size, then its elders, then their children and grandchildren, none of them 60 yet."""
    sizes = [2] * len(homes)
    while sum(sizes) < people:
        chosen = rng.randrange(len(sizes))
        sizes[chosen] += rng.random() < 0.9 and sizes[chosen] < 5
    while sum(sizes) > people:
        chosen = rng.randrange(len(sizes))
        sizes[chosen] -= sizes[chosen] > 1
    for home, size in sorted(zip(homes, sizes, strict=True), key=lambda pair: -pair[1]):
        home.residents = [elders.pop() for _ in range(min(len(elders), size, rng.choices((0, 1, 2), (30, 30, 40))[0]))]
        home.residents.sort(key=lambda elder: -elder.age)
        home.residents += _younger(home.residents, size - len(home.residents), rng)
    for home in homes:  # whoever of the elders has no home yet takes the place of somebody younger
        young = [position for position, resident in enumerate(home.residents) if resident.age < 60]
        while elders and young:
            home.residents[young.pop()] = elders.pop()


def _younger(elders: list[Resident], count: int, rng: Random) -> list[Resident]:
    parent = min(59, elders[0].age - rng.randint(23, 29)) if elders else rng.randint(27, 59)
    spouse = max(22, min(59, parent + rng.randint(-4, 2)))
    child = parent - rng.randint(23, 29)
    ages = [parent, spouse, child, child - rng.randint(2, 6), child - rng.randint(7, 9)]
    sexes = [False, True, rng.random() < 0.48, rng.random() < 0.48, rng.random() < 0.48]
    return [Resident(max(0, age), woman) for age, woman in zip(ages, sexes, strict=True)][:count]


def _tell_women(homes: list[Spot], rng: Random) -> None:
    """In a couple of elders the younger is the wife; among the other elders women are shared out, more from 80 on."""
    paired = set()
    for home in homes:
        for one, other in pairwise(home.residents):
            if one.age >= 60 and other.age >= 58 and one not in paired:
                other.woman = True
                paired |= {one, other}
    elders = [resident for home in homes for resident in home.residents if resident.age >= 60]
    for youngest, portion in ((80, WOMEN_FROM_80), (60, WOMEN)):
        there = [elder for elder in elders if elder.age >= youngest]
        owed = round(len(there) * portion) - sum(elder.woman for elder in there)
        free = [elder for elder in there if elder not in paired and not elder.woman]
        for elder in shuffled(free, rng)[: max(0, owed)]:
            elder.woman = True


def _give_care_flags(places: Places, rng: Random) -> None:
    elders = [resident for home in places.homes for resident in home.residents if resident.age >= 60]
    scene = places.scene_home.residents[0]
    scene.hearing = scene.woman = True
    for flag, portion in (("hearing", HEARING), ("mobility", MOBILITY), ("dialect", DIALECT)):
        owed = round(len(elders) * portion) - sum(getattr(elder, flag) for elder in elders)
        without = [elder for elder in elders if elder is not scene]
        for elder in sorted(without, key=lambda elder: -elder.age + rng.gauss(0, 8))[: max(0, owed)]:
            setattr(elder, flag, True)


def _name_everybody(homes: list[Spot], this_year: int, rng: Random) -> None:
    """Children and sons carry the family's name, whoever married in their own. Every seldom surname is given once."""
    married_in = {r for home in homes for r in home.residents[1:] if r.woman and r.age >= 24}
    pool = iter(names.surnames(len(homes) + len(married_in), rng))
    for home in homes:
        family = next(pool)
        for resident in home.residents:
            surname = next(pool) if resident in married_in else family
            resident.name = surname + names.given_name(this_year - resident.age, resident.woman, rng)
