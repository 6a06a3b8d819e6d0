"""The page of one application, and one address for each thing that is decided about it."""

from flask import redirect, render_template, url_for

from helpdesk.accounts.proof import is_fresh, proved_by
from helpdesk.core import clock
from helpdesk.core.access import Permission, me, needs
from helpdesk.core.transactions import writing
from helpdesk.waivers import deciding, queries
from helpdesk.waivers.applying import bring_papers, edit
from helpdesk.waivers.facts import facts_of
from helpdesk.waivers.forms import DecisionForm, DraftForm, ReasonForm
from helpdesk.waivers.models import WaiverApplication
from helpdesk.waivers.page import note_reading, sheet_of
from helpdesk.waivers.states import WaiverStatus
from helpdesk.waivers.views import bp

P = Permission
DECIDES = (P.DECIDE_WAIVERS, P.WORK_WAIVERS)  # whoever stands in for somebody works with waivers
PAGE = "waivers/show.html"


@bp.get("/waivers/<application_number>")
@needs(P.SEE_WAIVERS, P.WORK_WAIVERS)
def show(application_number: str):
    application = _seen(application_number)
    if application.status is WaiverStatus.DRAFT:
        return redirect(url_for(".draft", application_number=application_number))
    note_reading(me(), application, clock.now())
    return _page(application, _decision(application, formdata=None))


@bp.post("/waivers/<application_number>/approval")
@needs(*DECIDES)
def approval(application_number: str):
    form, now = _decision(_seen(application_number)), clock.now()
    if form.validate():
        with form.keeping_typed(), proved_by(form.password.data, me(), now), writing():
            application = _seen(application_number, form.version.data)
            said = {"seen": form.seen.data, "reason": form.reason.data, "proved": is_fresh(now), **form.figures}
            deciding.approve(application, **said, actor=me(), now=now)
    return _decided(form, application_number)


@bp.post("/waivers/<application_number>/refusal")
@needs(*DECIDES)
def refusal(application_number: str):
    form = _decision(_seen(application_number))
    if form.validate():
        with form.keeping_typed(), writing():
            application = _seen(application_number, form.version.data)
            said = {"seen": form.seen.data, "reason": form.reason.data}
            deciding.refuse(application, **said, actor=me(), now=clock.now())
    return _decided(form, application_number)


@bp.post("/waivers/<application_number>/papers")
@needs(*DECIDES)
def papers(application_number: str):
    form = _decision(_seen(application_number))
    if form.validate():
        with form.keeping_typed(), writing():
            application = _seen(application_number, form.version.data)
            asked = {"reason": form.reason.data, "by": form.papers_by.data}
            deciding.ask_papers(application, **asked, actor=me(), now=clock.now())
    return _decided(form, application_number)


@bp.post("/waivers/<application_number>/passing-up")
@needs(*DECIDES)
def passing_up(application_number: str):
    form = _decision(_seen(application_number))
    if form.validate():
        with form.keeping_typed(), writing():
            application = _seen(application_number, form.version.data)
            deciding.pass_up(application, reason=form.reason.data, actor=me(), now=clock.now())
    return _decided(form, application_number)


@bp.post("/waivers/<application_number>/review")
@needs(P.WORK_WAIVERS)
def review(application_number: str):
    _seen(application_number)
    form = ReasonForm()
    if form.validate():
        with form.keeping_typed(), writing():
            application = _seen(application_number, form.version.data)
            deciding.ask_review(application, reason=form.reason.data, actor=me(), now=clock.now())
    return _decided(form, application_number)


@bp.get("/waivers/<application_number>/correction")
@needs(P.WORK_WAIVERS)
def correction(application_number: str):
    application = _seen(application_number)
    note_reading(me(), application, clock.now())
    return _correcting(application, _correction_form(application, formdata=None))


@bp.post("/waivers/<application_number>/correction")
@needs(P.WORK_WAIVERS)
def correct(application_number: str):
    form = _correction_form(_seen(application_number))
    if form.validate():
        with form.keeping_typed(), writing():
            application = _seen(application_number, form.version.data)
            waits = application.status is WaiverStatus.MORE_PAPERS
            (bring_papers if waits else edit)(application, form.told, actor=me(), now=clock.now())
    if form.http_status == 200:
        return redirect(url_for(".show", application_number=application_number), 303)
    return _correcting(_seen(application_number), form)


def _seen(number: str, version: int | None = None) -> WaiverApplication:
    return queries.get_application(me(), number, seen_version=version)


def _decision(application: WaiverApplication, **kwargs) -> DecisionForm:
    return DecisionForm(application, facts_of(application, clock.local_date(clock.now())), **kwargs)


def _correction_form(application: WaiverApplication, **kwargs) -> DraftForm:
    people = queries.people_at(application.place_id, clock.local_date(clock.now()))
    people += [one for one in (application.beneficiary, application.payer) if one and one not in people]
    return DraftForm(application, people, application.policy, **kwargs)


def _correcting(application: WaiverApplication, form: DraftForm):
    return render_template("waivers/correction.html", application=application, form=form), form.http_status


def _decided(form, application_number: str):
    """The page again: fresh, or with what was typed and why it was refused."""
    if form.http_status == 200:
        return redirect(url_for(".show", application_number=application_number), 303)
    application = _seen(application_number)
    if isinstance(form, ReasonForm):
        return _page(application, _decision(application, formdata=None), form)
    form.version.data, form.seen.data = application.version, _decision(application, formdata=None).seen.data
    return _page(application, form)


def _page(application: WaiverApplication, form: DecisionForm, reason_form: ReasonForm | None = None):
    now = clock.now()
    sheet = sheet_of(me(), application, clock.local_date(now))
    reason_form = reason_form or ReasonForm(formdata=None)
    shown = {"application": application, "sheet": sheet, "form": form, "reason_form": reason_form, "now": now}
    needs_proof = sheet.facts.needs_proof and not is_fresh(now)
    status = form.http_status if form.http_status != 200 else reason_form.http_status
    return render_template(PAGE, **shown, needs_proof=needs_proof), status
