"""Names on the screen of what can be taken out."""

from flask_babel import lazy_gettext as _l

from helpdesk.core.words import register
from helpdesk.exports.models import ExportList, Extra, FileForm

register(
    {
        ExportList.RESIDENTS: _l("Residents"),
        ExportList.PLACES: _l("Places"),
        ExportList.CALLS: _l("Calls"),
        ExportList.ORDERS: _l("Work orders"),
        ExportList.WAIVER_CLAIM: _l("Claim list"),
        ExportList.ARREARS: _l("Overdue fees"),
        ExportList.COLLECTION: _l("Collection by month"),
    }
)
register({FileForm.XLSX: _l("Excel (.xlsx)"), FileForm.CSV: _l("Text (.csv)")})
register({Extra.PHONES: _l("Telephone numbers"), Extra.FLAGS: _l("Care flags")})
