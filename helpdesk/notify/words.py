from flask_babel import lazy_gettext as _l

from helpdesk.core.words import register
from helpdesk.notify.models import Template
from helpdesk.notify.states import MessageStatus

register({
    MessageStatus.QUEUED: _l("Waits to be sent"),
    MessageStatus.SENT: _l("Sent"),
    MessageStatus.NO_ADAPTER: _l("No channel is set up"),
    MessageStatus.DEAD: _l("Tried in vain"),
    MessageStatus.DROPPED: _l("Given up on"),
})  # fmt: skip
register({
    Template.NOBODY_ACKNOWLEDGED: _l("Nobody has acknowledged"),
    Template.LOOKS_TOO_OFTEN: _l("Somebody looks at private things very often"),
    Template.RIGHTS_GIVEN: _l("Somebody was given a role that sees much"),
})  # fmt: skip
