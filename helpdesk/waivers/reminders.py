"""What comes round for waivers: the register is looked at once a night, and nobody's waiver ends without a call.

Called by the worker; any number of them may look at once. Each reminder is a row under a unique key, written in the
transaction that makes the call-back, so it is made once, and after a silence once as well.
"""

from collections.abc import Iterator
from datetime import date, datetime, timedelta

from flask_babel import gettext as _
from sqlalchemy import select
from sqlalchemy.orm import joinedload, selectinload

from helpdesk.callbacks.models import Callback
from helpdesk.callbacks.states import CallbackStatus
from helpdesk.core import clock
from helpdesk.core.extensions import db
from helpdesk.core.transactions import writing
from helpdesk.estate.models import Estate, Person
from helpdesk.waivers import life
from helpdesk.waivers.calls import ring
from helpdesk.waivers.life_actions import RUNNING, ask_officer
from helpdesk.waivers.life_models import TaskKind, WaiverReminder
from helpdesk.waivers.models import WaiverApplication
from helpdesk.waivers.register_hooks import look_at
from helpdesk.waivers.states import OPEN, WaiverStatus

CHUNK = 50
NO_TIME_LEFT = 7  # days
S = WaiverStatus
LAPSED_LATELY = timedelta(days=60)  # whoever's waiver ended longer ago than that knows it by now


def remind(now: datetime) -> int:
    """Make every reminder that is due, once; returns how many call-backs came of it."""
    today, calls = clock.local_date(now), 0
    near = (
        WaiverApplication.status.in_(RUNNING),  # one that rests runs out as well
        WaiverApplication.until_on <= today + timedelta(days=life.REMIND_AT[0]),
        WaiverApplication.until_on >= today - LAPSED_LATELY,
    )
    for ids in _in_pieces(near):
        with writing():
            calls += sum(_remind(application, today, now) for application in _loaded(ids))
    return calls


def tend_waivers(now: datetime) -> int:
    """Let end what the register no longer bears out, and begin the review season; returns how many ended."""
    ended = 0
    for ids in _in_pieces((WaiverApplication.status.in_((*RUNNING, *OPEN)),)):
        with writing():
            ended += sum(look_at(application, now=now) for application in _loaded(ids) if _lives(application))
    if clock.local_date(now).month == life.REVIEW_MONTH:
        _begin_review(now)
    return ended


def _remind(application: WaiverApplication, today: date, now: datetime) -> int:
    made = select(WaiverReminder.days).where(
        WaiverReminder.application_id == application.id, WaiverReminder.until_on == application.until_on
    )
    due = life.reminders_due(application.until_on, today, db.session.scalars(made))
    if not due:
        return 0
    callback = _call(application, due[-1], now) if _is_worth_a_call(application, due[-1]) else None
    for days in due:
        db.session.add(WaiverReminder(
            application_id=application.id, until_on=application.until_on, days=days, made_at=now,
            callback_id=callback.id if callback and days == due[-1] else None,
        ))  # fmt: skip
    db.session.flush()
    return int(callback is not None)


def _is_worth_a_call(application: WaiverApplication, days: int) -> bool:
    """Not while they wait to be rung about it, nor once the next one is asked for; nor, for the last, once told.

    A draft of the next one is enough as long as there is time: it may have been left.
    """
    if application.beneficiary is None or application.beneficiary.died_on:
        return False
    asked_for = (*OPEN, S.APPROVED, *((S.DRAFT,) if days > NO_TIME_LEFT else ()))
    follows = select(WaiverApplication.id).where(
        WaiverApplication.renews_id == application.id, WaiverApplication.status.in_(asked_for)
    )
    if db.session.scalar(follows):
        return False
    before = select(Callback.status).join(WaiverReminder, WaiverReminder.callback_id == Callback.id)
    told = set(db.session.scalars(before.where(WaiverReminder.application_id == application.id)))
    return CallbackStatus.OPEN not in told and not (days == 0 and CallbackStatus.REACHED in told)


def _call(application: WaiverApplication, days: int, now: datetime) -> Callback:
    last_day = application.until_on - timedelta(days=1)
    if days:
        words = _("What they pay less for ends on %(day)s. Ask them to bring their papers to the office before.",
                  day=last_day)  # fmt: skip
    else:
        words = _("What they pay less for ended on %(day)s: the next bill is the full price. They may apply anew.",
                  day=last_day)  # fmt: skip
    return ring(application, words, now)


def _begin_review(now: datetime) -> None:
    year = clock.local_date(now).year
    with writing():
        for estate_id in db.session.scalars(select(Estate.id).order_by(Estate.id)).all():
            ask_officer(TaskKind.REVIEW, estate_id=estate_id, key=f"{estate_id}:{year}", actor=None, now=now)


def _lives(application: WaiverApplication) -> bool:
    """Looked at again under the lock; one that ended with another's death in this piece is passed over."""
    return application.status in (*RUNNING, *OPEN)


def _in_pieces(conditions) -> Iterator[list[int]]:
    """Ids, looked up without a lock, some at a time."""
    last = 0
    while True:
        found = select(WaiverApplication.id).where(*conditions, WaiverApplication.id > last)
        ids = list(db.session.scalars(found.order_by(WaiverApplication.id).limit(CHUNK)))
        db.session.rollback()
        if not ids:
            return
        yield ids
        last = ids[-1]


def _loaded(ids: list[int]) -> list[WaiverApplication]:
    more = (
        joinedload(WaiverApplication.place), joinedload(WaiverApplication.beneficiary).selectinload(Person.phones),
        selectinload(WaiverApplication.acts),
    )  # fmt: skip
    found = select(WaiverApplication).where(WaiverApplication.id.in_(ids)).options(*more)
    return list(db.session.scalars(found.order_by(WaiverApplication.id)))
