"""Ways a rule can say no, and how each is answered. Views rarely catch them."""

import json
import logging
import secrets
import traceback
from datetime import timedelta

from blinker import Signal
from flask import Flask, current_app, g, has_request_context, render_template, request
from flask_babel import gettext as _
from flask_login import AnonymousUserMixin
from flask_wtf.csrf import CSRFError, generate_csrf
from werkzeug.exceptions import HTTPException, InternalServerError, SecurityError

from helpdesk.core.htmx import wants_part

log = logging.getLogger(__name__)
CAUSES = 5  # of one fault, told in the log
not_allowed = Signal("Somebody tried what they may not do.")


class DomainError(Exception):
    """Someone asked for something the rules forbid. The message is written for that person."""

    status = 400

    def __init__(self, message: str, field: str | None = None):
        super().__init__(message)
        self.message, self.field = message, field


class Refused(DomainError):
    """The input can be corrected: shown in the form."""

    status = 422


class NotAllowed(DomainError):
    """This person may not do this; said so, unless there is more to say."""

    status = 403

    def __init__(self, message: str = ""):
        super().__init__(message or message_for(self.status))


class Conflict(DomainError):
    """It changed since the person looked: shown again, with what they typed."""

    status = 409


class TooOften(DomainError):
    """This was done so often that it has to wait."""

    status = 429

    def __init__(self, message: str, wait: timedelta):
        super().__init__(message)
        self.wait = wait


def request_id() -> str:
    """Names this request in the log and on the error page, so that one leads to the other."""
    if not has_request_context():
        return "-"
    if "request_id" not in g:
        g.request_id = secrets.token_hex(6)
    return g.request_id


def message_for(status: int) -> str:
    """What happened and what to do, for the person who sees an error page."""
    messages = {
        400: _("The server could not understand this request. Go back, reload the page and try again."),
        401: _("You are signed out. Sign in again; what you typed is still on your page."),
        403: _("You may not do this. If you need to, ask your manager."),
        404: _("There is nothing here, or it is not yours to see. Check the address."),
        405: _("This address cannot be used in this way. Go back and use the buttons on the page."),
        409: _("Someone changed this while you were looking at it. Reload the page and check."),
        413: _("This is too large to send. Make it shorter, the photo smaller, or divide the spreadsheet."),
        422: _("Something in the form is not right yet. Check it and save again."),
        429: _("Too many tries. Wait a moment, then try again."),
        503: _("The server is busy. Nothing was changed; try again in a moment."),
        507: _("The server has no room left: nothing was saved. Tell your administrator. What is there can be read."),
    }
    return messages.get(status) or _("Something went wrong on the server. Nothing was saved; try again.")


def error_page(message: str, status: int):
    """A page for a browser, a short part for htmx; both name the request."""
    template = "errors/_refused.html" if wants_part() else "errors/error.html"
    return render_template(template, message=message, status=status, request_id=request_id()), status


def init_app(app: Flask) -> None:
    app.register_error_handler(DomainError, _say_no)
    app.register_error_handler(CSRFError, _renew_token)
    app.register_error_handler(SecurityError, _say_unknown_host)
    app.register_error_handler(HTTPException, _say_http)
    app.register_error_handler(Exception, _say_sorry)


def _say_no(error: DomainError):
    if isinstance(error, NotAllowed):
        not_allowed.send(current_app._get_current_object(), error=error)
    body, status = error_page(error.message, error.status)
    wait = {"Retry-After": str(int(error.wait.total_seconds()) + 1)} if isinstance(error, TooOften) else {}
    return body, status, wait


def _renew_token(_error: CSRFError):
    """The page is older than this sign-in: give it the new token, so that saving again works."""
    message = _("This page was open since before you signed in. Nothing was saved yet; save again.")
    body, status = error_page(message, 400)
    return body, status, {"HX-Trigger": json.dumps({"token-renewed": {"token": generate_csrf()}})}


def _say_unknown_host(_error: SecurityError):
    """A host name that is not ours: no page can be built, because its links would lead there."""
    return message_for(400), 400, {"Content-Type": "text/plain; charset=utf-8"}


def _say_http(error: HTTPException):
    if error.response is not None or (error.code or 500) < 400:
        return error
    body, status = error_page(message_for(error.code), error.code)
    kept = [(name, value) for name, value in error.get_headers() if name in ("Allow", "Retry-After")]
    return body, status, kept


def _say_sorry(error: Exception):
    """Keeps where it happened in the log, under the id the page shows; typed text and SQL values stay out of it."""
    log.error("request %s %s %s\n%s", request_id(), request.method, request.url_rule or "-", where(error))
    g._login_user = AnonymousUserMixin()  # the page asks nothing of a database that may be the trouble
    if is_full(error):
        return error_page(message_for(507), 507)
    if is_busy(error):
        return error_page(message_for(503), 503)
    return _say_http(InternalServerError(original_exception=error))


def is_full(error: Exception) -> bool:
    """Whether the disk of the database has no room left, as SQLite and PostgreSQL say it."""
    told = getattr(error, "orig", None)
    return str(told) == "database or disk is full" or getattr(told, "sqlstate", "") == "53100"


def is_busy(error: Exception) -> bool:
    """Whether somebody else held the lock for too long, as SQLite and PostgreSQL say it: nothing was done."""
    told = getattr(error, "orig", None)
    return str(told) == "database is locked" or getattr(told, "sqlstate", "") == "55P03"


def where(error: BaseException | None) -> str:
    """The traceback, the first cause on top, without messages: Python and PostgreSQL quote in them what was typed."""
    told: list[str] = []
    while error is not None and len(told) < CAUSES:
        told.insert(0, f"{''.join(traceback.format_tb(error.__traceback__))}{type(error).__qualname__}")
        error = error.__cause__ or (None if error.__suppress_context__ else error.__context__)
    return "\n".join(told)
