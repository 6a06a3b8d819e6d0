"""Work that comes round: what is due, beginning and changing it, and what came of it."""

from datetime import timedelta

from flask import Blueprint, abort, redirect, render_template, url_for
from flask_babel import gettext as _

from helpdesk.core import clock
from helpdesk.core.access import Permission, me, needs
from helpdesk.core.errors import Refused
from helpdesk.core.htmx import answer, page_or_part
from helpdesk.core.replays import once
from helpdesk.core.transactions import writing
from helpdesk.repairs.models import Category, WorkOrderKind
from helpdesk.repairs.queries import ELDER_CHECK, visible_categories
from helpdesk.routines.actions import begin_routines, change_routine, end_routine, note_outcome
from helpdesk.routines.forms import BeginForm, ChangeForm, EndForm, OutcomeForm
from helpdesk.routines.models import Basis, Routine, Unit
from helpdesk.routines.queries import get_routine, get_turn, open_turns, routines_of, subjects_of
from helpdesk.routines.words import ROUNDS

bp = Blueprint("routines", __name__)
SHOW, PART, BEGIN = "routines/show.html", "routines/_routine.html", "routines/begin.html"
KINDS = {"care": WorkOrderKind.CARE, "inspection": WorkOrderKind.INSPECTION}


@bp.get("/routines")
@needs(Permission.SEE_WORK_ORDERS)
def index():
    today = clock.local_date(clock.now())
    shown = {"turns": open_turns(me()), "routines": routines_of(me()), "today": today, "rounds": ROUNDS}
    return page_or_part("routines/index.html", "routines/_due.html", **shown)


@bp.get("/routines/new/<kind>")
@needs(Permission.DISPATCH)
def choose(kind: str):
    is_care = _kind(kind) is WorkOrderKind.CARE
    tomorrow = clock.local_date(clock.now()) + timedelta(days=1)
    form = BeginForm(
        formdata=None, title=_("Look in and ask how they are") if is_care else "", every=1,
        unit=Unit.WEEK if is_care else Unit.MONTH, basis=Basis.COMPLETION if is_care else Basis.DUE,
        first_on=tomorrow, ahead_days=1, spread_days=5, category_id=_usual_category(_kind(kind)),
    )  # fmt: skip
    return render_template(BEGIN, **_choice(kind, form))


@bp.post("/routines/new/<kind>")
@needs(Permission.DISPATCH)
def begin(kind: str):
    form, begun = BeginForm(), None
    if form.validate():
        with form.keeping_typed(), writing():
            begun = once(me(), form, lambda: _begun(kind, form))
    if begun is not None:
        return redirect(url_for(".index"), 303)
    return render_template(BEGIN, **_choice(kind, form)), form.http_status


@bp.get("/routines/<int:routine_id>")
@needs(Permission.SEE_WORK_ORDERS)
def show(routine_id: int):
    return page_or_part(SHOW, PART, **_shown(get_routine(me(), routine_id)))


@bp.post("/routines/<int:routine_id>")
@needs(Permission.DISPATCH)
def change(routine_id: int):
    get_routine(me(), routine_id)
    form = ChangeForm()
    if form.validate():
        with form.keeping_typed(), writing():
            routine = get_routine(me(), routine_id, seen_version=form.version.data)
            words = {"title": form.title.data, "steps": form.steps.data}
            change_routine(routine, **words, rhythm=form.rhythm, actor=me(), now=clock.now())
    return _answer(form, routine_id, change_form=form)


@bp.post("/routines/<int:routine_id>/end")
@needs(Permission.DISPATCH)
def end(routine_id: int):
    get_routine(me(), routine_id)
    form = EndForm()
    if form.validate():
        with form.keeping_typed(), writing():
            routine = get_routine(me(), routine_id, seen_version=form.version.data)
            end_routine(routine, actor=me(), now=clock.now())
    return _answer(form, routine_id, end_form=form)


@bp.post("/routines/<int:routine_id>/turns/<int:turn_id>")
@needs(Permission.DISPATCH)
def outcome(routine_id: int, turn_id: int):
    form = OutcomeForm()
    form.offer(get_turn(me(), routine_id, turn_id).routine.kind)
    if form.validate():
        with form.keeping_typed(), writing():
            turn, now = get_turn(me(), routine_id, turn_id), clock.now()
            found = _category(form.found_id.data) if form.found_id.data else None
            note_outcome(turn, form.outcome.data, words=form.words.data, found=found, actor=me(), now=now)
    return _answer(form, routine_id, outcome_form=form)


def _answer(form, routine_id: int, **forms):
    kept = {name: one for name, one in forms.items() if form.http_status != 200}
    shown = _shown(get_routine(me(), routine_id)) | kept
    return answer(form, SHOW, PART, url=url_for(".show", routine_id=routine_id), **shown)


def _shown(routine: Routine) -> dict:
    outcome_form = OutcomeForm(formdata=None)
    outcome_form.offer(routine.kind)
    change_form = ChangeForm(
        formdata=None, version=routine.version, title=routine.title, steps=routine.steps, every=routine.every,
        unit=routine.unit, basis=routine.basis, first_on=routine.next_on, ahead_days=routine.ahead_days,
    )  # fmt: skip
    return {
        "routine": routine, "change_form": change_form, "outcome_form": outcome_form,
        "end_form": EndForm(formdata=None), "categories": _categories(), "rounds": ROUNDS,
        "open_turn": next((turn for turn in routine.turns if turn.outcome is None), None),
    }  # fmt: skip


def _choice(kind: str, form: BeginForm) -> dict:
    today = clock.local_date(clock.now())
    subjects = subjects_of(me(), _kind(kind), on=today)
    return {"form": form, "kind": kind, "subjects": subjects, "categories": _categories(), "rounds": ROUNDS}


def _kind(name: str) -> WorkOrderKind:
    return KINDS.get(name) or abort(404)


def _begun(kind: str, form: BeginForm) -> int:
    now, wanted = clock.now(), _kind(kind)
    subjects = subjects_of(me(), wanted, on=clock.local_date(now), chosen=form.chosen.data)
    return len(
        begin_routines(
            wanted, subjects, title=form.title.data, steps=form.steps.data, category=_category(form.category_id.data),
            rhythm=form.rhythm, spread_days=form.spread_days.data, actor=me(), now=now,
        )
    )  # fmt: skip


def _categories() -> list[Category]:
    return visible_categories(me(), on=clock.local_date(clock.now()))


def _category(category_id: int) -> Category:
    found = next((one for one in _categories() if one.id == category_id), None)
    if found is None:
        raise Refused(_("What was chosen does not exist. Look it up again."))
    return found


def _usual_category(kind: WorkOrderKind) -> int | None:
    wanted = ELDER_CHECK if kind is WorkOrderKind.CARE else "HANDRAIL"
    return next((one.id for one in _categories() if one.code == wanted), None)
