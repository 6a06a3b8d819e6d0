"""Taking photos of the papers of an application, and looking at them."""

import logging

from flask import Response, abort, redirect, render_template, url_for
from flask_babel import lazy_gettext as _l
from flask_wtf.file import FileField
from wtforms import BooleanField
from wtforms.validators import InputRequired

from helpdesk.accounts.limits import at_most
from helpdesk.core import clock
from helpdesk.core.access import Permission, estates, me, needs
from helpdesk.core.body_limits import FORM_LIMIT, body_limit
from helpdesk.core.forms import CreatingForm, Form
from helpdesk.core.replays import once
from helpdesk.core.sealing import SealBroken
from helpdesk.core.transactions import writing
from helpdesk.looks.actions import note_look_aside
from helpdesk.looks.models import Looked
from helpdesk.scheduling.forms import PHOTO_LIMIT, WithPhoto
from helpdesk.waivers import queries, scans
from helpdesk.waivers.models import WaiverApplication
from helpdesk.waivers.page import purpose_of
from helpdesk.waivers.states import OPEN, WaiverStatus
from helpdesk.waivers.views import bp

P = Permission
TAKES = (P.APPLY_FOR_WAIVER, P.WORK_WAIVERS)
log = logging.getLogger(__name__)


class ScanForm(WithPhoto, CreatingForm):
    """One page, and that they agreed to it."""

    photo = FileField(_l("Photo of the paper"))
    agreed = BooleanField(
        _l("They agree that this photo is kept until 30 days after the decision"),
        validators=[InputRequired(_l("Ask them first: without their consent no photo is kept."))],
    )


class TakeAwayForm(Form):
    """Deletes a page; sent again there is none."""


@bp.get("/waivers/<application_number>/scans")
@needs(*TAKES)
def scan_list(application_number: str):
    return _page(_taken_for(application_number), ScanForm(formdata=None))


@bp.post("/waivers/<application_number>/scans")
@needs(*TAKES)
@at_most("MOST_PHOTOS", a_day="MOST_PHOTOS_A_DAY")
@body_limit(PHOTO_LIMIT + FORM_LIMIT)
def add_scan(application_number: str):
    application_id = _taken_for(application_number).id  # nobody has pictures decoded that will not be kept
    form = ScanForm()
    if form.validate():
        with form.keeping_typed(), scans.stored(application_id, form.picture) as file, writing():
            once(me(), form, lambda: _add(application_number, file))
    if form.http_status == 200:
        return redirect(url_for(".scan_list", application_number=application_number), 303)
    return _page(_taken_for(application_number), form)


@bp.post("/waivers/<application_number>/scans/<int:scan_id>/removal")
@needs(*TAKES)
def take_scan_away(application_number: str, scan_id: int):
    form = TakeAwayForm()
    if form.validate():
        with form.keeping_typed(), writing():
            scan = scans.get_scan(me(), application_number, scan_id)
            scans.take_away(scan, actor=me(), now=clock.now())
    return redirect(url_for(".scan_list", application_number=application_number), 303)


@bp.get("/waivers/<application_number>/scans/<int:scan_id>")
@needs(P.SEE_WAIVERS)
def scan(application_number: str, scan_id: int):
    found = _seen(application_number, scan_id)
    pages = scans.kept_of(found.application)
    shown = {"application": found.application, "scan": found, "pages": pages, "number": pages.index(found) + 1}
    return render_template("waivers/scan.html", **shown)


@bp.get("/waivers/<application_number>/scans/<int:scan_id>/picture")
@needs(P.SEE_WAIVERS)
def scan_picture(application_number: str, scan_id: int):
    found = _seen(application_number, scan_id)
    try:
        contents = scans.opened(found)
    except (OSError, SealBroken) as fault:
        log.error("scan %d cannot be opened: %s", found.id, type(fault).__name__)
        abort(404)
    _note_look(found)
    return Response(contents, mimetype="image/jpeg", headers={"Content-Disposition": "inline"})


def _add(application_number: str, file: scans.StoredScan) -> int:
    application = queries.get_application(me(), application_number)
    return scans.add_scan(application, file, actor=me(), now=clock.now()).id


def _taken_for(number: str) -> WaiverApplication:
    """An application whose papers this user may photograph; 404 where none are kept."""
    application = queries.get_application(me(), number)
    works = application.estate_id in estates(me(), P.WORK_WAIVERS)
    open_now = application.status is WaiverStatus.DRAFT or (application.status in OPEN and works)
    return application if application.policy.keeps_scans and open_now else abort(404)


def _seen(application_number: str, scan_id: int):
    found = scans.get_scan(me(), application_number, scan_id)
    return found if scans.may_see(me(), found.application) else abort(404)


def _note_look(scan) -> None:
    application = scan.application
    note_look_aside(
        estate_id=application.estate_id, what=Looked.PROOF, subject_id=scan.id, place_id=application.place_id,
        person_id=application.beneficiary_id, purpose=purpose_of(me(), application), actor=me(), now=clock.now(),
    )  # fmt: skip


def _page(application: WaiverApplication, form: ScanForm):
    shown = {
        "application": application, "form": form, "pages": scans.kept_of(application), "most": scans.MOST,
        "sees": scans.may_see(me(), application), "is_draft": application.status is WaiverStatus.DRAFT,
        "layout": "layouts/desk.html" if estates(me(), P.SEE_REGISTER) else "layouts/phone.html",
    }  # fmt: skip
    return render_template("waivers/scans.html", **shown), form.http_status
