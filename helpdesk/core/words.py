"""The reader's language, and how codes, times and waits are said in it."""

from datetime import datetime, timedelta
from enum import StrEnum

from flask import Flask, has_request_context, request
from flask_babel import Domain, get_locale, ngettext
from flask_babel import gettext as _
from flask_login import current_user

from helpdesk.core import clock, money
from helpdesk.core.extensions import babel

LANGUAGES = ("zh", "en")
_labels: dict[tuple[type, str], object] = {}


def register(labels: dict) -> None:
    """Give codes their names on the screen; each feature's `words.py` does this once for each enum, with lazy texts.

    Codes of two enums with the same value are equal, so the enum belongs to the key: a visit that is "done"
    is not called what a work order that is "done" is called. ValueError for a code that has a name already.
    """
    for code, label in labels.items():
        if (type(code), str(code)) in _labels:
            raise ValueError(f"{code!r} has a name already")
        _labels[type(code), str(code)] = label
        _labels.setdefault((str, str(code)), label)  # a template may write the bare value


def word(code: StrEnum | None) -> str:
    """The name of a code in the reader's language; nothing for no code."""
    return "" if code is None else str(_labels[type(code), str(code)])


def locale() -> str:
    """ "zh" or "en": the user's choice, else what the browser asks for, else Chinese."""
    found = get_locale()
    return found.language if found else LANGUAGES[0]


def choose_locale() -> str:
    if not has_request_context():  # a command
        return LANGUAGES[0]
    if current_user and current_user.is_authenticated:
        return current_user.language
    return request.accept_languages.best_match(LANGUAGES) or LANGUAGES[0]


def local_time(moment: datetime) -> str:
    return f"{clock.local(moment):%Y-%m-%d %H:%M}"


def clock_time(moment: datetime) -> str:
    return f"{clock.local(moment):%H:%M}"


def day_and_time(moment: datetime, *, today=None) -> str:
    """08:30 today, "11-24 08:30" on other days of this year, with the year otherwise."""
    here, today = clock.local(moment), today or clock.local_date(clock.now())
    if here.date() == today:
        return f"{here:%H:%M}"
    return f"{here:%m-%d %H:%M}" if here.year == today.year else f"{here:%Y-%m-%d %H:%M}"


def day_name(moment) -> str:
    """周一 23 日 / Mon 23, of a moment or a local date."""
    day = clock.local_date(moment) if isinstance(moment, datetime) else moment
    names = (_("Mon"), _("Tue"), _("Wed"), _("Thu"), _("Fri"), _("Sat"), _("Sun"))
    return _("%(weekday)s %(day)d", weekday=names[day.weekday()], day=day.day)


def iso(moment: datetime) -> str:
    """For <time datetime>: UTC with a Z."""
    return f"{moment:%Y-%m-%dT%H:%M:%SZ}"


def duration(span: timedelta) -> str:
    """How long, in the two largest units: 11 min, 2 h 5 min, 3 days."""
    minutes = max(0, int(span.total_seconds()) // 60)
    if minutes < 60:
        return ngettext("%(num)d min", "%(num)d min", minutes)
    if minutes < 24 * 60:
        return _("%(hours)d h %(minutes)d min", hours=minutes // 60, minutes=minutes % 60)
    return ngettext("%(num)d day", "%(num)d days", minutes // (24 * 60))


def countdown(deadline: datetime, now: datetime | None = None) -> str:
    """How much is left until a deadline, or by how much it is missed."""
    now = now or clock.now()
    if now <= deadline:
        return _("%(wait)s left", wait=duration(deadline - now))
    return _("%(wait)s late", wait=duration(now - deadline))


class Texts(Domain):
    """The translations of a language, found by its name: a page asks hundreds of times."""

    def get_translations(self):
        language = locale()
        if language not in self.cache:
            self.cache[language] = super().get_translations()
        return self.cache[language]


def init_app(app: Flask) -> None:
    babel.domain_instance = Texts()
    babel.init_app(app, default_locale=LANGUAGES[0], default_timezone="Asia/Shanghai", locale_selector=choose_locale)
    app.jinja_env.filters |= {
        "local_time": local_time, "clock_time": clock_time, "day_and_time": day_and_time, "day_name": day_name,
        "iso": iso, "duration": duration, "countdown": countdown, "money": money.format_fen,
        "yuan": money.grouped_yuan,
    }  # fmt: skip
    app.jinja_env.globals |= {"word": word, "locale": locale}
