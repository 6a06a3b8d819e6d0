"""One address for each act on a case."""

from flask import url_for
from flask_babel import gettext as _

from helpdesk.cases import intake
from helpdesk.cases.actions import (
    add_note,
    ask_extension,
    assign_case,
    close_case,
    decide_extension,
    make_complex,
    reopen_case,
    reply_to_case,
    return_case,
)
from helpdesk.cases.forms import (
    AssignForm,
    CloseCaseForm,
    ComplexForm,
    DecisionForm,
    ExtensionForm,
    NoteForm,
    OrderForm,
    ReopenForm,
    ReplyForm,
    ReturnForm,
)
from helpdesk.cases.panel import CaseAct
from helpdesk.cases.queries import get_case
from helpdesk.cases.views import PAGE, acted, around, bp, told
from helpdesk.core import clock
from helpdesk.core.access import Permission, me, needs
from helpdesk.core.errors import Refused
from helpdesk.core.htmx import answer
from helpdesk.core.replays import once
from helpdesk.core.transactions import writing

P = Permission


@bp.post("/cases/<case_number>/owner")
@needs(P.WORK_CASES)
def owner(case_number: str):
    form = AssignForm(get_case(me(), case_number))
    if form.validate():
        with form.keeping_typed(), writing():
            case = get_case(me(), case_number, seen_version=form.version.data)
            chosen = intake.owner_typed(form.owner_id.data, estate_id=case.estate_id, kind=case.kind)
            assign_case(case, owner=chosen or _nobody(), actor=me(), now=clock.now())
    return acted(form, case_number, CaseAct.OWNER)


@bp.post("/cases/<case_number>/complexity")
@needs(P.WORK_CASES)
def complexity(case_number: str):
    form = ComplexForm(get_case(me(), case_number))
    if form.validate():
        with form.keeping_typed(), writing():
            make_complex(_seen(case_number, form), actor=me(), now=clock.now())
    return acted(form, case_number, CaseAct.COMPLEX)


@bp.post("/cases/<case_number>/extension")
@needs(P.WORK_CASES)
def extension(case_number: str):
    form = ExtensionForm(get_case(me(), case_number))

    def act() -> int:
        asked = {"until": form.until, "reason": form.reason.data}
        return ask_extension(_seen(case_number, form), **asked, actor=me(), now=clock.now()).id

    if form.validate():
        with form.keeping_typed(), writing():
            once(me(), form, act)
    return acted(form, case_number, CaseAct.EXTENSION)


@bp.post("/cases/<case_number>/decision")
@needs(P.WORK_CASES)
def decision(case_number: str):
    form = DecisionForm(get_case(me(), case_number))
    if form.validate():
        with form.keeping_typed(), writing():
            granted = form.granted.data == "yes"
            decide_extension(_seen(case_number, form), granted=granted, actor=me(), now=clock.now())
    return acted(form, case_number, CaseAct.DECISION)


@bp.post("/cases/<case_number>/reply")
@needs(P.WORK_CASES)
def reply(case_number: str):
    form = ReplyForm(get_case(me(), case_number))
    if form.validate():
        with form.keeping_typed(), writing():
            said = {"words": form.words.data, "way": form.way.data}
            reply_to_case(_seen(case_number, form), **said, actor=me(), now=clock.now())
    return acted(form, case_number, CaseAct.REPLY)


@bp.post("/cases/<case_number>/return")
@needs(P.WORK_CASES)
def returning(case_number: str):
    form = ReturnForm(get_case(me(), case_number))
    if form.validate():
        with form.keeping_typed(), writing():
            return_case(_seen(case_number, form), reason=form.reason.data, actor=me(), now=clock.now())
    return acted(form, case_number, CaseAct.RETURN)


@bp.post("/cases/<case_number>/closing")
@needs(P.WORK_CASES)
def closing(case_number: str):
    form = CloseCaseForm(get_case(me(), case_number))
    if form.validate():
        with form.keeping_typed(), writing():
            close_case(_seen(case_number, form), satisfaction=form.content, actor=me(), now=clock.now())
    return acted(form, case_number, CaseAct.CLOSING)


@bp.post("/cases/<case_number>/reopening")
@needs(P.WORK_CASES)
def reopening(case_number: str):
    form = ReopenForm(get_case(me(), case_number))
    if form.validate():
        with form.keeping_typed(), writing():
            why = {"reason": form.reason.data, "due_at": form.due_at}
            reopen_case(_seen(case_number, form), **why, actor=me(), now=clock.now())
    return acted(form, case_number, CaseAct.REOPENING)


@bp.post("/cases/<case_number>/work-order")
@needs(P.WORK_CASES)
def order(case_number: str):
    form = OrderForm(get_case(me(), case_number))
    if form.validate():
        with form.keeping_typed(), writing():
            once(me(), form, lambda: intake.order_from(_seen(case_number, form), form, me(), clock.now()).number)
    return acted(form, case_number, CaseAct.ORDER)


@bp.post("/cases/<case_number>/notes")
@needs(P.WORK_CASES)
def note(case_number: str):
    form = NoteForm()

    def act() -> int:
        return add_note(get_case(me(), case_number), words=form.words.data, actor=me(), now=clock.now()).id

    if form.validate():
        with form.keeping_typed(), writing():
            once(me(), form, act)
    return _noted(form, case_number)


def _noted(form: NoteForm, case_number: str):
    case, saved = get_case(me(), case_number), form.http_status == 200
    shown = around(case, None, note_form=None if saved else form)
    shown["seen_now"] = saved and form.version.data == case.version - 1
    return told(answer(form, PAGE, "cases/_note.html", url=url_for(".show", case_number=case_number), **shown), case)


def _seen(case_number: str, form):
    """The case as this person saw it; Conflict if it changed since."""
    return get_case(me(), case_number, seen_version=form.version.data)


def _nobody():
    """Somebody has to be chosen."""
    raise Refused(_("Choose who answers for it."), field="owner_id")
