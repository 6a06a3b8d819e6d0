"""Where somebody is signed in, and which devices are known as theirs."""

from collections.abc import Iterable
from datetime import datetime

from flask import abort
from sqlalchemy import Select, or_, select

from helpdesk.accounts.device_models import DeviceKind, EnrolledDevice, UserPin
from helpdesk.accounts.models import Session, User, UserRole
from helpdesk.accounts.queries import administers, visible_users
from helpdesk.accounts.sessions import LONGEST, idle_limit
from helpdesk.core.access import Permission, Role, estates
from helpdesk.core.extensions import db


def open_sessions(user: User, now: datetime) -> list[Session]:
    """Where this user is signed in, the last used first. On a known computer a pause ends nothing."""
    known = any(device.kind is DeviceKind.READING for device in devices_of(user, now))
    rest = LONGEST if known else idle_limit(user)
    counts = (Session.opened_at >= now - LONGEST) & (Session.seen_at >= now - rest) & Session.ended_at.is_(None)
    listed = select(Session).where(Session.user_id == user.id, counts)
    return list(db.session.scalars(listed.order_by(Session.seen_at.desc(), Session.id.desc())))


def get_session(user: User, session_id: int) -> Session:
    """One session of this user, ended or not; 404 if it is somebody else's."""
    found = select(Session).where(Session.user_id == user.id, Session.id == session_id)
    return db.session.scalar(found) or abort(404)


def devices_of(user: User, now: datetime) -> list[EnrolledDevice]:
    """What is known as this user's own, the newest first."""
    valid = EnrolledDevice.revoked_at.is_(None) & (EnrolledDevice.expires_at > now)
    listed = select(EnrolledDevice).where(EnrolledDevice.user_id == user.id, valid)
    return list(db.session.scalars(listed.order_by(EnrolledDevice.id.desc())))


def visible_devices(actor: User) -> Select[tuple[EnrolledDevice]]:
    """One's own; of technicians whose duty one plans, for phones get lost on a round; of accounts one looks after."""
    planned = select(UserRole.user_id).where(
        UserRole.role == Role.TECHNICIAN, UserRole.estate_id.in_(estates(actor, Permission.PLAN_DUTY))
    )
    seen = [EnrolledDevice.user_id == actor.id, EnrolledDevice.user_id.in_(planned)]
    if estates(actor, Permission.ADMINISTER):
        seen.append(EnrolledDevice.user_id.in_(_administered(actor, db.session.scalars(visible_users(actor)))))
    return select(EnrolledDevice).where(or_(*seen))


def devices_revocable(actor: User, user: User, now: datetime) -> list[EnrolledDevice]:
    """What is known as this user's own, if the actor may end that."""
    valid = EnrolledDevice.revoked_at.is_(None) & (EnrolledDevice.expires_at > now)
    listed = visible_devices(actor).where(EnrolledDevice.user_id == user.id, valid)
    return list(db.session.scalars(listed.order_by(EnrolledDevice.id.desc())))


def get_device(actor: User, device_id: int) -> EnrolledDevice:
    return db.session.scalar(visible_devices(actor).where(EnrolledDevice.id == device_id)) or abort(404)


def has_pin(user: User) -> bool:
    return db.session.get(UserPin, user.id) is not None


def _administered(actor: User, users: Iterable[User]) -> list[int]:
    return [user.id for user in users if administers(actor, user)]
