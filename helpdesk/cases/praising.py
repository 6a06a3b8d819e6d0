"""Letting those who are praised know it, and noting that they have read it."""

from datetime import datetime

from flask_babel import gettext as _
from sqlalchemy import Select, func, select
from sqlalchemy.orm import contains_eager

from helpdesk.accounts.models import User, UserRole
from helpdesk.audit.actions import record
from helpdesk.cases.models import Praise, PraiseReader, Team
from helpdesk.core.access import Permission, Role, require
from helpdesk.core.errors import Refused
from helpdesk.core.extensions import db

ROLES = {
    Team.OPERATORS: (Role.OPERATOR,),
    Team.TECHNICIANS: (Role.TECHNICIAN,),
    Team.EVERYBODY: (Role.OPERATOR, Role.TECHNICIAN, Role.FINANCE, Role.OFFICER, Role.MANAGER),
}
ROWS = 50


def pass_on_praise(
    *, estate_id: int, words: str, user: User | None, team: Team | None, call_id: int | None, actor: User, now: datetime
) -> Praise:
    """Let one member of staff, or all of a team, read what a resident said. Refused for whoever does not work here."""
    require(actor, Permission.LOG_CALL, estate_id)
    here = staff_of(estate_id)
    praised = [one for one in here if user and one.id == user.id] if user else _team(here, team, estate_id)
    if user and not praised:
        raise Refused(_("Choose somebody who works here."), field="praised")
    praise = Praise(
        estate_id=estate_id, call_id=call_id, team=None if user else team, words=words, said_at=now,
        readers=[PraiseReader(user_id=one.id) for one in praised],
    )  # fmt: skip
    db.session.add(praise)
    topics = {topic for reader in praise.readers for topic in reader.topics}
    record("praise.passed_on", praise, actor=actor, now=now, topics=topics, user_ids=[one.id for one in praised])
    return praise


def read_praise(user: User, *, now: datetime) -> None:
    """Whoever is praised has read it all. Nothing happens where nothing is left to read."""
    unread = list(db.session.scalars(_of(user).where(PraiseReader.seen_at.is_(None)).order_by(PraiseReader.id)))
    if not unread:
        return
    *_, newest = unread
    for reader in unread:
        reader.seen_at = now
    record("praise.read", newest, actor=user, now=now, topics=newest.topics, count=len(unread))


def praise_of(user: User) -> list[PraiseReader]:
    """What was said of this user, the newest first."""
    return list(db.session.scalars(_of(user).order_by(Praise.said_at.desc(), PraiseReader.id.desc()).limit(ROWS)))


def unread_praise(user: User) -> int:
    """How many good words they have not read yet."""
    unread = select(func.count()).where(PraiseReader.user_id == user.id, PraiseReader.seen_at.is_(None))
    return db.session.scalar(unread) or 0


def staff_of(*estate_ids: int) -> list[User]:
    """Everybody who works in one of these estates, by name; disabled accounts are left out."""
    here = select(UserRole.user_id).where(UserRole.estate_id.in_(estate_ids))
    return list(db.session.scalars(select(User).where(User.active, User.id.in_(here)).order_by(User.name, User.id)))


def _of(user: User) -> Select[tuple[PraiseReader]]:
    """A user reads what was said of themselves, and nothing else."""
    own = select(PraiseReader).join(PraiseReader.praise).where(PraiseReader.user_id == user.id)
    return own.options(contains_eager(PraiseReader.praise))


def _team(here: list[User], team: Team | None, estate_id: int) -> list[User]:
    roles = ROLES[team or Team.EVERYBODY]
    return [one for one in here if any(held.role in roles and held.estate_id == estate_id for held in one.roles)]
