"""Signing at a desk where somebody else is signed in: with one's own account and password, throttled as at the door."""

from datetime import timedelta

from flask import g
from flask_babel import gettext as _

from helpdesk.accounts import passwords
from helpdesk.accounts.models import User
from helpdesk.accounts.queries import user_named
from helpdesk.accounts.throttle import minutes_of
from helpdesk.audit.actions import record
from helpdesk.core.access import Permission, can
from helpdesk.core.errors import Refused
from helpdesk.core.transactions import aside
from helpdesk.handover.forms import SignHereForm


def signer_of(form: SignHereForm, now) -> tuple[User, str] | None:
    """Who signs, and the hash that the password was checked against; None, and the form says why.

    Nobody learns whether the account exists, is disabled, or the password was wrong.
    """
    if g.wait > timedelta(0):
        minutes = minutes_of(g.wait)
        form.form_errors = [_("Too many tries. Wait %(minutes)d minutes, then try again.", minutes=minutes)]
        form.http_status = 429
        return None
    user = user_named(form.username.data)
    proved = user.password_hash if user else None
    if passwords.matches(proved, form.password.data) and user.active:
        return user, proved
    if user is not None:
        aside(lambda: record("session.refused", user, actor=None, now=now, raises_version=False))
    form.form_errors, form.http_status = [_("The account or the password is not right.")], 422
    return None


def still(signer: tuple[User, str], estate_id: int) -> User:
    """The same person under the lock: the account as it was proved, and at work at this hotline."""
    user, proved = signer
    if not user.active or user.password_hash != proved:
        raise Refused(_("The account or the password is not right."))
    if not can(user, Permission.WORK_HOTLINE, estate_id):
        raise Refused(_("%(name)s does not work this hotline.", name=user.name), field="username")
    return user
