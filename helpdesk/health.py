"""Whether the product can do its work just now: what the monitor asks. Told in English, to machines."""

import math
import shutil
import time
from ipaddress import ip_address
from pathlib import Path

from flask import current_app, request
from sqlalchemy.exc import SQLAlchemyError

from helpdesk.core.access import Permission, can_anywhere, me
from helpdesk.core.transactions import writing

KNOWN_FOR_S = 5
LEAST_FREE = 200 * 1024 * 1024  # bytes on the disk of photos and database


def problems() -> list[str]:
    """What is wrong, in a few words each; nothing when all is well.

    Looked up at most every few seconds: anybody may ask, and the look takes the write lock.
    """
    looked_at, found = current_app.extensions.get("health", (-math.inf, []))
    if time.monotonic() - looked_at >= KNOWN_FOR_S:
        found = _look()
        current_app.extensions["health"] = time.monotonic(), found
    return found


def _look() -> list[str]:
    return [sentence for wrong, sentence in (
        (not _database_can_be_written(), "The database cannot be written."),
        (_free_bytes() < LEAST_FREE, "The disk is nearly full."),
    ) if wrong]  # fmt: skip


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


def _free_bytes() -> int:
    folder = Path(current_app.instance_path)
    return shutil.disk_usage(next(path for path in (folder, *folder.parents) if path.exists())).free


def _is_loopback(address: str | None) -> bool:
    return address is not None and ip_address(address).is_loopback
