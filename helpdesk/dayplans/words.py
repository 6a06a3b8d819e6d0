"""How plans are said: states, why a visit changes, why one is not served, and what would help."""

from datetime import datetime

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from flask_babel import ngettext

from helpdesk.core.words import clock_time, day_name, register
from helpdesk.dayplans.answer import Reason
from helpdesk.dayplans.models import Unserved
from helpdesk.dayplans.states import PlanStatus
from helpdesk.planning import model
from helpdesk.planning.change import When

register({
    PlanStatus.QUEUED: _l("about to begin"),
    PlanStatus.RUNNING: _l("looking for a plan"),
    PlanStatus.READY: _l("to be decided"),
    PlanStatus.ACCEPTED: _l("taken over"),
    PlanStatus.DISMISSED: _l("not taken"),
    PlanStatus.STALE: _l("out of date"),
    PlanStatus.FAILED: _l("no plan found"),
    PlanStatus.CANCELLED: _l("cancelled"),
})  # fmt: skip
register({
    Reason.NEW: _l("first visit"),
    Reason.GONE: _l("not on shift then"),
    Reason.SKILL: _l("cannot do this work"),
    Reason.PROMISE: _l("keeps what was promised"),
    Reason.CLASH: _l("was at two doors at once"),
    Reason.LESS_WAY: _l("less way"),
    Reason.BEFORE: _l("follows what comes before it"),
})  # fmt: skip
register({
    When.NOW: _l("right now"),
    When.AFTER_CURRENT: _l("after the current job"),
    When.INTERRUPTING: _l("interrupts the current job"),
})  # fmt: skip
FAULTS = {
    "no_visits": _l("There is nothing to plan: no visit of this day is still to do, and nothing waits."),
    "nobody_there": _l("Nobody is on shift on this day any more. Look at working hours and absences."),
    "too_long": _l("It took too long. Choose fewer visits, or try again."),
    "runner_died": _l("The planner was ended twice from outside. Nothing was changed. Try again, or plan by hand."),
    "broken": _l("The planner broke down. Nothing was changed. Try again, or plan by hand."),
    "cancelled": _l("The planner was ended. Nothing was changed."),
}
NEVER = {
    model.Reason.NO_DURATION: _l("It is not known how long it takes."),
    model.Reason.NO_PLACE: _l("It belongs to no building, so the way there is not known."),
    model.Reason.BAD_CREW: _l("The number of people it needs cannot be right."),
    model.Reason.WINDOW_PAST: _l("The time that was agreed is over."),
    model.Reason.NO_SKILL: _l("Nobody who works on this day can do it."),
    model.Reason.NO_SHIFT: _l("Whoever can do it is not on shift at the agreed time."),
    model.Reason.CREW_SHORT: _l("Not enough people are on shift together at the agreed time."),
    model.Reason.LOCK_IMPOSSIBLE: _l("It was fixed to somebody or to a time where it cannot be."),
    model.Reason.RESERVE: _l("Only time that is kept free for emergencies is left."),
}
HELP = {
    model.Remedy.NONE: _l("Agree on another day with the resident."),
    model.Remedy.SET_DURATION: _l("Say how long it takes."),
    model.Remedy.SET_PLACE: _l("Correct the place of the order."),
    model.Remedy.RELEASE_LOCK: _l("Release what was fixed: then there is a place for it."),
    model.Remedy.USE_RESERVE: _l("Use the time kept for emergencies, or agree on another day."),
    model.Remedy.SECOND_PERSON: _l("Find a second person who helps."),
    model.Remedy.FIND_SKILL: _l("Ask somebody from outside, or agree on a day when somebody who can do it works."),
}

WINDOWS = {
    model.Remedy.NAMED_WINDOW: _l("%(start)s–%(end)s, which the resident named, too: %(name)s is free then."),
    model.Remedy.MOVE_WINDOW: _l("Ask the resident about %(start)s–%(end)s: %(name)s is free then."),
    model.Remedy.NEXT_DAY: _l("Ask the resident about %(day)s, %(start)s–%(end)s: %(name)s is free then."),
}

MOST_MISSING = 480  # minutes; more says only that there is no room


def why_never(code: model.Reason) -> str:
    """Why nothing fits, without figures."""
    return str(NEVER.get(code, _("Everybody is busy at the agreed time.")))


def why_not(one: Unserved, addresses: dict[int, str]) -> str:
    """Why a visit is not served, with the figures."""
    code, minutes = model.Reason(one.reason["code"]), one.reason["minutes"]
    if code is model.Reason.LOCKS_CLASH:
        return _("It is fixed to the same time as %(place)s.", place=addresses.get(one.reason["other"], "?"))
    if code is model.Reason.FULL and not 0 < minutes <= MOST_MISSING:
        return _("Everybody is busy at the agreed time.")
    if code is model.Reason.FULL:
        return ngettext(
            "Everybody is busy: %(num)d minute is missing.", "Everybody is busy: %(num)d minutes are missing.", minutes
        )
    return str(NEVER[code])


def what_helps(helps: dict, names: dict[int, str], addresses: dict[int, str]) -> tuple[str, str]:
    """One thing that would help, and its price in words; no price where nobody stays longer and nobody is moved."""
    return _what_helps(helps, names.get(helps["technician"], ""), addresses), _price(helps)


def _what_helps(helps: dict, who: str, addresses: dict[int, str]) -> str:
    code, window = model.Remedy(helps["code"]), [datetime.fromisoformat(at) for at in helps["window"] or ()]
    if code in WINDOWS:
        start, end = (clock_time(at) for at in window)
        return str(WINDOWS[code]) % {"day": day_name(window[0]), "start": start, "end": end, "name": who}
    if code is model.Remedy.EXTEND_SHIFT:
        return _("%(name)s would have to stay longer.", name=who)
    if code is model.Remedy.DROP_VISIT:
        place = addresses.get(helps["other"], "?")
        return _("Postpone %(place)s, which is no more urgent: %(name)s can go then.", place=place, name=who)
    return _("Release what was fixed: %(name)s can go then.", name=who) if who else str(HELP[code])


def _price(helps: dict) -> str:
    minutes, people = helps["minutes"], helps.get("people", 0)
    if minutes:
        return ngettext("%(num)d minute of overtime", "%(num)d minutes of overtime", minutes)
    told = ngettext("%(num)d person to be told another time", "%(num)d people to be told another time", people)
    return told if people else ""
