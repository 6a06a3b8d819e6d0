from flask_babel import lazy_gettext as _l

from helpdesk.core.words import register
from helpdesk.looks.models import Looked, Purpose

register({
    Looked.WAIVER: _l("A waiver and its ground"),
    Looked.PAID_UNTIL: _l("How far a home is paid for"),
    Looked.PROOF: _l("A scanned proof"),
    Looked.ONE_OFF: _l("Why one bill was lowered"),
    Looked.PERSON_DATA: _l("Everything kept about one resident"),
})  # fmt: skip
register({
    Purpose.ENTERING: _l("Entering it for the resident"),
    Purpose.VERIFYING: _l("Verifying"),
    Purpose.DECIDING: _l("Deciding"),
    Purpose.ANSWERING: _l("Somebody asked after it"),
    Purpose.CHECKING: _l("Checking"),
    Purpose.OTHER: _l("Another reason"),
})  # fmt: skip
