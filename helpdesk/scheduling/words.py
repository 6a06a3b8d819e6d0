"""How codes of this feature are said on the screen."""

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l

from helpdesk.core.words import register, word
from helpdesk.estate.models import Place, PlaceKind
from helpdesk.repairs.states import Setback, Step
from helpdesk.scheduling.rules import NoPhoto

register({
    Step.ACCEPT: _l("Accept"),
    Step.DEPART: _l("On my way"),
    Step.ARRIVE: _l("Arrived"),
})  # fmt: skip
register({
    Setback.HELP: _l("Need another pair of hands"),
    Setback.PARTS: _l("Parts are missing"),
    Setback.NOBODY_HOME: _l("No one is in"),
    Setback.OUTSIDE: _l("Others must come first"),
})  # fmt: skip
register({
    NoPhoto.RESIDENT_REFUSES: _l("The resident does not want one"),
    NoPhoto.TOO_DARK: _l("Too dark"),
    NoPhoto.NOTHING_TO_SEE: _l("There is nothing to see"),
    NoPhoto.OTHER: _l("Another reason"),
})  # fmt: skip


def polite_name(family_name: str) -> str:
    """How a technician greets somebody: by family name only. Whether 师傅 or 女士, nobody has told us."""
    return _("%(name)s family", name=family_name)


def place_in_words(place: Place) -> str:
    """3 幢 2 单元 501 for a home, 3 幢 2 单元楼道 for a stairwell; any other place as staff write it."""
    if not (place.building_no and place.unit_no):
        return place.address
    if place.kind is PlaceKind.COMMON_AREA:
        return _("Building %(building)s, unit %(unit)s, stairwell", building=place.building_no, unit=place.unit_no)
    if not place.room_no:
        return place.address
    return _(
        "Building %(building)s, unit %(unit)s, %(room)s",
        building=place.building_no, unit=place.unit_no, room=place.room_no,
    )  # fmt: skip


def reason_in_words(reason: NoPhoto | None, other_words: str) -> str:
    """What is kept: the chosen reason as it stood on the screen, or what was typed instead."""
    if reason is None:
        return ""
    return other_words if reason is NoPhoto.OTHER else word(reason)
