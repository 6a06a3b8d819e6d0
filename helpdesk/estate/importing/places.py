"""Where a row is: building, unit and room from their cells, or from an address written in one of them."""

import re
from dataclasses import dataclass
from functools import lru_cache
from sys import intern

from helpdesk.estate import addresses
from helpdesk.estate.addresses import AddressGuess, AddressKind
from helpdesk.estate.importing import cells
from helpdesk.estate.importing.troubles import Trouble, Unreadable
from helpdesk.estate.models import PlaceKind

LONGEST_ADDRESS = 60
_ROOM = re.compile(r"([0-9]{1,4})([A-Z]?)")
_ROOM_WORDS = re.compile(r"(?:室|号房|房间|房|号|户)$")
_KIND_OF = {
    AddressKind.DWELLING: PlaceKind.DWELLING,
    AddressKind.GARAGE: PlaceKind.GARAGE,
    AddressKind.SHOP: PlaceKind.SHOP,
    AddressKind.STAIRWELL: PlaceKind.COMMON_AREA,
}
_GUESSED = {kind: guess for guess, kind in _KIND_OF.items()}


@dataclass(frozen=True, slots=True)
class Spot:
    """A place as the register keeps it. `stairwell` is the address of the stairs that lead there."""

    kind: PlaceKind
    address: str
    building_no: int | None = None
    unit_no: int | None = None
    floor_no: int | None = None
    room_no: str | None = None
    stairwell: str | None = None


@lru_cache(4096)
def room(text: str) -> str | None:
    """501, 0501, 501室 and 501.0 are 501; 501a is 501A. None if it is more than a room."""
    bare = _ROOM_WORDS.sub("", text.upper().removesuffix(".0"))
    match = _ROOM.fullmatch(bare)
    return match[1].lstrip("0") + match[2] if match and match[1].strip("0") else None


@lru_cache(4096)
def needs_building(text: str) -> bool:
    """Whether this leaves open in which building it is: 501, 2-501 and 车12 do, 3-2-501 does not."""
    guess = None if room(text) else next(iter(addresses.parse(text)), None)
    whole = guess and guess.building_no and (guess.kind is not AddressKind.DWELLING or guess.unit_no)
    return not whole


def locate(kind: PlaceKind | None, building: int | None, unit: int | None, floor: int | None, text: str) -> Spot:
    """The place of a row; `text` is the cell of the room, which may hold a whole address.

    Raises Unreadable if it is none, or contradicts the building or unit beside it.
    """
    text = cells.plain(text)
    if kind is PlaceKind.COMMON_AREA:
        return _common(building, unit, text)
    if number := room(text):
        return spot(kind or PlaceKind.DWELLING, building, unit, floor, number)
    found = _written(text, building, kind)
    if found.building_no and building and found.building_no != building:
        raise Unreadable(Trouble.OTHER_ADDRESS, text)
    if found.unit_no and unit and found.unit_no != unit:
        raise Unreadable(Trouble.OTHER_ADDRESS, text)
    found_kind = _KIND_OF[found.kind]
    if found_kind is PlaceKind.COMMON_AREA:
        return _common(found.building_no, found.unit_no, "")
    if kind and kind is not found_kind:
        raise Unreadable(Trouble.OTHER_KIND, text)
    return spot(found_kind, found.building_no or building, found.unit_no or unit, floor, found.room_no)


def _written(text: str, building: int | None, kind: PlaceKind | None) -> AddressGuess:
    """The one reading of an address that fits; 2-501 beside building 3 is 3-2-501."""
    written = [f"{building}幢{text}", f"{building}-{text}"] if building and text.count("-") < 2 else []
    for attempt in (text, *written):
        for guess in addresses.parse(attempt):
            fits = guess.kind in _KIND_OF and (guess.room_no or guess.unit_no)
            if fits and not (building and guess.building_no not in (None, building) and attempt is text and written):
                return guess
    raise Unreadable(Trouble.ROOM, text)


def spot(kind: PlaceKind, building: int | None, unit: int | None, floor: int | None, number: str) -> Spot:
    """A home, garage or shop. Garages are counted through in a building, so their unit only tells the stairs."""
    if building is None and kind is not PlaceKind.SHOP:
        raise Unreadable(Trouble.NO_BUILDING)
    dwelling = kind is PlaceKind.DWELLING
    if dwelling and floor is None and len(number.rstrip("ABCDEFGHIJKLMNOPQRSTUVWXYZ")) >= 3:
        floor = int(number.rstrip("ABCDEFGHIJKLMNOPQRSTUVWXYZ")[:-2])
    stairwell = f"{building}-{unit}" if building and unit and kind is not PlaceKind.SHOP else None
    address = intern(addresses.address_key(AddressGuess(building, unit, number, _GUESSED[kind])))
    return Spot(kind, address, building, unit if dwelling else None, floor if dwelling else None, number, stairwell)


def stairs(building: int, unit: int) -> Spot:
    """The common area of one entrance."""
    return Spot(PlaceKind.COMMON_AREA, f"{building}-{unit}", building, unit)


def _common(building: int | None, unit: int | None, text: str) -> Spot:
    """What all share: by its own words (小区北门), or by the building it belongs to (3幢外墙)."""
    if building and unit and text in ("", "楼道", "楼梯", "楼梯间", "公共楼道"):
        return stairs(building, unit)
    if not text:
        raise Unreadable(Trouble.NO_ROOM)
    where = "".join([f"{building}幢" if building else "", f"{unit}单元" if unit else ""])
    address = text if where in text else where + text
    if len(address) > LONGEST_ADDRESS:
        raise Unreadable(Trouble.TOO_LONG, address)
    return Spot(PlaceKind.COMMON_AREA, address, building, unit)
