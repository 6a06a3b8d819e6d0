"""Looking at a home: ordered from the page of an application, noted by whoever was there."""

from flask import redirect, render_template, url_for

from helpdesk.core import clock
from helpdesk.core.access import Permission, can, me, needs
from helpdesk.core.replays import once
from helpdesk.core.transactions import writing
from helpdesk.verification.forms import HomeCheckForm, OrderCheckForm
from helpdesk.verification.home_checks import get_check, note_home_check, order_home_check
from helpdesk.verification.models import HomeCheck
from helpdesk.verification.views import bp
from helpdesk.waivers.queries import get_application

P = Permission


@bp.post("/applications/<application_number>/home-checks")
@needs(P.WORK_WAIVERS)
def order_check(application_number: str):
    form = OrderCheckForm()
    get_application(me(), application_number)
    if form.validate():
        with form.keeping_typed(), writing():
            once(me(), form, lambda: _ordered(application_number).id)
    if form.http_status == 200:
        return redirect(url_for("waivers.show", application_number=application_number), 303)
    shown = {"form": form, "back": url_for("waivers.show", application_number=application_number)}
    return render_template("verification/not_ordered.html", **shown), form.http_status


@bp.get("/home-checks/<check_number>")
@needs(P.WORK_WAIVERS, P.DO_VISITS)
def check(check_number: str):
    found = get_check(me(), check_number)
    return _check_page(found, HomeCheckForm(formdata=None, version=found.version))


@bp.post("/home-checks/<check_number>")
@needs(P.WORK_WAIVERS, P.DO_VISITS)
def note_check(check_number: str):
    form = HomeCheckForm()
    get_check(me(), check_number)
    if form.validate():
        with form.keeping_typed(), writing():
            found = get_check(me(), check_number, seen_version=form.version.data)
            note_home_check(found, form.answer.data, words=form.words.data, actor=me(), now=clock.now())
    found = get_check(me(), check_number)
    return redirect(_back(found), 303) if form.http_status == 200 else _check_page(found, form)


def _ordered(application_number: str) -> HomeCheck:
    return order_home_check(get_application(me(), application_number), actor=me(), now=clock.now())


def _back(found: HomeCheck) -> str:
    """To the application for who may see it; whoever was only sent there goes on with their day."""
    if can(me(), P.WORK_WAIVERS, found.estate_id):
        return url_for("waivers.show", application_number=found.application.number)
    return url_for("scheduling.jobs")


def _check_page(found: HomeCheck, form: HomeCheckForm):
    layout = "layouts/desk.html" if can(me(), P.WORK_WAIVERS, found.estate_id) else "layouts/phone.html"
    page = {"check": found, "form": form, "layout": layout, "back": _back(found)}
    return render_template("verification/home_check.html", **page), form.http_status
