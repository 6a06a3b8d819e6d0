"""Adding to the history. The last of the chain is read under the write lock, so there is never a fork."""

import json
from collections.abc import Iterable, Mapping
from datetime import UTC, datetime
from enum import StrEnum
from hashlib import sha256
from types import UnionType

from sqlalchemy import select

from helpdesk.audit.kinds import KINDS
from helpdesk.audit.models import Event
from helpdesk.core.extensions import db
from helpdesk.core.versions import Versioned

HASHED = tuple(column.key for column in Event.__table__.columns if column.key != "hash")


def record(
    kind: str, subject, *, actor, now: datetime, topics: Iterable[str] = (), raises_version: bool = True, **data
) -> Event:
    """Add one event to the chain, in the transaction of the act it tells of.

    `topics` are the names under which open pages hear of it. What was only tried changes nothing, so it
    leaves the version of its subject (`raises_version=False`). Values that `KINDS` does not list, or of
    another type, are a mistake in our code: a plain str is never listed, so no typed words get in.
    """
    kept = as_kept(kind, data)
    if raises_version and isinstance(subject, Versioned):
        subject.version += 1
    db.session.flush()  # the subject needs its id
    last = db.session.execute(select(Event.seq, Event.hash).order_by(Event.seq.desc()).limit(1)).first()
    seq, previous = last or (0, "")
    entry = Event(
        seq=seq + 1,
        at=now,
        actor_id=actor.id if actor else None,
        kind=kind,
        subject_type=subject.__tablename__,
        subject_id=subject.id,
        topics=sorted(topics),
        data=kept,
    )
    entry.hash = digest(entry, previous)
    db.session.add(entry)
    db.session.flush()
    return entry


def as_kept(kind: str, data: Mapping[str, object]) -> dict:
    """The data of an event as its row holds it; ValueError unless it is what `KINDS` lists."""
    expected = KINDS[kind]
    if data.keys() != expected.keys() or not all(_fits(data[k], t) for k, t in expected.items()):
        got = ", ".join(f"{key}: {type(value).__name__}" for key, value in data.items())
        raise ValueError(f"{kind} needs {expected}, got {got}")  # never the values: this may end in the log
    return {k: v.isoformat() if isinstance(v, datetime) else v for k, v in data.items()}


def _fits(value, expected: type | UnionType) -> bool:
    """Lists hold ids and codes; a plain str is nowhere allowed, because it could be typed by a person."""
    if isinstance(value, list):
        return expected is list and all(isinstance(item, int | StrEnum) for item in value)
    return isinstance(value, expected) and (type(value) is not str)


def digest(entry: Event, previous: str) -> str:
    """The hash of an event: over all its columns, as canonical JSON, and the hash before it."""
    columns = {name: getattr(entry, name) for name in HASHED}
    columns["at"] = entry.at.astimezone(UTC).isoformat(timespec="microseconds")
    canonical = json.dumps(columns, sort_keys=True, separators=(",", ":"))
    return sha256(f"{previous}\n{canonical}".encode()).hexdigest()
