from dataclasses import fields
from pathlib import Path
from tempfile import TemporaryDirectory

from flask import Blueprint, render_template, request, send_file
from flask_babel import gettext as _

from helpdesk.core import clock, spreadsheets
from helpdesk.core.access import Permission, can_anywhere, me, needs
from helpdesk.core.transactions import writing
from helpdesk.core.words import local_time, word
from helpdesk.estate.queries import visible_estates
from helpdesk.exports.actions import take_out
from helpdesk.exports.forms import ExportForm
from helpdesk.exports.models import ExportList, FileForm
from helpdesk.exports.queries import latest_exports
from helpdesk.exports.rows import Wish, table
from helpdesk.repairs.filters import Filter, read

bp = Blueprint("exports", __name__, url_prefix="/exports")
P = Permission
OF_ORDERS = [
    field.name for field in fields(Filter) if field.name not in ("after", "before", "sort", "from_on", "until_on")
]


@bp.get("")
@needs(P.EXPORT, P.SEE_EXPORTS)
def index():
    form = _form(formdata=None)
    asked = request.args.get("what", "")
    if asked in form.what.codes:
        form.what.data = ExportList(asked)
    return _page(form, read(request.args))


@bp.post("")
@needs(P.EXPORT)
def take():
    form, now = _form(), clock.now()
    if not form.validate():
        return _page(form, _orders(request.form))
    wish = Wish(
        form.what.data, form.mine[form.estate_id.data].id, now, form.extras, _orders(request.form),
        form.from_on.data, form.until_on.data,
    )  # fmt: skip
    with TemporaryDirectory() as folder:
        path, rows, columns = _written(Path(folder), wish, form.form.data)
        with writing():
            log = _noted(wish, form, rows, columns)
        file = path.open("rb")
    kind = spreadsheets.XLSX if log.form is FileForm.XLSX else spreadsheets.CSV
    return send_file(file, kind, as_attachment=True, download_name=_file_name(log))


def _form(**kwargs) -> ExportForm:
    return ExportForm(visible_estates(me(), P.EXPORT), **kwargs)


def _page(form: ExportForm, asked: Filter):
    kept = {name: value for name, value in asked.query().items() if name in (*OF_ORDERS, "from_on", "until_on")}
    page = render_template(
        "exports/index.html", form=form, kept=kept, may=can_anywhere(me(), P.EXPORT), exports=latest_exports(me())
    )
    return page, form.http_status


def _orders(typed) -> Filter:
    """The filter of the list of orders; its dates travel under names of their own, because calls have dates too."""
    named = {name.removeprefix("order_"): value for name, value in typed.items() if name.startswith("order_")}
    return read(named)


def _written(folder: Path, wish: Wish, form: FileForm) -> tuple[Path, int, int]:
    """The file, complete before anything of it is sent, with a line that names who took it and when."""
    found, path = table(me(), wish), folder / f"export.{form}"
    above = _("Taken by %(name)s on %(at)s. For internal use.", name=me().name, at=local_time(wish.now))
    if form is FileForm.CSV:
        rows = spreadsheets.write_csv(path, found.titles, found.rows, above=above)
    else:
        rows = spreadsheets.write_xlsx(path, found.titles, found.rows, sheet=word(wish.what)[:31], above=above)
    return path, rows, len(found.titles)


def _noted(wish: Wish, form: ExportForm, rows: int, columns: int):
    asked = wish.orders
    codes = [code for code in (asked.group, asked.urgency, asked.technician, asked.building) if code]
    return take_out(
        wish.what, estate_id=wish.estate_id, form=form.form.data, extras=wish.extras, rows=rows, columns=columns,
        filters=codes if wish.what is ExportList.ORDERS else [], reason=form.reason.data, actor=me(), now=wish.now,
    )  # fmt: skip


def _file_name(log) -> str:
    return f"{word(log.what)}-{clock.local(log.taken_at):%Y%m%d-%H%M}.{log.form}"
