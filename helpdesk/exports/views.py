from dataclasses import fields
from uuid import uuid4

from flask import Blueprint, abort, redirect, render_template, request, send_file, url_for

from helpdesk.accounts.limits import at_most
from helpdesk.accounts.proof import is_fresh, proved_by
from helpdesk.core import clock, processes, spreadsheets
from helpdesk.core.access import Permission, can_anywhere, me, needs
from helpdesk.core.replays import once
from helpdesk.core.transactions import writing
from helpdesk.core.words import word
from helpdesk.estate.queries import visible_estates
from helpdesk.exports import making
from helpdesk.exports.actions import ask_for, is_stopped, take_out
from helpdesk.exports.forms import OFFERED, ExportForm
from helpdesk.exports.models import ExportFile, ExportList, FileForm, needed_for
from helpdesk.exports.queries import get_file, latest_exports, latest_files
from helpdesk.exports.rows import Table
from helpdesk.repairs.filters import Filter, read

bp = Blueprint("exports", __name__, url_prefix="/exports")
P = Permission
ANY = (P.EXPORT, P.EXPORT_MONEY)
MOST_AT_ONCE = 5_000  # rows; about half a second
OF_ORDERS = [
    field.name for field in fields(Filter) if field.name not in ("after", "before", "sort", "from_on", "until_on")
]


@bp.get("")
@needs(*ANY, P.SEE_EXPORTS)
def index():
    form = _form(formdata=None)
    asked = request.args.get("what", "")
    if asked in form.what.codes:
        form.what.data = ExportList(asked)
    return _page(form, read(request.args))


@bp.post("")
@needs(*ANY)
@at_most("MOST_EXPORTS")
def take():
    form, file_id = _form(), None
    if form.validate():
        file, found = _asked(form)
        if at_once := file.rows <= MOST_AT_ONCE:
            file.rows = making.write(file, found, me(), file.asked_at)
        with form.keeping_typed(), proved_by(form.password.data, me(), file.asked_at), writing():
            file_id = once(me(), form, lambda: _kept(file, found, at_once))
        if file_id is None:
            making.path_of(file).unlink(missing_ok=True)
    return _begun(get_file(me(), file_id), file) if file_id else _page(form, _orders(request.form))


@bp.get("/files/<int:file_id>")
@needs(*ANY)
def file(file_id: int):
    found = get_file(me(), file_id)
    return render_template("exports/file.html", file=found, stopped=is_stopped(found, clock.now()))


@bp.get("/files/<int:file_id>/content")
@needs(*ANY)
def content(file_id: int):
    found = get_file(me(), file_id)
    found.log_id or abort(404)
    making.path_of(found).is_file() or abort(404)
    return _sent(found)


def _form(**kwargs) -> ExportForm:
    offered = [what for what in OFFERED if can_anywhere(me(), needed_for(what))]
    return ExportForm(visible_estates(me(), *ANY), offered, **kwargs)


def _page(form: ExportForm, asked: Filter):
    kept = {name: value for name, value in asked.query().items() if name in (*OF_ORDERS, "from_on", "until_on")}
    page = render_template(
        "exports/index.html", form=form, kept=kept, may=bool(form.what.codes), exports=latest_exports(me()),
        files=latest_files(me()), sees_log=can_anywhere(me(), P.SEE_EXPORTS),
        needs_proof=not is_fresh(clock.now()),
    )  # fmt: skip
    return page, form.http_status


def _orders(typed) -> Filter:
    """The filter of the list of orders; its dates travel under names of their own, because calls have dates too."""
    named = {name.removeprefix("order_"): value for name, value in typed.items() if name.startswith("order_")}
    return read(named)


def _asked(form: ExportForm) -> tuple[ExportFile, Table]:
    """What was asked for, not kept yet, and its list. Dates are those of orders, or of calls."""
    file = ExportFile(
        file_key=uuid4().hex, estate_id=form.mine[form.estate_id.data].id, what=form.what.data, form=form.form.data,
        with_phones=form.with_phones.data, with_flags=form.with_flags.data, reason=form.reason.data, asked={},
        asked_at=clock.now(), rows=0,
    )  # fmt: skip
    if file.what is ExportList.ORDERS:
        file.asked = _orders(request.form).query()
    else:
        dates = {"from_on": form.from_on.data, "until_on": form.until_on.data}
        file.asked = {name: day.isoformat() for name, day in dates.items() if day}
    found = making.listed(file, me(), file.asked_at)
    file.rows = found.count
    return file, found


def _kept(file: ExportFile, found: Table, at_once: bool) -> int:
    now = file.asked_at
    ask_for(file, proved=is_fresh(now), actor=me(), now=now)
    if at_once:
        take_out(file, rows=file.rows, columns=len(found.titles), actor=me(), now=now)
    return file.id


def _begun(kept: ExportFile, ours: ExportFile):
    """The file, or the page that says how far it is; of a form sent twice the first."""
    if kept.file_key != ours.file_key:
        making.path_of(ours).unlink(missing_ok=True)
    elif kept.log_id is None:
        processes.start("exports", "make", str(kept.id))
    return _sent(kept) if kept.log_id else redirect(url_for(".file", file_id=kept.id), 303)


def _sent(kept: ExportFile):
    kind = spreadsheets.XLSX if kept.form is FileForm.XLSX else spreadsheets.CSV
    name = f"{word(kept.what)}-{clock.local(kept.asked_at):%Y%m%d-%H%M}.{kept.form}"
    return send_file(making.path_of(kept), kind, as_attachment=True, download_name=name)
