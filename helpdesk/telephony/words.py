from flask_babel import lazy_gettext as _l

from helpdesk.core.words import register
from helpdesk.telephony.models import ReportKind, Verdict

register({
    ReportKind.NEW_CALL: _l("It rings"),
    ReportKind.ANSWER: _l("Taken off the hook"),
    ReportKind.HANGUP: _l("Hung up"),
})  # fmt: skip
register({
    Verdict.TAKEN: _l("Noted"),
    Verdict.DOUBLED: _l("Was known already"),
    Verdict.UNREADABLE: _l("Could not be read"),
})  # fmt: skip
