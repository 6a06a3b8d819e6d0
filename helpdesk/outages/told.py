"""What is told of an outage, filled in from the register: its name, where it is, what to say, what to copy."""

from datetime import datetime

from helpdesk.core.extensions import db
from helpdesk.core.words import locale
from helpdesk.estate import phone_numbers
from helpdesk.estate.models import Estate, PlaceKind
from helpdesk.outages.models import Area, Outage
from helpdesk.outages.rules import areas_zh, name_of, notice_to_copy, words_to_say
from helpdesk.outages.states import OutageStatus
from helpdesk.repairs.words import category_name

SHARED = {PlaceKind.GARAGE: "车库", PlaceKind.SHOP: "门面"}


def has_begun(outage: Outage) -> bool:
    return outage.status is not OutageStatus.PLANNED


def title_of(outage: Outage) -> str:
    """停水 in Chinese; in other languages what the category is called."""
    planned = not has_begun(outage)
    if locale() == "zh":
        return name_of(outage.category.code, outage.category.name_zh, planned=planned)
    return category_name(outage.category)


def where_of(outage: Outage) -> list[Area] | None:
    """Its areas, buildings first; None for the whole estate."""
    return None if outage.whole_estate else sorted(outage.areas, key=lambda area: area.building_no is None)


def what_to_say(outage: Outage, now: datetime) -> str:
    """What somebody wrote, else what the facts say; once it is over, that it is over."""
    if outage.words and outage.status is not OutageStatus.OVER:
        return outage.words
    return said_by_itself(outage, now, over=outage.status is OutageStatus.OVER)


def said_by_itself(outage: Outage, now: datetime, *, over: bool) -> str:
    return words_to_say(
        name_of(outage.category.code, outage.category.name_zh, planned=False), _where_zh(outage, aloud=True),
        starts_at=outage.starts_at, ends_at=outage.ends_at, outside_party=outage.outside_party, over=over,
        begun=has_begun(outage), now=now,
    )  # fmt: skip


def what_to_copy(outage: Outage, now: datetime) -> str:
    """What somebody wrote, else what the facts say; once it is over, that it is over."""
    if outage.notice and outage.status is not OutageStatus.OVER:
        return outage.notice
    return copied_by_itself(outage, now)


def copied_by_itself(outage: Outage, now: datetime) -> str:
    hotline = db.session.get_one(Estate, outage.estate_id).hotline
    return notice_to_copy(
        name_of(outage.category.code, outage.category.name_zh, planned=not has_begun(outage)),
        _where_zh(outage, aloud=False), starts_at=outage.starts_at, ends_at=outage.ends_at, over_at=outage.over_at,
        outside_party=outage.outside_party, begun=has_begun(outage),
        hotline=phone_numbers.display(hotline) if hotline else "", now=now,
    )  # fmt: skip


def _where_zh(outage: Outage, *, aloud: bool) -> str:
    """Homes and garages are told by their stairwell or building, so that nobody is pointed at."""
    if outage.whole_estate:
        return "全小区"
    buildings = [area.building_no for area in outage.areas if area.building_no]
    places = [area.place for area in outage.areas if area.place]
    stairwells = [(place.building_no, place.unit_no) for place in places if place.building_no and place.unit_no]
    others = [
        place.address if place.kind is PlaceKind.COMMON_AREA else SHARED.get(place.kind, "")
        for place in places
        if not (place.building_no and place.unit_no)
    ]
    return areas_zh(buildings, stairwells, filter(None, others), aloud=aloud)
