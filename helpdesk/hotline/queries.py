"""Finding calls. Every query starts from what this user may know about."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from flask import abort
from flask_babel import gettext as _
from sqlalchemy import Select, and_, func, or_, select
from sqlalchemy.orm import joinedload

from helpdesk.core import clock
from helpdesk.core.access import Permission, estates
from helpdesk.core.errors import Conflict, Refused
from helpdesk.core.extensions import db
from helpdesk.estate.models import Person, Place
from helpdesk.hotline.models import Call

ROWS = 60  # of today's calls; the newest
UNFINISHED = 30
TABS = 5
LEFT_ALONE = timedelta(minutes=10)  # somebody else's draft: until then they are probably still talking
WITH = (
    joinedload(Call.place), joinedload(Call.person), joinedload(Call.phone), joinedload(Call.work_order),
    joinedload(Call.logged_by), joinedload(Call.category),
)  # fmt: skip


def visible_calls(user) -> Select[tuple[Call]]:
    """Calls this user may know about: all of the estates whose hotline they work, elsewhere their own."""
    all_of_estate = Call.estate_id.in_(estates(user, Permission.WORK_HOTLINE))
    own = and_(Call.estate_id.in_(estates(user, Permission.LOG_CALL)), Call.logged_by_id == user.id)
    return select(Call).where(or_(all_of_estate, own)).options(*WITH)


def get_call(user, call_id: int) -> Call:
    return db.session.scalar(visible_calls(user).where(Call.id == call_id)) or abort(404)


def call_of_key(user, request_key: str) -> Call | None:
    """The call that was kept under this key; None for a new one. Refused if it is somebody else's."""
    found = db.session.scalar(select(Call.id).where(Call.request_key == request_key))
    if found is None:
        return None
    mine = db.session.scalar(visible_calls(user).where(Call.id == found))
    if mine is None:
        raise Refused(_("This form belongs to somebody else. Open a new one."))
    return mine


def unchanged(call: Call | None, seen_version: int) -> Call | None:
    """The same call, if nobody has saved it since this form was opened."""
    if call is not None and call.version != seen_version:
        raise Conflict(_("Someone saved this call while you were writing. Check it in the list of calls."))
    return call


@dataclass(frozen=True)
class TodaysCalls:
    """What the right column shows. `count` is how many calls there were since midnight."""

    unfinished: list[Call]
    rows: list[Call]
    count: int


def todays_calls(user, now: datetime, *, but_not: str = "") -> TodaysCalls:
    """Calls since midnight in Shanghai, the newest first, and before them those without an outcome, of any day.

    `but_not` is the key of the call that is being typed right now.
    """
    mine = estates(user, Permission.WORK_HOTLINE)
    begins, ends = clock.day_range(clock.local_date(now))
    today = and_(
        Call.estate_id.in_(mine), Call.happened_at >= begins, Call.happened_at < ends, Call.saved_at.is_not(None)
    )
    newest_first = (Call.happened_at.desc(), Call.id.desc())
    rows = db.session.scalars(select(Call).where(today).options(*WITH).order_by(*newest_first).limit(ROWS))
    return TodaysCalls(
        unfinished=unfinished(user, now, but_not=but_not),
        rows=list(rows),
        count=db.session.scalar(select(func.count(Call.id)).where(today)) or 0,
    )


def unfinished(user, now: datetime, *, but_not: str = "") -> list[Call]:
    """Calls without an outcome: saved ones, one's own drafts, and what others left lying. The oldest first."""
    mine = estates(user, Permission.WORK_HOTLINE)
    left = or_(Call.saved_at.is_not(None), Call.logged_by_id == user.id, Call.logged_at < now - LEFT_ALONE)
    found = db.session.scalars(
        select(Call)
        .where(Call.estate_id.in_(mine), Call.outcome.is_(None), Call.request_key != but_not, left)
        .options(*WITH)
        .order_by(Call.id)
        .limit(UNFINISHED)
    )
    return list(found)


def my_drafts(user, *, but_not: str = "") -> list[Call]:
    """What I began and did not save, for the tabs above the form: the newest few, in the order they were begun."""
    found = visible_calls(user).where(
        Call.outcome.is_(None), Call.saved_at.is_(None), Call.logged_by_id == user.id, Call.request_key != but_not
    )
    return list(db.session.scalars(found.order_by(Call.id.desc()).limit(TABS)))[::-1]


def last_calls(
    user, *, place: Place | None = None, person: Person | None = None, phone=None, limit: int = 3
) -> list[Call]:
    """The last saved calls from a home, a person or a number, the newest first."""
    things = ((Call.place_id, place), (Call.person_id, person), (Call.phone_id, phone))
    about = [column == thing.id for column, thing in things if thing is not None]
    if not about:
        return []
    found = visible_calls(user).where(or_(*about), Call.saved_at.is_not(None))
    return list(db.session.scalars(found.order_by(Call.id.desc()).limit(limit)))
