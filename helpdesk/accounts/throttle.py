"""How often something may be tried. Counted in the database, so every process and every fresh cookie is one visitor."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from hashlib import sha256
from ipaddress import ip_address, ip_network

from flask import request
from sqlalchemy import ColumnElement, select

from helpdesk.accounts.models import KnownAddress, Throttle, User
from helpdesk.core.extensions import db

WINDOW = timedelta(minutes=15)
DAY = timedelta(days=1)


@dataclass(frozen=True)
class Limit:
    """At most `tries` in a window, for one subject ("who, from where")."""

    subject: str
    tries: int
    window: timedelta = WINDOW

    @property
    def key(self) -> str:
        return _hash(self.subject)


def here() -> str:
    """From where a request comes. A home has billions of IPv6 addresses, and one network of 64 bits."""
    try:
        address = ip_address(request.remote_addr or "")
    except ValueError:
        return ""
    return str(ip_network((address, 64), strict=False)) if address.version == 6 else str(address)


def sign_in_limits(username: str, address: str) -> list[Limit]:
    """Ten tries for one account from one address; more for the address (an office shares one) and for the
    account from anywhere. Narrow before wide: see `wait_needed`.

    Where this person signed in before, only the first counts: neither a stranger elsewhere nor whoever sits at the
    next desk locks out the night shift.
    """
    name = username.strip().casefold()[:128]
    narrow = Limit(f"sign-in {name} {address}", 10)
    if is_known_here(name, address):
        return [narrow]
    return [narrow, Limit(f"sign-in from {address}", 60), Limit(f"sign-in {name}", 100)]


def is_known_here(name: str, address: str) -> bool:
    """Whether this account signed in from this address not long ago."""
    known = select(KnownAddress.user_id).join(User, User.id == KnownAddress.user_id)
    return db.session.scalar(known.where(User.username == name, _at(address))) is not None


def remember_address(user: User, address: str, now: datetime) -> None:
    """Inside `writing()`, after somebody signed in."""
    row = db.session.get(KnownAddress, (user.id, _hash(address)))
    if row is None:
        db.session.add(KnownAddress(user_id=user.id, address_hash=_hash(address), seen_at=now))
    else:
        row.seen_at = now


def wait_needed(limits: Iterable[Limit], now: datetime) -> timedelta:
    """Count one try, inside `writing()`; how long to wait if a limit is used up, else zero.

    What an earlier limit stops does not count for those behind it: one person who goes on trying one account does
    not use up what the whole office has.
    """
    waits = (_count(limit, now) for limit in limits)
    return next((wait for wait in waits if wait > timedelta(0)), timedelta(0))


def used_up(limit: Limit, now: datetime) -> timedelta:
    """How long to wait because of the tries so far, without counting one."""
    row = db.session.get(Throttle, limit.key)
    over = row is not None and row.tries >= limit.tries and now - row.since < limit.window
    return row.since + limit.window - now if over else timedelta(0)


def minutes_of(wait: timedelta) -> int:
    """How a wait is told: whole seconds, rounded up to minutes."""
    return -(-int(wait.total_seconds()) // 60)


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
    if now - row.since >= limit.window:
        row.since, row.tries = now, 0
    row.tries += 1
    return row.since + limit.window - now if row.tries > limit.tries else timedelta(0)


def _at(address: str) -> ColumnElement[bool]:
    return KnownAddress.address_hash == _hash(address)


def _hash(subject: str) -> str:
    return sha256(subject.encode()).hexdigest()
