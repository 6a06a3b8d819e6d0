"""Finding a household by whatever the caller says first, and a work order by its number.

Every look-up is a range of `search_key` (or of a unique number), so it stays flat however large the register is.
"""

import re
import unicodedata
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, timedelta
from enum import StrEnum

from sqlalchemy import case, or_, select
from sqlalchemy.orm import joinedload, selectinload

from helpdesk.core.access import Permission
from helpdesk.core.extensions import db
from helpdesk.estate import addresses, phone_numbers, pinyin
from helpdesk.estate.models import Occupancy, Person, Phone, Place, PlaceKind, SearchKey, SearchKind
from helpdesk.estate.queries import (
    lives_there,
    residents_of,
    visible_estates,
    visible_keys,
    visible_phones,
    visible_places,
)
from helpdesk.estate.ringing import Departures, Gone, departures
from helpdesk.repairs.models import WorkOrder
from helpdesk.repairs.queries import visible_work_orders

AT_MOST = 8  # of each group
LONGEST_QUERY = 60
WHOLE = 7  # digits of the shortest number that is no public one
LAST = "\U0010ffff"  # sorts behind whatever may follow what was typed
DAYS_BACK = 14  # how far a short order number reaches
_HAN = re.compile(r"[㐀-䶿一-鿿豈-﫿\U00020000-\U0003ffff]")
_HOME_NO = re.compile(r"(?:户号\s*:?|#)?\s*(?P<number>[0-9]{4})", re.ASCII)
_ORDER = re.compile(r"GD(?P<day>[0-9]{1,8})(?:-?(?P<count>[0-9]{1,8}))?|#(?P<short>[0-9]{1,6})", re.ASCII)


class Group(StrEnum):
    PHONES = "phones"
    PEOPLE = "people"
    PLACES = "places"
    ORDERS = "orders"


@dataclass(frozen=True)
class Match:
    """One line of the answer: what was found, and what belongs to it. `names` are who lives in a found place.

    `gone` says that this person died or has left: not to be rung.
    """

    phone: Phone | None = None
    person: Person | None = None
    place: Place | None = None
    occupancy: Occupancy | None = None
    work_order: WorkOrder | None = None
    names: tuple[str, ...] = ()
    gone: Gone | None = None

    @property
    def choice(self) -> str:
        """How a form says which line was chosen: place, person and phone by id."""
        return ".".join(str(found.id) if found else "" for found in (self.place, self.person, self.phone))


@dataclass(frozen=True)
class Found:
    """One group of lines. `more` says that there are others; somebody has to type on."""

    group: Group
    matches: list[Match]
    more: bool


def find(user, typed: str, *, on: date) -> list[Found]:
    """Everything this user may see that begins with what was typed; empty groups are left out. `on` is today."""
    text = unicodedata.normalize("NFKC", typed).strip()
    if not text or len(text) > LONGEST_QUERY:
        return []
    groups = [
        _limited(Group.PHONES, _phones(user, text, on)),
        _limited(Group.PEOPLE, _people(user, text, on)),
        _limited(Group.PLACES, _places(user, text, on)),
        _limited(Group.ORDERS, [Match(work_order=order, place=order.place) for order in _orders(user, text, on)]),
    ]
    if _exact_homes(user, text):  # 9139 on the fridge card, before every number that ends in it
        groups.sort(key=lambda found: found.group is not Group.PLACES)
    return [found for found in groups if found.matches]


def exact_home(user, typed: str) -> int | None:
    """The id of the one home whose number on the fridge card this is; None if there is none, or one in each estate."""
    homes = _exact_homes(user, unicodedata.normalize("NFKC", typed).strip())
    return homes[0] if len(homes) == 1 else None


def _exact_homes(user, text: str) -> list[int]:
    match = _HOME_NO.fullmatch(text)
    return _ids(SearchKey.place_id, user, (SearchKind.HOME_NO, match["number"])) if match else []


def exact_phone(user, typed: str, permission: Permission = Permission.SEE_REGISTER) -> Phone | None:
    """The number in the register that a whole number typed by somebody is; None if it is not there.

    With LOG_CALL it is recognised for the row of a call, by whoever takes it; only who sees the register is shown it.
    """
    if not typed:
        return None
    meant: dict[str, list[int]] = {}  # a local number is another one in each area code
    for estate in visible_estates(user, permission):
        if number := phone_numbers.normalise(typed, area_code=estate.area_code):
            meant.setdefault(number.digits, []).append(estate.id)
    if not meant:
        return None
    ways = [(Phone.digits == digits) & Phone.estate_id.in_(ids) for digits, ids in meant.items()]
    return db.session.scalar(visible_phones(user, permission).where(or_(*ways)).order_by(Phone.estate_id).limit(1))


def keys_beginning(user, kind: SearchKind, typed: str):
    """The range of keys that begin with what was typed, in the order of the index."""
    return (
        visible_keys(user)
        .where(SearchKey.kind == kind)
        .where(SearchKey.key >= typed, SearchKey.key < typed + LAST)
        .order_by(SearchKey.estate_id, SearchKey.kind, SearchKey.key)
    )


def _ids(column, user, *ranges: tuple[SearchKind, str]) -> list[int]:
    """The first ids found, without doubles: one more than is shown, so that "more" can be told.

    What they stand for is then read by id alone: asked for the estate once more, SQLite would read all of it.
    """
    found: dict[int, None] = {}
    for kind, typed in ranges:
        keys = keys_beginning(user, kind, typed).with_only_columns(column).where(column.is_not(None))
        found |= dict.fromkeys(db.session.scalars(keys.limit(4 * (AT_MOST + 1))))
    return list(found)[: AT_MOST + 1]


def _limited(group: Group, matches: list[Match]) -> Found:
    return Found(group, matches[:AT_MOST], len(matches) > AT_MOST)


def _phones(user, text: str, on: date) -> list[Match]:
    """Everybody a number may belong to: two people on one landline, one number in two homes, are all listed."""
    digits = phone_numbers.query_digits(text)
    is_address = len(digits) < WHOLE and not text.isdigit() and addresses.parse(text)  # 3-2-501, not 138-0000
    if len(digits) < phone_numbers.SHORTEST_TAIL or is_address:
        return []
    ids = _ids(SearchKey.phone_id, user, (SearchKind.PHONE, digits))
    if not ids:
        return []
    with_both = (selectinload(Phone.people), selectinload(Phone.places))
    phones = db.session.scalars(select(Phone).where(Phone.id.in_(ids)).options(*with_both))
    found = sorted(phones, key=lambda phone: ids.index(phone.id))
    homes = _homes([person for phone in found for person in phone.people], on)
    left = departures(on, phones=found)
    return [match for phone in found for match in _behind(phone, homes, left)]


def _behind(phone: Phone, homes: dict[int, list[Occupancy]], left: Departures) -> list[Match]:
    """Whoever a number may belong to; the dead only while nobody else is known for it, and no home that was left."""
    lines = [
        Match(phone=phone, person=person, place=home and home.place, occupancy=home, gone=left.gone(person))
        for person in phone.people
        for home in homes.get(person.id) or [None]
    ]
    named = {line.place.id for line in lines if line.place}
    noted = (place for place in phone.places if place.id not in named and left.rings(phone, place_id=place.id))
    lines += [Match(phone=phone, place=place) for place in noted]
    living = [line for line in lines if not (line.gone and line.gone.died)]
    return living or lines or [Match(phone=phone)]


def _people(user, text: str, on: date) -> list[Match]:
    if _HAN.search(text):
        ranges = [(SearchKind.NAME, re.sub(r"\s", "", text).lower())]
    elif pinyin.looks_like_pinyin(text) and (letters := pinyin.pinyin_query(text)):
        ranges = [(SearchKind.INITIALS, letters), (SearchKind.PINYIN, letters), (SearchKind.NAME, letters)]
    else:
        return []
    ids = _ids(SearchKey.person_id, user, *ranges)
    if not ids:
        return []
    people = {person.id: person for person in db.session.scalars(select(Person).where(Person.id.in_(ids)))}
    homes, left = _homes(people.values(), on), departures(on, people=people.values())
    return [
        Match(person=people[i], place=home and home.place, occupancy=home, gone=left.gone(i))
        for i in ids
        for home in homes.get(i) or [None]
    ]


def _homes(people: Iterable[Person], on: date) -> dict[int, list[Occupancy]]:
    """Where people live or what they hold on a date, by person."""
    ids = {person.id for person in people}
    found = db.session.scalars(
        select(Occupancy)
        .where(Occupancy.person_id.in_(ids), lives_there(on))
        .options(joinedload(Occupancy.place))
        .order_by(Occupancy.id)
    )
    homes: dict[int, list[Occupancy]] = {}
    for occupancy in found:
        homes.setdefault(occupancy.person_id, []).append(occupancy)
    return homes


def _places(user, text: str, on: date) -> list[Match]:
    """By the number on the fridge card, then by the address in any written form."""
    ids = dict.fromkeys(_exact_homes(user, text))
    ids |= dict.fromkeys(_at_address(user, text))
    shown = list(ids)[: AT_MOST + 1]
    if not shown:
        return []
    places = {place.id: place for place in db.session.scalars(select(Place).where(Place.id.in_(shown)))}
    names: dict[int, list[str]] = {}
    for occupancy in residents_of(shown, on=on):
        names.setdefault(occupancy.place_id, []).append(occupancy.person.name)
    return [Match(place=places[i], names=tuple(dict.fromkeys(names.get(i, ())))) for i in shown if i in places]


def _at_address(user, text: str) -> list[int]:
    """Places whose address this is, then places whose address begins so. A unit that was not said is any unit."""
    names = (estate.name for estate in visible_estates(user))
    guesses = list(dict.fromkeys(guess for name in names for guess in addresses.parse(text, estate_name=name)))
    ids: list[int] = []
    for guess in guesses:
        if guess.kind is addresses.AddressKind.BUILDING:
            ids += _in_building(user, guess)
        elif guess.kind is addresses.AddressKind.DWELLING and guess.building_no and guess.unit_no is None:
            ids += _in_any_unit(user, guess)
        else:
            ids += _ids(SearchKey.place_id, user, (SearchKind.ADDRESS, addresses.address_key(guess)))
    if not guesses:
        ids += _ids(SearchKey.place_id, user, (SearchKind.ADDRESS, re.sub(r"\s+", "", text).upper()))
    return ids


def _in_building(user, guess: addresses.AddressGuess) -> list[int]:
    """What all share comes first: whoever says only the building speaks of its stairs or its walls."""
    shared_first = case((Place.kind == PlaceKind.COMMON_AREA, 0), else_=1)
    found = visible_places(user).where(Place.building_no == guess.building_no).with_only_columns(Place.id)
    in_order = found.order_by(shared_first, Place.unit_no, Place.floor_no, Place.id)
    return list(db.session.scalars(in_order.limit(AT_MOST + 1)))


def _in_any_unit(user, guess: addresses.AddressGuess) -> list[int]:
    here = visible_places(user).where(Place.building_no == guess.building_no, Place.room_no == guess.room_no)
    in_order = here.with_only_columns(Place.id).order_by(Place.unit_no, Place.id)
    return list(db.session.scalars(in_order.limit(AT_MOST + 1)))


def _orders(user, text: str, on: date) -> list[WorkOrder]:
    match = _ORDER.fullmatch(text.upper())
    if not match:
        return []
    if match["short"]:
        days = (on - timedelta(days=back) for back in range(DAYS_BACK))
        wanted = WorkOrder.number.in_([f"GD{day:%Y%m%d}-{int(match['short']):04d}" for day in days])
    else:
        low, high = (f"GD{match['day']:{fill}<8}-{match['count'] or '':{fill}<4}" for fill in "09")
        count = int(match["count"] or 0)  # "-7" is the seventh of that day, and the beginning of 7000
        wanted = or_(WorkOrder.number.between(low, high), WorkOrder.number == f"GD{match['day']}-{count:04d}")
    newest = visible_work_orders(user).where(wanted).order_by(None).order_by(WorkOrder.id.desc())
    return list(db.session.scalars(newest.limit(AT_MOST + 1)))
