"""What can be corrected in the register, by name: history tells which of these changed, never what they were."""

from collections.abc import Mapping
from enum import StrEnum


class Fact(StrEnum):
    """Each is the name of the attribute that holds it."""

    NAME = "name"
    BIRTH_YEAR = "birth_year"
    HEARING = "hearing"
    MOBILITY = "mobility"
    DIALECT = "dialect"
    LIVES_ALONE = "lives_alone"
    EMERGENCY_CONTACT = "emergency_contact"
    CHANNEL = "channel"
    ADDRESS = "address"
    HOME_NO = "home_no"
    USE = "use"
    AREA = "area"
    UNIT_PRICE = "unit_price"
    DOOR_NOTE = "door_note"
    FLOOD = "flood"
    STOP_VALVE = "stop_valve"
    BREAKER = "breaker"
    KEY_HOLDER = "key_holder"
    UTILITY_NUMBERS = "utility_numbers"
    USUAL_ANSWERS = "usual_answers"
    ROLE = "role"
    FROM_ON = "from_on"
    UNTIL_ON = "until_on"
    DUTY = "duty"
    NUMBER = "number"
    WHERE = "where"
    BUILDINGS = "buildings"
    STAIRWELLS = "stairwells"
    ITEM = "item"
    CONTRACTOR = "contractor"
    LAST_ON = "last_on"
    CODES = "codes"


PERSON = (
    Fact.NAME, Fact.BIRTH_YEAR, Fact.HEARING, Fact.MOBILITY, Fact.DIALECT, Fact.LIVES_ALONE, Fact.EMERGENCY_CONTACT,
)  # fmt: skip
PLACE = (Fact.HOME_NO, Fact.USE, Fact.AREA, Fact.UNIT_PRICE, Fact.DOOR_NOTE)
CRIB = (Fact.STOP_VALVE, Fact.BREAKER, Fact.KEY_HOLDER, Fact.UTILITY_NUMBERS, Fact.USUAL_ANSWERS)


def write(record, wanted: Mapping[Fact, object]) -> list[Fact]:
    """Set what differs, and return which it was, in the order given."""
    changed = [fact for fact, value in wanted.items() if getattr(record, fact.value) != value]
    for fact in changed:
        setattr(record, fact.value, wanted[fact])
    return changed
