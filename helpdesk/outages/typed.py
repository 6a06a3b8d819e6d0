"""From the form of an outage to what was meant, and from what is known to a form that is filled in already."""

from collections.abc import Sequence
from datetime import datetime

from flask import abort
from flask_babel import gettext as _
from werkzeug.exceptions import NotFound

from helpdesk.core import clock, ids
from helpdesk.core.access import Permission, estates
from helpdesk.core.errors import Refused
from helpdesk.core.extensions import db
from helpdesk.core.words import locale
from helpdesk.estate.models import Place
from helpdesk.estate.queries import place_written, visible_places
from helpdesk.outages import told
from helpdesk.outages.actions import Facts
from helpdesk.outages.forms import ChangeForm, OutageForm
from helpdesk.outages.models import Outage
from helpdesk.outages.queries import buildings_and_stairwells
from helpdesk.repairs.models import Category, WorkOrder
from helpdesk.repairs.queries import get_work_order, visible_categories


def facts_of(
    form: OutageForm | ChangeForm, user, estate_id: int, now: datetime, *, before: Outage | None = None
) -> Facts:
    """What the form means; Refused if it names what is not in this estate.

    A text that stands as the facts of the outage `before` wrote it was written by nobody: it goes on to follow them.
    """
    words, notice = form.words.data or "", form.notice.data or ""
    if before is not None:
        words = "" if words == told.said_by_itself(before, now, over=False) else words
        notice = "" if notice == told.copied_by_itself(before, now) else notice
    return Facts(
        category=_category(form.category.data, user, estate_id, now), whole_estate=form.whole_estate,
        buildings=_buildings(form, estate_id), places=_places(form, user, estate_id), starts_at=form.starts_at.moment,
        ends_at=form.ends_at.moment, words=words, notice=notice,
        outside_party=form.outside_party.data or "",
    )  # fmt: skip


def _category(code: str, user, estate_id: int, now: datetime) -> Category:
    offered = visible_categories(user, on=clock.local_date(now))
    found = next((c for c in offered if c.code == code and c.estate_id == estate_id), None)
    if found is None:
        raise Refused(_("Choose what is out from the list."), field="category")
    return found


def _buildings(form, estate_id: int) -> list[int]:
    if not set(form.buildings) <= buildings_and_stairwells(estate_id).keys():
        raise Refused(_("There is no such building."), field="where")
    return form.buildings


def _places(form, user, estate_id: int) -> list[Place]:
    here = visible_places(user).where(Place.estate_id == estate_id)
    chosen = list(db.session.scalars(here.where(Place.id.in_(form.place_ids)).order_by(Place.id)))
    if len(chosen) != len(form.place_ids):
        raise Refused(_("There is no such place."), field="where")
    for typed in form.addresses():
        place = place_written(user, typed, estate_id=estate_id)
        if place is None:
            raise Refused(_("“%(address)s” is no address here.", address=typed), field="places")
        chosen.append(place)
    return list(dict.fromkeys(chosen))


def orders_named(user, numbers: Sequence[str]) -> list[WorkOrder]:
    """The orders that a form names; Refused if there is none of such a number for this user."""
    try:
        return [get_work_order(user, number) for number in dict.fromkeys(numbers)]
    except NotFound:
        raise Refused(_("There is no work order with this number."), field="orders") from None


def estate_asked(user, asked: str | None) -> int:
    """The estate in which somebody opens an outage: the one asked for, else their first."""
    mine = sorted(estates(user, Permission.OPEN_WORK_ORDER) & estates(user, Permission.SEE_WORK_ORDERS))
    if estate_id := ids.read_id(asked):
        return estate_id if estate_id in mine else abort(404)
    return mine[0] if mine else abort(404)


def new_form(user, args, now: datetime) -> OutageForm:
    """A form filled in with what led to it: the orders that come from one cause, or a place and a kind of fault."""
    orders = _orders_asked(user, args.get("orders", ""))
    estate_id = orders[0].estate_id if orders else estate_asked(user, args.get("estate"))
    orders = [order for order in orders if order.estate_id == estate_id]
    place = _place_asked(user, estate_id, args.get("place_id", ""))
    began = min([order.reported_at for order in orders], default=now)
    return OutageForm(
        formdata=None, estate=estate_id, orders=" ".join(order.number for order in orders),
        call=ids.read_id(args.get("call")) or "",
        category=orders[0].category.code if orders else args.get("category", "")[:30],
        where=_common([order.place for order in orders] or ([place] if place else [])),
        starts_at=clock.local(began).replace(tzinfo=None, second=0, microsecond=0),
    )  # fmt: skip


def form_of(outage: Outage, now: datetime) -> ChangeForm:
    """The form of an outage as it stands, with the texts as they are read and copied now."""
    where = ["estate"] if outage.whole_estate else []
    where += [f"b{area.building_no}" for area in outage.areas if area.building_no is not None]
    stairs = {stairwell.id for several in buildings_and_stairwells(outage.estate_id).values() for stairwell in several}
    places = [area.place for area in outage.areas if area.place is not None]
    return ChangeForm(
        formdata=None, version=outage.version, category=outage.category.code, words=told.what_to_say(outage, now),
        notice=told.what_to_copy(outage, now), outside_party=outage.outside_party, starts_at=_local(outage.starts_at),
        ends_at=_local(outage.ends_at), where=[*where, *(f"s{place.id}" for place in places if place.id in stairs)],
        places=" ".join(place.address for place in places if place.id not in stairs),
    )  # fmt: skip


def offered(user, estate_id: int, now: datetime) -> dict:
    """What the form offers to choose from: the kinds of faults by group, the buildings with their stairwells."""
    groups: dict[str, list[Category]] = {}
    for category in visible_categories(user, on=clock.local_date(now)):
        if category.estate_id == estate_id:
            groups.setdefault(category.group_zh if locale() == "zh" else category.group_en, []).append(category)
    return {"groups": groups, "buildings": buildings_and_stairwells(estate_id), "estate_id": estate_id}


def _local(moment: datetime | None) -> datetime | None:
    return clock.local(moment).replace(tzinfo=None) if moment else None


def _orders_asked(user, typed: str) -> list[WorkOrder]:
    try:
        return [get_work_order(user, number) for number in typed.split()[:30]]
    except NotFound:
        return []


def _place_asked(user, estate_id: int, typed: str) -> Place | None:
    if place_id := ids.read_id(typed):
        return db.session.scalar(visible_places(user).where(Place.id == place_id, Place.estate_id == estate_id))
    return None


def _common(places: Sequence[Place]) -> list[str]:
    """The least that holds all of these places: their stairwell, else their buildings; what all share is named."""
    stairwells = {place.stairwell_id or (place.id if place.unit_no else None) for place in places}
    if len(stairwells) == 1 and None not in stairwells:
        return [f"s{stairwell_id}" for stairwell_id in stairwells]
    return [f"b{number}" for number in sorted({place.building_no for place in places if place.building_no})]
