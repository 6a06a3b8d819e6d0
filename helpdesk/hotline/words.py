"""Names on the screen of what became of a call, and of how it reached us."""

from enum import StrEnum

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from flask_babel import ngettext

from helpdesk.core.access import me
from helpdesk.core.words import register, word
from helpdesk.hotline.found import InCalls
from helpdesk.hotline.happened import NoMoment
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
register(
    {
        NoMoment.UNREADABLE: _l("This is no time. Write 23:40, last night 23:40, 11-24 23:40 or 20 min ago."),
        NoMoment.FUTURE: _l("This has not happened yet. Write when they rang."),
        NoMoment.TOO_OLD: _l("This is more than 60 days ago. If it really was, tick it and save again."),
    }
)
register({InCalls.WORDS: _l("Words in calls")})


def code_choice(code: StrEnum) -> tuple[StrEnum, str]:
    """A code as one of several answers to choose from."""
    return code, word(code)


def ago_choice(minutes: str) -> tuple[str, str]:
    return minutes, ngettext("%(num)d min ago", "%(num)d min ago", int(minutes))


def call_words(call) -> str:
    """What was said in a call, for the reader of this page; of a waiver only that it was about one."""
    return call.words if knows_call_words(me(), call) else _("(read by those who answer waiver enquiries)")
