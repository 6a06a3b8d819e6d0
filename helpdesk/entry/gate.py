"""What somebody has to do before anything else: choose a password of their own, and set up their second step."""

from flask import Flask, current_app, redirect, request, url_for
from flask_login import current_user

from helpdesk.accounts.models import User
from helpdesk.accounts.second_step import must_have
from helpdesk.core.access import Guard
from helpdesk.core.htmx import wants_part

PASSWORD = "entry.first_password"  # noqa: S105 - the name of a page
SECOND_STEP = "entry.second_step"
OPEN = {  # by what is to be done first: what stays open meanwhile, beside what is open to everybody
    PASSWORD: {PASSWORD, "entry.choose_password"},
    SECOND_STEP: {SECOND_STEP, "entry.begin", "entry.confirm"},
}
ALWAYS = {"static", "accounts.sign_out", "accounts.choose_language", "accounts.choose_theme"}


def init_app(app: Flask) -> None:
    app.before_request(_lead_there)


def first_of_all(user: User) -> str | None:
    """The page that stands before all others for this person."""
    if user.password_expires_at is not None:
        return PASSWORD
    return SECOND_STEP if user.second_step_since is None and must_have(user) else None


def _lead_there():
    view = current_app.view_functions.get(request.endpoint)
    if view is None or request.endpoint in ALWAYS or Guard.PUBLIC in getattr(view, "permission", "").split("|"):
        return None
    page = first_of_all(current_user) if current_user.is_authenticated else None
    if page is None or request.endpoint in OPEN[page]:
        return None
    url = url_for(page)
    return ("", 204, {"HX-Redirect": url}) if wants_part() else redirect(url, 303)
