from flask_babel import lazy_gettext as _l

from helpdesk.core.words import register
from helpdesk.workdays.rules import DayKind

register(
    {
        DayKind.WORKDAY: _l("Make-up workday"),
        DayKind.OFF: _l("Day off"),
        DayKind.HOLIDAY: _l("Public holiday"),
    }
)
