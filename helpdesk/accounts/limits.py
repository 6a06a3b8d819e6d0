"""How often one person, or a stranger, may do what costs or tells much. The figures are settings (`config.LIMITS`).

What changes something is counted in the database, for all processes together; looking up only in this process, because
it happens at every key and must not wait for the lock.
"""

import threading
from collections import defaultdict
from datetime import datetime, timedelta
from functools import wraps
from typing import NoReturn

from flask import abort, current_app, g, request
from flask_babel import gettext as _

from helpdesk.accounts.throttle import DAY, WINDOW, Limit, here, minutes_of, sign_in_limits, used_up, wait_needed
from helpdesk.core import clock
from helpdesk.core.access import me
from helpdesk.core.errors import TooOften
from helpdesk.core.transactions import aside, writing

_asked: dict[tuple[str, int], list[datetime]] = defaultdict(list)
_asking = threading.Lock()


def at_most(setting: str, *, a_day: str | None = None):
    """Let this view be used so often in a quarter of an hour by one person, and in a day. Stands under `@needs`."""

    def decorator(view):
        @wraps(view)
        def counted(*args, **kwargs):
            limits = [Limit(f"{setting} {me().id}", current_app.config[setting])]
            if a_day:
                limits.append(Limit(f"{a_day} {me().id}", current_app.config[a_day], DAY))
            with writing():
                wait = wait_needed(limits, clock.now())
            _go_on_after(wait)
            return view(*args, **kwargs)

        counted.limit = setting
        return counted

    return decorator


def looks_at_most(setting: str):
    """The same for a page that only looks up."""

    def decorator(view):
        @wraps(view)
        def counted(*args, **kwargs):
            _go_on_after(_looked_up(setting, me().id, clock.now()))
            return view(*args, **kwargs)

        counted.limit = setting
        return counted

    return decorator


def guessed_at_most(setting: str):
    """For addresses with a token: whoever tries many that nobody holds waits, whatever cookie they bring."""

    def decorator(view):
        @wraps(view)
        def counted(*args, **kwargs):
            g.guesses = Limit(f"{setting} {here()}", current_app.config[setting])
            _go_on_after(used_up(g.guesses, clock.now()))
            return view(*args, **kwargs)

        counted.limit = setting
        return counted

    return decorator


def tries_counted(limits_of):
    """Count this try, and commit the count, before anything about password or code is found out.

    `g.wait` tells the view how long to wait, `g.limits` what to forgive after success.
    """

    def decorator(view):
        @wraps(view)
        def counted(*args, **kwargs):
            g.limits = limits_of()
            with writing():
                g.wait = wait_needed(g.limits, clock.now())
            return view(*args, **kwargs)

        return counted

    return decorator


def limits_of_door() -> list[Limit]:
    """Of whoever gives an account and its password."""
    return sign_in_limits(request.form.get("username", ""), here())


def no_such_link() -> NoReturn:
    """Nobody holds this token: 404, and the guess is counted."""
    limit = g.guesses
    aside(lambda: wait_needed([limit], clock.now()))
    abort(404)


def _looked_up(setting: str, user_id: int, now: datetime) -> timedelta:
    most = current_app.config[setting]
    with _asking:
        recent = [at for at in _asked[setting, user_id] if timedelta(0) <= now - at < WINDOW]
        _asked[setting, user_id] = recent if len(recent) >= most else [*recent, now]
        return recent[0] + WINDOW - now if len(recent) >= most else timedelta(0)


def _go_on_after(wait: timedelta) -> None:
    if wait > WINDOW:
        until = f"{clock.local(clock.now() + wait):%Y-%m-%d %H:%M}"
        said = _(
            "One person can send no more files today; from %(time)s on it works again. "
            "Everything else can be saved as before.", time=until,
        )  # fmt: skip
        raise TooOften(said, wait)
    if wait > timedelta(0):
        minutes = minutes_of(wait)
        raise TooOften(_("Too often. Wait %(minutes)d minutes, then try again.", minutes=minutes), wait)
