"""How long what is kept, with what would go tonight; and what is held back."""

from flask import Blueprint, abort, render_template, request, url_for
from flask_babel import gettext as _

from helpdesk.core import clock
from helpdesk.core.access import Permission, me, needs
from helpdesk.core.chosen_estate import estate_here
from helpdesk.core.errors import Conflict
from helpdesk.core.htmx import go_on
from helpdesk.core.replays import once
from helpdesk.core.transactions import writing
from helpdesk.retention.actions import hold, lift, set_months
from helpdesk.retention.forms import HoldForm, LiftForm, MonthsForm
from helpdesk.retention.models import DataClass
from helpdesk.retention.queries import dry_run, get_hold, names_of, newest_holds
from helpdesk.retention.words import explained

bp = Blueprint("retention", __name__, url_prefix="/retention")
P = Permission
bp.add_app_template_global(explained)


@bp.get("")
@needs(P.SET_RETENTION, P.CONSENT_TO_ERASURE)
def index():
    return _page()


@bp.post("/rules/<data_class>")
@needs(P.SET_RETENTION)
def change(data_class: str):
    known = next((one for one in DataClass if one == data_class), None) or abort(404)
    form = MonthsForm()
    if form.validate():
        with form.keeping_typed(), writing():
            seen = {"seen_version": form.version.data, "actor": me(), "now": clock.now()}
            set_months(known, form.months.data, **seen)
    if form.http_status == 200:
        return go_on(url_for(".index", saved=known))
    return _page(known, form)


@bp.get("/holds")
@needs(P.SET_RETENTION, P.CONSENT_TO_ERASURE)
def holds():
    form = HoldForm(formdata=None)
    form.named.data = request.args.get("person", "")[:10]
    return _holds(form)


@bp.post("/holds")
@needs(P.CONSENT_TO_ERASURE)
def set_hold():
    form, estate_id = HoldForm(), estate_here(P.CONSENT_TO_ERASURE)
    if form.validate():
        told = {"estate_id": estate_id, "reason": form.reason.data, "until_on": form.until_on.data}
        with form.keeping_typed(), writing():
            asked = (form.what.data, form.named.data)
            once(me(), form, lambda: hold(*asked, **told, actor=me(), now=clock.now()).id)
    if form.http_status == 200:
        return go_on(url_for(".holds", estate=estate_id))
    return _holds(form)


@bp.post("/holds/<int:hold_id>/lifting")
@needs(P.CONSENT_TO_ERASURE)
def lift_hold(hold_id: int):
    get_hold(me(), hold_id)
    form = LiftForm()
    if form.validate():
        with form.keeping_typed(), writing():
            held = get_hold(me(), hold_id)
            if held.version != form.version.data:
                raise Conflict(_("Somebody lifted this while you were looking at it."))
            lift(held, actor=me(), now=clock.now())
    if form.http_status == 200:
        return go_on(url_for(".holds"))
    return _holds(HoldForm(formdata=None), form)


def _page(changed: DataClass | None = None, refused: MonthsForm | None = None):
    rows = []
    for kept in dry_run(clock.local_date(clock.now())):
        form = refused if kept.data_class is changed else None
        if form and form.http_status == 409:
            form.version.data, form.version.raw_data = kept.version, None
        rows.append((kept, form or MonthsForm(formdata=None, months=kept.months, version=kept.version)))
    saved = next((one for one in DataClass if one == request.args.get("saved")), None)
    page = render_template("retention/index.html", rows=rows, saved=saved)
    return page, refused.http_status if refused else 200


def _holds(form: HoldForm, lifting: LiftForm | None = None):
    estate_id, today = estate_here(P.CONSENT_TO_ERASURE, P.SET_RETENTION), clock.local_date(clock.now())
    found = newest_holds(me(), estate_id)
    page = render_template(
        "retention/holds.html", holds=found, names=names_of(me(), found), form=form, lifting=lifting,
        estate_id=estate_id, today=today,
    )  # fmt: skip
    return page, lifting.http_status if lifting else form.http_status
