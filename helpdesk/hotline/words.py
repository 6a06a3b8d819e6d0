"""Names on the screen of what became of a call, and of how it reached us."""

from flask_babel import lazy_gettext as _l

from helpdesk.core.words import register
from helpdesk.hotline.models import Channel, Outcome

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
