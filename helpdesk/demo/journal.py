"""The history of the demonstration: events wait here until their moment, then join the chain in order of time."""

from dataclasses import dataclass
from datetime import datetime
from heapq import heappop, heappush
from itertools import count

from helpdesk.audit.actions import as_kept, digest
from helpdesk.audit.queries import newest_event
from helpdesk.demo.bulk import Rows


@dataclass(slots=True)
class Entry:
    """An event before it is a row; the same columns, so the same digest."""

    seq: int
    at: datetime
    actor_id: int | None
    kind: str
    subject_type: str
    subject_id: int
    topics: list[str]
    data: dict


class Journal:
    """Collects events in any order and writes them as `record` would have, one after the other."""

    def __init__(self, rows: Rows) -> None:
        self._rows = rows
        self._waiting: list[tuple] = []
        self._noted = count()  # of two events of one moment the first noted comes first
        newest = newest_event()
        self._seq, self._hash = (newest.seq, newest.hash) if newest else (0, "")

    def note(
        self, at: datetime, actor_id: int | None, kind: str, subject_type: str, subject_id: int,
        topics: list[str], data: dict,
    ) -> None:  # fmt: skip
        """ValueError for data that `record` would not take either."""
        kept = as_kept(kind, data)
        heappush(self._waiting, (at, next(self._noted), actor_id, kind, subject_type, subject_id, topics, kept))

    def write_until(self, moment: datetime | None = None) -> None:
        """Chain and add what happened before this moment; everything without one."""
        waiting = self._waiting
        while waiting and (moment is None or waiting[0][0] < moment):
            at, _noted, actor_id, kind, subject_type, subject_id, topics, data = heappop(waiting)
            self._seq += 1
            entry = Entry(self._seq, at, actor_id, kind, subject_type, subject_id, topics, data)
            self._hash = digest(entry, self._hash)
            self._rows.add(
                "event", seq=entry.seq, at=at, actor_id=actor_id, kind=kind, subject_type=subject_type,
                subject_id=subject_id, topics=topics, data=data, hash=self._hash,
            )  # fmt: skip
