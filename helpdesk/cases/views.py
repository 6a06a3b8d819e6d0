"""The list of cases, one case, a sheet that came on paper, and one's own praise."""

from flask import Blueprint, redirect, render_template, request, url_for

from helpdesk.cases import intake, panel, praising, queries, rules, timeline, words
from helpdesk.cases.forms import NewCaseForm, NoteForm, OrderForm, SeenForm
from helpdesk.cases.lists import Group, case_page, read
from helpdesk.cases.models import Case, CaseKind
from helpdesk.cases.panel import FORMS, CaseAct, asked_case_act, case_acts
from helpdesk.cases.queries import due_counts, get_case, knows_words
from helpdesk.core import clock
from helpdesk.core.access import Guard, Permission, can, estates, me, needs
from helpdesk.core.htmx import answer, page_or_part, wants_part
from helpdesk.core.replays import once
from helpdesk.core.transactions import writing
from helpdesk.estate.queries import visible_estates
from helpdesk.repairs.words import category_name

bp = Blueprint("cases", __name__)
P = Permission
PAGE, NEW = "cases/show.html", "cases/new.html"
SAID = (
    words.tone_of_case, words.due_explained, panel.case_act_url, praising.unread_praise, queries.knows_words,
    queries.may_work, queries.reach_of_case, queries.cases_of_order,
)  # fmt: skip
for say in SAID:
    bp.app_template_global(say.__name__)(say)
bp.app_template_global("standing_of_case")(rules.standing_of)


@bp.get("/cases")
@needs(P.SEE_CASES)
def index():
    asked, now = read(request.args), clock.now()
    shown = {"asked": asked, "listed": case_page(me(), asked, now=now), "now": now, "counts": due_counts(me(), now)}
    return page_or_part("cases/index.html", "cases/_cases.html", **shown, all_groups=Group, all_kinds=_kinds())


@bp.get("/cases/due")
@needs(P.SEE_CASES)
def due():
    if not wants_part():
        return redirect(url_for(".index"))
    return render_template("cases/_due.html", counts=due_counts(me(), clock.now()))


@bp.get("/cases/new")
@needs(P.WORK_CASES)
def new():
    form = NewCaseForm(visible_estates(me(), P.WORK_CASES), formdata=None)
    return page_or_part(NEW, "cases/_new.html", form=form, twin=None)


@bp.post("/cases")
@needs(P.WORK_CASES)
def add():
    form, number = NewCaseForm(visible_estates(me(), P.WORK_CASES)), None
    if form.validate():
        with form.keeping_typed(), writing():
            number = once(me(), form, lambda: intake.open_from_paper(form, me(), clock.now()).number)
    if number and not wants_part():
        return redirect(url_for(".show", case_number=number), 303)
    if number:
        return "", 204, {"HX-Redirect": url_for(".show", case_number=number)}
    return page_or_part(NEW, "cases/_new.html", form.http_status, form=form, twin=intake.twin_typed(form, me()))


@bp.get("/cases/<case_number>")
@needs(P.SEE_CASES)
def show(case_number: str):
    case = get_case(me(), case_number)
    act = asked_case_act(case, me(), request.args.get("act"))
    form = FORMS[act](case, formdata=None) if act else None
    return page_or_part(PAGE, "cases/_act.html", **around(case, act, form))


@bp.get("/cases/<case_number>/facts")
@needs(P.SEE_CASES)
def facts(case_number: str):
    case = get_case(me(), case_number)
    return _region("cases/_facts.html", case=case, now=clock.now())


@bp.get("/cases/<case_number>/history")
@needs(P.SEE_CASES)
def history(case_number: str):
    case = get_case(me(), case_number)
    return _region("cases/_history.html", case=case, entries=_entries(case))


@bp.get("/praise")
@needs(Guard.SIGNED_IN)
def praise():
    return render_template("cases/praise.html", praised=praising.praise_of(me()), form=SeenForm(formdata=None))


@bp.get("/praise/line")
@needs(Guard.SIGNED_IN)
def praise_line():
    return render_template("cases/_praise_line.html") if wants_part() else redirect(url_for(".praise"))


@bp.post("/praise")
@needs(Guard.SIGNED_IN)
def praise_seen():
    form = SeenForm()
    if form.validate():
        with writing():
            praising.read_praise(me(), now=clock.now())
    return redirect(url_for(".praise"), 303)


def around(case: Case, act: CaseAct | None, act_form=None, note_form=None) -> dict:
    """All that the page of one case shows; its parts take what they need."""
    if isinstance(act_form, OrderForm):
        today = clock.local_date(clock.now())
        act_form.offer(intake.categories_for(me(), case.estate_id, today), category_name)
    return {
        "case": case, "now": clock.now(), "entries": _entries(case), "act": act, "act_form": act_form,
        "acts": case_acts(case, me()), "note_form": note_form or NoteForm(formdata=None), "seen_now": False,
    }  # fmt: skip


def acted(form, case_number: str, act: CaseAct):
    """The panel of acts again: fresh after success, else with the form and what was typed in it."""
    case, saved = get_case(me(), case_number), form.http_status == 200
    shown = around(case, None if saved else act, None if saved else form)
    return told(answer(form, PAGE, "cases/_act.html", url=url_for(".show", case_number=case_number), **shown), case)


def told(response, case: Case):
    """The regions of this page that show the case ask for themselves at once, also where nothing is live."""
    response.headers["HX-Trigger"] = f"cases:{case.estate_id}-changed"
    return response


def _entries(case: Case) -> list:
    return timeline.case_timeline(case, with_words=knows_words(me(), case))


def _region(part: str, *, case: Case, **context):
    """A region that asks for itself; without scripts its address leads to the whole page."""
    if not wants_part():
        return redirect(url_for(".show", case_number=case.number))
    return render_template(part, case=case, **context)


def _kinds() -> list[CaseKind]:
    """What the list can be narrowed to: waiver enquiries only where somebody may know of them."""
    mine = estates(me(), P.SEE_CASES)
    of_waivers = any(can(me(), p, e) for p in (P.ANSWER_WAIVER_ENQUIRIES, P.OVERSEE_CASES) for e in mine)
    return [kind for kind in CaseKind if of_waivers or kind is not CaseKind.WAIVER_ENQUIRY]
