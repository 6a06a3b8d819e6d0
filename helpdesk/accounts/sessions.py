"""Who is behind a request. The cookie holds one random number; everything else is a row that can be ended.

The token against forged forms is derived from that number, so a visitor who is not signed in needs no row, and
signing in, which draws a new number, renews it.
"""

import hmac
import re
import secrets
from datetime import datetime, timedelta
from hashlib import sha256

from flask import Flask, Request, Response, g, request, session
from flask.sessions import SessionInterface, SessionMixin
from flask_login import current_user
from sqlalchemy import select, update
from sqlalchemy.orm import joinedload

from helpdesk.accounts.models import Session, User
from helpdesk.core import clock
from helpdesk.core.access import Role
from helpdesk.core.extensions import db, login
from helpdesk.core.transactions import aside

LONGEST = timedelta(hours=20)
SHIFT = timedelta(hours=12)
DESK = timedelta(minutes=30)
IDLE: dict[Role, timedelta] = {Role.OPERATOR: SHIFT, Role.TECHNICIAN: SHIFT}
SEEN_EVERY = timedelta(minutes=1)
COOKIE = re.compile(r"[\w-]{43}")
NO_COOKIE = ("static", "live.stream", "live.changes", "home.healthz")


class BrowserSession(dict, SessionMixin):
    """What Flask calls the session: the number in the cookie, and the form secret derived from it."""

    def __init__(self, number: str, secret_key: str, *, from_cookie: bool):
        self._secret_key = secret_key
        super().__init__(csrf_token=_form_secret(number, secret_key))
        self.number, self.from_cookie = number, from_cookie

    def renew(self, number: str) -> None:
        """From now on this browser is known by another number: whoever held the old one gains nothing."""
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


def idle_limit(user: User) -> timedelta:
    """How long this user may rest before signing in again: the shortest limit of the roles held."""
    return min((IDLE.get(held.role, DESK) for held in user.roles), default=DESK)


def init_app(app: Flask) -> None:
    app.session_interface = OpaqueCookie()
    login.session_protection = None
    login.init_app(app)
    login.request_loader(lambda _request: _user_of_cookie())
    app.before_request(_note_presence)


def _user_of_cookie() -> User | None:
    found = open_session_of(session.number, clock.now()) if session.from_cookie else None
    g.session_row = found
    return found.user if found else None


def open_session_of(number: str, now: datetime) -> Session | None:
    """The session row of a cookie, if it is neither ended nor too old, idle or of a disabled account."""
    still_open = (Session.token_hash == hashed(number)) & Session.ended_at.is_(None)
    with_roles = joinedload(Session.user, innerjoin=True).joinedload(User.roles)
    found = db.session.scalars(select(Session).where(still_open).options(with_roles)).unique().one_or_none()
    if found is None or not found.user.active:
        return None
    too_old = now - found.opened_at > LONGEST or now - found.seen_at > idle_limit(found.user)
    return None if too_old else found


def _note_presence() -> None:
    """Remember that a person was here, at most once a minute. Pages that refresh themselves do not count."""
    if request.endpoint in NO_COOKIE or "X-Refresh" in request.headers or not current_user.is_authenticated:
        return
    row, now = g.session_row, clock.now()
    if now - row.seen_at >= SEEN_EVERY:
        row_id = row.id
        seen = update(Session).where(Session.id == row_id).values(seen_at=now)
        aside(lambda: db.session.execute(seen), needed=False)


def _form_secret(number: str, secret_key: str) -> str:
    return hmac.new(secret_key.encode(), f"form:{number}".encode(), sha256).hexdigest()
