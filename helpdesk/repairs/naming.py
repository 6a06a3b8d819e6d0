"""The times at which a resident said they are at home too, besides the one they were promised."""

from collections.abc import Iterable
from datetime import datetime

from flask_babel import gettext as _

from helpdesk.accounts.models import User
from helpdesk.audit.actions import record
from helpdesk.core.access import Permission, require
from helpdesk.core.errors import Refused
from helpdesk.repairs.models import NamedWindow, WorkOrder
from helpdesk.repairs.rules import promised_window
from helpdesk.windows.rules import Window

MOST = 20


def name_windows(work_order: WorkOrder, windows: Iterable[Window], *, actor: User, now: datetime) -> None:
    """Keep these times, and no others; what is promised and what is over is left out. Silent if nothing changes."""
    require(actor, Permission.OPEN_WORK_ORDER, work_order.estate_id)
    told = {promised_window(record) for record in (work_order, *work_order.visits)}
    wanted = {window.starts_at: window for window in windows if window not in told and window.ends_at > now}
    if len(wanted) > MOST:
        raise Refused(_("Name twenty times at most."), field="also")
    if named_windows(work_order) == sorted(wanted.values(), key=lambda window: window.starts_at):
        return
    kept = {row.starts_at: row for row in work_order.named_windows}
    rows = []
    for starts_at, window in sorted(wanted.items()):
        row = kept.get(starts_at) or NamedWindow(starts_at=starts_at)
        row.ends_at = window.ends_at
        rows.append(row)
    work_order.named_windows = rows
    record("work_order.windows_named", work_order, actor=actor, now=now, topics=work_order.topics, windows=len(rows))


def named_windows(work_order: WorkOrder) -> list[Window]:
    """What the resident named, in order of time."""
    rows = sorted(work_order.named_windows, key=lambda row: row.starts_at)
    return [Window(row.starts_at, row.ends_at) for row in rows]
