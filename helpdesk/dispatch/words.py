"""How the rules of planning, and what breaks them, are said on the screen."""

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l

from helpdesk.core.words import clock_time, day_and_time, register, word
from helpdesk.dispatch.checks import Breach
from helpdesk.repairs.models import Lock, WorkOrder
from helpdesk.repairs.timeline import window_words
from helpdesk.technicians.words import skill_name
from helpdesk.windows.models import Override, Rule

register({
    Lock.NONE: _l("Not locked"),
    Lock.TECHNICIAN: _l("Technician locked"),
    Lock.TIME: _l("Time locked"),
    Lock.WINDOW: _l("Window locked"),
    Lock.BOTH: _l("Technician and time locked"),
})  # fmt: skip
register({
    Override.RESIDENT_ASKED: _l("The resident asked for it"),
    Override.EMERGENCY: _l("It is urgent"),
    Override.NOBODY_ELSE: _l("Nobody else is free"),
    Override.TECHNICIAN_AGREED: _l("The technician agreed"),
    Override.KNOWN_BETTER: _l("The rule does not fit here"),
    Override.OTHER: _l("Another reason"),
})  # fmt: skip


def named_words(work_order: WorkOrder) -> list[str]:
    """The times at which the resident said they are at home."""
    return [window_words(one.starts_at, one.ends_at) for one in work_order.named_windows]


def breach_words(breach: Breach) -> str:
    """What is wrong with a placement, as one sentence."""
    return SENTENCES[breach.rule](breach.figures)


def _skill(figures: dict) -> str:
    return _("Nobody who goes can do this alone: %(skill)s.", skill=skill_name(figures["skill"]))


def _licence(figures: dict) -> str:
    return _("The licence for %(skill)s is out of date.", skill=skill_name(figures["skill"]))


def _overlap(figures: dict) -> str:
    begin, end = clock_time(figures["from"]), clock_time(figures["until"])
    return _("%(who)s is taken %(begin)s–%(end)s: %(what)s.", who=figures["who"], begin=begin, end=end,
             what=figures["what"])  # fmt: skip


def _travel(figures: dict) -> str:
    needs, has = -(-figures["needs_s"] // 60), figures["has_s"] // 60
    return _("%(who)s needs %(needs)d min for the way (%(what)s), and has %(has)d.", who=figures["who"], needs=needs,
             what=figures["what"], has=has)  # fmt: skip


def _promise(figures: dict) -> str:
    if "from" in figures:
        window = window_words(figures["from"], figures["until"])
        return _("Outside what the resident was told: %(window)s.", window=window)
    if "by" in figures:
        return _("After the promised moment to arrive: %(time)s.", time=day_and_time(figures["by"]))
    return _("The resident did not name this time.")


def _hours(figures: dict) -> str:
    if not figures["hours"]:
        return _("%(who)s does not work on this day.", who=figures["who"])
    spells = ", ".join(f"{clock_time(begin)}–{clock_time(end)}" for begin, end in figures["hours"])
    return _("Outside the hours of %(who)s (%(hours)s).", who=figures["who"], hours=spells)


def _absence(figures: dict) -> str:
    begin, end = day_and_time(figures["from"]), day_and_time(figures["until"])
    return _("%(who)s is away from %(begin)s until %(end)s.", who=figures["who"], begin=begin, end=end)


def _crew(figures: dict) -> str:
    return _("This needs %(needs)d people; %(has)d would go.", needs=figures["needs"], has=figures["has"])


def _reserve(figures: dict) -> str:
    return _(
        "Of %(skill)s only %(left)d min of the %(half)s stay free; %(kept)d are kept for emergencies.",
        skill=skill_name(figures["skill"]), left=figures["left"], half=word(figures["half"]), kept=figures["kept"],
    )  # fmt: skip


SENTENCES = {
    Rule.SKILL: _skill, Rule.LICENCE: _licence, Rule.OVERLAP: _overlap, Rule.TRAVEL: _travel, Rule.PROMISE: _promise,
    Rule.HOURS: _hours, Rule.ABSENCE: _absence, Rule.CREW: _crew, Rule.RESERVE: _reserve,
}  # fmt: skip
