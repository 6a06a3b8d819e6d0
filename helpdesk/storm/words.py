from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l

from helpdesk.core.words import register, word
from helpdesk.storm.models import Cause
from helpdesk.storm.rules import Whom

register({
    Cause.TYPHOON: _l("Typhoon"),
    Cause.RAINSTORM: _l("Rainstorm"),
    Cause.COLD_WAVE: _l("Cold wave"),
    Cause.HEAT: _l("Heat"),
    Cause.POWER_CUT: _l("Power cut"),
    Cause.STAFF_SHORT: _l("Too few people"),
})  # fmt: skip
register({
    Whom.LIVES_ALONE: _l("Elders living alone"),
    Whom.MOBILITY: _l("Elders who walk with difficulty"),
    Whom.VERY_OLD: _l("Everybody of 80 and older"),
})  # fmt: skip


def round_said(cause: Cause, people: int, reached: int, waiting: int) -> str:
    """A whole round in one line."""
    said = {"cause": word(cause), "reached": reached, "people": people, "waiting": waiting}
    return _("%(cause)s round: %(reached)d of %(people)d reached, %(waiting)d to ring", **said)
