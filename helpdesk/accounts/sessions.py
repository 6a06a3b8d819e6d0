"""Who is behind a request. The cookie holds one random number; everything else is a row that can be ended.

The token against forged forms is derived from that number, so a visitor who is not signed in needs no row, and
signing in, which draws a new number, renews it.
"""

import hmac
import re
import secrets
from datetime import datetime, timedelta
from enum import StrEnum
from hashlib import sha256

from flask import Flask, Request, Response, current_app, g, request, session
from flask.sessions import SessionInterface, SessionMixin
from flask_login import current_user
from sqlalchemy import exists, select, update
from sqlalchemy.orm import joinedload

from helpdesk.accounts.device_models import DeviceKind, EnrolledDevice, LockPolicy, UserPin
from helpdesk.accounts.models import Session, User
from helpdesk.accounts.rules import device_of
from helpdesk.core import clock
from helpdesk.core.access import Role
from helpdesk.core.extensions import db, login
from helpdesk.core.headers import SAFE
from helpdesk.core.transactions import aside

LONGEST = timedelta(hours=20)
SHIFT = timedelta(hours=12)
DESK = timedelta(minutes=30)
IDLE: dict[Role, timedelta] = {Role.OPERATOR: SHIFT, Role.TECHNICIAN: SHIFT}
SEEN_EVERY = timedelta(minutes=1)
LOCK_MINUTES = 10  # unless the company chose others
COOKIE = re.compile(r"[\w-]{43}")
NO_COOKIE = ("static", "live.stream", "live.changes", "home.healthz")


class State(StrEnum):
    """What a session that has not ended is good for."""

    OPEN = "open"
    READING = "reading"  # on a known computer, after a long pause: changing something asks for the password
    LOCKED = "locked"  # nothing at all, until it is unlocked


class BrowserSession(dict, SessionMixin):
    """What Flask calls the session: the number in the cookie, and the form secret derived from it."""

    def __init__(self, number: str, secret_key: str, *, from_cookie: bool):
        self._secret_key = secret_key
        super().__init__(csrf_token=_form_secret(number, secret_key))
        self.number, self.from_cookie = number, from_cookie

    def renew(self, number: str) -> None:
        """From now on this browser is known by another number: whoever held the old one gains nothing."""
        if self.from_cookie:
            former, now = hashed(self.number), clock.now()
            left = (Session.token_hash == former) & Session.ended_at.is_(None)
            aside(lambda: db.session.execute(update(Session).where(left).values(ended_at=now)))
        self.number, self.from_cookie = number, False
        self["csrf_token"] = _form_secret(number, self._secret_key)


class OpaqueCookie(SessionInterface):
    def open_session(self, app: Flask, incoming: Request) -> BrowserSession:
        number = incoming.cookies.get(app.config["SESSION_COOKIE_NAME"], "")
        known = COOKIE.fullmatch(number) is not None
        return BrowserSession(number if known else new_number(), app.secret_key, from_cookie=known)

    def save_session(self, app: Flask, session: BrowserSession, response: Response) -> None:
        if session.from_cookie or request.endpoint in NO_COOKIE:
            return
        response.set_cookie(
            app.config["SESSION_COOKIE_NAME"], session.number, path="/", httponly=True, samesite="Lax",
            secure=app.config["HTTPS"],
        )  # fmt: skip


def new_number() -> str:
    return secrets.token_urlsafe(32)


def hashed(number: str) -> str:
    return sha256(number.encode()).hexdigest()


def device_cookie(app: Flask) -> str:
    return "__Host-device" if app.config["HTTPS"] else "device"


def idle_limit(user: User) -> timedelta:
    """How long this user may rest before signing in again: the shortest limit of the roles held."""
    return min((IDLE.get(held.role, DESK) for held in user.roles), default=DESK)


def locks_itself(user: User) -> bool:
    """An operator's screen stands in a room where others come and go."""
    return any(held.role == Role.OPERATOR for held in user.roles)


def init_app(app: Flask) -> None:
    app.session_interface = OpaqueCookie()
    login.session_protection = None
    login.init_app(app)
    login.request_loader(lambda _request: _user_of_cookie())
    app.before_request(_note_presence)


def _user_of_cookie() -> User | None:
    """A locked session is nobody's, and so is one that may only read when something is to be changed."""
    g.session_row = g.locked_row = g.reading_row = None
    if not session.from_cookie:
        return None
    device = request.cookies.get(device_cookie(current_app), "")
    row, state, g.lock_after, g.has_pin = found_session(session.number, clock.now(), device)
    if state is State.LOCKED:
        g.locked_row = row
    elif state is State.READING:
        g.reading_row = row
    if state is State.OPEN or (state is State.READING and request.method in SAFE):
        g.session_row = row
    return g.session_row.user if g.session_row else None


def found_session(number: str, now: datetime, device: str = "") -> tuple[Session | None, State | None, timedelta, bool]:
    """The session row of a cookie and what it is good for now, if it is neither ended nor too old, idle or of a
    disabled account; then how long a screen may rest before it locks, and whether a PIN unlocks it.
    """
    still_open = (Session.token_hash == hashed(number)) & Session.ended_at.is_(None)
    with_roles = joinedload(Session.user, innerjoin=True).joinedload(User.roles)
    minutes = select(LockPolicy.minutes).scalar_subquery()
    has_pin = exists().where(UserPin.user_id == Session.user_id)
    asked = select(Session, minutes, has_pin).where(still_open).options(with_roles)
    row, chosen, pin = db.session.execute(asked).unique().one_or_none() or (None, None, False)
    lock_after = timedelta(minutes=chosen or LOCK_MINUTES)
    return row, _state(row, now, lock_after, device) if row else None, lock_after, pin


def open_session_of(number: str, now: datetime, device: str = "") -> Session | None:
    """The session row of a cookie, if pages may be shown to it."""
    row, state, *_ = found_session(number, now, device)
    return row if state in (State.OPEN, State.READING) else None


def number_of_somebody(app: Flask, environ: dict) -> str | None:
    """The number in the cookie of a request that is not looked at yet, if a session is open under it."""
    cookies = Request(environ).cookies
    number, device = cookies.get(app.config["SESSION_COOKIE_NAME"], ""), cookies.get(device_cookie(app), "")
    with app.app_context():
        return number if open_session_of(number, clock.now(), device) else None


def _state(row: Session, now: datetime, lock_after: timedelta, device: str) -> State | None:
    rested = now - row.seen_at
    if not row.user.active or now - row.opened_at > LONGEST:
        return None
    is_idle = rested > idle_limit(row.user)
    if is_idle and not _is_known_computer(device, row.user_id, now):
        return None
    # Presence is written once a minute, so whoever just worked may look as if they had rested for one.
    if row.locked_at or (locks_itself(row.user) and rested > lock_after + SEEN_EVERY):
        return State.LOCKED
    return State.READING if is_idle else State.OPEN


def known_device(token: str, now: datetime) -> EnrolledDevice | None:
    """The device of a cookie, if it was neither revoked nor is too old, and its owner may sign in."""
    valid = EnrolledDevice.revoked_at.is_(None) & (EnrolledDevice.expires_at > now)
    found = COOKIE.fullmatch(token) and db.session.scalar(
        select(EnrolledDevice).where(EnrolledDevice.token_hash == hashed(token), valid)
    )
    return found if found and found.user.active else None


def _is_known_computer(device: str, user_id: int, now: datetime) -> bool:
    found = known_device(device, now)
    return found is not None and (found.user_id, found.kind) == (user_id, DeviceKind.READING)


def _note_presence() -> None:
    """Remember that a person was here, and with what, at most once a minute. Pages that refresh themselves do not
    count, and a session that may only read stays so.
    """
    if request.endpoint in NO_COOKIE or "X-Refresh" in request.headers or not current_user.is_authenticated:
        return
    row, now, device = g.session_row, clock.now(), device_of(request.user_agent.string)
    if g.reading_row or (now - row.seen_at < SEEN_EVERY and device == (row.browser, row.system)):
        return
    said = dict(zip(("seen_at", "browser", "system"), (now, *device), strict=True))
    row_id = row.id
    seen = update(Session).where(Session.id == row_id).values(**said)
    aside(lambda: db.session.execute(seen), needed=False)


def _form_secret(number: str, secret_key: str) -> str:
    return hmac.new(secret_key.encode(), f"form:{number}".encode(), sha256).hexdigest()
