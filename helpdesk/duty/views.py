"""The roster, who is on now, and whose number residents may have."""

from datetime import date

from flask import Blueprint, g, redirect, render_template, request, url_for

from helpdesk.core import clock
from helpdesk.core.access import Guard, Permission, can, estates, me, needs
from helpdesk.core.chosen_estate import estate_here, liked_estate
from helpdesk.core.clock import YEARS
from helpdesk.core.extensions import db
from helpdesk.core.htmx import wants_part
from helpdesk.core.local_paths import local_path
from helpdesk.core.replays import once
from helpdesk.core.transactions import writing
from helpdesk.duty.actions import (
    Planned,
    add_shift,
    call_off,
    change_shift,
    fill_weeks,
    lay_out,
    may_note_stand_in,
    note_stand_in,
)
from helpdesk.duty.forms import CallOffForm, ChangeShiftForm, FillForm, PatternForm, ShiftForm, StandInForm
from helpdesk.duty.models import NumberConsent, Post
from helpdesk.duty.number_actions import publish_number, withdraw_number
from helpdesk.duty.queries import Board, board, get_shift, whose_number
from helpdesk.duty.rules import Turn, laid_out, week_of
from helpdesk.duty.week import begins_in, week_at
from helpdesk.duty.words import on_day, span_words

bp = Blueprint("duty", __name__)
P = Permission
PAGE, SHIFT = "duty/index.html", "duty/show.html"


@bp.get("/duty")
@needs(P.LOG_CALL, P.PLAN_DUTY)
def index():
    return render_template(PAGE, **_page())


@bp.get("/duty/now")
@needs(P.LOG_CALL)
def now():
    return (
        render_template("duty/_now.html", short="short" in request.args)
        if wants_part()
        else redirect(url_for(".index"))
    )


@bp.get("/duty/print")
@needs(P.LOG_CALL, P.PLAN_DUTY)
def paper():
    return render_template("duty/paper.html", week=week_at(me(), _estate_id(), _monday()), posts=list(Post))


@bp.post("/duty/shifts")
@needs(P.PLAN_DUTY)
def add():
    estate_id = _estate_id(P.PLAN_DUTY)
    form = ShiftForm(estate_id)

    def act() -> int:
        planned = Planned(form.post.data, form.user_id.chosen, form.position.data, form.span)
        return add_shift(planned, estate_id=estate_id, actor=me(), now=clock.now()).id

    if form.validate():
        with form.keeping_typed(), writing():
            once(me(), form, act)
    return _planned(form, estate_id, add=form)


@bp.post("/duty/fillings")
@needs(P.PLAN_DUTY)
def fill():
    estate_id, monday = _estate_id(P.PLAN_DUTY), _monday()
    form = FillForm()

    def act() -> int:
        week = begins_in(week_at(me(), estate_id, monday))
        return fill_weeks(week, estate_id=estate_id, weeks=form.weeks.data, actor=me(), now=clock.now())

    if form.validate():
        with form.keeping_typed(), writing():
            once(me(), form, act)
    return _planned(form, estate_id, fill=form)


@bp.post("/duty/patterns")
@needs(P.PLAN_DUTY)
def pattern():
    estate_id = _estate_id(P.PLAN_DUTY)
    form = PatternForm(estate_id)

    def act() -> int:
        return lay_out(_plan(form), estate_id=estate_id, actor=me(), now=clock.now())

    if form.validate():
        with form.keeping_typed(), writing():
            once(me(), form, act)
    return _planned(form, estate_id, pattern=form)


@bp.get("/duty/shifts/<int:shift_id>")
@needs(P.LOG_CALL, P.PLAN_DUTY)
def show(shift_id: int):
    return render_template(SHIFT, **_shift_page(shift_id))


@bp.post("/duty/shifts/<int:shift_id>")
@needs(P.PLAN_DUTY)
def change(shift_id: int):
    form = ChangeShiftForm(get_shift(me(), shift_id))
    if form.validate():
        with form.keeping_typed(), writing():
            shift = get_shift(me(), shift_id, seen_version=form.version.data)
            planned = Planned(shift.post, form.user_id.chosen, form.position.data, form.span)
            change_shift(shift, planned, actor=me(), now=clock.now())
    return _changed(form, shift_id, change=form)


@bp.post("/duty/shifts/<int:shift_id>/stand-ins")
@needs(P.LOG_CALL, P.PLAN_DUTY)
def stand_in(shift_id: int):
    form = StandInForm(get_shift(me(), shift_id))
    if form.validate():
        with form.keeping_typed(), writing():
            shift = get_shift(me(), shift_id, seen_version=form.version.data)
            note_stand_in(shift, user=form.user_id.chosen, part=form.span, actor=me(), now=clock.now())
    return _changed(form, shift_id, stand_in=form)


@bp.post("/duty/shifts/<int:shift_id>/calling-off")
@needs(P.PLAN_DUTY)
def end(shift_id: int):
    form = CallOffForm()
    if form.validate():
        with form.keeping_typed(), writing():
            call_off(get_shift(me(), shift_id, seen_version=form.version.data), actor=me(), now=clock.now())
    return _changed(form, shift_id, call_off=form)


@bp.get("/me/number")
@needs(Guard.SIGNED_IN)
def my_number():
    return render_template("duty/my_number.html")


@bp.post("/staff-numbers/<int:user_id>/publication")
@needs(Guard.SIGNED_IN)
def publish(user_id: int):
    with writing():
        publish_number(whose_number(me(), user_id), actor=me(), now=clock.now())
    return redirect(local_path(request.form.get("next", "")), 303)


@bp.post("/staff-numbers/<int:user_id>/withdrawal")
@needs(Guard.SIGNED_IN)
def withdraw(user_id: int):
    with writing():
        withdraw_number(whose_number(me(), user_id), actor=me(), now=clock.now())
    return redirect(local_path(request.form.get("next", "")), 303)


@bp.app_template_global()
def duty_board() -> Board | None:
    """Who is on, for the head of the page; None for those whom it does not concern. Asked once for each page."""
    mine = estates(me(), P.LOG_CALL)
    if not mine:
        return None
    if "duty_board" not in g:
        g.duty_board = board(liked_estate(sorted(mine)), clock.now())
    return g.duty_board


@bp.app_template_global()
def number_consent(user) -> NumberConsent | None:
    return db.session.get(NumberConsent, user.id)


bp.add_app_template_global(on_day)
bp.add_app_template_global(span_words)


def _estate_id(*permissions: Permission) -> int:
    return estate_here(*(permissions or (P.LOG_CALL, P.PLAN_DUTY)))


def _monday() -> date:
    """The week asked for, by any of its days; this one for nonsense."""
    try:
        asked = date.fromisoformat(request.args.get("week", ""))
    except ValueError:
        asked = None
    return week_of(asked if asked and asked.year in YEARS else clock.local_date(clock.now()))


def _page(**forms) -> dict:
    """The week, and what may be planned; forms that were refused are shown as they were typed."""
    estate_id, monday = _estate_id(), _monday()
    plans = can(me(), P.PLAN_DUTY, estate_id)
    shown = {name: forms.get(name) for name in ("add", "fill", "pattern")}
    if plans:
        shown["add"] = shown["add"] or ShiftForm(estate_id, formdata=None)
        shown["fill"] = shown["fill"] or FillForm(formdata=None, week=monday)
        shown["pattern"] = shown["pattern"] or PatternForm(estate_id, formdata=None, first_on=monday)
    return {
        "week": week_at(me(), estate_id, monday), "estate_id": estate_id, "posts": list(Post), "now": clock.now(),
        "today": clock.local_date(clock.now()), "plans": plans, "refused": next(iter(forms), ""), **shown,
    }  # fmt: skip


def _planned(form, estate_id: int, **forms):
    if form.http_status == 200:
        return redirect(url_for(".index", week=_monday(), estate=estate_id), 303)
    return render_template(PAGE, **_page(**forms)), form.http_status


def _plan(form: PatternForm) -> list[Planned]:
    turns: list[Turn] = laid_out(
        form.pattern.data, form.first_on.data, weeks=form.weeks.data, people=len(form.people), changes=form.changes,
        rotates=form.rotates.data,
    ) if form.people else []  # fmt: skip
    return [Planned(form.post.data, form.people[turn.person], 1, turn.span) for turn in turns]


def _shift_page(shift_id: int, **forms) -> dict:
    shift, moment = get_shift(me(), shift_id), clock.now()
    open_ = shift.called_off_at is None and shift.ends_at > moment
    plans, stands = open_ and can(me(), P.PLAN_DUTY, shift.estate_id), open_ and may_note_stand_in(shift, me())
    fresh = {"formdata": None, "version": shift.version}
    return {
        "shift": shift, "now": moment, "day": clock.local_date(shift.starts_at),
        "change": forms.get("change") or (ChangeShiftForm(shift, **fresh) if plans else None),
        "stand_in": forms.get("stand_in") or (StandInForm(shift, **fresh) if stands else None),
        "call_off": forms.get("call_off") or (CallOffForm(**fresh) if plans else None),
    }  # fmt: skip


def _changed(form, shift_id: int, **forms):
    shift = get_shift(me(), shift_id)
    if form.http_status == 200:
        day = clock.local_date(shift.starts_at)
        return redirect(url_for(".index", week=day, estate=shift.estate_id), 303)
    form.version.data, form.version.raw_data = shift.version, None  # what they typed, above how it stands now
    return render_template(SHIFT, **_shift_page(shift_id, **forms)), form.http_status
