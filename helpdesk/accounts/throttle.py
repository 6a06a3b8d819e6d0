"""How often something may be tried. Counted in the database, so every process and every fresh cookie is one visitor."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from hashlib import sha256

from helpdesk.accounts.models import Throttle
from helpdesk.core.extensions import db

WINDOW = timedelta(minutes=15)


@dataclass(frozen=True)
class Limit:
    """At most `tries` in a window, for one subject ("who, from where")."""

    subject: str
    tries: int

    @property
    def key(self) -> str:
        return sha256(self.subject.encode()).hexdigest()


def sign_in_limits(username: str, address: str) -> list[Limit]:
    """Ten tries for one account from one address; more for the address (an office shares one) and for the
    account from anywhere, so that a stranger elsewhere does not lock out the night shift. The first is for both.
    """
    name = username.strip().casefold()[:128]
    return [
        Limit(f"sign-in {name} {address}", 10),
        Limit(f"sign-in from {address}", 60),
        Limit(f"sign-in {name}", 100),
    ]


def wait_needed(limits: Iterable[Limit], now: datetime) -> timedelta:
    """Count one try against every limit, inside `writing()`; how long to wait if one is used up, else zero."""
    waits = [_count(limit, now) for limit in limits]
    return max(waits, default=timedelta(0))


def forgive(limits: Iterable[Limit]) -> None:
    """After success the tries of the first limit no longer count, and this one does not for the others."""
    rows = [db.session.get(Throttle, limit.key) for limit in limits]
    for place, row in enumerate(rows):
        if row is None:
            continue
        if place == 0 or row.tries == 1:
            db.session.delete(row)
        else:
            row.tries -= 1


def _count(limit: Limit, now: datetime) -> timedelta:
    row = db.session.get(Throttle, limit.key)
    if row is None:
        db.session.add(Throttle(key=limit.key, since=now, tries=1))
        return timedelta(0)
    if now - row.since >= WINDOW:
        row.since, row.tries = now, 0
    row.tries += 1
    return row.since + WINDOW - now if row.tries > limit.tries else timedelta(0)
