"""Who is on duty at a moment, who is rung in which order, and the roster. Pages start from `visible_shifts(user)`."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from flask import abort
from flask_babel import gettext as _
from sqlalchemy import Select, and_, case, select
from sqlalchemy.orm import joinedload, selectinload

from helpdesk.accounts.models import User, UserRole
from helpdesk.accounts.queries import administers
from helpdesk.core.access import Permission, can, estates
from helpdesk.core.errors import Conflict
from helpdesk.core.extensions import db
from helpdesk.duty.models import NumberConsent, Post, Shift
from helpdesk.duty.rules import Span, gaps

CHAIN = (Post.ON_CALL, Post.LEAD)  # whom the hotline rings when nobody has acknowledged
IN_ORDER = case({post: place for place, post in enumerate(Post)}, value=Shift.post)
LOOK_AHEAD = timedelta(hours=24)  # the hotline promises never to be without anybody
FITS: dict[Post, frozenset[Permission]] = {
    Post.HOTLINE: frozenset({Permission.WORK_HOTLINE}),
    Post.ON_CALL: frozenset({Permission.DO_VISITS}),
    Post.LEAD: frozenset({Permission.PLAN_DUTY, Permission.DISPATCH}),
}


def shifts_at(estate_id: int, at: datetime) -> Select[tuple[Shift]]:
    """The shifts that run at a moment, of people whose account is in use: by post, and within it by the chain."""
    return (
        select(Shift)
        .join(Shift.user)
        .where(Shift.estate_id == estate_id, Shift.starts_at <= at, Shift.ends_at > at)
        .where(Shift.called_off_at.is_(None), User.active)
        .order_by(IN_ORDER, Shift.position, Shift.id)
    )


def on_duty(estate_id: int, at: datetime) -> list[Shift]:
    return list(db.session.scalars(shifts_at(estate_id, at)))


def chain(estate_id: int, at: datetime) -> list[User]:
    """Whom to ring for an emergency, first to last: everybody on call, then who leads; each person once."""
    return chain_of(on_duty(estate_id, at), CHAIN)


def chain_of(shifts: list[Shift], posts: Sequence[Post]) -> list[User]:
    """Who is at these posts, in the order of the posts; each person once."""
    return list(dict.fromkeys(shift.user for post in posts for shift in shifts if shift.post is post))


@dataclass(frozen=True, slots=True)
class OnNow:
    """Somebody on duty, as the line at the head of every page says it; `number` only if it may be given away."""

    post: Post
    user_id: int
    name: str
    ends_at: datetime
    number: str | None


@dataclass(frozen=True, slots=True)
class Board:
    """Who is on, when that changes next, and the hours of the next day in which the hotline has nobody."""

    estate_id: int
    on: list[OnNow]
    changes_at: datetime | None
    without_hotline: list[Span]

    def at(self, post: Post) -> list[OnNow]:
        return [one for one in self.on if one.post == post]


def board(estate_id: int, now: datetime) -> Board:
    """Asked for by every page: one query, over the shifts that run or begin within a day."""
    until = now + LOOK_AHEAD
    consent = and_(NumberConsent.user_id == User.id, NumberConsent.withdrawn_at.is_(None))
    found = db.session.execute(
        select(
            Shift.post, Shift.starts_at, Shift.ends_at, User.id, User.name, User.phone,
            NumberConsent.digits.label("agreed"),
        )
        .join(Shift.user)
        .outerjoin(NumberConsent, consent)
        .where(Shift.estate_id == estate_id, Shift.ends_at > now, Shift.starts_at < until)
        .where(Shift.called_off_at.is_(None), User.active)
        .order_by(IN_ORDER, Shift.position, Shift.id)
    ).all()  # fmt: skip
    moments = [moment for row in found for moment in (row.starts_at, row.ends_at) if moment > now]
    hotline = [Span(row.starts_at, row.ends_at) for row in found if row.post is Post.HOTLINE]
    on = [
        OnNow(row.post, row.id, row.name, row.ends_at, row.phone if row.agreed == row.phone else None)
        for row in found
        if row.starts_at <= now
    ]
    return Board(estate_id, on, min(moments, default=None), gaps(hotline, Span(now, until)))


def visible_shifts(user) -> Select[tuple[Shift]]:
    """The rosters of the estates this user works in: all staff may know who is on."""
    mine = estates(user, Permission.LOG_CALL) | estates(user, Permission.PLAN_DUTY)
    return select(Shift).where(Shift.estate_id.in_(mine))


def get_shift(user, shift_id: int, *, seen_version: int | None = None) -> Shift:
    """One shift; 404 if there is none for this user, Conflict if it changed since they looked."""
    whose = joinedload(Shift.stands_in_for)
    shift = db.session.scalar(visible_shifts(user).where(Shift.id == shift_id).options(whose)) or abort(404)
    if seen_version is not None and seen_version != shift.version:
        raise Conflict(_("Someone changed this shift while you were looking at it. Check, then save again."))
    return shift


def shifts_between(user, estate_id: int, span: Span) -> list[Shift]:
    """What the roster of an estate says of a time, in order of time; what was called off is left out."""
    found = visible_shifts(user).where(
        Shift.estate_id == estate_id, Shift.ends_at > span.starts_at, Shift.starts_at < span.ends_at,
        Shift.called_off_at.is_(None),
    )  # fmt: skip
    in_time = found.order_by(IN_ORDER, Shift.starts_at, Shift.position, Shift.id)
    return list(db.session.scalars(in_time.options(joinedload(Shift.stands_in_for))))


def shifts_of(estate_id: int, user_ids: set[int], span: Span) -> list[Shift]:
    """What these people have there in a time, at any post; what was called off is left out."""
    found = select(Shift).where(
        Shift.estate_id == estate_id, Shift.user_id.in_(user_ids), Shift.ends_at > span.starts_at,
        Shift.starts_at < span.ends_at, Shift.called_off_at.is_(None),
    )  # fmt: skip
    return list(db.session.scalars(found))


def staff(estate_id: int) -> list[User]:
    """Everybody with a role in an estate whose account is in use, by name, their roles with them."""
    here = select(UserRole.user_id).where(UserRole.estate_id == estate_id)
    found = select(User).where(User.active, User.id.in_(here)).order_by(User.name, User.id)
    return list(db.session.scalars(found.options(selectinload(User.roles))))


def fits(user: User, post: Post, estate_id: int) -> bool:
    """Whether this person can be put on a post: a telephone needs somebody who may work it."""
    return any(can(user, permission, estate_id) for permission in FITS[post])


def whose_number(user, user_id: int) -> User:
    """Somebody whose consent this user may note: themselves, or an account they look after; 404 otherwise."""
    found = db.session.get(User, user_id) or abort(404)
    return found if found.id == user.id or administers(user, found) else abort(404)


def published_numbers(estate_id: int) -> list[tuple[User, str]]:
    """The staff of an estate whose number residents may have, those who repair first, then by account."""
    here = select(UserRole.user_id).where(UserRole.estate_id == estate_id)
    agreed = select(User).join(NumberConsent, NumberConsent.user_id == User.id).where(
        User.active, User.id.in_(here), NumberConsent.withdrawn_at.is_(None), NumberConsent.digits == User.phone
    )  # fmt: skip
    people = db.session.scalars(agreed.order_by(User.id).options(selectinload(User.roles)))
    first = sorted(people, key=lambda user: not can(user, Permission.DO_VISITS, estate_id))
    return [(user, user.phone) for user in first]
