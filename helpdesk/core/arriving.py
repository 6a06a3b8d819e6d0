"""How many bodies may be on their way to us at once.

Each thread of the server waits for one body. Whoever sends many of them, a letter now and then, would have all threads
without signing in, and nobody could log a call. So a form is taken in whole before the application is asked at all,
few may be arriving from one address, and more than that are turned away without a word read. A few places are kept
for whoever is signed in, so that no stranger, however many addresses they have, keeps a call from being saved.
"""

import threading
from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from functools import partial
from io import BytesIO

from flask import Flask, Response

from helpdesk.core.body_limits import FORM_LIMIT
from helpdesk.core.headers import HEADERS

AT_ONCE = 64  # forms; the server has as many threads more than pages and streams need
FROM_ONE = 32  # an office shares one address
KEPT_AT_ONCE = 16  # of those for people who are signed in, when there is no other left
KEPT_FROM_ONE = 2  # one browser
LARGE_AT_ONCE = 24  # photos and spreadsheets, which hold a connection to the database as well
LARGE_FROM_ONE = 12
RETRY_AFTER_S = 5
BUSY = "现在同时发送的太多，请过几秒再试。 Too much is being sent at once; try again in a few seconds.\n"


class Full(Exception):
    """Nobody more may send just now."""


class Places:
    """So many at once in all, and so many of one address."""

    def __init__(self, at_once: int, from_one: int):
        self._at_once, self._from_one = at_once, from_one
        self._taken: Counter[str] = Counter()
        self._taking = threading.Lock()

    @contextmanager
    def taken_by(self, address: str) -> Iterator[None]:
        with self._taking:
            if self._taken.total() >= self._at_once or self._taken[address] >= self._from_one:
                raise Full
            self._taken[address] += 1
        try:
            yield
        finally:
            with self._taking:
                self._taken[address] -= 1
                self._taken += Counter()  # forgets who has none


class Arriving:
    """Stands before the application."""

    def __init__(self, application: Callable, signed_in: Callable[[dict], str | None]):
        """`signed_in` says by which number a request belongs to somebody who is signed in."""
        self._application, self._signed_in = application, signed_in
        self._forms, self._kept = Places(AT_ONCE - KEPT_AT_ONCE, FROM_ONE), Places(KEPT_AT_ONCE, KEPT_FROM_ONE)
        self._large = Places(LARGE_AT_ONCE, LARGE_FROM_ONE)

    def __call__(self, environ: dict, start_response: Callable) -> Iterable[bytes]:
        length, address = environ.get("CONTENT_LENGTH") or "0", environ.get("REMOTE_ADDR", "")
        size = int(length) if length.isascii() and length.isdigit() else 0
        in_pieces = "HTTP_TRANSFER_ENCODING" in environ
        try:
            if in_pieces or size > FORM_LIMIT:
                with self._large.taken_by(address):
                    return self._application(environ, start_response)
            if size:
                environ["wsgi.input"] = BytesIO(self._form(environ, size, address))
        except Full:
            said = {**HEADERS, "Cache-Control": "no-store", "Retry-After": str(RETRY_AFTER_S)}
            return Response(BUSY, 503, said, "text/plain")(environ, start_response)
        return self._application(environ, start_response)

    def _form(self, environ: dict, size: int, address: str) -> bytes:
        try:
            with self._forms.taken_by(address):
                return _whole(environ["wsgi.input"], size)
        except Full:
            number = self._signed_in(environ)
            if number is None:
                raise
            with self._kept.taken_by(number):
                return _whole(environ["wsgi.input"], size)


def _whole(body, size: int) -> bytes:
    """What arrives, until it is complete or broken off."""
    pieces: list[bytes] = []
    while size and (piece := body.read(size)):
        pieces.append(piece)
        size -= len(piece)
    return b"".join(pieces)


def init_app(app: Flask, signed_in: Callable[[Flask, dict], str | None]) -> None:
    """Before `headers`: what a proxy says of the visitor is settled around this."""
    app.wsgi_app = Arriving(app.wsgi_app, partial(signed_in, app))
