"""How long it takes from a commit until every listening browser has heard of it."""

import random
import selectors
import socket
import time
from datetime import UTC, datetime

from sqlalchemy import select

from benchmarks.servers import Server
from helpdesk import create_app
from helpdesk.accounts.models import Session, User
from helpdesk.accounts.sessions import hashed, new_number
from helpdesk.audit.actions import record
from helpdesk.core.extensions import db
from helpdesk.core.transactions import writing

GIVE_UP_S = 5


def delays_s(server: Server, env: dict[str, str], *, streams: int, events: int) -> tuple[list[float], int]:
    """The delays of all messages, in seconds and sorted, and how many were lost."""
    with create_app(env).app_context():
        user = db.session.scalars(select(User).where(User.username == "operator")).one()
        sockets = [_listen(server.port, number) for number in _sessions(user, streams)]
        chosen = selectors.DefaultSelector()
        for listener in sockets:
            chosen.register(listener, selectors.EVENT_READ)
        _drain(chosen)
        delays, lost = [], 0
        for _ in range(events):
            time.sleep(random.uniform(0.35, 0.55))  # longer than a burst, and at no fixed point of the watcher's pause
            _commit(user)
            arrived = _arrivals(chosen, streams)
            delays += arrived
            lost += streams - len(arrived)
        for listener in sockets:
            listener.close()
        db.session.remove()
        db.engine.dispose()
    return sorted(delays), lost


def _sessions(user: User, count: int) -> list[str]:
    numbers, now = [new_number() for _ in range(count)], datetime.now(UTC)
    with writing():
        for number in numbers:
            db.session.add(Session(token_hash=hashed(number), user_id=user.id, opened_at=now, seen_at=now))
    return numbers


def _listen(port: int, number: str) -> socket.socket:
    listener = socket.create_connection(("127.0.0.1", port))
    listener.sendall(f"GET /live?after=0 HTTP/1.1\r\nHost: 127.0.0.1\r\nCookie: session={number}\r\n\r\n".encode())
    return listener


def _drain(chosen: selectors.BaseSelector) -> None:
    """What was there before the first event is of no interest."""
    until = time.monotonic() + 2
    while time.monotonic() < until:
        for key, _ in chosen.select(0.2):
            key.fileobj.recv(65_536)


def _commit(user: User) -> None:
    topics = [f"calls:{held.estate_id}" for held in user.roles]
    with writing():
        record("user.enabled", user, actor=user, now=datetime.now(UTC), topics=topics)


def _arrivals(chosen: selectors.BaseSelector, count: int) -> list[float]:
    committed, arrived = time.perf_counter(), {}
    while len(arrived) < count and time.perf_counter() - committed < GIVE_UP_S:
        for key, _ in chosen.select(0.1):
            if b"data: calls:" in key.fileobj.recv(65_536):
                arrived.setdefault(key.fileobj, time.perf_counter() - committed)
    return list(arrived.values())
