from flask_babel import lazy_gettext as _l

from helpdesk.callbacks.models import Answer, Reason
from helpdesk.callbacks.states import CallbackStatus
from helpdesk.core.words import register

register({
    Reason.MISSED: _l("Missed call"),
    Reason.PROMISED: _l("Call-back promised"),
    Reason.UNREACHED: _l("Not reached"),
    Reason.OUTAGE_OVER: _l("Outage over"),
    Reason.POSTPONED: _l("Visit postponed"),
    Reason.CHECK: _l("Ask whether they are well"),
    Reason.TELL: _l("Tell them something"),
})  # fmt: skip
register({
    Answer.ANSWERED: _l("Answered"),
    Answer.NO_ANSWER: _l("No answer"),
    Answer.SWITCHED_OFF: _l("Switched off"),
    Answer.WRONG_NUMBER: _l("The number is wrong"),
})  # fmt: skip
register({
    CallbackStatus.OPEN: _l("To be rung"),
    CallbackStatus.REACHED: _l("Reached"),
    CallbackStatus.GIVEN_UP: _l("Given up"),
})  # fmt: skip
