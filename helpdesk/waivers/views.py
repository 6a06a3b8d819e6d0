"""The register of waivers, the inbox, and entering an application for a resident."""

from flask import Blueprint, abort, redirect, render_template, request, url_for

from helpdesk.core import clock
from helpdesk.core.access import Permission, can_anywhere, estates, me, needs
from helpdesk.core.chosen_estate import estate_here
from helpdesk.core.forms import Form
from helpdesk.core.htmx import page_or_part
from helpdesk.core.replays import once
from helpdesk.core.transactions import writing
from helpdesk.waivers import applying, effect, intake, lists, queries
from helpdesk.waivers.applying import discard_draft, submit, write_draft
from helpdesk.waivers.forms import DraftForm, NewApplicationForm, SeenForm, name_of
from helpdesk.waivers.lists import Group
from helpdesk.waivers.policy import policy_on
from helpdesk.waivers.states import WaiverStatus

bp = Blueprint("waivers", __name__)
P = Permission
ANYBODY = (P.SEE_WAIVERS, P.APPLY_FOR_WAIVER)
DRAFT = "waivers/draft.html"
bp.app_template_global("name_of_ground")(name_of)


@bp.app_template_global()
def labour_for(order, now) -> effect.Labour | None:
    """For whoever goes to a home; says nothing of why."""
    return effect.labour_for(order, clock.local_date(now))


@bp.get("/waivers")
@needs(*ANYBODY)
def index():
    today, drafts = clock.local_date(clock.now()), queries.own_drafts(me())
    if not can_anywhere(me(), P.SEE_WAIVERS):
        return render_template("waivers/drafts.html", drafts=drafts)
    estate_id, asked = estate_here(P.SEE_WAIVERS), request.args.get("group", "")
    group = Group(asked) if asked in set(Group) else Group.RUNNING
    shown = {"group": group, "rows": lists.listed(me(), estate_id, group, today), "drafts": drafts}
    counts = lists.counts(me(), estate_id, today)
    return page_or_part("waivers/index.html", "waivers/_rows.html", **shown, counts=counts, estate_id=estate_id)


@bp.get("/waivers/inbox")
@needs(P.SEE_WAIVERS, P.DECIDE_WAIVERS, P.WORK_WAIVERS)
def inbox():
    estate_id, today = estate_here(P.SEE_WAIVERS), clock.local_date(clock.now())
    found, lacks = lists.inbox(me(), estate_id, today), queries.lacking(estate_id)
    shown = {"inbox": found, "estate_id": estate_id, "today": today, "lacks": lacks}
    return page_or_part("waivers/inbox.html", "waivers/_inbox.html", **shown)


@bp.get("/waivers/new")
@needs(P.APPLY_FOR_WAIVER)
def new():
    asked = intake.asked_for(request.args)
    form = NewApplicationForm(formdata=None, **asked)
    return render_template("waivers/new.html", form=form, sees=can_anywhere(me(), P.SEE_REGISTER))


@bp.post("/waivers")
@needs(P.APPLY_FOR_WAIVER)
def begin():
    form, number = NewApplicationForm(), None
    if form.validate():
        with form.keeping_typed(), writing():
            number = once(me(), form, lambda: intake.begun(form, me(), clock.now()).number)
    if number:
        return redirect(url_for(".draft", application_number=number), 303)
    return render_template("waivers/new.html", form=form, sees=can_anywhere(me(), P.SEE_REGISTER)), form.http_status


@bp.get("/waivers/<application_number>/draft")
@needs(P.APPLY_FOR_WAIVER)
def draft(application_number: str):
    application = _own(application_number)
    return _draft_page(application, _draft_form(application, formdata=None))


@bp.post("/waivers/<application_number>/draft")
@needs(P.APPLY_FOR_WAIVER)
def save(application_number: str):
    form = _draft_form(_own(application_number))
    if form.validate():
        with form.keeping_typed(), writing():
            write_draft(_own(application_number, form.version.data), form.told, actor=me(), now=clock.now())
    if form.http_status == 200:
        then = ".scan_list" if "scans" in request.args else ".draft"
        return redirect(url_for(then, application_number=application_number, saved=1), 303)
    return _draft_page(_own(application_number), form)


@bp.post("/waivers/<application_number>/submission")
@needs(P.APPLY_FOR_WAIVER)
def submission(application_number: str):
    form = _draft_form(_own(application_number))
    if form.validate():
        with form.keeping_typed(), writing():
            application = _own(application_number, form.version.data)
            write_draft(application, form.told, actor=me(), now=clock.now())
            submit(application, actor=me(), now=clock.now())
    if form.http_status != 200:
        return _draft_page(_own(application_number), form)
    sees = can_anywhere(me(), P.SEE_WAIVERS)
    return redirect(url_for(".show", application_number=application_number) if sees else url_for(".handed_in"), 303)


@bp.get("/waivers/handed-in")
@needs(P.APPLY_FOR_WAIVER)
def handed_in():
    return render_template("waivers/handed_in.html")


@bp.post("/waivers/<application_number>/discarding")
@needs(P.APPLY_FOR_WAIVER)
def discarding(application_number: str):
    _own(application_number)
    form = SeenForm()
    if form.validate():
        with form.keeping_typed(), writing():
            discard_draft(_own(application_number, form.version.data), actor=me(), now=clock.now())
    if form.http_status == 200:
        return redirect(url_for(".index"), 303)
    application = _own(application_number)
    return _draft_page(application, _draft_form(application, formdata=None), refused=form)


def _own(number: str, seen: int | None = None):
    """One's own draft; 404 for anything else, also for what one handed in."""
    application = queries.get_application(me(), number, seen_version=seen)
    return application if application.status is WaiverStatus.DRAFT else abort(404)


def _draft_form(application, **kwargs) -> DraftForm:
    today = clock.local_date(clock.now())
    people = queries.people_at(application.place_id, today)
    policy = policy_on(application.estate_id, clock.local_date(application.entered_at))
    return DraftForm(application, people, policy, **kwargs)


def _draft_page(application, form: DraftForm, refused: Form | None = None):
    today = clock.local_date(clock.now())
    shown = {
        "application": application, "form": form, "warnings": intake.warnings_while_entering(me(), application, today),
        "saved": "saved" in request.args, "begins": applying.month_it_begins(application),
        "layout": "layouts/desk.html" if estates(me(), P.SEE_REGISTER) else "layouts/phone.html",
    }  # fmt: skip
    return render_template(DRAFT, **shown, refused=refused), (refused or form).http_status
