"""The newest events, looked up once for all streams of this process, and the places from which they are heard.

On both databases the watcher asks for newer events twenty times a second, and rests while nobody listens. Events are
numbered under the write lock, so a number that can be seen has all smaller ones before it.
"""

import logging
import threading
from collections import deque
from collections.abc import Iterator
from contextlib import contextmanager

from sqlalchemy import Engine, PoolProxiedConnection, select
from sqlalchemy.exc import SQLAlchemyError

from helpdesk.audit.models import Event

LOOK_EVERY_S = 0.05
LOOK_AGAIN_S = 1.0  # after a look that failed
FIRST_LOOK_S = 5.0  # how long a listener waits for the first look
PER_BROWSER = 3  # a browser listens once; the others are of pages it has left, not yet known to be gone
log = logging.getLogger(__name__)


class Full(Exception):
    """No place is free, or the server is stopping."""


class Place:
    """One stream. `over` is set when it must end: the server stops, or its browser listens elsewhere."""

    def __init__(self, browser: object):
        self.browser = browser
        self.over = threading.Event()


class Feed:
    """Remembers the last events and wakes the streams."""

    def __init__(self, keep: int = 2_000):
        self._places: list[Place] = []
        self._recent: deque[tuple[int, list[str]]] = deque(maxlen=keep)
        self._news = threading.Condition()
        self._rest: threading.Event | None = None  # tells the watcher to end; None while there is none
        self._watcher: threading.Thread | None = None
        self._looked = False  # since the watcher began
        self._stopped = False

    @property
    def listeners(self) -> int:
        return len(self._places)

    @contextmanager
    def listening(self, engine: Engine, *, limit: int, browser: object = None) -> Iterator[Place]:
        """Take a place, and give it back however this ends. Raises Full, before anything was taken."""
        place = Place(browser)
        with self._news:
            self._leave_oldest_of(browser)
            if self._stopped or sum(not taken.over.is_set() for taken in self._places) >= limit:
                raise Full
            self._places.append(place)
        try:
            self._begin(engine)
            yield place
        finally:
            self._leave(place)

    def since(self, seq: int, *, wait_s: float = 0, place: Place | None = None) -> tuple[int, set[str] | None]:
        """Wait for something other than `seq`; the newest seq, and the topics (None: too long ago to tell).

        Ends early when the place is to be left.
        """
        with self._news:
            self._news.wait_for(lambda: self._newest != seq or (place and place.over.is_set()), wait_s)
            newest = self._newest
            if seq > newest or (self._recent and seq < self._recent[0][0] - 1):
                return newest, None
            return newest, {topic for at, topics in self._recent if at > seq for topic in topics}

    def stop(self) -> None:
        """End all streams and let none begin: the server is going down."""
        with self._news:
            self._stopped = True
            self._end(self._places)

    @property
    def _newest(self) -> int:
        return self._recent[-1][0] if self._recent else 0

    def _leave_oldest_of(self, browser: object) -> None:
        """Make the new stream one of at most PER_BROWSER."""
        mine = [place for place in self._places if browser is not None and place.browser == browser]
        self._end(mine[: max(0, len(mine) - PER_BROWSER + 1)])

    def _end(self, places: list[Place]) -> None:
        for place in places:
            place.over.set()
        self._news.notify_all()

    def _leave(self, place: Place) -> None:
        with self._news:
            self._places.remove(place)
            if self._places or self._rest is None:
                return
            self._rest.set()
            self._rest, watcher = None, self._watcher
        watcher.join(LOOK_AGAIN_S)  # so that nothing looks any more when the last one has left

    def _begin(self, engine: Engine) -> None:
        """The first listener starts the watcher; all wait until it has looked once, and know where they stand."""
        with self._news:
            if self._rest is None:
                self._rest, self._looked = threading.Event(), False
                self._recent.clear()
                self._watcher = threading.Thread(
                    target=self._watch, args=(engine, self._rest), name="live", daemon=True
                )
                self._watcher.start()
            self._news.wait_for(lambda: self._looked or self._stopped, FIRST_LOOK_S)

    def _watch(self, engine: Engine, rest: threading.Event) -> None:
        """Asks the database while no lock of ours is held: connecting may take a while."""
        probe, wait_s = None, 0.0
        while not rest.wait(wait_s):
            rows: list[tuple[int, list[str]]] = []
            try:
                probe = probe or engine.raw_connection()
                if _newest_seq(probe) > self._newest:
                    rows = self._look(engine, self._newest)
                wait_s = LOOK_EVERY_S
            except (SQLAlchemyError, engine.dialect.dbapi.Error):  # it is away for a moment: a later look catches up
                if wait_s != LOOK_AGAIN_S:
                    log.exception("live: no look at the events; trying again every second")
                probe, wait_s = probe and probe.invalidate(), LOOK_AGAIN_S
            with self._news:
                if not rest.is_set() and (rows or not self._looked):
                    self._take(rows)
        if probe:
            probe.close()

    def _look(self, engine: Engine, seq: int) -> list[tuple[int, list[str]]]:
        """Events newer than `seq`, oldest first, as many as are remembered. Holds no lock of ours."""
        newer = select(Event.seq, Event.topics).where(Event.seq > seq)
        with engine.connect() as connection:
            rows = connection.execute(newer.order_by(Event.seq.desc()).limit(self._recent.maxlen)).all()
        return [(row.seq, row.topics) for row in reversed(rows)]

    def _take(self, rows: list[tuple[int, list[str]]]) -> None:
        self._recent.extend(rows)
        self._looked = True
        self._news.notify_all()


def _newest_seq(probe: PoolProxiedConnection) -> int:
    """Asked twenty times a second, so without SQLAlchemy: a few microseconds on SQLite. Leaves no transaction open."""
    cursor = probe.cursor()
    cursor.execute("SELECT max(seq) FROM event")
    (newest,) = cursor.fetchone()
    cursor.close()
    probe.rollback()
    return newest or 0
