"""Of one line of a bill: why it is what it is, and lowering it once."""

from flask import redirect, render_template, url_for

from helpdesk.billing.models import Charge
from helpdesk.core import clock
from helpdesk.core.access import Permission, me, needs
from helpdesk.core.htmx import wants_part
from helpdesk.core.replays import once
from helpdesk.core.transactions import writing
from helpdesk.looks.actions import note_look_aside
from helpdesk.looks.models import Looked, Purpose
from helpdesk.waivers import one_off
from helpdesk.waivers.effect import whys
from helpdesk.waivers.forms import OneOffForm
from helpdesk.waivers.page import note_reading
from helpdesk.waivers.policy import ground_of
from helpdesk.waivers.queries import get_application
from helpdesk.waivers.views import bp

P = Permission


@bp.app_template_global()
def whys_reduced(lines):
    """What is behind these reduced lines and their adjustments, by waiver. No ground is told."""
    return whys({line.waiver_id for line in lines if line.waiver_id and line.policy_id})


@bp.get("/waivers/<application_number>/ground")
@needs(P.SEE_WAIVERS)
def ground_told(application_number: str):
    """On what the waiver behind a line of a bill was granted: a look, as at the whole application."""
    application = get_application(me(), application_number)
    if not wants_part():
        return redirect(url_for(".show", application_number=application_number))
    note_reading(me(), application, clock.now(), asked=True)
    ground = ground_of(application.policy, application.ground_code)
    return render_template("waivers/_ground_told.html", application=application, ground=ground)


@bp.get("/charges/<int:charge_id>/one-off")
@needs(P.SEE_MONEY)  # and waivers: see `one_off.get_charge`
def one_off_form(charge_id: int):
    return _one_off(one_off.get_charge(me(), charge_id), OneOffForm(formdata=None))


@bp.post("/charges/<int:charge_id>/one-off")
@needs(P.DECIDE_WAIVERS)
def give_one_off(charge_id: int):
    one_off.get_charge(me(), charge_id)
    form = OneOffForm()

    def act() -> int:
        said = {"amount_fen": form.amount.hundredths or 0, "reason": form.reason.data}
        return one_off.give_one_off(one_off.get_charge(me(), charge_id), **said, actor=me(), now=clock.now()).id

    if form.validate():
        with form.keeping_typed(), writing():
            once(me(), form, act)
    if form.http_status == 200:
        return redirect(url_for(".one_off_form", charge_id=charge_id), 303)
    return _one_off(one_off.get_charge(me(), charge_id), form)


def _one_off(charge: Charge, form: OneOffForm):
    """The form, or how it was lowered: the reason can hold a ground, so that this is a look."""
    given = one_off.given_for(charge)
    if given:
        seen = {"place_id": charge.place_id, "purpose": Purpose.CHECKING, "actor": me(), "now": clock.now()}
        note_look_aside(estate_id=charge.estate_id, what=Looked.ONE_OFF, subject_id=given.id, **seen)
    return render_template("waivers/one_off.html", charge=charge, given=given, form=form), form.http_status
