"""What a person, a number or a place is found by: rows for `SearchKey`, written with the record they find.

Whatever is typed is the beginning of a key, so a key is kept for every place in a name or number where
somebody may begin. Everything here is plain text in, plain rows out; the same text gives the same rows.
"""

import re
import unicodedata
from collections.abc import Iterable
from typing import NamedTuple

from helpdesk.estate import phone_numbers
from helpdesk.estate.models import SearchKind
from helpdesk.estate.pinyin import name_keys

LONGEST = 80  # the column; names and addresses are shorter
_GAPS = re.compile(r"[\s·•・]+")


class Key(NamedTuple):
    kind: SearchKind
    key: str


def of_name(name: str) -> list[Key]:
    """陈桂英 is found by 陈桂英, 桂英, 英, by chenguiying and by cgy; 单 and its like by both readings.

    Of a Latin name the words count, not the letters: Ann Smith is found by annsmith and smith.
    """
    plain = _GAPS.sub("", unicodedata.normalize("NFKC", name)).lower()
    spelled = name_keys(name)
    return _distinct(
        [
            *(Key(SearchKind.NAME, tail) for tail in _tails(plain, name)),
            *(Key(SearchKind.PINYIN, full) for full in sorted(spelled.full)),
            *(Key(SearchKind.INITIALS, initials) for initials in sorted(spelled.initials)),
        ]
    )


def of_phone(digits: str) -> list[Key]:
    """Every tail of a number in its stored form, so that any part of it is the beginning of a key."""
    return _distinct(Key(SearchKind.PHONE, tail) for tail in phone_numbers.tails(digits))


def of_place(address: str, *, room_no: str | None = None, home_no: str | None = None) -> list[Key]:
    """A place by its address, with and without dashes, by its room alone, and by the number on the fridge card.

    An address in words is found from any of its characters: 小区北门 by 北门.
    """
    address = unicodedata.normalize("NFKC", address).strip().upper()
    written = [address, address.replace("-", "")]
    if not any(sign.isdigit() for sign in address):
        written += [address[start:] for start in range(1, len(address) - 1)]
    if room_no:
        written.append(room_no.upper())
    keys = [Key(SearchKind.ADDRESS, text) for text in written]
    if home_no:
        keys.append(Key(SearchKind.HOME_NO, home_no))
    return _distinct(keys)


def _tails(plain: str, name: str) -> Iterable[str]:
    """Every tail of a Chinese name; of a Latin one the tails that begin with a word."""
    if not plain.isascii():
        return [plain[start:] for start in range(len(plain))]
    words = name.lower().split()
    return ["".join(words[start:]) for start in range(len(words))]


def _distinct(keys: Iterable[Key]) -> list[Key]:
    """Without doubles and empty ones, in the order given, cut to what a row holds."""
    return list(dict.fromkeys(Key(kind, key[:LONGEST]) for kind, key in keys if key))
