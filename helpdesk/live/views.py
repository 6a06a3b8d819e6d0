"""How pages hear that something changed: a stream of server-sent events, or, where that cannot be, by asking.

Both tell topics and the seq to go on from, never what changed: each region asks for itself, under its own permissions.
"""

from collections.abc import Iterator

from flask import Blueprint, Flask, Response, current_app, request, session
from sqlalchemy.exc import SQLAlchemyError

from helpdesk.accounts.sessions import device_cookie, open_session_of
from helpdesk.core import clock
from helpdesk.core.access import Guard, me, needs
from helpdesk.core.extensions import db
from helpdesk.live.feed import Feed, Full
from helpdesk.live.queries import changed_since, topics_of

bp = Blueprint("live", __name__)
feed = Feed()
BURST_S = 0.3  # the first change after a quiet while is told at once, those that follow together after this
HEARTBEAT_S = 10  # also how long a signed-out or vanished browser may keep a place while nothing happens
RETRY_AFTER_S = 30


@bp.get("/live")
@needs(Guard.SIGNED_IN)
def stream():
    app = current_app._get_current_object()
    events = _events(app, feed, session.number, _asked_seq(), request.cookies.get(device_cookie(app), ""))
    db.session.rollback()  # a stream waits long; the connection that found its user goes back to the pages
    try:
        next(events)  # takes the place; from here on whoever drops the generator gives it back
    except Full:
        return "", 503, {"Retry-After": str(RETRY_AFTER_S)}
    return Response(events, mimetype="text/event-stream", headers={"X-Accel-Buffering": "no"})


@bp.get("/live/changes")
@needs(Guard.SIGNED_IN)
def changes():
    seq, topics = changed_since(me(), _asked_seq())
    return {"seq": seq, "topics": sorted(topics)}


def _asked_seq() -> int:
    """Where to go on from: what a browser says when it connects again counts for more than the address."""
    asked = request.headers.get("Last-Event-ID") or request.args.get("after", "")
    return int(asked) if asked.isascii() and asked.isdecimal() and len(asked) < 19 else 0


def _events(app: Flask, feed: Feed, number: str, seq: int, device: str) -> Iterator[str]:
    """The stream of one browser, whose cookie holds `number`. Its first value is for the view, not for the browser."""
    with app.app_context():
        engine = db.engine
    with feed.listening(engine, limit=app.config["LIVE_STREAMS"], browser=number) as place:
        yield ""
        yield "retry: 3000\n\n"
        wait_s = 0  # what was missed, or that nothing was, is told at once
        while not place.over.is_set():
            newest, changed = feed.since(seq, wait_s=wait_s, place=place)
            try:
                mine = _topics_now(app, number, device)
            except SQLAlchemyError:  # the feed has logged it; the browser comes back by itself
                return
            if mine is None:
                yield "event: over\ndata: signed out\n\n"
                return
            yield _told(newest, mine if changed is None else mine & changed)
            if newest != seq:
                place.over.wait(BURST_S)
            seq, wait_s = newest, HEARTBEAT_S


def _told(newest: int, topics: set[str]) -> str:
    """One message. With nothing to tell it is a sign of life, so that the page knows that it is still up to date."""
    event, text = ("", " ".join(sorted(topics))) if topics else ("event: here\n", "-")
    return f"id: {newest}\n{event}data: {text}\n\n"


def _topics_now(app: Flask, number: str, device: str) -> set[str] | None:
    """What this session may hear now: it may have ended, been locked, or lost rights, since the stream began.

    Holds no database session in between, for there may be a hundred streams.
    """
    with app.app_context():
        row = open_session_of(number, clock.now(), device)
        return topics_of(row.user) if row else None
