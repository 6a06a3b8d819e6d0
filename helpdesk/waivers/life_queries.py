"""Finding what happens to waivers: tasks, what ends soon, what rests, what was granted too long."""

from collections.abc import Sequence
from datetime import date, timedelta

from flask import abort
from sqlalchemy import Select, select
from sqlalchemy.orm import joinedload

from helpdesk.core.access import Permission, estates
from helpdesk.core.extensions import db
from helpdesk.waivers.life import REMIND_AT
from helpdesk.waivers.life_models import WaiverOverGrant, WaiverReminder, WaiverTask
from helpdesk.waivers.models import WaiverApplication
from helpdesk.waivers.queries import visible_applications
from helpdesk.waivers.states import WaiverStatus

S = WaiverStatus
ROWS = 200
WITH_HOME = (joinedload(WaiverApplication.place), joinedload(WaiverApplication.beneficiary))


def visible_tasks(user) -> Select[tuple[WaiverTask]]:
    return select(WaiverTask).where(WaiverTask.estate_id.in_(estates(user, Permission.SEE_WAIVERS)))


def get_task(user, task_id: int) -> WaiverTask:
    return db.session.scalar(visible_tasks(user).where(WaiverTask.id == task_id)) or abort(404)


def open_tasks(user, estate_id: int) -> Sequence[WaiverTask]:
    with_home = (joinedload(WaiverTask.application).joinedload(WaiverApplication.place), joinedload(WaiverTask.place))
    waiting = visible_tasks(user).where(WaiverTask.estate_id == estate_id, WaiverTask.done_at.is_(None))
    return db.session.scalars(waiting.options(*with_home).order_by(WaiverTask.id).limit(ROWS)).all()


def ending_soon(user, estate_id: int, today: date) -> Sequence[WaiverApplication]:
    """Those that run, and end within the time of the first reminder; the nearest first."""
    until = today + timedelta(days=REMIND_AT[0])
    found = _of_estate(user, estate_id).where(
        WaiverApplication.status == S.APPROVED, WaiverApplication.until_on > today, WaiverApplication.until_on <= until
    )
    return db.session.scalars(found.order_by(WaiverApplication.until_on, WaiverApplication.id)).all()


def resting(user, estate_id: int) -> Sequence[WaiverApplication]:
    found = _of_estate(user, estate_id).where(WaiverApplication.status == S.SUSPENDED)
    return db.session.scalars(found.order_by(WaiverApplication.id)).all()


def running(user, estate_id: int, today: date) -> Sequence[WaiverApplication]:
    """All that count or will, by their homes."""
    found = _of_estate(user, estate_id).where(
        WaiverApplication.status == S.APPROVED, WaiverApplication.until_on > today
    )
    return sorted(db.session.scalars(found), key=lambda one: (one.place.building_no or 0, one.place.address))


def over_granted(user, estate_id: int) -> Sequence[WaiverOverGrant]:
    mine = WaiverOverGrant.estate_id.in_(estates(user, Permission.SEE_WAIVERS) & {estate_id})
    home = joinedload(WaiverOverGrant.application).joinedload(WaiverApplication.place)
    return db.session.scalars(select(WaiverOverGrant).where(mine).options(home).order_by(WaiverOverGrant.id)).all()


def reminders_of(application: WaiverApplication) -> Sequence[WaiverReminder]:
    found = select(WaiverReminder).where(WaiverReminder.application_id == application.id)
    return db.session.scalars(found.options(joinedload(WaiverReminder.callback)).order_by(WaiverReminder.id)).all()


def _of_estate(user, estate_id: int) -> Select[tuple[WaiverApplication]]:
    """Of what somebody sees by their own right: a stand-in for some days has the inbox for it."""
    mine = WaiverApplication.estate_id.in_(estates(user, Permission.SEE_WAIVERS) & {estate_id})
    return visible_applications(user).where(mine).options(*WITH_HOME)
