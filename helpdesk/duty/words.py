from datetime import date, datetime, timedelta

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l

from helpdesk.core import clock
from helpdesk.core.words import clock_time, register
from helpdesk.duty.models import Post
from helpdesk.duty.rules import Pattern

register({
    Post.HOTLINE: _l("Hotline duty"),
    Post.ON_CALL: _l("On call for repairs"),
    Post.LEAD: _l("Leads"),
})  # fmt: skip
register({
    Pattern.THREE_SHIFTS: _l("Three shifts a day"),
    Pattern.DAY_EACH: _l("A day each, in turn"),
    Pattern.WEEK_EACH: _l("A week each, in turn"),
})  # fmt: skip


def span_words(starts_at: datetime, ends_at: datetime, day=None) -> str:
    """08:00–14:00; with the date where an end lies on another day than `day` (or than the other end)."""
    day = day or clock.local_date(starts_at)
    return f"{_moment(starts_at, day)}–{_moment(ends_at, day)}"


def on_day(starts_at: datetime, ends_at: datetime, day: date) -> str:
    """What of a shift lies on a day: 08:00–14:00, 20:00–08:00 next day, until 08:00, from 08:00, all day."""
    begins, ends = clock.day_range(day)
    if starts_at < begins:
        return _("until %(time)s", time=_moment(ends_at, day)) if ends_at <= ends else _("all day")
    if ends_at > ends + timedelta(days=1):
        return _("from %(time)s", time=clock_time(starts_at))
    return span_words(starts_at, ends_at, day)


def _moment(moment: datetime, day) -> str:
    """A clock time; the midnight that ends the day is 24:00."""
    here = clock.local(moment)
    if here.date() == day:
        return clock_time(moment)
    if (here.date() - day).days == 1:
        return "24:00" if (here.hour, here.minute) == (0, 0) else _("%(time)s next day", time=clock_time(moment))
    return f"{here:%m-%d %H:%M}"
