"""The page of who decides: in their own right, in whose place, and about whom never."""

from flask import abort, redirect, render_template, url_for
from sqlalchemy import select

from helpdesk.core import clock
from helpdesk.core.access import Permission, can, estates, me, needs
from helpdesk.core.chosen_estate import estate_here
from helpdesk.core.extensions import db
from helpdesk.core.forms import Form
from helpdesk.core.replays import once
from helpdesk.core.transactions import writing
from helpdesk.estate.models import Person
from helpdesk.waivers.decider_actions import call_off_stand_in, remove_tie
from helpdesk.waivers.decider_forms import StandInForm, TieForm
from helpdesk.waivers.decider_intake import named, tied
from helpdesk.waivers.models import StaffTie, StandIn
from helpdesk.waivers.policy_views import READS
from helpdesk.waivers.queries import deciders, lacking, standing_in, ties_here, workers_here
from helpdesk.waivers.views import bp

P = Permission


@bp.get("/waiver-deciders")
@needs(*READS)
def who_decides():
    estate_id = estate_here(*READS)
    return _deciders_page(estate_id, StandInForm(formdata=None))


@bp.post("/waiver-deciders")
@needs(P.DECIDE_WAIVERS)
def name_stand_in():
    estate_id, form = estate_here(P.DECIDE_WAIVERS), StandInForm()
    if form.validate():
        with form.keeping_typed(), writing():
            once(me(), form, lambda: named(form, estate_id, me(), clock.now()).id)
    return redirect(url_for(".who_decides"), 303) if form.http_status == 200 else _deciders_page(estate_id, form)


@bp.post("/waiver-deciders/ties")
@needs(P.WORK_WAIVERS, P.DECIDE_WAIVERS)
def note_tie():
    estate_id, form = estate_here(P.WORK_WAIVERS, P.DECIDE_WAIVERS), TieForm()
    if form.validate():
        with form.keeping_typed(), writing():
            once(me(), form, lambda: tied(form, estate_id, me(), clock.now()).user_id)
    if form.http_status == 200:
        return redirect(url_for(".who_decides"), 303)
    return _deciders_page(estate_id, StandInForm(formdata=None), form)


@bp.post("/waiver-deciders/<int:stand_in_id>/calling-off")
@needs(P.DECIDE_WAIVERS)
def call_off(stand_in_id: int):
    form, mine = Form(), StandIn.estate_id.in_(estates(me(), P.DECIDE_WAIVERS))
    if form.validate():
        with form.keeping_typed(), writing():
            row = db.session.scalar(select(StandIn).where(StandIn.id == stand_in_id, mine)) or abort(404)
            call_off_stand_in(row, actor=me(), now=clock.now())
    return _deciders_again(form)


@bp.post("/waiver-deciders/ties/<int:user_id>/<int:person_id>/removal")
@needs(P.DECIDE_WAIVERS)
def tie_removal(user_id: int, person_id: int):
    form, mine = Form(), Person.estate_id.in_(estates(me(), P.DECIDE_WAIVERS))
    one = (StaffTie.user_id == user_id, StaffTie.person_id == person_id)
    if form.validate():
        with form.keeping_typed(), writing():
            row = db.session.scalar(select(StaffTie).join(StaffTie.person).where(mine, *one)) or abort(404)
            remove_tie(row, actor=me(), now=clock.now())
    return _deciders_again(form)


def _deciders_again(form: Form):
    if form.http_status == 200:
        return redirect(url_for(".who_decides"), 303)
    page, _status = _deciders_page(estate_here(P.DECIDE_WAIVERS), StandInForm(formdata=None), refused=form)
    return page, form.http_status


def _deciders_page(estate_id: int, form: StandInForm, tie_form: TieForm | None = None, refused=None):
    today = clock.local_date(clock.now())
    able, workers = deciders(estate_id, today), workers_here(estate_id)
    form.user_id.choices = [(one.id, one.name) for one in workers]
    form.for_user_id.choices = [(one.id, one.name) for one in able]
    rows: list[StandIn] = standing_in(estate_id, today)
    tie_form = tie_form or TieForm(formdata=None)
    tie_form.user_id.choices = [(one.id, one.name) for one in workers]
    ties = {"ties": ties_here(estate_id), "tie_form": tie_form}
    may = {"names_one": can(me(), P.DECIDE_WAIVERS, estate_id), "refused": refused}
    shown = {**ties, **may, "able": able, "lacks": lacking(estate_id), "rows": rows, "form": form}
    status = form.http_status if form.http_status != 200 else tie_form.http_status
    return render_template("waivers/deciders.html", **shown, estate_id=estate_id), status
