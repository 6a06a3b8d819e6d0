"""Chinese telephone numbers: one stored form, and how it is read aloud, masked, dialled and found.

The stored form is the digits one dials inside the country: a mobile without its trunk 0, a landline
with its area code, a foreign number with "+". Everything here is plain text in, plain text out.
"""

import re
import unicodedata
from dataclasses import dataclass
from enum import StrEnum

LOCAL_AREA_CODE = "0523"  # Taizhou and Jingjiang; an estate elsewhere passes its own
SHORTEST_TAIL = 3
_LONGEST_TYPED = 64

_GAPS = re.compile(r"[\s\-‐-―−ー_./()\[\]{}【】·•]+")
_LABEL = re.compile(r"^(?:手机号?码?|移动电话|固定电话|联系电话|电话号?码?|座机|固话|tel|phone|mobile)[:：]?", re.I)
_ADDRESS_OF_PBX = re.compile(r"^(?:sips?|tel):([^@;]*)", re.I)
_EXTENSION = re.compile(r"(?:转接?|轉|分机号?|ext\.?|[x#,;])[:\s]*([0-9]{1,6})$", re.I)
_DASHED_EXTENSION = re.compile(r"^(.*[0-9].*)[-‐-―−]\s*([0-9]{1,6})$")
_SPREADSHEET_FLOAT = re.compile(r"^([0-9]{7,})\.0+$")

_AREA = r"0(?:10|2[0-9]|[3-9][0-9]{2})"
_MOBILE = re.compile(r"1[2-9][0-9]{9}")
_LANDLINE = re.compile(rf"({_AREA})([1-9][0-9]{{6,7}})")
_SERVICE = re.compile(rf"[48]00[0-9]{{7}}|9[56][0-9]{{3,6}}|{_AREA}(?:1[0-9]{{2,5}}|9[56][0-9]{{3}})")
_LOCAL = re.compile(r"[2-8][0-9]{6,7}|1000[0-9]{4}")  # 1000 xxxx is kept for demonstrations
_SHORT = re.compile(r"[1-9][0-9]{2,5}")
_FOREIGN = re.compile(r"\+[1-9][0-9]{6,14}")
_DEMO = re.compile(r"12[0-9]{9}|05231000[0-9]{4}")


class PhoneKind(StrEnum):
    MOBILE = "mobile"
    LANDLINE = "landline"
    SERVICE = "service"
    SHORT = "short"
    FOREIGN = "foreign"


@dataclass(frozen=True, slots=True)
class PhoneNumber:
    """A whole number. `digits` is what is stored; an extension behind a switchboard stays apart."""

    digits: str
    kind: PhoneKind
    extension: str = ""


_WRITTEN_GAPS = (" ", "-", "－", ".", "\u3000")
_FULL_WIDTH = str.maketrans("0123456789", "０１２３４５６７８９")
_TAIL_OF_HEAD = " -‐‑‒–—―−转接轉分机号extEXT.xX#,;:"
_WITH_EXTENSION = (PhoneKind.MOBILE, PhoneKind.LANDLINE, PhoneKind.SERVICE)


def normalise(typed: str, *, area_code: str = LOCAL_AREA_CODE) -> PhoneNumber | None:
    """Return the number somebody typed or a switchboard reported, or None if it is not a whole one.

    A hidden caller ("anonymous", 未知), a masked number, two numbers in one field and a partly typed
    number are None: the words stay where they were typed, and nothing false is dialled.
    Seven or eight digits are a local landline and get `area_code`. Stored digits stay as they are.
    """
    text = _plain(typed)
    if not 0 < len(text) <= _LONGEST_TYPED:
        return None
    if found := _whole(text, area_code):
        return found
    for pattern in (_EXTENSION, _DASHED_EXTENSION):
        if match := pattern.search(text):
            extension = match.groups()[-1]
            found = _whole(text[: match.start(match.lastindex or 1)].rstrip(_TAIL_OF_HEAD), area_code)
            if found and found.kind in _WITH_EXTENSION:
                return PhoneNumber(found.digits, found.kind, extension)
    return None


def _plain(typed: str) -> str:
    """Full-width to ordinary characters, without the label, the switchboard's scheme, the spreadsheet's .0."""
    text = unicodedata.normalize("NFKC", typed[: _LONGEST_TYPED * 2]).strip()
    text = _LABEL.sub("", text).strip()
    if match := _ADDRESS_OF_PBX.match(text):
        text = match[1]
    if match := _SPREADSHEET_FLOAT.match(text):
        text = match[1]
    return text


def _digits(text: str) -> str | None:
    """The digits of a number-like text, with a leading "+" for an international one; None for words."""
    text = _GAPS.sub("", text)
    international = text.startswith("+")
    text = text.removeprefix("+")
    if not (text.isascii() and text.isdigit()):
        return None
    if text.startswith("00"):
        international, text = True, text[2:]
    return f"+{text}" if international else text


def _whole(text: str, area_code: str) -> PhoneNumber | None:
    digits = _digits(text)
    if not digits:
        return None
    if digits.startswith("+86"):
        return _domestic(digits[3:], area_code) or _landline_without_trunk(digits[3:])
    if digits.startswith("+"):
        return PhoneNumber(digits, PhoneKind.FOREIGN) if _FOREIGN.fullmatch(digits) else None
    if found := _domestic(digits, area_code):
        return found
    if digits.startswith("86") and len(digits) >= 12:  # shorter ones are local landlines that begin with 86
        return _domestic(digits[2:], area_code) or _landline_without_trunk(digits[2:])
    return None


def _domestic(digits: str, area_code: str) -> PhoneNumber | None:
    if _MOBILE.fullmatch(digits.removeprefix("0")):
        return PhoneNumber(digits.removeprefix("0"), PhoneKind.MOBILE)
    if _SERVICE.fullmatch(digits):
        return PhoneNumber(digits, PhoneKind.SERVICE)
    if _LANDLINE.fullmatch(digits):
        return PhoneNumber(digits, PhoneKind.LANDLINE)
    if _LOCAL.fullmatch(digits):
        return PhoneNumber(area_code + digits, PhoneKind.LANDLINE)
    if _SHORT.fullmatch(digits):
        return PhoneNumber(digits, PhoneKind.SHORT)
    return None


def _landline_without_trunk(digits: str) -> PhoneNumber | None:
    """+86 523 8400 1234 is written without the trunk 0 that we store."""
    with_trunk = f"0{digits}"
    return PhoneNumber(with_trunk, PhoneKind.LANDLINE) if _LANDLINE.fullmatch(with_trunk) else None


def display(digits: str) -> str:
    """Group a stored number the way it is read aloud: 138 0000 1234, 0523-8400 1234, 400 123 4567."""
    if _MOBILE.fullmatch(digits):
        return f"{digits[:3]} {digits[3:7]} {digits[7:]}"
    if (match := _LANDLINE.fullmatch(digits)) and not _SERVICE.fullmatch(digits):
        return f"{match[1]}-{match[2][:-4]} {match[2][-4:]}"
    if re.fullmatch(r"[48]00[0-9]{7}", digits):
        return f"{digits[:3]} {digits[3:6]} {digits[6:]}"
    if _FOREIGN.fullmatch(digits):
        groups = [digits[max(end - 4, 1) : end] for end in range(len(digits), 1, -4)]
        return "+" + " ".join(reversed(groups))
    return digits


def spellings(digits: str) -> set[str]:
    """How a stored number stands in words that people typed: in one piece or in groups, in figures of either width."""
    groups = [[digits]]
    if _MOBILE.fullmatch(digits):
        groups += [[digits[:cut], digits[cut:end], digits[end:]] for cut, end in ((3, 7), (4, 7), (3, 6))]
    elif match := _LANDLINE.fullmatch(digits):
        area, rest = match.groups()
        groups += [[area, rest], [area, rest[:-4], rest[-4:]], [f"({area})", rest], [f"（{area}）", rest]]
    written = {gap.join(group) for group in groups for gap in ("", *_WRITTEN_GAPS)} | {display(digits)}
    return written | {text.translate(_FULL_WIDTH) for text in written}


def is_demo(digits: str) -> bool:
    """Whether this number belongs to the invented estate: mobiles that begin with 12, landlines 0523-1000 xxxx.

    120 is the ambulance, so these are never dialled and every message adapter refuses them.
    Looks through +86 and gaps, because a missed one would ring somebody.
    """
    found = normalise(digits)
    return bool(_DEMO.fullmatch(found.digits if found else digits))


def tel_link(digits: str) -> str | None:
    """The address behind a "call" button, or None where nothing may be dialled."""
    found = normalise(digits)
    return f"tel:{found.digits}" if found and not is_demo(found.digits) else None


def mask(digits: str) -> str:
    """Hide a person's number: 138****1234, landlines and foreign ones ****1234; public short numbers stay."""
    if _MOBILE.fullmatch(digits):
        return f"{digits[:3]}****{digits[-4:]}"
    if _SERVICE.fullmatch(digits) or _SHORT.fullmatch(digits):
        return digits
    return f"****{digits[-4:]}" if len(digits) >= 8 else "****"


def tails(digits: str) -> tuple[str, ...]:
    """Every suffix of three digits or more, longest first: the stored search keys.

    With them any part of a number, from its middle too, is the beginning of one key.
    """
    digits = digits.removeprefix("+")
    return tuple(digits[start:] for start in range(len(digits) - SHORTEST_TAIL + 1))


def query_digits(typed: str) -> str:
    """What a whole or partly typed number is compared with, as the beginning of a stored tail; "" for words.

    Country code and trunk 0 are dropped where they cannot be anything else. That never loses a match,
    because what is left is still a part of the number. No area code is added: 84001234 may be anywhere.
    """
    text = _plain(typed)
    whole = normalise(typed)
    if whole and whole.extension:
        return whole.digits
    part = _part_of_number(text)
    if whole and not any(tail.startswith(part) for tail in tails(whole.digits)):
        return whole.digits  # 86 0523 8400 1234: a trunk 0 behind the country code
    return part


def _part_of_number(text: str) -> str:
    digits = _digits(text) or ""
    if re.sub(r"[^0-9]", "", text).startswith("00") and len(digits) < 7 and not digits.startswith("+86"):
        return re.sub(r"[^0-9]", "", text)  # four last digits such as 0012, not a call abroad
    if digits.startswith("+"):
        digits = digits[1:].removeprefix("86")
    elif re.match(r"861[2-9][0-9]{6}", digits):
        digits = digits[2:]
    return digits[1:] if re.match(r"01[2-9]", digits) else digits
