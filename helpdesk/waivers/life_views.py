"""The pages of what happens to a waiver after it was granted."""

from flask import Blueprint, redirect, render_template, url_for
from flask_babel import lazy_gettext as _l
from wtforms import DateField, IntegerField
from wtforms.validators import InputRequired, Optional
from wtforms.widgets import HiddenInput

from helpdesk.core import clock
from helpdesk.core.access import Permission, me, needs
from helpdesk.core.chosen_estate import estate_here
from helpdesk.core.fields import CodeField
from helpdesk.core.forms import CreatingForm, Form, LongText
from helpdesk.core.replays import once
from helpdesk.core.transactions import writing
from helpdesk.core.words import word
from helpdesk.looks.actions import note_look_aside
from helpdesk.looks.models import Looked, Purpose
from helpdesk.waivers.applying import begin_again
from helpdesk.waivers.codes import EndReason
from helpdesk.waivers.life_actions import RUNNING, end, finish_task, resume, revoke, suspend, why_not_give
from helpdesk.waivers.life_queries import (
    billed_beyond,
    ending_soon,
    get_task,
    open_tasks,
    reminders_of,
    resting,
)
from helpdesk.waivers.over_grants import over_granted
from helpdesk.waivers.queries import get_application
from helpdesk.waivers.states import OPEN, WaiverStatus

bp = Blueprint("waiver_life", __name__)
P = Permission
BY_HAND = [why for why in EndReason if why is not EndReason.RENEWED]


class ReasonForm(Form):
    version = IntegerField(widget=HiddenInput(), validators=[InputRequired()])
    reason = LongText(_l("Why"), limit=2_000)


class EndForm(ReasonForm):
    why = CodeField(_l("What happened"), BY_HAND)
    since = DateField(_l("Since when"), validators=[InputRequired()])

    def __init__(self, **kwargs):
        super().__init__(**kwargs)
        self.why.offer({why: word(why) for why in BY_HAND})


class RevokeForm(ReasonForm):
    since = DateField(_l("Since when it was wrong"), validators=[Optional()])


@bp.get("/waivers/life")
@needs(P.SEE_WAIVERS)
def index():
    estate_id, today = estate_here(P.SEE_WAIVERS), clock.local_date(clock.now())
    return render_template(
        "waivers/life.html", tasks=open_tasks(me(), estate_id), soon=ending_soon(me(), estate_id, today),
        resting=resting(me(), estate_id), over=over_granted(me(), estate_id), today=today,
        beyond=billed_beyond(me(), estate_id),
    )  # fmt: skip


@bp.post("/waivers/tasks/<int:task_id>")
@needs(P.WORK_WAIVERS)
def task_done(task_id: int):
    form = Form()
    if form.validate():
        with form.keeping_typed(), writing():
            finish_task(get_task(me(), task_id), actor=me(), now=clock.now())
    return redirect(url_for(".index"), 303)


@bp.get("/waivers/<application_number>/life")
@needs(P.WORK_WAIVERS, P.DECIDE_WAIVERS)
def show(application_number: str):
    return _page(application_number)


@bp.post("/waivers/<application_number>/rest")
@needs(P.WORK_WAIVERS)
def rest(application_number: str):
    form = ReasonForm()
    if form.validate():
        with form.keeping_typed(), writing():
            application = get_application(me(), application_number, seen_version=form.version.data)
            suspend(application, reason=form.reason.data, actor=me(), now=clock.now())
    return _done(form, application_number, "rest_form")


@bp.post("/waivers/<application_number>/going-on")
@needs(P.DECIDE_WAIVERS, P.WORK_WAIVERS)
def go_on(application_number: str):
    form = ReasonForm()
    if form.validate():
        with form.keeping_typed(), writing():
            application = get_application(me(), application_number, seen_version=form.version.data)
            resume(application, reason=form.reason.data, actor=me(), now=clock.now())
    return _done(form, application_number, "rest_form")


@bp.post("/waivers/<application_number>/end")
@needs(P.WORK_WAIVERS)
def finish(application_number: str):
    form = EndForm()
    if form.validate():
        with form.keeping_typed(), writing():
            application = get_application(me(), application_number, seen_version=form.version.data)
            told = {"since": form.since.data, "reason": form.reason.data}
            end(application, form.why.data, **told, actor=me(), now=clock.now())
    return _done(form, application_number, "end_form")


@bp.post("/waivers/<application_number>/revocation")
@needs(P.DECIDE_WAIVERS)
def take_back(application_number: str):
    form = RevokeForm()
    if form.validate():
        with form.keeping_typed(), writing():
            application = get_application(me(), application_number, seen_version=form.version.data)
            revoke(application, since=form.since.data, reason=form.reason.data, actor=me(), now=clock.now())
    return _done(form, application_number, "revoke_form")


@bp.post("/waivers/<application_number>/successor")
@needs(P.WORK_WAIVERS)
def again(application_number: str):
    form, draft = CreatingForm(), None

    def act() -> str:
        return begin_again(get_application(me(), application_number), actor=me(), now=clock.now()).number

    if form.validate():
        with form.keeping_typed(), writing():
            draft = once(me(), form, act)
    if draft:
        return redirect(url_for("waivers.draft", application_number=draft), 303)
    return _page(application_number, again_form=form), form.http_status


def _done(form, number: str, name: str):
    if form.http_status == 200:
        return redirect(url_for(".show", application_number=number), 303)
    return _page(number, **{name: form}), form.http_status


def _page(number: str, **forms):
    application, now = get_application(me(), number), clock.now()
    note_look_aside(
        estate_id=application.estate_id, what=Looked.WAIVER, subject_id=application.id,
        place_id=application.place_id, person_id=application.beneficiary_id, purpose=Purpose.CHECKING, actor=me(),
        now=now,
    )  # fmt: skip
    shown = {
        "rest_form": ReasonForm(formdata=None), "end_form": EndForm(formdata=None, since=clock.local_date(now)),
        "revoke_form": RevokeForm(formdata=None), "again_form": CreatingForm(formdata=None),
    }  # fmt: skip
    return render_template(
        "waivers/life_of_one.html", application=application, reminders=reminders_of(application),
        may_end=application.status in (*RUNNING, *OPEN), may_rest=application.status is WaiverStatus.APPROVED,
        may_revoke=application.status in RUNNING,
        why_not_go_on=why_not_give(application, me(), clock.local_date(now))[1], **{**shown, **forms},
    )  # fmt: skip
