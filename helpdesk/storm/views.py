"""Moving many visits, and ringing everybody at risk."""

from datetime import date, timedelta

from flask import Blueprint, redirect, render_template, request, url_for
from flask_babel import gettext as _

from helpdesk.core import clock
from helpdesk.core.access import Permission, me, needs
from helpdesk.core.chosen_estate import estate_here
from helpdesk.core.clock import YEARS
from helpdesk.core.errors import Conflict
from helpdesk.core.htmx import answer, page_or_part
from helpdesk.core.replays import once
from helpdesk.core.transactions import writing
from helpdesk.repairs.queries import check_category
from helpdesk.storm.actions import begin_round, note_sign, postpone_visits, send_somebody
from helpdesk.storm.forms import PostponementForm, RoundForm, SendForm, SignForm
from helpdesk.storm.queries import (
    get_postponement,
    get_round,
    get_round_person,
    movable_visits,
    newest_postponements,
    newest_rounds,
    people_at_risk,
    storm_act_behind,
)
from helpdesk.storm.rules import OLD, TRIES_IN_VAIN, Whom

bp = Blueprint("storm", __name__)
NEW, ROUND = "storm/postpone.html", "storm/round.html"
bp.add_app_template_global(storm_act_behind)


@bp.get("/storm")
@needs(Permission.WORK_HOTLINE)
def index():
    estate_id = estate_here(Permission.WORK_HOTLINE)
    moved, rounds = newest_postponements(me(), estate_id), newest_rounds(me(), estate_id)
    return render_template("storm/index.html", postponements=moved, rounds=rounds)


@bp.get("/storm/postponements/new")
@needs(Permission.DISPATCH)
def choose():
    today = clock.local_date(clock.now())
    form = PostponementForm(formdata=None, day=_day(today), moved_to=_day(today) + timedelta(days=1))
    return render_template(NEW, **_movable(form))


@bp.post("/storm/postponements")
@needs(Permission.DISPATCH)
def postpone():
    form, made = PostponementForm(), None
    if form.validate():
        with form.keeping_typed(), writing():
            made = once(me(), form, lambda: _postponed(form))
    if made:
        return redirect(url_for(".postponement", postponement_id=made), 303)
    return render_template(NEW, **_movable(form)), form.http_status


@bp.get("/storm/postponements/<int:postponement_id>")
@needs(Permission.WORK_HOTLINE)
def postponement(postponement_id: int):
    found = get_postponement(me(), postponement_id)
    return page_or_part("storm/postponement.html", "storm/_postponement.html", postponement=found)


@bp.get("/storm/rounds/new")
@needs(Permission.WORK_HOTLINE)
def prepare():
    form = RoundForm(formdata=None, whom=_whom(), youngest=_age())
    return render_template("storm/prepare.html", form=form, people=_at_risk(form.wanted, form.youngest.data))


@bp.post("/storm/rounds")
@needs(Permission.WORK_HOTLINE)
def begin():
    form, made = RoundForm(), None
    if form.validate():
        with form.keeping_typed(), writing():
            made = once(me(), form, lambda: _begun(form))
    if made:
        return redirect(url_for(".ringing_round", round_id=made), 303)
    people = _at_risk(form.wanted, OLD if form.youngest.errors else form.youngest.data)
    return render_template("storm/prepare.html", form=form, people=people), form.http_status


@bp.get("/storm/rounds/<int:round_id>")
@needs(Permission.WORK_HOTLINE)
def ringing_round(round_id: int):
    return page_or_part(ROUND, "storm/_round.html", **_shown(round_id), form=SendForm(formdata=None))


@bp.post("/storm/rounds/<int:round_id>/people/<int:row_id>/tries")
@needs(Permission.WORK_HOTLINE)
def sign(round_id: int, row_id: int):
    get_round_person(me(), round_id, row_id)
    form = SignForm()
    if form.validate():
        with form.keeping_typed(), writing():
            row = get_round_person(me(), round_id, row_id)
            heard, seen = form.answer.data, form.seen_tries.data
            note_sign(row, answer=heard, seen_tries=seen, actor=me(), now=clock.now())
    return _round_answer(form, round_id)


@bp.post("/storm/rounds/<int:round_id>/people/<int:row_id>/order")
@needs(Permission.OPEN_WORK_ORDER)
def send(round_id: int, row_id: int):
    get_round_person(me(), round_id, row_id)
    form = SendForm()
    if form.validate():
        with form.keeping_typed(), writing():
            row, now = get_round_person(me(), round_id, row_id), clock.now()
            send_somebody(row, category=check_category(row.round.estate_id, clock.local_date(now)), actor=me(), now=now)
    return _round_answer(form, round_id)


def _round_answer(form, round_id: int):
    url = url_for(".ringing_round", round_id=round_id)
    return answer(form, ROUND, "storm/_round.html", url=url, **_shown(round_id))


def _shown(round_id: int) -> dict:
    return {"round": get_round(me(), round_id), "tries_in_vain": TRIES_IN_VAIN}


def _movable(form: PostponementForm) -> dict:
    """What the page shows: the visits of the day, and whether each is moved unless somebody says otherwise."""
    day = clock.local_date(clock.now()) if form.day.errors else form.day.data
    building = request.args.get("building", "")
    number = int(building) if building.isascii() and building.isdigit() and len(building) <= 4 else None
    visits = movable_visits(me(), estate_here(Permission.DISPATCH), day, building=number)
    return {"form": form, "day": day, "building": number, "visits": visits}


def _postponed(form: PostponementForm) -> int:
    """The visits that were ticked, as they were seen; Conflict if one of them changed or is no longer there."""
    seen = form.chosen.seen()
    movable = movable_visits(me(), estate_here(Permission.DISPATCH), form.day.data)
    there = [visit for visit in movable if visit.id in seen]
    if {visit.id: visit.work_order.version for visit in there} != seen:
        raise Conflict(_("Somebody changed one of these visits meanwhile. Look at the list again, then postpone."))
    return postpone_visits(
        there, cause=form.cause.data, day=form.day.data, moved_to=form.moved_to.data, actor=me(), now=clock.now()
    ).id


def _begun(form: RoundForm) -> int:
    now, wanted = clock.now(), form.wanted
    people, estate_id = _at_risk(wanted, form.youngest.data), estate_here(Permission.WORK_HOTLINE)
    return begin_round(
        people, estate_id=estate_id, cause=form.cause.data, whom=wanted, youngest=form.youngest.data,
        due_at=now + timedelta(hours=form.hours.data), actor=me(), now=now,
    ).id  # fmt: skip


def _at_risk(whom: list[Whom], youngest: int):
    today, estate_id = clock.local_date(clock.now()), estate_here(Permission.WORK_HOTLINE)
    return people_at_risk(me(), estate_id, whom, youngest=youngest, on=today)


def _whom() -> list[str]:
    asked = request.args.getlist("whom")
    return [one.value for one in Whom if one.value in asked] or [Whom.LIVES_ALONE.value]


def _age() -> int:
    typed = request.args.get("youngest", "")
    return int(typed) if typed in map(str, range(50, 101)) else OLD


def _day(today: date) -> date:
    try:
        day = date.fromisoformat(request.args.get("day", ""))
    except ValueError:
        return today
    return day if day.year in YEARS else today
