"""Whom one may ring: nobody who died, and nobody who has left."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import date
from typing import NamedTuple

from sqlalchemy import select

from helpdesk.core.extensions import db
from helpdesk.estate.models import Occupancy, Person, PersonNote, Phone, phone_person


class Gone(NamedTuple):
    """Since when somebody is not here any more, and whether because they died."""

    on: date
    died: bool


class Reach(NamedTuple):
    """Where whoever asked for something may be rung back; `gone` if they died or left, `silent` if the number did."""

    phones: list[Phone]
    gone: Gone | None
    silent: bool


@dataclass
class Departures:
    """Who of some people died or left, read at once and then asked of one by one. `today` is the day it is about."""

    today: date
    behind: dict[int, list[int]] = field(default_factory=dict)  # the people of each number
    held: dict[int, list[tuple[int, date | None]]] = field(default_factory=dict)  # place and end, by person
    died: dict[int, date] = field(default_factory=dict)

    def gone(self, person: Person | int | None) -> Gone | None:
        """Died, or nothing left that they live in or own; somebody without any home noted is not gone."""
        person_id = person.id if isinstance(person, Person) else person or 0
        if person_id in self.died:
            return Gone(self.died[person_id], True)
        ends = [until for _place, until in self.held.get(person_id, ())]
        if not ends or any(until is None or until > self.today for until in ends):
            return None
        return Gone(max(ends), False)

    def left(self, person_id: int, place_id: int) -> bool:
        """Whether somebody is not to be rung at this place: gone, or they had it and have it no longer."""
        ends = [until for place, until in self.held.get(person_id, ()) if place == place_id]
        return self.gone(person_id) is not None or (bool(ends) and all(e and e <= self.today for e in ends))

    def rings(self, phone: Phone, *, place_id: int | None = None, rang_on: date | None = None) -> bool:
        """Whether a number may be offered, of this place if one is given.

        One of whose people nobody is left is not, unless it rang (`rang_on`) after the last of them had gone:
        then somebody else has it.
        """
        people = self.behind.get(phone.id, ())
        if not people or any(not (self.left(p, place_id) if place_id else self.gone(p)) for p in people):
            return True
        ends = [gone.on for gone in map(self.gone, people) if gone]
        return rang_on is not None and len(ends) == len(people) and all(end <= rang_on for end in ends)

    def only(self, phones: Iterable[Phone], *, place_id: int | None = None) -> list[Phone]:
        """Those of these numbers that may be offered, each once."""
        return [phone for phone in dict.fromkeys(phones) if self.rings(phone, place_id=place_id)]


def departures(today: date, *, phones: Iterable[Phone] = (), people: Iterable[Person] = ()) -> Departures:
    """Read what is known of these people and of everybody behind these numbers; the caller has found them."""
    found = Departures(today)
    ids = {person.id for person in people}
    phone_ids = {phone.id for phone in phones}
    if phone_ids:
        links = select(phone_person).where(phone_person.c.phone_id.in_(phone_ids))
        for phone_id, person_id in db.session.execute(links):
            found.behind.setdefault(phone_id, []).append(person_id)
            ids.add(person_id)
    if ids:
        known = (
            select(Person.id, PersonNote.died_on, Occupancy.place_id, Occupancy.until_on)
            .outerjoin(PersonNote, PersonNote.person_id == Person.id)
            .outerjoin(Occupancy, Occupancy.person_id == Person.id)
            .where(Person.id.in_(ids))
        )
        for person_id, died_on, place_id, until_on in db.session.execute(known):
            if died_on and died_on <= today:
                found.died[person_id] = died_on
            if place_id:
                found.held.setdefault(person_id, []).append((place_id, until_on))
    return found


def reach(given: Phone | None, person: Person | None, *, rang_on: date, today: date) -> Reach:
    """The number that was given, if somebody still answers it, and those of the person while they are here."""
    own = list(person.phones) if person else []
    left = departures(today, phones=[*([given] if given else []), *own], people=[person] if person else [])
    gone = left.gone(person)
    answers = given is not None and left.rings(given, rang_on=rang_on)
    phones = [*([given] if answers else []), *(left.only(own) if not gone else [])]
    return Reach(list(dict.fromkeys(phones)), gone, given is not None and not answers)


def silent_numbers(estate_id: int, rung: Iterable[tuple[str, date]], *, today: date) -> set[str]:
    """Which of these digits, each with the day they rang, are not to be rung any more: whoever had them is gone."""
    last: dict[str, date] = {}
    for digits, rang_on in rung:
        last[digits] = max(rang_on, last.get(digits, rang_on))
    found = select(Phone).where(Phone.estate_id == estate_id, Phone.digits.in_(last))
    phones = list(db.session.scalars(found)) if last else []
    left = departures(today, phones=phones)
    return {phone.digits for phone in phones if not left.rings(phone, rang_on=last[phone.digits])}
