"""Signing in and out, and the accounts of the staff."""

import secrets
from datetime import datetime, timedelta

from flask_babel import gettext as _
from sqlalchemy import delete, update

from helpdesk.accounts.device_models import EnrolledDevice
from helpdesk.accounts.models import FirstAdministratorLink, Language, Session, SignInStep, Theme, User, UserRole
from helpdesk.accounts.proof import require_proof
from helpdesk.accounts.queries import administers, first_administrator_link, sign_in_step, user_named
from helpdesk.accounts.second_step import Typed, is_right
from helpdesk.accounts.sessions import hashed, new_number
from helpdesk.audit.actions import record
from helpdesk.core.access import Permission, Role, require
from helpdesk.core.errors import Conflict, NotAllowed, Refused
from helpdesk.core.extensions import db

LINK_LASTS = timedelta(minutes=30)
FIRST_PASSWORD_LASTS = timedelta(hours=24)


def open_door(user: User, *, proved: str, renewed: str, now: datetime) -> str:
    """Let in whose password was right: to a session, or to the question for their second step.

    Returns the number for the cookie, kept nowhere else. `proved` is the hash that the password was checked against
    before the lock, `renewed` the same or a stronger one. Refused if the account was disabled or its password changed
    in between, or if it is a first password that nobody used in time.
    """
    if not user.active or user.password_hash != proved:
        raise Refused(_("The account or the password is not right."))
    if user.password_expires_at is not None and now >= user.password_expires_at:
        raise Refused(_("This first password is too old. Ask your administrator for a new one."))
    user.password_hash = renewed
    if user.second_step_since is None:
        return open_session(user, now=now)
    number = new_number()
    db.session.add(SignInStep(token_hash=hashed(number), user_id=user.id, opened_at=now))
    return number


def pass_second_step(step_id: str, typed: Typed, *, now: datetime) -> str:
    """Open the session of whoever gave the password and now the code. Refused if it is wrong or was used before."""
    step = sign_in_step(step_id, now)
    if step is None or not step.user.active:
        raise Conflict(_("That took too long. Sign in again."))
    user = step.user
    if not is_right(typed, user, now):
        raise Refused(_("This code is not right, or was used before. Type the newest one."))
    db.session.delete(step)
    if typed.code_hash:
        record("second_step.code_used", user, actor=user, now=now)
    return open_session(user, now=now)


def open_session(user: User, *, now: datetime) -> str:
    """Sign somebody in who proved who they are; returns the number for the cookie."""
    number = new_number()
    row = Session(token_hash=hashed(number), user_id=user.id, opened_at=now, seen_at=now, proved_at=now)
    db.session.add(row)
    record("session.opened", row, actor=user, now=now)
    return number


def renew_number(row: Session) -> str:
    """The same session under another number, after its owner got more rights or a new password."""
    number = new_number()
    row.token_hash = hashed(number)
    return number


def end_session(row: Session, *, actor: User, now: datetime) -> None:
    row.ended_at = now
    record("session.ended", row, actor=actor, now=now)


def sign_out_elsewhere(user: User, *, but: int | None, actor: User, now: datetime) -> None:
    """Everywhere, or everywhere but in the session whose id is `but`."""
    end_all_sessions(user, now, but=but)
    record("user.signed_out", user, actor=actor, now=now, raises_version=False)


def choose(user: User, *, language: Language | None = None, theme: Theme | None = None) -> None:
    """A person's own taste is no act of the business: it leaves no event."""
    user.language, user.theme = language or user.language, theme or user.theme


def offer_first_administrator(*, now: datetime) -> str:
    """Draw the token of the one link that makes the first administrator; an older one stops working."""
    token = secrets.token_urlsafe(24)
    db.session.execute(delete(FirstAdministratorLink))
    db.session.add(FirstAdministratorLink(token_hash=hashed(token), expires_at=now + LINK_LASTS))
    return token


def add_first_administrator(
    token: str, *, username: str, name: str, password_hash: str, estate_id: int, now: datetime
) -> User:
    """Add the account that may add all others. Raises Conflict when the link was used or is too old."""
    link = first_administrator_link(token, now)
    if link is None:
        raise Conflict(_("This link has been used or is too old. Start the program again for a new one."))
    db.session.delete(link)
    return add_administrator(username=username, name=name, password_hash=password_hash, estate_id=estate_id, now=now)


def add_administrator(*, username: str, name: str, password_hash: str, estate_id: int, now: datetime) -> User:
    """For the first administrator and for the command line: nobody is signed in there, so no actor is kept."""
    user = _new_user(username=username, name=name, password_hash=password_hash, roles={Role.ADMIN}, estate_id=estate_id)
    record("user.added", user, actor=None, now=now)
    return user


def add_user(
    *, username: str, name: str, phone: str | None, password_hash: str, roles: set[Role], estate_id: int,
    proved: bool, actor: User, now: datetime,
) -> User:  # fmt: skip
    """Give a member of staff an account in one estate. Raises Refused if the name is taken or no role is chosen."""
    require(actor, Permission.ADMINISTER, estate_id)
    require_proof(proved, field="own_password")
    if not roles:
        raise Refused(_("Choose at least one role."), field="roles")
    user = _new_user(username=username, name=name, password_hash=password_hash, roles=roles, estate_id=estate_id)
    user.phone, user.password_expires_at = phone, now + FIRST_PASSWORD_LASTS
    record("user.added", user, actor=actor, now=now)
    return user


def set_active(user: User, *, active: bool, actor: User, now: datetime) -> None:
    """Disable or enable an account. A disabled one is signed out everywhere at once."""
    require_to_administer(user, actor)
    if user.id == actor.id:
        raise NotAllowed(_("Another administrator must disable your account."))
    user.active = active
    if not active:
        end_all_sessions(user, now)
        forget_devices(user, now)
    record("user.enabled" if active else "user.disabled", user, actor=actor, now=now)


def set_password(user: User, *, password_hash: str, proved: bool, actor: User, now: datetime) -> None:
    """Give an account a password for its next sign-in, within a day, where its owner chooses another.

    Whoever used the old one is signed out. The second step stays: a password alone never gets around it.
    """
    require_to_administer(user, actor)
    require_proof(proved, field="own_password")
    _keep_password(user, password_hash, expires_at=now + FIRST_PASSWORD_LASTS)
    end_all_sessions(user, now)
    forget_devices(user, now)
    record("user.password_set", user, actor=actor, now=now)


def change_password(*, password_hash: str, keep: Session | None, actor: User, now: datetime) -> None:
    """A password of one's own. The other browsers are signed out; all but the one that asks, where it is given."""
    _keep_password(actor, password_hash, expires_at=None)
    if keep is not None:
        end_all_sessions(actor, now, but=keep.id)
    record("user.password_changed", actor, actor=actor, now=now)


def _keep_password(user: User, password_hash: str, *, expires_at: datetime | None) -> None:
    """An account of the demonstration that gets a password of its own is no longer one."""
    user.password_hash, user.password_expires_at, user.is_demo = password_hash, expires_at, False


def set_roles(
    user: User, *, roles: set[Role], estate_id: int, proved: bool, actor: User, now: datetime
) -> set[Role]:  # fmt: skip
    """Which roles an account holds in one estate; returns those that are new. Whoever is signed in with the old ones
    signs in anew.
    """
    require_to_administer(user, actor)
    require(actor, Permission.ADMINISTER, estate_id)
    require_proof(proved, field="own_password")
    if user.id == actor.id:
        raise NotAllowed(_("Another administrator must change your roles."))
    elsewhere = [held for held in user.roles if held.estate_id != estate_id]
    kept = [held for held in user.roles if held.estate_id == estate_id and held.role in roles]
    new = roles - {held.role for held in kept}
    user.roles = [*elsewhere, *kept, *(UserRole(role=role, estate_id=estate_id) for role in sorted(new))]
    end_all_sessions(user, now)
    record("user.roles_set", user, actor=actor, now=now, estate_id=estate_id, roles=sorted(roles))
    return new


def set_phone(user: User, *, phone: str | None, proved: bool, actor: User, now: datetime) -> None:
    """The mobile number of a member of staff, digits only, or none. A consent to publish covers the old one only."""
    require_to_administer(user, actor)
    require_proof(proved, field="own_password")
    user.phone = phone
    record("user.phone_set", user, actor=actor, now=now)


def require_to_administer(user: User, actor: User) -> None:
    if not administers(actor, user):
        raise NotAllowed(_("Whoever administers all estates in which this person works must do this."))


def _new_user(*, username: str, name: str, password_hash: str, roles: set[Role], estate_id: int) -> User:
    if user_named(username) is not None:
        raise Refused(_("There is an account with this name already."), field="username")
    user = User(
        username=username, name=name, password_hash=password_hash, language=Language.ZH, theme=Theme.AUTO,
        active=True, version=0, roles=[UserRole(role=role, estate_id=estate_id) for role in sorted(roles)],
    )  # fmt: skip
    db.session.add(user)
    db.session.flush()
    return user


def end_all_sessions(user: User, now: datetime, *, but: int | None = None) -> None:
    """Sign somebody out everywhere, and forget passwords that wait for their code."""
    still_open = (Session.user_id == user.id) & Session.ended_at.is_(None)
    db.session.execute(update(Session).where(still_open, Session.id != (but or 0)).values(ended_at=now))
    db.session.execute(delete(SignInStep).where(SignInStep.user_id == user.id))


def forget_devices(user: User, now: datetime) -> None:
    known = (EnrolledDevice.user_id == user.id) & EnrolledDevice.revoked_at.is_(None)
    db.session.execute(update(EnrolledDevice).where(known).values(revoked_at=now))
