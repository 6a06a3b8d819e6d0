"""What a plan was made from, in short: whatever a plan counted on and has changed since makes it stale."""

import json
from hashlib import sha256

from helpdesk.dispatch.day import DaySheet
from helpdesk.repairs.models import Visit, WorkOrder
from helpdesk.repairs.states import STILL_TO_DO


def digest_of(order: WorkOrder, visit: Visit | None) -> str:
    """An order and the visit that is still to be done for it: its crew, times and status."""
    told = [order.status, order.hold_reason, order.urgency, order.promised_from, order.promised_until]
    return _digest([*told, *(_facts(visit) if visit else ())])


def digests_of(sheet: DaySheet) -> dict[str, str]:
    """The day of each technician, by id: hours, blocks, and every visit that is still to be done."""
    return {str(one.user.id): _of_technician(sheet, one) for one in sheet.technicians}


def _of_technician(sheet: DaySheet, one) -> str:
    visits = [_facts(visit) for visit in sheet.of(one.user.id) if visit.status in STILL_TO_DO]
    return _digest([one.works, [(block.starts_at, block.ends_at) for block in one.blocks], visits])


def _facts(visit: Visit) -> list:
    return [
        visit.id, sorted(user.id for user in visit.crew), visit.planned_at, visit.duration_minutes, visit.status,
        visit.lock, visit.promised_from, visit.promised_until,
    ]  # fmt: skip


def _digest(facts: list) -> str:
    return sha256(json.dumps(facts, default=str).encode()).hexdigest()[:16]
