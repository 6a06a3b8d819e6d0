"""Finding rings and lines. What people see starts from what they may; the webhook finds its line by its token."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from flask import abort
from flask_babel import gettext as _
from sqlalchemy import Select, and_, or_, select
from sqlalchemy.orm import joinedload, selectinload

from helpdesk.accounts.sessions import hashed
from helpdesk.core import clock
from helpdesk.core.access import Permission, estates
from helpdesk.core.errors import Conflict
from helpdesk.core.extensions import db
from helpdesk.estate.models import Person, Phone
from helpdesk.telephony.models import Direction, Line, Report, TelephoneCall, TelephoneExtension
from helpdesk.telephony.rules import ANSWER_WITHIN, RINGS_AT_MOST, TALKS_AT_MOST

ROWS = 60
REPORTS_SHOWN = 50


def line_of(token: str) -> Line | None:
    """The telephone system that holds this token and was not ended."""
    return db.session.scalar(select(Line).where(Line.token_hash == hashed(token), Line.ended_at.is_(None)))


def has_line(user) -> bool:
    """Whether a telephone system reports to a hotline this user works."""
    mine = estates(user, Permission.WORK_HOTLINE)
    return (
        db.session.scalar(select(Line.id).where(Line.estate_id.in_(mine), Line.ended_at.is_(None)).limit(1)) is not None
    )


def visible_lines(user) -> Select[tuple[Line]]:
    mine = estates(user, Permission.ADMINISTER)
    with_people = selectinload(Line.extensions).joinedload(TelephoneExtension.user)
    return select(Line).where(Line.estate_id.in_(mine)).order_by(Line.id).options(with_people)


def get_line(user, line_id: int, *, seen_version: int | None = None) -> Line:
    """One telephone system this administrator looks after; 404 otherwise, Conflict if it changed since they looked."""
    line = db.session.scalar(visible_lines(user).where(Line.id == line_id)) or abort(404)
    if seen_version is not None and seen_version != line.version:
        raise Conflict(_("Someone changed this telephone system while you were looking at it. Check, then save again."))
    return line


def reports_of(line: Line) -> Sequence[Report]:
    newest = select(Report).where(Report.line_id == line.id).order_by(Report.id.desc())
    return db.session.scalars(newest.limit(REPORTS_SHOWN)).all()


def visible_rings(user) -> Select[tuple[TelephoneCall]]:
    """Telephone calls to the hotlines this user works."""
    return select(TelephoneCall).where(TelephoneCall.estate_id.in_(estates(user, Permission.WORK_HOTLINE)))


def get_ring(user, ring_id: int) -> TelephoneCall:
    return db.session.scalar(visible_rings(user).where(TelephoneCall.id == ring_id)) or abort(404)


def ringing(user, now: datetime) -> list[TelephoneCall]:
    """What rings right now, and what this user has answered and still talks about: the newest first."""
    unanswered = and_(TelephoneCall.answered.is_(False), TelephoneCall.heard_at > now - RINGS_AT_MOST)
    mine = and_(TelephoneCall.answered_by_id == user.id, TelephoneCall.heard_at > now - TALKS_AT_MOST)
    with_people = joinedload(TelephoneCall.phone).options(
        selectinload(Phone.places), selectinload(Phone.people).selectinload(Person.occupancies)
    )
    found = visible_rings(user).where(
        TelephoneCall.direction == Direction.IN, TelephoneCall.ended_at.is_(None), or_(unanswered, mine)
    )
    return list(db.session.scalars(found.order_by(TelephoneCall.id.desc()).limit(5).options(with_people)))


def last_rings(user) -> list[TelephoneCall]:
    """The newest telephone calls, for the list."""
    with_all = (
        joinedload(TelephoneCall.phone).selectinload(Phone.people),
        joinedload(TelephoneCall.answered_by),
        joinedload(TelephoneCall.callback),
    )
    return list(
        db.session.scalars(visible_rings(user).order_by(TelephoneCall.id.desc()).limit(ROWS).options(*with_all))
    )


def ring_of_key(request_key: str) -> TelephoneCall | None:
    """The telephone call about which the console writes under this key."""
    return db.session.scalar(select(TelephoneCall).where(TelephoneCall.request_key == request_key))


def never_ended(estate_id: int, now: datetime) -> list[TelephoneCall]:
    """Unanswered calls of which nothing was heard any more: their end was never reported."""
    lost = (TelephoneCall.estate_id == estate_id, TelephoneCall.ended_at.is_(None), TelephoneCall.answered.is_(False))
    return list(
        db.session.scalars(
            select(TelephoneCall).where(*lost, TelephoneCall.heard_at <= now - RINGS_AT_MOST).order_by(TelephoneCall.id)
        )
    )


@dataclass(frozen=True)
class Figures:
    """How today's calls were answered. A waiting time counts only where both its ends are known."""

    rang: int
    missed: int
    waits: list[timedelta]

    @property
    def in_time(self) -> int:
        return sum(wait <= ANSWER_WITHIN for wait in self.waits)


def figures(user, now: datetime) -> Figures | None:
    """Today's figures; None where no telephone system reports: then nothing is known, and nothing is claimed."""
    if not has_line(user):
        return None
    begins, __ = clock.day_range(clock.local_date(now))
    today = visible_rings(user).where(TelephoneCall.direction == Direction.IN, TelephoneCall.heard_at >= begins)
    rings = db.session.scalars(today).all()
    waits = [ring.wait for ring in rings if ring.wait is not None]
    return Figures(len(rings), sum(ring.missed for ring in rings), waits)
