"""What the page of one upload shows at each of its steps."""

from datetime import datetime

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
        "failure": sentence(Unreadable(upload.trouble, upload.trouble_value)) if upload.trouble else "",
    }  # fmt: skip


def _mapping(upload: RegisterUpload, form) -> dict:
    rows = reading.first_rows(upload)
    columns_form = form if isinstance(form, ColumnsForm) else ColumnsForm.of(upload)
    width = max((len(row) for _no, row in rows), default=0)
    header = next((row for no, row in rows if no == upload.header_row), [])
    cell = [(no, [*row, *[""] * (width - len(row))]) for no, row in rows if no >= upload.header_row]
    sheets = SheetForm(formdata=None, version=upload.version)
    names = sheet_names(upload)
    sheets.offer(names, upload.sheet)
    return {
        "form": columns_form, "sheets": sheets if len(names) > 1 and uploads.original(upload).exists() else None,
        "titles": [*header, *[""] * (width - len(header))], "identity": [is_identity(title) for title in header],
        "rows": cell[1 : SHOWN + 1], "chosen": columns_form.column.data or {},
        "fields": [(field, field_name(field)) for field in Field],
    }  # fmt: skip


def _report(upload: RegisterUpload, typed_page: str) -> dict:
    """The figures, what was left out, and one page of the rows with a problem."""
    told = next(uploads.rows_in(uploads.part(upload, "report")), {})
    pages = max(1, -(-upload.counts.get("wrong_rows", 0) // ROWS))
    valid = typed_page.isascii() and typed_page.isdigit() and len(typed_page) < 7
    page = min(max(int(typed_page), 1), pages) if valid else 1
    wrong = uploads.rows_in(uploads.part(upload, "problems"), (page - 1) * ROWS, ROWS)
    return {
        **{"dropped": [], "not_read": [], "remarks": [], "named_dead": [], "ended": [], "not_listed": []}, **told,
        "titles": reading.columns_of(upload).titles, "page": page, "pages": pages, "kept": bool(told),
        "wrong": [row | {"said": [_said(row["row_no"], one) for one in row["said"]]} for row in wrong],
        "errors": uploads.errors(upload).is_file() and upload.counts.get("problems"),
    }  # fmt: skip


def _said(row_no: int, one: list) -> tuple[str, str]:
    return one[0], sentence(Problem(row_no, one[0], Trouble(one[1]), one[2]))
