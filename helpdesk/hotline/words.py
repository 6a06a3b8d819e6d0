"""Names on the screen of what became of a call, and of how it reached us."""

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l

from helpdesk.core.access import me
from helpdesk.core.words import register
from helpdesk.hotline.models import Channel, Outcome
from helpdesk.hotline.outcomes import GoesOn
from helpdesk.hotline.queries import knows_call_words

register(
    {
        Outcome.REPAIR: _l("Repair request"),
        Outcome.CHASE: _l("Chase"),
        Outcome.ENQUIRY: _l("Enquiry"),
        Outcome.COMPLAINT: _l("Complaint"),
        Outcome.HELP: _l("Asks for help"),
        Outcome.WAIVER: _l("Fee waiver"),
        Outcome.PRAISE: _l("Praise"),
        Outcome.WRONG_NUMBER: _l("Wrong number"),
        Outcome.NUISANCE: _l("Nuisance"),
    }
)
register(
    {
        Channel.HOTLINE: _l("Hotline"),
        Channel.MOBILE: _l("Staff mobile"),
        Channel.WALK_IN: _l("At the counter"),
        Channel.PATROL: _l("Patrol"),
        Channel.COMMUNITY: _l("Community committee"),
        Channel.CASE_12345: _l("12345 case"),
    }
)
register(
    {
        GoesOn.NOTHING_MORE: _l("Nothing more to do"),
        GoesOn.ORDER: _l("Somebody goes: a work order"),
        GoesOn.CASE: _l("Somebody stays with it"),
    }
)


def call_words(call) -> str:
    """What was said in a call, for the reader of this page; of a waiver only that it was about one."""
    return call.words if knows_call_words(me(), call) else _("(read by those who answer waiver enquiries)")
