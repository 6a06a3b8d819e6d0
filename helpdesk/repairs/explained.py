"""Why a promise of a work order is due when it is, in sentences of the reader's language."""

from collections.abc import Iterable
from datetime import date, datetime, timedelta
from itertools import groupby

from flask_babel import gettext as _
from flask_babel import ngettext
from sqlalchemy import select

from helpdesk.audit.queries import history_of
from helpdesk.core import clock
from helpdesk.core.extensions import db
from helpdesk.core.words import clock_time, day_name, duration, locale, word
from helpdesk.repairs.deadlines import Clock
from helpdesk.repairs.explanations import Calendar, DayNote, Explanation, Later, Why, explain_promise
from helpdesk.repairs.models import ServiceLevel, Urgency, WorkOrder
from helpdesk.repairs.rules import DeadlineKind, counted_from, promised_window
from helpdesk.workdays.models import CalendarDay
from helpdesk.workdays.queries import announced_years

DAYS_AHEAD = 400
HOURS = {Clock.DAYTIME: "08:00–20:00", Clock.WORKING_DAYS: "08:00–17:30"}


def calendar_from(moment: datetime) -> Calendar:
    """The announced days that a deadline counted from this moment can reach."""
    first = clock.local_date(moment)
    reach = CalendarDay.day.between(first - timedelta(days=7), first + timedelta(days=DAYS_AHEAD))
    found = db.session.execute(select(CalendarDay.day, CalendarDay.kind, CalendarDay.name).where(reach))
    return Calendar({day: (kind, name) for day, kind, name in found}, announced_years())


def why_due(work_order: WorkOrder, level: ServiceLevel) -> list[tuple[DeadlineKind, list[str]]]:
    """Every promise of an order with the sentences that explain it. The order was loaded through a permission."""
    start = counted_from(work_order)
    calendar = calendar_from(start)
    promises = (
        (DeadlineKind.RESPOND, work_order.respond_by),
        (DeadlineKind.ARRIVE, work_order.arrive_by),
        (DeadlineKind.FINISH, work_order.done_by),
    )
    changed = _changes(work_order)
    return [
        (kind, [*changed, *_of_promise(work_order, level, kind, due, start, calendar)]) for kind, due in promises if due
    ]


def why_then(level: ServiceLevel, kind: DeadlineKind, *, start: datetime, calendar: Calendar) -> list[str]:
    """The sentences for an order that is not open yet."""
    found = explain_promise(level, kind, counted_from=start, calendar=calendar)
    return sentences(found, Urgency(level.applies_to)) if found else []


def sentences(found: Explanation, urgency: Urgency, *, again: bool = False) -> list[str]:
    """Where counting began and why, how much was counted, what was passed over."""
    said = [_beginning(found, urgency, again=again), _counted(found)]
    if found.made_up:
        said.append(_("%(days)s is worked to make up for a holiday, and counts.", days=_named(found.made_up)))
    if found.skipped:
        said.append(_("Passed over: %(days)s.", days=_named(found.skipped)))
    for year in found.unknown_years:
        said.append(
            _("The holidays of %(year)d are not announced here yet: counted as if every Monday to Friday were worked.",
              year=year)
        )  # fmt: skip
    return [sentence for sentence in said if sentence]


def _of_promise(work_order, level, kind, due, start, calendar) -> list[str]:
    window = _window_that_ends(work_order, due) if kind is DeadlineKind.ARRIVE else None
    if window:
        return [
            _(
                "The resident was promised %(from)s to %(until)s.",
                **{"from": _moment(window[0]), "until": clock_time(window[1])},
            )
        ]
    found = explain_promise(level, kind, counted_from=start, calendar=calendar)
    said = sentences(found, Urgency(level.applies_to), again=bool(work_order.reopened)) if found else []
    if found is None or found.due == due:
        return said
    if kind is DeadlineKind.ARRIVE and due == work_order.done_by:
        return [*said, _("It must be finished by %(time)s, so nobody may come later than that.", time=_moment(due))]
    if kind is DeadlineKind.FINISH and due > found.due and _windows(work_order):
        return [
            *said,
            _("The resident agreed to a later time, so it is finished after that: by %(time)s.", time=_moment(due)),
        ]
    return [
        *said,
        _("Counted with the calendar of that time it was %(time)s, and that stays promised.", time=_moment(due)),
    ]


def _beginning(found: Explanation, urgency: Urgency, *, again: bool) -> str:
    """`again` says that counting began when the order was reopened, not when it was reported."""
    told = {"start": _moment(found.starts_at), "told": _moment(found.reported_at)}
    told |= {"urgency": word(urgency), "hours": HOURS.get(found.clock, "")}
    if found.later is None and found.days and found.clock is not Clock.DAYTIME:
        first = _("Reopened on %(told)s; that day itself does not count.", **told)
        return first if again else _("Reported on %(told)s; that day itself does not count.", **told)
    if found.later is None:
        first = _("Counted from %(told)s, when it was reopened.", **told)
        return first if again else _("Counted from %(told)s, when it was reported.", **told)
    if found.later is Later.NOT_WORKED:
        first = _("Counted from %(start)s, because it was reopened on %(told)s, a day that is not worked.", **told)
        second = _("Counted from %(start)s, because it was reported on %(told)s, a day that is not worked.", **told)
        return first if again else second
    if again:
        return _("Counted from %(start)s: reopened on %(told)s, and %(urgency)s counts %(hours)s.", **told)
    return _("Counted from %(start)s, because it was reported on %(told)s and %(urgency)s counts %(hours)s.", **told)


def _counted(found: Explanation) -> str:
    due = _moment(found.due)
    if found.minutes is None:
        count = len(found.days)
        if found.clock is Clock.DAYTIME:
            return ngettext("%(num)d day: until %(due)s.", "%(num)d days: until %(due)s.", count, due=due)
        return ngettext("%(num)d working day: until %(due)s.", "%(num)d working days: until %(due)s.", count, due=due)
    span = _span(timedelta(minutes=found.minutes))
    if len(found.runs) > 1:
        parts = " + ".join(f"{_moment(begin)}–{clock_time(end)}" for begin, end in found.runs[:4])
        return _("%(span)s in those hours (%(parts)s): until %(due)s.", span=span, parts=parts, due=due)
    return _("%(span)s: until %(due)s.", span=span, due=due)


def _span(length: timedelta) -> str:
    """24 hours are said as hours, not as a day: a day would be a calendar day."""
    hours, minutes = divmod(int(length.total_seconds()) // 60, 60)
    return ngettext("%(num)d hour", "%(num)d hours", hours) if hours and not minutes else duration(length)


def _named(notes: Iterable[DayNote]) -> str:
    """Days one after the other for the same reason are said as a stretch: 2-15 to 2-23 (春节)."""
    told = []
    by_reason = groupby(
        enumerate(notes), key=lambda pair: (pair[1].why, pair[1].name, pair[1].day.toordinal() - pair[0])
    )
    for (why, name, _offset), pairs in by_reason:
        days = [note.day for _position, note in pairs]
        reason = word(Why.WEEKEND) if why is Why.WEEKEND else name
        span = (
            _date(days[0]) if len(days) == 1 else _("%(first)s to %(last)s", first=_date(days[0]), last=_date(days[-1]))
        )
        told.append(_("%(days)s (%(why)s)", days=span, why=reason) if reason else span)
    return ("、" if locale() == "zh" else ", ").join(told)


def _date(day: date) -> str:
    return f"{day.month}-{day.day:02}"


def _moment(moment: datetime) -> str:
    """周一 23 日 08:00 / Mon 23 08:00: the day of the week says why."""
    return f"{day_name(moment)} {clock_time(moment)}"


def _windows(work_order: WorkOrder) -> list[tuple[datetime, datetime]]:
    told = [promised_window(record) for record in (work_order, *work_order.visits)]
    return [(window.starts_at, window.ends_at) for window in told if window]


def _window_that_ends(work_order: WorkOrder, due: datetime) -> tuple[datetime, datetime] | None:
    return next((window for window in reversed(_windows(work_order)) if window[1] == due), None)


def _changes(work_order: WorkOrder) -> list[str]:
    """What made the promises be counted anew: it was reopened, or its urgency changed."""
    said = []
    if work_order.reopened and work_order.responded_at:
        said.append(_("Reopened on %(time)s, and counted anew from then.", time=_moment(work_order.responded_at)))
    changed = [event for event in history_of(work_order) if event.kind == "work_order.urgency_changed"]
    if changed:
        last = changed[-1]
        said.append(
            _("On %(time)s it became %(new)s instead of %(old)s; counted anew as such.", time=_moment(last.at),
              new=word(Urgency(last.data["to_urgency"])), old=word(Urgency(last.data["from_urgency"])))
        )  # fmt: skip
    return said
