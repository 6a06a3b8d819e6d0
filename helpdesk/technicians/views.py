"""Who can do what, who works when, who is away, and whom homes would like to see."""

from flask import Blueprint, redirect, render_template, request, url_for

from helpdesk.core import clock
from helpdesk.core.access import Permission, me, needs, require
from helpdesk.core.htmx import answer
from helpdesk.core.replays import once
from helpdesk.core.terms import check_seen
from helpdesk.core.transactions import writing
from helpdesk.estate.queries import chosen_estate, get_place, visible_estates
from helpdesk.technicians.actions import (
    add_skill,
    call_off_absence,
    change_skill,
    end_skill,
    note_absence,
    report_sick,
    set_hours,
    set_wish,
)
from helpdesk.technicians.forms import AbsenceForm, EndForm, HoursForm, NewSkillForm, SickForm, SkillForm, WishForm
from helpdesk.technicians.page import absence_words, one_technician, seen_hours, works_words
from helpdesk.technicians.queries import (
    days_of,
    get_absence,
    get_skill,
    get_technician,
    hours_of,
    licences_of,
    right_to_call_off,
    technicians_of,
    wishes_at,
)
from helpdesk.technicians.rules import warned
from helpdesk.technicians.words import level_name, skill_name, skill_names

bp = Blueprint("technicians", __name__, url_prefix="/technicians")
P = Permission
PAGE, ONE, WISHES = "technicians/index.html", "technicians/show.html", "technicians/wishes.html"
for words in (right_to_call_off, skill_name, skill_names, level_name, works_words, absence_words, warned, wishes_at):
    bp.add_app_template_global(words)


@bp.get("")
@needs(P.SEE_WORK_ORDERS)
def index():
    estate, today = chosen_estate(me(), request.args.get("estate"), P.SEE_WORK_ORDERS), _today()
    return render_template(
        PAGE, estate_id=estate.id, estates=visible_estates(me(), P.SEE_WORK_ORDERS), today=today,
        days=days_of(estate.id, [today])[today], licences=licences_of(estate.id),
    )  # fmt: skip


@bp.get("/<int:technician_id>")
@needs(P.SEE_WORK_ORDERS)
def show(technician_id: int):
    return render_template(ONE, **one_technician(technician_id, _estate_id(P.SEE_WORK_ORDERS), clock.now()))


@bp.post("/<int:technician_id>/skills")
@needs(P.PLAN_DUTY)
def add(technician_id: int):
    form, estate_id = NewSkillForm(), _estate_id(P.PLAN_DUTY)
    user = get_technician(technician_id, estate_id=estate_id)
    said = {"estate_id": estate_id, "actor": me(), "now": clock.now()}
    if form.validate():
        with form.keeping_typed(), writing():
            once(me(), form, lambda: add_skill(user, form.facts, **said).id)
    return _answered(form, "new_skill", technician_id, estate_id)


@bp.post("/skills/<int:skill_id>")
@needs(P.PLAN_DUTY)
def change(skill_id: int):
    row = get_skill(me(), skill_id)
    form, whose = SkillForm(row), (row.user_id, row.estate_id)
    if form.validate():
        with form.keeping_typed(), writing():
            found = get_skill(me(), skill_id, seen_version=form.version.data)
            change_skill(found, form.facts, actor=me(), now=clock.now())
    return _answered(form, f"skill{skill_id}", *whose)


@bp.post("/skills/<int:skill_id>/ending")
@needs(P.PLAN_DUTY)
def end(skill_id: int):
    row, form = get_skill(me(), skill_id), EndForm()
    whose = row.user_id, row.estate_id
    if form.validate():
        with form.keeping_typed(), writing():
            end_skill(get_skill(me(), skill_id, seen_version=form.version.data), actor=me(), now=clock.now())
    return _answered(form, "end", *whose)


@bp.post("/<int:technician_id>/hours")
@needs(P.PLAN_DUTY)
def hours(technician_id: int):
    form, estate_id = HoursForm(), _estate_id(P.PLAN_DUTY)
    user = get_technician(technician_id, estate_id=estate_id)
    said = {"valid_from": form.valid_from.data, "estate_id": estate_id, "actor": me(), "now": clock.now()}
    if form.validate():
        with form.keeping_typed(), writing():
            check_seen(form.seen.data, seen_hours(hours_of(user.id, estate_id)))
            set_hours(user, form.week, **said)
    return _answered(form, "hours", technician_id, estate_id)


@bp.post("/<int:technician_id>/absences")
@needs(P.PLAN_DUTY)
def absence(technician_id: int):
    form, estate_id = AbsenceForm(), _estate_id(P.PLAN_DUTY)
    user = get_technician(technician_id, estate_id=estate_id)
    said = {"estate_id": estate_id, "actor": me(), "now": clock.now()}
    if form.validate():
        with form.keeping_typed(), writing():
            once(me(), form, lambda: note_absence(user, reason=form.reason.data, spell=form.spell, **said).id)
    return _answered(form, "absence", technician_id, estate_id)


@bp.post("/<int:technician_id>/sick-calls")
@needs(P.DISPATCH)
def sick(technician_id: int):
    form, estate_id = SickForm(), _estate_id(P.DISPATCH)
    user, now = get_technician(technician_id, estate_id=estate_id), clock.now()
    said = {"estate_id": estate_id, "actor": me(), "now": now}
    if form.validate():
        with form.keeping_typed(), writing():
            once(me(), form, lambda: report_sick(user, spell=form.spell(now), **said).id)
    return _answered(form, "sick", technician_id, estate_id)


@bp.post("/absences/<int:absence_id>/calling-off")
@needs(P.PLAN_DUTY, P.DISPATCH)
def call_off(absence_id: int):
    row, form = get_absence(me(), absence_id), EndForm()
    whose = row.user_id, row.estate_id
    if form.validate():
        with form.keeping_typed(), writing():
            found = get_absence(me(), absence_id, seen_version=form.version.data)
            call_off_absence(found, actor=me(), now=clock.now())
    return _answered(form, "end", *whose)


@bp.get("/wishes/<int:place_id>")
@needs(P.EDIT_REGISTER)
def wishes(place_id: int):
    return render_template(WISHES, **_wishing(place_id))


@bp.post("/wishes/<int:place_id>")
@needs(P.EDIT_REGISTER)
def wish(place_id: int):
    form = WishForm(technicians_of(get_place(me(), place_id).estate_id))
    if form.validate():
        with form.keeping_typed(), writing():
            place = get_place(me(), place_id, seen_version=form.version.data)
            set_wish(place, user=form.chosen, wish=form.wish.data or None, actor=me(), now=clock.now())
    url = url_for("estate.place", place_id=place_id)
    return redirect(url, 303) if form.http_status == 200 else (_refused(form, place_id), form.http_status)


def _refused(form: WishForm, place_id: int) -> str:
    return render_template(WISHES, **_wishing(place_id, form))


def _wishing(place_id: int, form: WishForm | None = None) -> dict:
    place = get_place(me(), place_id)
    require(me(), P.EDIT_REGISTER, place.estate_id)
    return {"place": place, "form": form or WishForm(technicians_of(place.estate_id), formdata=None)}


def _answered(form, name: str, technician_id: int, estate_id: int):
    """The page of the technician; a form that was refused stands in it as it was sent."""
    url = url_for(".show", technician_id=technician_id, estate=estate_id)
    shown = {name: form} if form.http_status != 200 else {}
    return answer(form, ONE, ONE, url=url, **one_technician(technician_id, estate_id, clock.now(), **shown))


def _estate_id(permission: Permission) -> int:
    """The estate that the address names, else the first; 404 for one that is not theirs."""
    return chosen_estate(me(), request.args.get("estate"), permission).id


def _today():
    return clock.local_date(clock.now())
