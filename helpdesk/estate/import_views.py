from io import BytesIO
from pathlib import Path
from tempfile import TemporaryDirectory

from flask import Blueprint, abort, redirect, render_template, request, send_file, url_for
from flask_babel import gettext as _
from sqlalchemy import select

from helpdesk.accounts.limits import at_most
from helpdesk.core import clock, spreadsheets
from helpdesk.core.access import Permission, me, needs
from helpdesk.core.body_limits import body_limit
from helpdesk.core.extensions import db
from helpdesk.core.replays import once
from helpdesk.core.transactions import writing
from helpdesk.estate import import_pages
from helpdesk.estate.import_forms import ApplyForm, ColumnsForm, SheetForm, UploadForm, VersionForm
from helpdesk.estate.importing import actions, files, safety, uploads, work
from helpdesk.estate.importing.models import RegisterUpload
from helpdesk.estate.importing.queries import get_upload, latest_uploads
from helpdesk.estate.queries import visible_estates

bp = Blueprint("imports", __name__, url_prefix="/estate/imports")
IMPORT = Permission.IMPORT_REGISTER
bp.add_app_template_filter(import_pages.state_of, "import_state")
UPLOAD_LIMIT = safety.LARGEST_FILE + 256 * 1024


@bp.get("")
@needs(IMPORT)
def index():
    return _index(UploadForm(visible_estates(me(), IMPORT)))


@bp.post("")
@needs(IMPORT)
@at_most("MOST_UPLOADS", a_day="MOST_UPLOADS_A_DAY")
@body_limit(UPLOAD_LIMIT)
def upload():
    form, upload_id = UploadForm(visible_estates(me(), IMPORT)), None
    if form.validate():
        with form.keeping_typed(), writing():
            upload_id = once(me(), form, lambda: _receive(form))
    if upload_id is None:
        if form.path:
            form.path.unlink(missing_ok=True)
        return _index(form)
    uploads.sweep(set(db.session.scalars(select(RegisterUpload.file_key))))
    return _started(upload_id)


@bp.get("/sample")
@needs(IMPORT)
def sample():
    with TemporaryDirectory() as folder:
        path = Path(folder, "sample.xlsx")
        files.write_sample(path)
        content = BytesIO(path.read_bytes())
    return send_file(content, spreadsheets.XLSX, as_attachment=True, download_name=_("Sample register") + ".xlsx")


@bp.get("/<int:upload_id>")
@needs(IMPORT)
def show(upload_id: int):
    return _page(get_upload(me(), upload_id), asked="columns" in request.args)


@bp.post("/<int:upload_id>/sheet")
@needs(IMPORT)
def sheet(upload_id: int):
    upload, form = get_upload(me(), upload_id), SheetForm()
    names = import_pages.sheet_names(upload)
    if form.validate():
        form.sheet.data in ("", *names) or abort(404)
        with form.keeping_typed(), writing():
            upload = get_upload(me(), upload_id, seen_version=form.version.data)
            actions.choose_sheet(upload, form.sheet.data, actor=me(), now=clock.now())
    return _after(upload_id, form)


@bp.post("/<int:upload_id>/columns")
@needs(IMPORT)
def columns(upload_id: int):
    upload, form = get_upload(me(), upload_id), ColumnsForm()
    if form.validate():
        with form.keeping_typed(), writing():
            upload = get_upload(me(), upload_id, seen_version=form.version.data)
            chosen = {"header_row": form.header_row.data, "actor": me(), "now": clock.now()}
            actions.choose_columns(upload, form.column.data or {}, **chosen)
    return _after(upload_id, form)


@bp.post("/<int:upload_id>/application")
@needs(IMPORT)
def apply(upload_id: int):
    upload, form = get_upload(me(), upload_id), ApplyForm()
    if form.validate():
        with form.keeping_typed(), writing():
            upload = get_upload(me(), upload_id, seen_version=form.version.data)
            actions.ask_to_apply(upload, skip_errors=form.skip_errors.data, actor=me(), now=clock.now())
    return _after(upload_id, form)


@bp.post("/<int:upload_id>/new-start")
@needs(IMPORT)
def start_again(upload_id: int):
    upload, form = get_upload(me(), upload_id), VersionForm()
    if form.validate():
        with form.keeping_typed(), writing():
            upload = get_upload(me(), upload_id, seen_version=form.version.data)
            actions.start_again(upload, actor=me(), now=clock.now())
    return _after(upload_id, form)


@bp.post("/<int:upload_id>/removal")
@needs(IMPORT)
def discard(upload_id: int):
    upload, form = get_upload(me(), upload_id), VersionForm()
    if form.validate():
        with form.keeping_typed(), writing():
            upload = get_upload(me(), upload_id, seen_version=form.version.data)
            file_key = actions.discard(upload, actor=me(), now=clock.now())
    if form.http_status != 200:
        return _page(get_upload(me(), upload_id), form)
    uploads.drop(file_key)
    return redirect(url_for(".index"), 303)


@bp.get("/<int:upload_id>/errors")
@needs(IMPORT)
def errors(upload_id: int):
    path = uploads.errors(get_upload(me(), upload_id))
    path.is_file() or abort(404)
    return send_file(path, spreadsheets.XLSX, as_attachment=True, download_name=_("Rows to correct") + ".xlsx")


def _index(form: UploadForm):
    page = render_template("estate/imports.html", form=form, uploads=latest_uploads(me()), now=clock.now())
    return page, form.http_status


def _receive(form: UploadForm) -> int:
    names = {"file_key": form.file_key, "suffix": form.suffix, "file_name": form.file_name}
    return actions.receive(form.mine[form.estate_id.data], **names, actor=me(), now=clock.now()).id


def _started(upload_id: int):
    upload = get_upload(me(), upload_id)
    work.start(upload)
    return redirect(url_for(".show", upload_id=upload_id), 303)


def _after(upload_id: int, form):
    """What was asked begins, or the page says why not, with everything chosen still there."""
    if form.http_status == 200:
        return _started(upload_id)
    return _page(get_upload(me(), upload_id), form)


def _page(upload: RegisterUpload, form=None, *, asked: bool = False):
    page = request.args.get("page", "")
    status = form.http_status if form else 200
    context = import_pages.about(upload, form, page_no=page, asked=asked, now=clock.now())
    return render_template("estate/import.html", **context), status
