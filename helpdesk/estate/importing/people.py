"""Who of a sheet is already known, who is new, and which numbers reach them."""

from dataclasses import dataclass, field
from datetime import date
from typing import TYPE_CHECKING

from helpdesk.estate.importing.households import Home
from helpdesk.estate.importing.register import KnownOccupancy, KnownPerson, Register
from helpdesk.estate.importing.rows import Listed
from helpdesk.estate.models import CareFlag, OccupancyRole

if TYPE_CHECKING:
    from helpdesk.estate.importing.plan import Plan


@dataclass(slots=True)
class Settler:
    """Settles homes one after the other. People are known by their name at the place, or by name and number.

    The second is how the owner of a garage is the owner of the home and not somebody else of that name.
    """

    plan: "Plan"
    register: Register
    as_of: date
    _new: dict[int, KnownPerson] = field(default_factory=dict)
    _touched: dict[int, KnownPerson] = field(default_factory=dict)
    _seen: set[int] = field(default_factory=set)
    _linked: set[int] = field(default_factory=set)

    def settle(self, home: Home, place_id: int) -> None:
        living = self.register.living.get(place_id, [])
        names = {o.id: self.register.people[o.person_id].name for o in living if o.person_id in self.register.people}
        for person in home.people.values():
            there = [o for o in living if names.get(o.id) == person.name]
            current = next((o for o in there if o.end_reason is None), None)
            if current:
                self._occupies(current, person)
                person_id = current.person_id
            elif there:
                self.plan.ended.append((home.spot.address, person.name))
                continue
            elif (person_id := self._move_in(home, person, place_id)) is None:
                continue
            self._change(person_id, person)
            for digits in person.phones:
                self._reaches_person(digits, person_id)
        for digits in home.phones:
            self._reaches_place(digits, place_id)
        if home.people:
            self.plan.not_listed += [
                (home.spot.address, names[o.id])
                for o in living
                if o.end_reason is None and o.id in names and names[o.id] not in home.people
            ]

    def finish(self) -> None:
        """Write down everybody who is new, and what changed of those who are not."""
        for person in self._new.values():
            self.plan.spool.add("person", (person.id, self.plan.estate_id, *person[1:], 0))
        changed = self._touched.keys() | (self._linked - self._new.keys())
        for person_id in sorted(changed):
            person = self._touched.get(person_id) or self.register.people[person_id]
            self.plan.people_changed.append((*person[2:], person.id))
        counts = self.plan.counts
        counts.people_new, counts.people_changed = len(self._new), len(changed)
        counts.people_same = len(self._seen - self._new.keys() - changed)

    def _move_in(self, home: Home, person: Listed, place_id: int) -> int | None:
        """A newcomer of this home: somebody known by name and number, or a new person; nobody who died."""
        person_id = self._namesake(person)
        if person_id in self.register.dead:
            self.plan.ended.append((home.spot.address, person.name))
            return None
        if person_id is None:
            person_id = self.plan.next_id("person")
            self._new[person_id] = KnownPerson(person_id, person.name, None, False, False, False, False, "")
        elif person_id not in self._new:
            self._linked.add(person_id)
        self.plan.spool.add(
            "occupancy",
            (
                self.plan.next_id("occupancy"), person_id, place_id, person.role, person.since or self.as_of, None,
                None,
            ),
        )  # fmt: skip
        return person_id

    def _occupies(self, known: KnownOccupancy, person: Listed) -> None:
        """A role or a date that the file says outright replaces the known one; an owner is head of the house, too."""
        role = known.role if self._same_role(known.role, person) else person.role
        after = (role, person.since or known.from_on)
        if after != (known.role, known.from_on):
            self.plan.occupancies_changed.append((*after, known.id))
            self._linked.add(known.person_id)

    @staticmethod
    def _same_role(role: OccupancyRole, person: Listed) -> bool:
        owner_is_head = role is OccupancyRole.OWNER and person.role is OccupancyRole.HEAD
        return not person.sure or owner_is_head or role is person.role

    def _change(self, person_id: int, person: Listed) -> None:
        before = self._new.get(person_id) or self._touched.get(person_id) or self.register.people[person_id]
        after = before._replace(
            birth_year=_birth_year(before.birth_year, person),
            hearing=before.hearing or CareFlag.HEARING in person.flags,
            mobility=before.mobility or CareFlag.MOBILITY in person.flags,
            dialect=before.dialect or CareFlag.DIALECT in person.flags,
            lives_alone=before.lives_alone if person.alone is None else person.alone,
            emergency_contact=person.contact or before.emergency_contact,
        )
        self._seen.add(person_id)
        if person_id in self._new:
            self._new[person_id] = after
        elif after != before:
            self._touched[person_id] = after

    def _phone(self, digits: str) -> int:
        phone_id = self.register.phones.get(digits)
        if phone_id is None:
            phone_id = self.register.phones[digits] = self.plan.next_id("phone")
            self.plan.spool.add("phone", (phone_id, self.plan.estate_id, digits))
            self.plan.counts.phones_new += 1
        return phone_id

    def _namesake(self, person: Listed) -> int | None:
        """Who has this name and one of these numbers, here or in another home of the file."""
        for digits in person.phones:
            for person_id in self.register.people_of.get(self.register.phones.get(digits), ()):
                known = self._new.get(person_id) or self.register.people.get(person_id)
                if known and known.name == person.name:
                    return person_id
        return None

    def _reaches_person(self, digits: str, person_id: int) -> None:
        phone_id = self._phone(digits)
        reached = self.register.people_of.get(phone_id, ())
        if person_id not in reached:
            self.register.people_of[phone_id] = (*reached, person_id)
            self.plan.spool.add("phone_person", (phone_id, person_id))
            if person_id not in self._new:
                self._linked.add(person_id)

    def _reaches_place(self, digits: str, place_id: int) -> None:
        phone_id = self._phone(digits)
        reached = self.register.places_of.get(phone_id, ())
        if place_id not in reached:
            self.register.places_of[phone_id] = (*reached, place_id)
            self.plan.spool.add("phone_place", (phone_id, place_id))
            self.plan.counts.phone_places_new += 1


def _birth_year(known: int | None, person: Listed) -> int | None:
    """A year that was computed from an age may be one off, so it does not replace one so near."""
    if person.birth_year is None:
        return known
    if known is not None and not person.birth_exact and abs(known - person.birth_year) <= 1:
        return known
    return person.birth_year
