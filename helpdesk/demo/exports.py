"""Lists that the office took out in the last days, with what they were needed for."""

from datetime import datetime, timedelta

from helpdesk.demo.bulk import Rows
from helpdesk.demo.journal import Journal
from helpdesk.exports.models import ExportList, Extra, FileForm

TAKEN = (  # hours ago, list, form, extras, rows, titles, what for
    (26, ExportList.RESIDENTS, FileForm.XLSX, [Extra.PHONES, Extra.FLAGS], 212, 7, "寒潮前逐户打电话，走访独居老人"),
    (52, ExportList.ORDERS, FileForm.XLSX, [], 96, 10, "月度例会用"),
    (171, ExportList.PLACES, FileForm.CSV, [], 1_080, 6, "与街道核对房屋台账"),
)  # fmt: skip


def write(rows: Rows, journal: Journal, estate_id: int, manager_id: int, now: datetime) -> None:
    """One row and one event for each, as `take_out` would have kept them."""
    for hours, what, form, extras, count, columns, reason in reversed(TAKEN):
        at, export_id = now - timedelta(hours=hours), rows.next_id("export_log")
        rows.add(
            "export_log", id=export_id, estate_id=estate_id, what=what, form=form, with_phones=Extra.PHONES in extras,
            with_flags=Extra.FLAGS in extras, rows=count, reason=reason, taken_by_id=manager_id, taken_at=at,
        )  # fmt: skip
        told = {"what": what, "form": form, "filter": [], "extras": extras, "rows": count, "columns": columns}
        journal.note(at, manager_id, "export.taken", "export_log", export_id, [], told)
