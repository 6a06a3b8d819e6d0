"""Addresses the way people say and write them: 3-2-501, 三号楼二单元五〇一, 18幢204, 3-车12, 门面3.

What is written is turned into guesses, best first; whether such a place exists is for the register
to say. Everything here is plain text in, plain values out.
"""

import re
import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass
from enum import StrEnum

_LONGEST_TYPED = 60
_LETTERS = "ABCDEFGHIJKLMNOPQRSTUVWXYZ"

_NUMERALS = {
    sign: value
    for value, signs in enumerate(
        ("零〇○洞", "一壹幺", "二贰两俩", "三叁", "四肆", "五伍", "六陆", "七柒拐", "八捌", "九玖")
    )
    for sign in signs
}
_TENS = {"十": 10, "拾": 10, "百": 100, "佰": 100}
_RUN_OF_NUMERALS = re.compile(f"[{''.join([*_NUMERALS, *_TENS])}]+")

_ESTATE = re.compile(r"[^0-9]{0,30}(?:苑|小区|新村|花园|公寓|家园|社区)")
_SEPARATORS = re.compile(r"[\s\-‐-―−ー_/\\.,、。·~+:;|杠]+")
_LOOSE_DASH = re.compile(r"-(?![0-9A-Z])|(?<![0-9A-Z])-")
_NOISE = re.compile(r"[()\[\]{}【】《》“”\"'!?]|第(?=[0-9])|的")

_B = r"(?P<building>[0-9]{1,3})"
_U = r"(?P<unit>[0-9]{1,2})"
_R = r"(?P<room>[0-9]{1,4}[A-Z]?)"
_N = r"(?:NO)?#?(?P<room>[0-9]{1,4}[A-Z]?)(?:号|#)?"
_BUILDING_WORD = r"(?:(?:号|#)?(?:楼|幢|栋|棟|座)|号|#)"
_UNIT_WORD = r"(?:单元|門|门|梯)"
_FLOOR = r"(?:[0-9]{1,2}(?:楼|层)-?)?"
_END = r"(?:室|号|户|房|号房|家)?"
_STAIRS = r"(?:楼道|楼梯间|楼梯|走廊|过道|门厅|单元门|楼下|楼顶|电表箱|水表井)?"
_AROUND = r"(?:楼道|楼梯|外墙|墙面|屋顶|屋面|楼顶|楼下|门口|前面|后面)?"
_GARAGE = r"(?:自行车库|电瓶车库|汽车库|小车库|车库|车棚|库房|车|库)"
_SHOP = r"(?:门面房|门面|商铺|店面|店铺|门市|商店|店|铺)"
_BUILDING_PART = rf"(?:{_B}(?:{_BUILDING_WORD}-?|-)?)"
_UNIT_PART = rf"(?:{_U}(?:{_UNIT_WORD}-?|-)?)"


class AddressKind(StrEnum):
    DWELLING = "dwelling"
    GARAGE = "garage"
    SHOP = "shop"
    STAIRWELL = "stairwell"
    BUILDING = "building"


@dataclass(frozen=True, slots=True)
class AddressGuess:
    """One reading of an address. What was not said is None; `room_no` is also a garage's or a shop's number."""

    building_no: int | None
    unit_no: int | None
    room_no: str | None
    kind: AddressKind


# The first shape that fits the whole text decides, so the more telling ones come first.
_SHAPES: tuple[tuple[AddressKind, re.Pattern[str]], ...] = tuple(
    (kind, re.compile(pattern))
    for kind, pattern in (
        (AddressKind.GARAGE, rf"(?:{_BUILDING_PART}{_UNIT_PART}?)?{_GARAGE}{_N}"),
        (AddressKind.GARAGE, rf"{_B}(?:{_BUILDING_WORD}-?|-)(?:{_U}(?:{_UNIT_WORD}-?|-))?{_N}{_GARAGE}"),
        (AddressKind.GARAGE, rf"{_N}{_GARAGE}"),
        (AddressKind.SHOP, rf"{_BUILDING_PART}?{_SHOP}{_N}"),
        (AddressKind.SHOP, rf"{_B}(?:{_BUILDING_WORD}-?|-){_N}{_SHOP}"),
        (AddressKind.SHOP, rf"{_N}{_SHOP}"),
        (AddressKind.DWELLING, rf"{_B}(?:{_BUILDING_WORD}-?|-){_U}(?:{_UNIT_WORD}-?|-){_FLOOR}{_R}{_END}"),
        (AddressKind.STAIRWELL, rf"{_B}(?:{_BUILDING_WORD}-?|-){_U}{_UNIT_WORD}?-?{_FLOOR}{_STAIRS}"),
        (AddressKind.DWELLING, rf"{_B}(?:{_BUILDING_WORD}-?|-){_FLOOR}{_R}{_END}"),
        (AddressKind.BUILDING, rf"{_B}{_BUILDING_WORD}{_AROUND}"),
        (AddressKind.DWELLING, rf"{_U}{_UNIT_WORD}-?{_FLOOR}{_R}{_END}"),
        (AddressKind.DWELLING, r"(?P<room>[0-9]{3,4}[A-Z]?)(?:室|房)"),
    )
)
_RUN_TOGETHER = re.compile(r"([0-9]{3,6})([A-Z]?)")


def parse(typed: str, *, estate_name: str = "") -> list[AddressGuess]:
    """Return what an address may mean, best first; empty if it is not one.

    Longer than 60 characters is a story, not an address, and cut short it would be another home.
    Several guesses come from digits without gaps: 32501 is building 3, unit 2, room 501, or building 32,
    room 501. Seven digits and more are a telephone number.
    """
    typed = typed.strip()
    if len(typed) > _LONGEST_TYPED:
        return []
    text = _plain(typed, estate_name)
    if match := _RUN_TOGETHER.fullmatch(text):
        return _distinct(_readings(match[1], match[2]))
    for kind, shape in _SHAPES:
        if match := shape.fullmatch(text):
            said = match.groupdict()
            return _distinct(_guesses(kind, said.get("building"), said.get("unit"), said.get("room")))
    return []


def _plain(typed: str, estate_name: str) -> str:
    """One alphabet, one separator, Arabic digits, no estate name, no gaps next to words."""
    text = unicodedata.normalize("NFKC", typed).upper()
    if name := unicodedata.normalize("NFKC", estate_name).upper().strip():
        text = text.rpartition(name)[2] if name in text else text
    text = _RUN_OF_NUMERALS.sub(lambda run: _arabic(run[0]), _without_prefix(text))
    text = _SEPARATORS.sub("-", _NOISE.sub("", text))
    return _LOOSE_DASH.sub("", text)


def _without_prefix(text: str) -> str:
    match = _ESTATE.match(text)
    return text[match.end() :] if match else text


def _arabic(numerals: str) -> str:
    """十二 is 12, 五百零一 is 501, and 五〇一, said digit by digit, is 501 too."""
    if not any(sign in _TENS for sign in numerals):
        return "".join(str(_NUMERALS[sign]) for sign in numerals)
    total, digit = 0, None
    for sign in numerals:
        if sign in _TENS:
            total += (1 if digit is None else digit) * _TENS[sign]
            digit = None
        else:
            digit = _NUMERALS[sign]
    return str(total + (digit or 0))


def _guesses(kind: AddressKind, building: str | None, unit: str | None, room: str | None) -> Iterator[AddressGuess]:
    """The readings of a text whose parts are known; 3-2501 and 32-501 may hide the unit in a neighbour."""
    whole = _guess(kind, building, unit, room)
    if kind is not AddressKind.DWELLING or unit or not building or not room:
        yield from whole
        return
    if len(room.rstrip(_LETTERS)) == 4 and _has_floor(room[1:]):
        yield from _guess(kind, building, room[0], room[1:])
    yield from whole
    if len(building) == 2:
        yield from _guess(kind, building[0], building[1], room)


def _readings(digits: str, letter: str) -> Iterator[AddressGuess]:
    """Every way to cut a run of digits into building, unit and room: short buildings and full addresses first."""
    dwelling = AddressKind.DWELLING
    for room_length in (3, 4):
        room, before = digits[-room_length:] + letter, digits[:-room_length]
        if len(digits) < room_length or not _has_floor(room):
            continue
        if 2 <= len(before) <= 3:
            yield from _guess(dwelling, before[:-1], before[-1], room)
        if 1 <= len(before) <= 2:
            yield from _guess(dwelling, before, None, room)
        if not before:
            yield from _guess(dwelling, None, None, room)


def _guess(kind: AddressKind, building: str | None, unit: str | None, room: str | None) -> Iterator[AddressGuess]:
    """The guess these parts make, if none of them is zero; a room without its unit must tell its floor."""
    if any(part is not None and not part.rstrip(_LETTERS).strip("0") for part in (building, unit, room)):
        return
    if kind is AddressKind.DWELLING and unit is None and not _has_floor(room or ""):
        return
    bare = room.lstrip("0") if room else None
    yield AddressGuess(int(building) if building else None, int(unit) if unit else None, bare, kind)


def _has_floor(room: str) -> bool:
    """501 and 0501 tell the floor; 001 and 12 do not, so they are never cut out of a run of digits."""
    return len(room.rstrip(_LETTERS).lstrip("0")) >= 3


def _distinct(guesses: Iterator[AddressGuess]) -> list[AddressGuess]:
    return list(dict.fromkeys(guesses))


def address_key(guess: AddressGuess) -> str:
    """The stored key of a place: 3-2-501, 3-车12, 店3, 3-2 for a stairwell, 3 for a building.

    Parts that were not said are left out, so the key of an incomplete guess (3-501) finds nothing.
    """
    building = "" if guess.building_no is None else str(guess.building_no)
    unit = "" if guess.unit_no is None else str(guess.unit_no)
    if guess.kind is AddressKind.GARAGE:
        return "-".join(filter(None, [building, f"车{guess.room_no}"]))
    if guess.kind is AddressKind.SHOP:
        return "-".join(filter(None, [building, f"店{guess.room_no}"]))
    return "-".join(filter(None, [building, unit, guess.room_no]))


def spoken(building: int | None, unit: int | None, room: str | None) -> str:
    """The words an operator reads back: 十二幢二单元五〇一. A room is said digit by digit."""
    words = ""
    if building is not None:
        words += f"{_counted(building)}幢"
    if unit is not None:
        words += f"{_counted(unit)}单元"
    if room is not None:
        words += "".join("〇一二三四五六七八九"[int(sign)] if sign in "0123456789" else sign for sign in room)
    return words


def _counted(number: int) -> str:
    """A count below a thousand in Chinese words: 12 is 十二, 20 is 二十, 102 is 一百〇二."""
    digits = "〇一二三四五六七八九"
    if not 0 < number < 1000:
        return "".join(digits[int(sign)] for sign in str(abs(number)))
    hundreds, tens, ones = number // 100, number // 10 % 10, number % 10
    words = f"{digits[hundreds]}百" if hundreds else ""
    if tens:
        words += "十" if tens == 1 and not hundreds else f"{digits[tens]}十"
    elif hundreds and ones:
        words += "〇"
    return words + (digits[ones] if ones else "")
