"""Whether the product can do its work just now: what the monitor asks. Told in English, to machines."""

import math
import time
from datetime import datetime, timedelta
from ipaddress import ip_address
from pathlib import Path

from flask import current_app, request
from sqlalchemy.exc import SQLAlchemyError

from helpdesk.accounts.queries import has_demo_accounts
from helpdesk.backup.queries import last_good, newest_try
from helpdesk.backup.rules import MISSED_AFTER, is_missed
from helpdesk.core import clock, disk
from helpdesk.core.access import Permission, can_anywhere, me
from helpdesk.core.extensions import db
from helpdesk.core.transactions import writing
from helpdesk.notify.queries import oldest_due
from helpdesk.worker.queries import failing_tasks, last_beat
from helpdesk.worker.rules import SILENT_AFTER, is_silent

KNOWN_FOR_S = 5
LONGEST_IN_OUTBOX = timedelta(minutes=15)  # of a message that should be out
KNOWN_PASSWORDS = "Demonstration accounts can sign in: everybody knows their password."  # noqa: S105 - a sentence
NO_BACKUP = "There is no backup yet."
_started_at = time.monotonic()
LEAST_FREE = 200 * 1024 * 1024  # bytes on the disk of photos and database


def problems() -> list[str]:
    """What is wrong, in a few words each; nothing when all is well."""
    return _seen()[0]


def warnings() -> list[str]:
    """What works, and should not stay so where real people's matters are kept."""
    return _seen()[1]


def _seen() -> tuple[list[str], list[str]]:
    """Looked up at most every few seconds: anybody may ask, and the look takes the write lock."""
    looked_at, *found = current_app.extensions.get("health", (-math.inf, [], []))
    if time.monotonic() - looked_at >= KNOWN_FOR_S:
        found = [_look(), _warned()]
        current_app.extensions["health"] = time.monotonic(), *found
    return found[0], found[1]


def _warned() -> list[str]:
    try:
        newest, known = newest_try(), [KNOWN_PASSWORDS] if has_demo_accounts() else []
        return known + ([f"The last backup failed: {newest.fault}"] if newest is not None and newest.fault else [])
    except SQLAlchemyError:
        return []
    finally:
        db.session.rollback()


def _look() -> list[str]:
    writes = _database_can_be_written()
    found = [sentence for wrong, sentence in (
        (not writes, "The database cannot be written."),
        (disk.free(Path(current_app.instance_path)) < LEAST_FREE, "The disk is nearly full."),
    ) if wrong]  # fmt: skip
    return found + (_of_database(clock.now()) if writes else [])


def _of_database(now: datetime) -> list[str]:
    found = of_worker(now)
    if backup_is_missed(now):
        made = last_good()
        found.append(f"The last good backup is {_minutes(now - made) // 60} hours old." if made else NO_BACKUP)
    db.session.rollback()
    return found


def backup_is_missed(now: datetime) -> bool:
    """Whether there is no good backup of the last day, although there should be."""
    if not current_app.config["BACKUP_KEPT"]:
        return False
    made = last_good()
    return is_missed(made, now) if made else _runs_longer_than(MISSED_AFTER)


def _runs_longer_than(span: timedelta) -> bool:
    return time.monotonic() - _started_at > span.total_seconds()


def of_worker(now: datetime) -> list[str]:
    """What the worker leaves undone. What never was is missed once this process has run for a while."""
    found = []
    beat, waits = last_beat(), oldest_due(now)
    if beat is None and _runs_longer_than(SILENT_AFTER):
        found.append("No worker has ever run: start one with flask worker.")
    if beat is not None and is_silent(beat, now):
        found.append(f"The worker has been silent for {_minutes(now - beat)} minutes.")
    if waits and now - waits > LONGEST_IN_OUTBOX:
        found.append(f"A message has waited in the outbox for {_minutes(now - waits)} minutes.")
    return found + [f"A task of the worker keeps failing: {name}." for name in failing_tasks()]


def _minutes(span: timedelta) -> int:
    return int(span.total_seconds() // 60)


def may_know_why() -> bool:
    """Strangers learn that something is wrong, administrators and whoever sits at the machine learn what."""
    forwarded = "X-Forwarded-For" in request.headers or "Forwarded" in request.headers
    if not forwarded and not current_app.config["PROXY_COUNT"] and _is_loopback(request.remote_addr):
        return True
    try:
        return can_anywhere(me(), Permission.ADMINISTER)
    except SQLAlchemyError:  # the database that would know who asks is away
        return False


def _database_can_be_written() -> bool:
    """Takes the write lock and gives it back: enough to notice a full disk, a missing right or a lost server."""
    try:
        with writing():
            return True
    except SQLAlchemyError:
        return False


def _is_loopback(address: str | None) -> bool:
    return address is not None and ip_address(address).is_loopback
