from collections.abc import Sequence

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l

from helpdesk.core.words import locale, register
from helpdesk.windows.models import Half, Rule, Severity
from helpdesk.windows.rules import Wrong, alike, minutes_words

register(
    {
        Severity.WARN: _l("Warning"),
        Severity.BLOCK: _l("Not allowed"),
        Half.MORNING: _l("morning"),
        Half.AFTERNOON: _l("afternoon"),
        Rule.SKILL: _l("Skill"),
        Rule.LICENCE: _l("Licence"),
        Rule.OVERLAP: _l("Overlap"),
        Rule.TRAVEL: _l("Way there"),
        Rule.PROMISE: _l("What the resident was told"),
        Rule.HOURS: _l("Working hours"),
        Rule.ABSENCE: _l("Absence"),
        Rule.CREW: _l("Number of people"),
        Rule.RESERVE: _l("Reserve for emergencies"),
    }
)
register(  # by itself: codes of two enums with the same value would be one key
    {
        Wrong.UNREADABLE: _l("“%s” is no window. Write them like 08:30-10:00, 14:00-15:30."),
        Wrong.BACKWARDS: _l("%s ends before it starts."),
        Wrong.TOO_SHORT: _l("%s is too short: half an hour at least."),
        Wrong.OVERLAP: _l("These overlap: %s."),
    }
)

BROKEN = {
    Rule.SKILL: _l("Nobody of the crew can do it"),
    Rule.LICENCE: _l("The licence is out of date"),
    Rule.OVERLAP: _l("Something else at the same time"),
    Rule.TRAVEL: _l("No time to get there"),
    Rule.PROMISE: _l("Outside of what the resident was told"),
    Rule.HOURS: _l("Outside of working hours"),
    Rule.ABSENCE: _l("They are away"),
    Rule.CREW: _l("Fewer people than it needs"),
    Rule.RESERVE: _l("Takes the time kept for emergencies"),
}
DOES = {Severity.WARN: _l("warns"), Severity.BLOCK: _l("stops")}


def when_broken(rule: Rule) -> str:
    """What is so when a rule is broken, for the page on which somebody says what that does."""
    return str(BROKEN[rule])


def what_it_does(severity: str) -> str:
    """What a broken rule of this severity does."""
    return str(DOES[Severity(severity)])


def weekday_names() -> list[str]:
    return [_("Mon"), _("Tue"), _("Wed"), _("Thu"), _("Fri"), _("Sat"), _("Sun")]


def grid_words(week: Sequence[Sequence[tuple[int, int]]]) -> str:
    """The windows of a week in one sentence: Mon–Fri 08:30–10:00, 10:00–12:00; Sat, Sun none."""
    comma, semicolon = ("、", "；") if locale() == "zh" else (", ", "; ")
    said = [
        f"{_days(days)} {comma.join(minutes_words(*span) for span in spans) if spans else _('none')}"
        for days, spans in alike(week)
    ]
    return semicolon.join(said)


def _days(days: list[int]) -> str:
    names = weekday_names()
    if len(days) > 2 and days == list(range(days[0], days[-1] + 1)):
        return f"{names[days[0]]}–{names[days[-1]]}"
    return ("、" if locale() == "zh" else ", ").join(names[day] for day in days)
