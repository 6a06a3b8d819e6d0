"""What the page of one upload shows at each of its steps."""

from datetime import datetime

from flask_babel import gettext as _

from helpdesk.core.words import word
from helpdesk.estate.import_forms import ApplyForm, ColumnsForm, SheetForm
from helpdesk.estate.importing import reading, uploads
from helpdesk.estate.importing.actions import is_stopped
from helpdesk.estate.importing.columns import Field, is_identity
from helpdesk.estate.importing.models import RegisterUpload
from helpdesk.estate.importing.states import RUNNING, Stage
from helpdesk.estate.importing.troubles import Problem, Trouble, Unreadable
from helpdesk.estate.importing.words import field_name, sentence

ROWS = 25  # problems on a page
SHOWN = 8  # rows below the header


def sheet_names(upload: RegisterUpload) -> list[str]:
    return next(uploads.rows_in(uploads.part(upload, "head")), [])


def state_of(upload: RegisterUpload) -> str:
    """The step in words; a file that was checked is only ready if something of it can be imported."""
    if upload.status is not Stage.CHECKED:
        return word(upload.status)
    if not upload.counts.get("changes"):
        return _("Nothing to import")
    return _("Rows to correct") if upload.counts.get("problems") else word(upload.status)


def about(upload: RegisterUpload, form, *, page_no: str, asked: bool, now: datetime) -> dict:
    stopped = is_stopped(upload, now)
    refused = isinstance(form, ColumnsForm)
    mapping = upload.status is Stage.LOOKED or (upload.status is Stage.CHECKED and (asked or refused))
    checked = upload.status in (Stage.CHECKED, Stage.APPLIED)
    return {
        "upload": upload, "form": form, "stopped": stopped,
        "running": upload.status in RUNNING and not stopped,
        "mapping": _mapping(upload, form) if mapping else None,
        "report": _report(upload, page_no) if checked and not mapping else None,
        "apply_form": form if isinstance(form, ApplyForm) else ApplyForm(formdata=None, version=upload.version),
        "again": not upload.trouble or upload.columns is not None,  # the same file, read again, says the same again
        "other_sheets": _sheets(upload) if upload.status is Stage.FAILED and not stopped else None,
        "failure": sentence(Unreadable(upload.trouble, upload.trouble_value)) if upload.trouble else "",
    }  # fmt: skip


def _mapping(upload: RegisterUpload, form) -> dict:
    rows = reading.first_rows(upload)
    columns_form = form if isinstance(form, ColumnsForm) else ColumnsForm.of(upload)
    width = max((len(row) for _no, row in rows), default=0)
    header = next((row for no, row in rows if no == upload.header_row), [])
    cell = [(no, [*row, *[""] * (width - len(row))]) for no, row in rows if no >= upload.header_row]
    return {
        "form": columns_form, "sheets": _sheets(upload),
        "titles": [*header, *[""] * (width - len(header))], "identity": [is_identity(title) for title in header],
        "rows": cell[1 : SHOWN + 1], "chosen": columns_form.column.data or {},
        "fields": [(field, field_name(field)) for field in Field],
    }  # fmt: skip


def _sheets(upload: RegisterUpload) -> SheetForm | None:
    """The choice of another sheet, while the file is there and has several."""
    names = sheet_names(upload)
    if len(names) < 2 or not uploads.original(upload).exists():
        return None
    form = SheetForm(formdata=None, version=upload.version)
    form.offer(names, upload.sheet)
    return form


def _report(upload: RegisterUpload, typed_page: str) -> dict:
    """The figures, what was left out, and one page of the rows with a problem."""
    told = next(uploads.rows_in(uploads.part(upload, "report")), {})
    pages = max(1, -(-upload.counts.get("rows_to_correct", 0) // ROWS))
    valid = typed_page.isascii() and typed_page.isdigit() and len(typed_page) < 7
    page = min(max(int(typed_page), 1), pages) if valid else 1
    wrong = uploads.rows_in(uploads.part(upload, "problems"), (page - 1) * ROWS, ROWS)
    return {
        **{"dropped": [], "not_read": [], "remarks": [], "named_dead": [], "ended": [], "not_listed": []}, **told,
        "titles": reading.columns_of(upload).titles, "page": page, "pages": pages, "kept": bool(told),
        "wrong": [row | {"said": [_said(row["row_no"], one) for one in row["said"]]} for row in wrong],
        "errors": uploads.errors(upload).is_file() and upload.counts.get("rows_to_correct"),
    }  # fmt: skip


def _said(row_no: int, one: list) -> tuple[str, str, bool]:
    """The column, what is wrong there, and whether it keeps the row out."""
    column, trouble, value, bars = one
    return column, sentence(Problem(row_no, column, Trouble(trouble), value, bars)), bars
