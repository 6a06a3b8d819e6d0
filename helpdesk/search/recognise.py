"""Recognising a place that somebody typed who takes calls, whether or not they see the register.

It answers which place is meant, for the row of the call; a screen may tell only whether it is known.
"""

import re
import unicodedata

from sqlalchemy import or_, select

from helpdesk.accounts.models import User
from helpdesk.core.access import Permission, estates
from helpdesk.core.extensions import db
from helpdesk.estate import addresses
from helpdesk.estate.models import Place
from helpdesk.estate.queries import visible_estates

ENOUGH = 5  # more that fit are as good as many
LONGEST = 60
_HOME_NO = re.compile(r"(?:户号\s*:?|#)?\s*(?P<number>[0-9]{4})", re.ASCII)


def places_meant(user: User, typed: str) -> list[Place]:
    """The places this may be, in any written form, by home number or by name; none, one, or several to choose from."""
    text = unicodedata.normalize("NFKC", typed).strip()
    mine = estates(user, Permission.LOG_CALL)
    if not (text and mine and len(text) <= LONGEST):
        return []
    names = [estate.name for estate in visible_estates(user, Permission.LOG_CALL)]
    guesses = list(dict.fromkeys(guess for name in names for guess in addresses.parse(text, estate_name=name)))
    written = [addresses.address_key(guess) for guess in guesses if guess.unit_no or guess.kind != "dwelling"]
    wanted = [Place.address.in_({text, re.sub(r"\s+", "", text).upper(), *written})]
    wanted += [
        (Place.building_no == guess.building_no) & (Place.room_no == guess.room_no) & (Place.kind == guess.kind.value)
        for guess in guesses
        if guess.kind is addresses.AddressKind.DWELLING and guess.building_no and guess.unit_no is None
    ]
    if number := _HOME_NO.fullmatch(text):
        wanted.append(Place.home_no == number["number"])
    found = select(Place).where(Place.estate_id.in_(mine), or_(*wanted)).order_by(Place.id).limit(ENOUGH)
    return list(db.session.scalars(found))


def place_meant(user: User, typed: str) -> Place | None:
    """The one place that is meant; None if there is none, or more than one."""
    found = places_meant(user, typed)
    return found[0] if len(found) == 1 else None
