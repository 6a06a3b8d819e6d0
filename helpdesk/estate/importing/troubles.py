"""What can be wrong with a file or a cell. What each is called stands in `words`."""

import re
from enum import StrEnum
from typing import NamedTuple

LONGEST_QUOTE = 30
HIDDEN = "…"  # stands for what looks like an identity number
_LONG_NUMBER = re.compile(r"[0-9]{15,}[0-9Xx]?")


class Trouble(StrEnum):
    # the file
    UNKNOWN_TYPE = "unknown_type"
    TOO_LARGE = "too_large"
    BOMB = "bomb"
    UNREADABLE = "unreadable"
    PROTECTED = "protected"
    TOO_MANY_ROWS = "too_many_rows"
    TOO_MANY_COLUMNS = "too_many_columns"
    NO_SHEET = "no_sheet"
    EMPTY = "empty"
    NO_HEADER = "no_header"
    UNKNOWN_FIELD = "unknown_field"
    UNKNOWN_HEADER = "unknown_header"
    # a cell
    NO_BUILDING = "no_building"
    NO_UNIT = "no_unit"
    NO_ROOM = "no_room"
    BUILDING = "building"
    UNIT = "unit"
    FLOOR = "floor"
    ROOM = "room"
    OTHER_ADDRESS = "other_address"
    KIND = "kind"
    USE = "use"
    HOME_NO = "home_no"
    AREA = "area"
    UNIT_PRICE = "unit_price"
    NAME = "name"
    PHONE = "phone"
    PHONE_SHORTENED = "phone_shortened"
    BIRTH = "birth"
    DATE = "date"
    MONEY = "money"
    YES_OR_NO = "yes_or_no"
    NOTHING_ABOVE = "nothing_above"
    TOO_LONG = "too_long"
    # one row against another, or against the register
    DIFFERS = "differs"
    HOME_NO_TWICE = "home_no_twice"
    HOME_NO_TAKEN = "home_no_taken"
    OTHER_KIND = "other_kind"


class Unreadable(Exception):
    """A cell, or a whole file, that cannot be understood; `value` is what was found there."""

    def __init__(self, trouble: Trouble, value: str = ""):
        super().__init__(trouble)
        self.trouble, self.value = trouble, quoted(value)


class Problem(NamedTuple):
    """One thing to correct. `column` is the header in the file; `row_no` counts as the spreadsheet does."""

    row_no: int
    column: str
    trouble: Trouble
    value: str = ""
    bars: bool = True  # False: the row is taken over without this


def quoted(value: str) -> str:
    """What may be repeated of a cell: short, and never anything as long as an identity number."""
    text = _LONG_NUMBER.sub(HIDDEN, " ".join(value.split()))
    return text if len(text) <= LONGEST_QUOTE else f"{text[: LONGEST_QUOTE - 1]}…"


def hides_identity(value: str) -> bool:
    """Whether a cell holds something that looks like an identity number (15 or 18 digits, the last perhaps X)."""
    return bool(_LONG_NUMBER.search(value))
