"""From what is typed into a form of this feature to the records that are meant."""

from datetime import date, datetime

from flask_babel import gettext as _

from helpdesk.accounts.models import User
from helpdesk.cases.actions import open_case, open_order_for
from helpdesk.cases.forms import NewCaseForm, OrderForm, received_moment
from helpdesk.cases.models import Case, CaseKind
from helpdesk.cases.queries import get_worker, twin_of
from helpdesk.cases.rules import SHEETS
from helpdesk.core import clock
from helpdesk.core.access import Permission, can, estates
from helpdesk.core.errors import NotAllowed, Refused
from helpdesk.estate.models import Place
from helpdesk.repairs.models import Category, Urgency, WorkOrder
from helpdesk.repairs.queries import visible_categories
from helpdesk.search.queries import Group, find


def estate_for(user, place: Place | None, chosen: int) -> int:
    """Where a new case belongs: to its place, else to the estate that was chosen, else to the first of this user's."""
    mine = estates(user, Permission.WORK_CASES)
    if not mine:
        raise NotAllowed()
    if place and place.estate_id not in mine:
        raise Refused(_("There is no such place here. Write it like 3-2-501."), field="place")
    if chosen and chosen not in mine:
        raise Refused(_("Choose one of these."), field="estate_id")
    return place.estate_id if place else chosen or min(mine)


def place_typed(user, typed: str, *, on: date) -> Place | None:
    """The one place that was written; None for nothing written. Refused for none, and for several."""
    if not typed:
        return None
    found = [
        match.place for group in find(user, typed, on=on) if group.group is Group.PLACES for match in group.matches
    ]
    exact = [place for place in found if place.address == typed.strip()]
    if len(exact or found) == 1:
        return (exact or found)[0]
    if found:
        several = "、".join(place.address for place in found[:4])
        raise Refused(_("Several places fit: %(places)s. Write one of them.", places=several), field="place")
    raise Refused(_("There is no such place here. Write it like 3-2-501."), field="place")


def owner_typed(user_id: int | None, *, estate_id: int, kind: CaseKind) -> User | None:
    """Who was chosen to answer for it; Refused for somebody who may not."""
    if not user_id:
        return None
    owner = get_worker(user_id, estate_id=estate_id, kind=kind)
    if owner is None:
        raise Refused(_("Choose somebody who may work on this."), field="owner_id")
    return owner


def open_from_paper(form: NewCaseForm, actor: User, now: datetime) -> Case:
    place = place_typed(actor, form.place.data, on=clock.local_date(now))
    estate_id, kind = estate_for(actor, place, form.estate_id.data), form.kind.data
    is_sheet = kind in SHEETS
    return open_case(
        estate_id=estate_id, kind=kind, words=form.words.data, place=place, is_complex=form.is_complex.data,
        owner=owner_typed(form.owner_id.data, estate_id=estate_id, kind=kind),
        external_ref=form.external_ref.data if is_sheet else "", received_from=form.received_from.data,
        received_at=received_moment(form), due_at=form.due_at if is_sheet else None, actor=actor, now=now,
    )  # fmt: skip


def twin_typed(form: NewCaseForm, user: User) -> Case | None:
    """The case that has the number of this sheet already, so that the page can lead to it."""
    mine, kind = estates(user, Permission.WORK_CASES), form.kind.data
    if form.http_status == 200 or kind not in SHEETS:
        return None
    found = (twin_of(estate_id, kind, form.external_ref.data) for estate_id in sorted(mine))
    return next(filter(None, found), None)


def categories_for(user: User, estate_id: int, on: date) -> list[Category]:
    return visible_categories(user, on=on, estate_id=estate_id)


def order_from(case: Case, form: OrderForm, actor: User, now: datetime) -> WorkOrder:
    today = clock.local_date(now)
    place = place_typed(actor, form.place.data, on=today)
    if place is None or place.estate_id != case.estate_id or not can(actor, Permission.SEE_REGISTER, case.estate_id):
        raise Refused(_("A repair needs a place: write the home, or the stairwell."), field="place")
    offered = categories_for(actor, case.estate_id, today)
    category = next((one for one in offered if one.code == form.category.data), None)
    if category is None:
        raise Refused(_("Choose what is wrong from the list."), field="category")
    urgency = Urgency(form.urgency.data) if form.urgency.data else category.urgency
    return open_order_for(
        case, place=place, category=category, urgency=urgency, summary=form.summary.data, actor=actor, now=now
    )
