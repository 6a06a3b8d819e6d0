"""What people type about places and people: read into what the register keeps, and written back."""

import re

from helpdesk.estate import addresses, phone_numbers
from helpdesk.estate.addresses import AddressKind
from helpdesk.estate.importing.places import Spot, locate, stairs
from helpdesk.estate.importing.troubles import Unreadable
from helpdesk.estate.models import PlaceKind
from helpdesk.estate.phone_numbers import PhoneKind

_NUMBER_AT_END = re.compile(r"^(?P<name>.*?)[\s:：,，]*(?P<number>\+?[0-9][0-9 \-]{4,}[0-9])$")


def spot_of(kind: PlaceKind, typed: str) -> Spot | None:
    """Where something of this kind is: 3-2-501, 3-车12, 店5, 小区北门, or 3-2 for stairs; None if it is not that."""
    if kind is PlaceKind.COMMON_AREA:
        stairwell = stairwell_of(typed)
        if stairwell:
            return stairwell
    try:
        return locate(kind, None, None, None, typed)
    except Unreadable:
        return None


def stairwell_of(typed: str) -> Spot | None:
    """The stairs that somebody names, as 3-2 or 3幢2单元; None for anything else."""
    text = re.sub(r"\s", "", typed)
    if match := re.fullmatch(r"([0-9]{1,3})-([0-9]{1,2})", text, re.ASCII):
        building, unit = int(match[1]), int(match[2])
        return stairs(building, unit) if building and unit else None
    whole = (g for g in addresses.parse(text) if g.kind is AddressKind.STAIRWELL and g.building_no and g.unit_no)
    guess = next(whole, None) if re.search(r"单元|楼道|楼梯", text) else None
    return stairs(guess.building_no, guess.unit_no) if guess else None


def contact_parts(contact: str) -> tuple[str, str]:
    """Whom to ring in an emergency, and on which number; the register keeps both in one line."""
    match = _NUMBER_AT_END.match(contact.strip())
    number = phone_numbers.normalise(match["number"]) if match else None
    if number and number.kind is not PhoneKind.SHORT:
        return match["name"].strip(), match["number"].strip()
    return contact.strip(), ""


def contact_line(name: str, digits: str) -> str:
    return " ".join(filter(None, (name.strip(), phone_numbers.display(digits) if digits else "")))
