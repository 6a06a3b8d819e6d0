"""What is said about a file: each trouble as one sentence that tells what to correct."""

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l

from helpdesk.core.words import register
from helpdesk.estate.importing.columns import Field
from helpdesk.estate.importing.states import Stage
from helpdesk.estate.importing.troubles import HIDDEN, Problem, Trouble, Unreadable

SENTENCES = {
    Trouble.UNKNOWN_TYPE: _l("This kind of file cannot be read. Save it as .xlsx, .xls, .ods or .csv."),
    Trouble.TOO_LARGE: _l("This file is too large. Divide it by buildings and import the parts one after the other."),
    Trouble.BOMB: _l("This file unpacks to far more than a register can be. It was not opened."),
    Trouble.UNREADABLE: _l("This file cannot be read. Open it in a spreadsheet program, save it anew, and try again."),
    Trouble.PROTECTED: _l("This file is protected by a password. Save it without one, and try again."),
    Trouble.TOO_MANY_ROWS: _l("The sheet has more than %(value)s rows. Divide it and import the parts."),
    Trouble.TOO_MANY_COLUMNS: _l("The sheet has more than %(value)s columns. Delete those that are not needed."),
    Trouble.NO_SHEET: _l("There is no sheet “%(value)s” in this file."),
    Trouble.EMPTY: _l("There is nothing in this file."),
    Trouble.NO_HEADER: _l(
        "No header was found. One of the first rows must name the columns, "
        "among them the room (房号) or address (地址)."
    ),
    Trouble.UNKNOWN_FIELD: _l(
        "“%(value)s” is not understood. Write our name, =, and the header in the file: 房号=房间."
    ),
    Trouble.UNKNOWN_HEADER: _l("There is no column “%(value)s” in the header of this file."),
    Trouble.NO_BUILDING: _l("The building is missing."),
    Trouble.NO_UNIT: _l("The unit is missing."),
    Trouble.NO_ROOM: _l("The room is missing."),
    Trouble.BUILDING: _l("“%(value)s” is not a building. Write its number, like 3 or 3幢."),
    Trouble.UNIT: _l("“%(value)s” is not a unit. Write its number, like 2 or 2单元."),
    Trouble.FLOOR: _l("“%(value)s” is not a floor. Write its number, like 5."),
    Trouble.ROOM: _l("“%(value)s” is not a room. Write 501, or the whole address, like 3-2-501."),
    Trouble.OTHER_ADDRESS: _l("“%(value)s” contradicts the building or unit in this row."),
    Trouble.OTHER_KIND: _l("“%(value)s” contradicts the kind of place in this row."),
    Trouble.KIND: _l("“%(value)s” is not a kind of place. Write 住宅, 车库, 门面 or 公共."),
    Trouble.USE: _l("“%(value)s” is not a use. Write 自住, 出租 or 空置."),
    Trouble.HOME_NO: _l("“%(value)s” is not a home number. It has four digits."),
    Trouble.AREA: _l("“%(value)s” is not an area in square metres."),
    Trouble.UNIT_PRICE: _l("“%(value)s” is not a price in yuan for a square metre and month."),
    Trouble.NAME: _l("“%(value)s” is not a name."),
    Trouble.PHONE: _l("“%(value)s” is not a whole telephone number."),
    Trouble.PHONE_SHORTENED: _l(
        "“%(value)s” has lost its last digits. Format the column as text and enter the number again."
    ),
    Trouble.BIRTH: _l("“%(value)s” is neither a date of birth nor an age."),
    Trouble.DATE: _l("“%(value)s” is not a date. Write it like 2026-03-31."),
    Trouble.MONEY: _l("“%(value)s” is not an amount in yuan of zero or more."),
    Trouble.YES_OR_NO: _l("“%(value)s” is neither yes nor no. Write 是 or 否."),
    Trouble.NOTHING_ABOVE: _l("This says “as above”, but there is nothing above."),
    Trouble.TOO_LONG: _l("“%(value)s” is too long."),
    Trouble.DIFFERS: _l("This differs from row %(value)s, which is about the same place."),
    Trouble.HOME_NO_TWICE: _l("%(value)s has this home number in the same file."),
    Trouble.HOME_NO_TAKEN: _l("%(value)s has this home number already."),
}


def sentence(about: Problem | Unreadable) -> str:
    value = _("a long number") if about.value == HIDDEN else about.value
    said = str(SENTENCES[about.trouble]) % {"value": value}
    barred = not isinstance(about, Problem) or about.bars
    return said if barred else _("Taken over without this: %(sentence)s", sentence=said)


FIELDS = {
    Field.BUILDING: _l("Building"), Field.UNIT: _l("Unit"), Field.FLOOR: _l("Floor"),
    Field.ROOM: _l("Room or whole address"), Field.KIND: _l("Kind of place"), Field.USE: _l("Use of the home"),
    Field.HOME_NO: _l("Home number"), Field.AREA: _l("Area"), Field.UNIT_PRICE: _l("Fee per square metre"),
    Field.OWNER: _l("Owner"), Field.HEAD: _l("Head of household"), Field.NAME: _l("Name"),
    Field.RELATION: _l("Relation to the head"), Field.PHONE: _l("Phone"), Field.OTHER_PHONE: _l("Another phone"),
    Field.BIRTH: _l("Date of birth"), Field.AGE: _l("Age"), Field.ALONE: _l("Lives alone"),
    Field.CATEGORY: _l("Kind of person"), Field.NOTE: _l("Note"), Field.SINCE: _l("Lives there since"),
    Field.CONTACT: _l("Emergency contact"), Field.CONTACT_PHONE: _l("Emergency number"),
    Field.PAID_UNTIL: _l("Paid until"), Field.ARREARS: _l("Arrears"),
}  # fmt: skip
register(
    {
        Stage.READING: _l("Being read"),
        Stage.LOOKED: _l("Columns to check"),
        Stage.CHECKING: _l("Being checked"),
        Stage.CHECKED: _l("Ready to import"),
        Stage.APPLYING: _l("Being imported"),
        Stage.APPLIED: _l("Imported"),
        Stage.FAILED: _l("Not readable"),
    }
)


def field_name(field: Field) -> str:
    return str(FIELDS[field])
