"""The caller card: everybody a number may belong to, the chosen home, and what is known of it."""

from dataclasses import dataclass, field
from datetime import date

from flask import abort
from sqlalchemy.orm import selectinload

from helpdesk.callbacks.models import Callback
from helpdesk.callbacks.queries import owed_to
from helpdesk.cases.models import Case
from helpdesk.cases.queries import open_cases_at
from helpdesk.core.access import Permission, can
from helpdesk.core.extensions import db
from helpdesk.estate.community_queries import LeadLine, leads_at
from helpdesk.estate.models import Crib, Occupancy, Person, Phone, Place
from helpdesk.estate.queries import get_person, get_place, phones_of_place, residents_of, visible_phones
from helpdesk.estate.ringing import Departures, departures
from helpdesk.hotline.models import Call
from helpdesk.hotline.queries import last_calls, nuisance_calls
from helpdesk.neighbours.queries import open_orders_from_next_door
from helpdesk.repairs.models import WorkOrder
from helpdesk.repairs.queries import open_orders_at


@dataclass(frozen=True)
class CallerCard:
    """`people` and `places` are all that share the number (or belong to the person); the others were chosen.

    `phones` may be rung: nobody's who died, or who has left. `left` tells who that is.
    """

    place: Place | None = None
    person: Person | None = None
    phone: Phone | None = None
    people: list[Person] = field(default_factory=list)
    places: list[Place] = field(default_factory=list)
    phones: list[Phone] = field(default_factory=list)
    residents: list[Occupancy] = field(default_factory=list)
    orders: list[WorkOrder] = field(default_factory=list)
    shared: list[WorkOrder] = field(default_factory=list)  # opened for another home, and about this one too
    calls: list[Call] = field(default_factory=list)
    cases: list[Case] = field(default_factory=list)
    nuisance: int = 0  # calls from this number that were a nuisance
    owed: list[Callback] = field(default_factory=list)  # call-backs to them
    left: Departures | None = None
    leads: list[LeadLine] = field(default_factory=list)

    @property
    def empty(self) -> bool:
        return not (self.place or self.person or self.phone)

    @property
    def stairwell(self) -> Place | None:
        return self.place and (self.place.stairwell or self.place)

    @property
    def crib(self) -> Crib | None:
        return self.stairwell and self.stairwell.crib

    @property
    def mourned(self) -> list[Person]:
        """Those who died and whose number this is, or who were chosen."""
        known = dict.fromkeys([*(self.phone.people if self.phone else []), *([self.person] if self.person else [])])
        return [person for person in known if person.died_on]

    @property
    def departed(self) -> bool:
        """Whether the chosen person has left the estate."""
        gone = self.left.gone(self.person) if self.left and self.person else None
        return gone is not None and not gone.died

    def here(self) -> list[WorkOrder]:
        return [*(order for order in self.orders if self.place and order.place_id == self.place.id), *self.shared]

    def nearby(self) -> list[WorkOrder]:
        """Open orders of neighbours on the same stairs: often the same fault."""
        around = (order for order in self.orders if self.place and order.place_id != self.place.id)
        return [order for order in around if order not in self.shared]


def card_of(
    user, *, on: date, place_id: int | None = None, person_id: int | None = None, phone_id: int | None = None,
    whole: bool = True,
) -> CallerCard:  # fmt: skip
    """Build the card; 404 for what is not in this user's register. What there is only one of is chosen at once.

    One that is not `whole` has the place and what is open there: no residents, no numbers, no calls.
    """
    phone = _phone(user, phone_id) if phone_id else None
    behind = list(phone.people) if phone else []
    person = _one_of(behind, phone, person_id) or get_person(user, person_id) if person_id else None
    people = [one for one in behind if not one.died_on]
    place = get_place(user, place_id) if place_id else None
    if person is None and len(people) == 1:
        person = people[0]
    own = list(person.phones) if person else []
    left = departures(on, phones=[*own, *([phone] if phone else [])], people=[person] if person else [])
    places = _places_of(people or ([person] if person else []), phone, left)
    if place is None and len(places) == 1:
        place = get_place(user, places[0].id)
    numbers = _numbers(person, place, left)
    if phone is None and person and len(numbers) == 1:
        phone = numbers[0]
    phones = list(dict.fromkeys([*([phone] if phone else []), *numbers])) if whole else []
    sees_orders = place and can(user, Permission.SEE_WORK_ORDERS, place.estate_id)
    return CallerCard(
        place=place, person=person, phone=phone, people=people, places=places, phones=phones,
        residents=residents_of([place.id], on=on) if place and whole else [],
        orders=open_orders_at(user, place) if sees_orders else [],
        shared=open_orders_from_next_door(user, place) if sees_orders else [],
        calls=last_calls(user, place=place, person=person, phone=phone) if whole else [],
        cases=open_cases_at(user, place) if place and whole else [],
        nuisance=nuisance_calls(user, phone) if whole and phone else 0,
        owed=owed_to(user, place=place, person=person, phone=phone) if whole else [],
        left=left, leads=leads_at(user, place, today=on) if place and whole else [],
    )  # fmt: skip


def _phone(user, phone_id: int) -> Phone:
    more = (
        selectinload(Phone.places),
        selectinload(Phone.people).selectinload(Person.occupancies).joinedload(Occupancy.place),
        selectinload(Phone.people).selectinload(Person.phones),
    )
    return db.session.scalar(visible_phones(user).where(Phone.id == phone_id).options(*more)) or abort(404)


def _one_of(people: list[Person], phone: Phone | None, person_id: int) -> Person | None:
    """The person, if they were found with the number already; its estate is one this user may see."""
    return next((one for one in people if one.id == person_id and one.estate_id == phone.estate_id), None)


def _places_of(people: list[Person], phone: Phone | None, left: Departures) -> list[Place]:
    """Where a number may ring from: the places it is noted at and where its people still are, then their homes."""
    homes = [home.place for person in people for home in person.occupancies if home.holds_on(left.today)]
    noted = [place for place in phone.places if left.rings(phone, place_id=place.id)] if phone else []
    return list(dict.fromkeys([*noted, *homes]))


def _numbers(person: Person | None, place: Place | None, left: Departures) -> list[Phone]:
    """Where to ring back: the person's own numbers, else the ones noted at the home; none of whoever is gone."""
    if person:
        return [] if left.gone(person) else left.only(person.phones)
    noted = phones_of_place(place) if place else []
    return departures(left.today, phones=noted).only(noted, place_id=place.id) if noted else []
