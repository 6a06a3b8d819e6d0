from flask_babel import lazy_gettext as _l

from helpdesk.core.words import register
from helpdesk.repairs.models import WorkOrderKind
from helpdesk.routines.models import Basis, Outcome, Unit

ROUNDS = {WorkOrderKind.CARE: _l("Care rounds"), WorkOrderKind.INSPECTION: _l("Inspections")}
register({Unit.DAY: _l("days"), Unit.WEEK: _l("weeks"), Unit.MONTH: _l("months")})
register({
    Basis.DUE: _l("by the calendar"),
    Basis.COMPLETION: _l("from the day it was done"),
})  # fmt: skip
register({
    Outcome.WELL: _l("All well"),
    Outcome.CONCERN: _l("Something needs doing"),
    Outcome.NO_CONTACT: _l("No contact"),
    Outcome.SKIPPED: _l("Skipped"),
})  # fmt: skip
