from collections.abc import Collection
from datetime import datetime, timedelta

from flask import abort
from flask_babel import gettext as _
from sqlalchemy import Select, select
from sqlalchemy.orm import selectinload

from helpdesk.accounts.models import FirstAdministratorLink, SecondFactorReset, SignInStep, User, UserRole
from helpdesk.accounts.sessions import hashed
from helpdesk.core.access import Permission, Role, estates, roles_with
from helpdesk.core.errors import Conflict
from helpdesk.core.extensions import db

CODE_WITHIN = timedelta(minutes=5)  # of the right password
RESET_WITHIN = timedelta(hours=24)


def user_named(username: str) -> User | None:
    return db.session.scalar(select(User).where(User.username == username))


def holding(roles: Collection[Role], estate_ids: Collection[int]) -> Select[tuple[User]]:
    """Those who hold one of these roles in one of these estates; disabled accounts are left out."""
    here = select(UserRole.user_id).where(UserRole.role.in_(roles), UserRole.estate_id.in_(estate_ids))
    return select(User).where(User.active, User.id.in_(here))


def who_must_hear(estate_id: int, *, besides: Collection[int]) -> list[User]:
    """Managers and owner, who hear of what must not go unseen; but for those whom it is about."""
    found = holding((Role.MANAGER, Role.OWNER), [estate_id]).where(User.id.not_in(besides)).order_by(User.id)
    return list(db.session.scalars(found))


def technicians(estate_ids: Collection[int]) -> list[User]:
    """Who may be sent, the oldest account first; disabled accounts are left out."""
    return list(db.session.scalars(_technicians(estate_ids)))


def get_technician(user_id: int, *, estate_id: int) -> User | None:
    return db.session.scalar(_technicians([estate_id]).where(User.id == user_id))


def visible_users(user: User) -> Select[tuple[User]]:
    """Accounts this administrator looks after: those holding a role in one of their estates, or none at all."""
    mine = estates(user, Permission.ADMINISTER)
    here = User.roles.any(UserRole.estate_id.in_(mine))
    listed = select(User).where(here | ~User.roles.any()).order_by(User.username)
    return listed.options(selectinload(User.roles))


def get_user(user: User, user_id: int, *, seen_version: int | None = None) -> User:
    """One account this administrator looks after; 404 otherwise, Conflict if it changed since they looked."""
    found = db.session.scalar(visible_users(user).where(User.id == user_id)) or abort(404)
    if seen_version is not None and seen_version != found.version:
        raise Conflict(_("Someone changed this account while you were looking at it. Check, then save again."))
    return found


def administers(actor: User, user: User) -> bool:
    """Whether all of an account is in the hands of this administrator: every estate where it holds a role.

    One is not enough: whoever sets a password can sign in with it, and work wherever its owner may. An account
    without roles is in the hands of any administrator.
    """
    mine = estates(actor, Permission.ADMINISTER)
    return bool(mine) and {held.estate_id for held in user.roles} <= mine


def has_administrator() -> bool:
    is_administrator = User.roles.any(UserRole.role == Role.ADMIN)
    return db.session.scalar(select(User.id).where(is_administrator, User.active).limit(1)) is not None


def first_administrator_link(token: str, now: datetime) -> FirstAdministratorLink | None:
    """The printed link, if it is not too old and nobody administers this installation yet."""
    link = db.session.get(FirstAdministratorLink, hashed(token))
    usable = link is not None and link.expires_at > now and not has_administrator()
    return link if usable else None


def has_demo_accounts() -> bool:
    return db.session.scalar(select(User.id).where(User.is_demo, User.active).limit(1)) is not None


def sign_in_step(step_id: str, now: datetime) -> SignInStep | None:
    """The password that was right here a moment ago, and still waits for its code."""
    found = db.session.get(SignInStep, step_id)
    return found if found is not None and now - found.opened_at <= CODE_WITHIN else None


def reset_asked_for(user_id: int, now: datetime) -> SecondFactorReset | None:
    found = db.session.get(SecondFactorReset, user_id)
    return found if found is not None and now - found.asked_at <= RESET_WITHIN else None


def _technicians(estate_ids: Collection[int]) -> Select[tuple[User]]:
    return holding(roles_with(Permission.DO_VISITS), estate_ids).order_by(User.id)
