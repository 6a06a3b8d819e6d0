"""The pages on which a second home and an entry are noted, and the part of an order's page that shows them."""

from flask import Blueprint, redirect, render_template, url_for
from flask_babel import gettext as _

from helpdesk.core import clock
from helpdesk.core.access import Permission, can, me, needs
from helpdesk.core.errors import Refused
from helpdesk.core.htmx import go_on, wants_part
from helpdesk.core.replays import once
from helpdesk.core.transactions import writing
from helpdesk.estate.models import Place
from helpdesk.estate.queries import place_written
from helpdesk.neighbours import queries
from helpdesk.neighbours.actions import note_entry, remove_other_home, set_other_home
from helpdesk.neighbours.forms import EntryForm, OtherHomeForm, RemovalForm
from helpdesk.neighbours.models import Part
from helpdesk.neighbours.queries import other_home_of
from helpdesk.repairs.models import WorkOrder
from helpdesk.repairs.queries import get_work_order

bp = Blueprint("neighbours", __name__, url_prefix="/work-orders")
P = Permission
for say in (queries.other_home_of, queries.entries_of, queries.part_of_first, queries.number_of):
    bp.app_template_global(say.__name__)(say)


@bp.get("/<number>/homes")
@needs(P.SEE_WORK_ORDERS)
def homes(number: str):
    work_order = get_work_order(me(), number)
    if not wants_part():
        return redirect(url_for("repairs.show", number=number))
    return render_template("neighbours/_of_order.html", work_order=work_order, now=clock.now())


@bp.get("/<number>/other-home")
@needs(P.OPEN_WORK_ORDER)
def other_home(number: str):
    work_order = get_work_order(me(), number)
    other = other_home_of(work_order)
    known = {"address": other.place.address, "part": other.part, "number": other.number} if other else {}
    form = OtherHomeForm(work_order, formdata=None, **({"part": Part.SOURCE} | known))
    return _home_page(form, work_order)


@bp.post("/<number>/other-home")
@needs(P.OPEN_WORK_ORDER)
def say_other_home(number: str):
    form = OtherHomeForm(get_work_order(me(), number))
    if form.validate():
        with form.keeping_typed(), writing():
            work_order, now = get_work_order(me(), number, seen_version=form.version.data), clock.now()
            place = _place(work_order, form.address.data)
            set_other_home(work_order, place=place, part=form.part.data, number=form.digits, actor=me(), now=now)
    if form.http_status == 200:
        return go_on(url_for("repairs.show", number=number))
    return _home_page(form, get_work_order(me(), number))


@bp.post("/<number>/other-home/removal")
@needs(P.OPEN_WORK_ORDER)
def take_off(number: str):
    get_work_order(me(), number)
    form = RemovalForm()
    if form.validate():
        with form.keeping_typed(), writing():
            work_order = get_work_order(me(), number, seen_version=form.version.data)
            remove_other_home(work_order, actor=me(), now=clock.now())
    if form.http_status == 200:
        return go_on(url_for("repairs.show", number=number))
    work_order = get_work_order(me(), number)
    return _home_page(OtherHomeForm(work_order, formdata=None), work_order, refused=form)


@bp.get("/<number>/entries")
@needs(P.DISPATCH, P.DO_VISITS)
def entry(number: str):
    work_order = get_work_order(me(), number)
    here = clock.local(clock.now()).replace(tzinfo=None, second=0, microsecond=0)
    return _entry_page(EntryForm(formdata=None, entered_at=here, place_id=str(work_order.place_id)), work_order)


@bp.post("/<number>/entries")
@needs(P.DISPATCH, P.DO_VISITS)
def add_entry(number: str):
    work_order, form = get_work_order(me(), number), EntryForm()
    if form.validate():
        with form.keeping_typed(), writing():
            once(me(), form, lambda: _note(number, form))
    if form.http_status != 200:
        return _entry_page(form, get_work_order(me(), number))
    at_desk = can(me(), P.SEE_WORK_ORDERS, work_order.estate_id)
    return go_on(url_for("repairs.show" if at_desk else "scheduling.job", number=number))


def _note(number: str, form: EntryForm) -> int:
    work_order = get_work_order(me(), number)
    place = next((home for home in _homes(work_order) if str(home.id) == form.place_id.data), None)
    if place is None:
        raise Refused(_("The work order is not about this home."), field="place_id")
    told = {"witnesses": form.witnesses.data or "", "why": form.why.data or ""}
    return note_entry(work_order, place=place, entered_at=form.moment, **told, actor=me(), now=clock.now()).id


def _homes(work_order: WorkOrder) -> list[Place]:
    other = other_home_of(work_order)
    return [work_order.place, *([other.place] if other else [])]


def _place(work_order: WorkOrder, typed: str) -> Place:
    place = place_written(me(), typed, estate_id=work_order.estate_id)
    if place is None:
        raise Refused(_("“%(address)s” is no address here.", address=typed), field="address")
    return place


def _home_page(form: OtherHomeForm, work_order: WorkOrder, *, refused: RemovalForm | None = None):
    status = refused.http_status if refused else form.http_status
    page = {"form": form, "work_order": work_order, "refused": refused}
    return render_template("neighbours/other_home.html", **page), status


def _entry_page(form: EntryForm, work_order: WorkOrder):
    page = {"form": form, "work_order": work_order, "homes": _homes(work_order)}
    return render_template("neighbours/entry.html", **page), form.http_status
