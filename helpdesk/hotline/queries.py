"""Finding calls. Every query starts from what this user may know about."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from flask import abort
from flask_babel import gettext as _
from sqlalchemy import ColumnElement, Row, Select, and_, func, or_, select, union
from sqlalchemy.orm import joinedload

from helpdesk.accounts.models import User
from helpdesk.core import clock
from helpdesk.core.access import Permission, can, estates
from helpdesk.core.errors import Conflict, Refused
from helpdesk.core.extensions import db
from helpdesk.estate.models import Person, Phone, Place
from helpdesk.hotline.models import AsTyped, Call, Outcome
from helpdesk.hotline.rules import asks_for_waiver

ROWS = 60  # of today's calls; the newest
UNFINISHED = 30
TABS = 5
LEFT_ALONE = timedelta(minutes=10)  # somebody else's draft: until then they are probably still talking
WHOLE = (
    joinedload(Call.place), joinedload(Call.person), joinedload(Call.phone), joinedload(Call.work_order),
    joinedload(Call.logged_by), joinedload(Call.category), joinedload(Call.answer), joinedload(Call.as_typed),
    joinedload(Call.choices),
)  # fmt: skip
AS_ROW = (
    Call.id, Call.estate_id, Call.happened_at, Call.saved_at, Call.logged_by_id, Call.caller_number, Call.words,
    Call.outcome,
    Place.address.label("place"), Person.name.label("person"), Phone.digits.label("phone"),
    Call.logged_at, Call.channel, User.name.label("by"), AsTyped.place_words,
)  # fmt: skip


def visible_calls(user) -> Select[tuple[Call]]:
    """Calls this user may know about: all of the estates whose hotline they work, elsewhere their own."""
    return select(Call).where(or_(_of_hotline(user), _own(user)))


def visible_hotline_calls(user) -> Select[tuple[Call]]:
    """Those of them that came to a hotline this user works, theirs or not: one condition that an index answers."""
    return select(Call).where(_of_hotline(user))


def visible_own_calls(user) -> Select[tuple[Call]]:
    """Those of them that this user took."""
    return select(Call).where(_own(user))


def get_call(user, call_id: int) -> Call:
    return db.session.scalar(visible_calls(user).where(Call.id == call_id).options(*WHOLE)) or abort(404)


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
        refuse_finished(call)
        raise Conflict(_("Someone saved this call while you were writing. Check it in the list of calls."))
    return call


def refuse_finished(call: Call | None) -> None:
    """Conflict if this call has its outcome: whoever still types into an older form is told so."""
    if call is not None and call.outcome:
        raise Conflict(_("This call was finished elsewhere; what stands here was not kept."))


@dataclass(frozen=True)
class TodaysCalls:
    """What the right column shows, as plain rows. Both counts tell of all, the lists are cut."""

    unfinished: list[Row]
    unfinished_count: int
    rows: list[Row]
    count: int


def todays_calls(user, now: datetime, *, but_not: str = "") -> TodaysCalls:
    """Calls since midnight in Shanghai, the newest first, and before them those without an outcome, of any day.

    `but_not` is the key of the call that is being typed right now.
    """
    begins, ends = clock.day_range(clock.local_date(now))
    today = visible_hotline_calls(user).where(
        Call.happened_at >= begins, Call.happened_at < ends, Call.saved_at.is_not(None)
    )
    newest_first = _as_rows(today).order_by(Call.happened_at.desc(), Call.id.desc())
    rows = list(db.session.execute(newest_first.limit(ROWS)))
    all_here = len(rows) < ROWS
    waiting = unfinished(user, now, but_not=but_not)
    all_wait_here = len(waiting) < UNFINISHED
    return TodaysCalls(
        unfinished=waiting,
        unfinished_count=len(waiting) if all_wait_here else db.session.scalar(_count(_left_open(user, now, but_not))),
        rows=rows,
        count=len(rows) if all_here else db.session.scalar(_count(today)),
    )


def _count(calls: Select[tuple[Call]]) -> Select[tuple[int]]:
    return calls.with_only_columns(func.count(Call.id))


def unfinished(user, now: datetime, *, but_not: str = "") -> list[Row]:
    """The first of them, the oldest first."""
    return list(db.session.execute(_as_rows(_left_open(user, now, but_not)).order_by(Call.id).limit(UNFINISHED)))


def _left_open(user, now: datetime, but_not: str) -> Select[tuple[Call]]:
    """Calls without an outcome: saved ones, one's own drafts, and what others left lying."""
    a_call = or_(Call.words != "", Call.caller_number != "")  # a place that was looked up is no unfinished business
    left = or_(Call.saved_at.is_not(None), Call.logged_by_id == user.id, Call.logged_at < now - LEFT_ALONE)
    return visible_hotline_calls(user).where(Call.outcome.is_(None), Call.request_key != but_not, left, a_call)


def my_drafts(user, *, but_not: str = "") -> list[Call]:
    """What I began and did not save, for the tabs above the form: the newest few, in the order they were begun."""
    found = db.session.scalars(
        visible_own_calls(user)
        .where(Call.outcome.is_(None), Call.saved_at.is_(None), Call.request_key != but_not)
        .options(joinedload(Call.place).load_only(Place.address))
        .order_by(Call.id.desc())
        .limit(TABS)
    )
    return list(found)[::-1]


def bare_look_ups(user, *, before: datetime) -> list[Call]:
    """My drafts that hold a place and nothing else: somebody looked something up, and no call came of it."""
    bare = Call.saved_at.is_(None), Call.outcome.is_(None), Call.words == "", Call.caller_number == ""
    return list(db.session.scalars(visible_own_calls(user).where(*bare, Call.logged_at < before)))


def last_calls(
    user, *, place: Place | None = None, person: Person | None = None, phone=None, limit: int = 3
) -> list[Call]:
    """The last saved calls from a home, a person or a number, the newest first.

    The newest are looked up for each of them apart, by its own index: asked for all at once, a database reads
    every call of the estate.
    """
    things = ((Call.place_id, place), (Call.person_id, person), (Call.phone_id, phone))
    newest = [
        select(
            visible_calls(user)
            .with_only_columns(Call.id)
            .where(column == thing.id, Call.saved_at.is_not(None))
            .order_by(Call.id.desc())
            .limit(limit)
            .subquery()
        )
        for column, thing in things
        if thing is not None
    ]
    if not newest:
        return []
    found = select(Call).where(Call.id.in_(union(*newest))).options(joinedload(Call.logged_by).load_only(User.name))
    return list(db.session.scalars(found.order_by(Call.id.desc()).limit(limit)))


def nuisance_calls(user, phone: Phone) -> int:
    """How often this number was a nuisance, as far as this user may know."""
    bad = visible_calls(user).where(Call.phone_id == phone.id, Call.outcome == Outcome.NUISANCE)
    return db.session.scalar(_count(bad)) or 0


def tells_of_waiver(call) -> bool:
    """Whether a call is about a waiver: so it was saved, or so it sounds as long as it has no outcome.

    `call` is a call, or the row of one.
    """
    return call.outcome is Outcome.WAIVER or (call.outcome is None and asks_for_waiver(call.words))


def knows_call_words(user, call) -> bool:
    """Whether this user may read what was said: about a waiver only whoever took the call, and who answers for waivers.

    `call` is a call, or the row of one.
    """
    if not tells_of_waiver(call) or call.logged_by_id == user.id:
        return True
    return can(user, Permission.ANSWER_WAIVER_ENQUIRIES, call.estate_id)


def known_words(user, call) -> str:
    """What was said in a call, or the row of one, where this user may read it; nothing of no call."""
    return call.words if call and knows_call_words(user, call) else ""


def _of_hotline(user) -> ColumnElement[bool]:
    return Call.estate_id.in_(estates(user, Permission.WORK_HOTLINE))


def _own(user) -> ColumnElement[bool]:
    return and_(Call.estate_id.in_(estates(user, Permission.LOG_CALL)), Call.logged_by_id == user.id)


def _as_rows(calls: Select[tuple[Call]]) -> Select:
    """What a list shows of each call, without loading the records."""
    named = calls.with_only_columns(*AS_ROW).outerjoin(Call.place).outerjoin(Call.person).outerjoin(Call.phone)
    return named.outerjoin(Call.as_typed).join(Call.logged_by)
