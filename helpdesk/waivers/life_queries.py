"""Finding what happens to waivers: tasks, what ends soon, what rests, what was granted too long."""

from collections.abc import Sequence
from datetime import date, timedelta

from flask import abort
from sqlalchemy import Select, or_, select
from sqlalchemy.orm import joinedload

from helpdesk.billing.models import Adjustment, Charge, ChargeKind
from helpdesk.billing.waived import waived
from helpdesk.core.access import Permission, estates
from helpdesk.core.extensions import db
from helpdesk.estate.models import Place
from helpdesk.waivers.life import REMIND_AT
from helpdesk.waivers.life_models import WaiverPause, WaiverReminder, WaiverTask
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


def billed_beyond(user, estate_id: int) -> list[tuple[Charge, Place, int]]:
    """Months billed with less although the waiver rests or had ended then, their homes, and by how much, in fen.

    For whoever sees waivers or their sums; what was corrected to the full fee since, or sold, is not among them.
    """
    if estate_id not in estates(user, Permission.SEE_WAIVERS) | estates(user, Permission.SEE_WAIVER_SUMS):
        return []
    rests = select(WaiverPause.id).where(
        WaiverPause.application_id == WaiverApplication.id, WaiverPause.from_on <= Charge.month,
        or_(WaiverPause.until_on.is_(None), WaiverPause.until_on > Charge.month),
    )  # fmt: skip
    stopped = WaiverApplication.status.in_((S.ENDED, S.REVOKED)) & (Charge.month >= WaiverApplication.until_on)
    later = select(Adjustment.id).where(Adjustment.charge_id == Charge.id, Adjustment.waiver_id == WaiverApplication.id)
    found = select(Charge, Place, WaiverApplication.id).join(Place, Place.id == Charge.place_id).join(
        WaiverApplication, WaiverApplication.place_id == Charge.place_id
    ).where(
        Charge.estate_id == estate_id, Charge.kind == ChargeKind.PROPERTY_FEE,
        or_(Charge.waiver_id == WaiverApplication.id, later.exists()), or_(stopped, rests.exists()),
    )  # fmt: skip
    less = {
        (one.charge_id, one.waiver_id): one.fen
        for one in waived(Charge.id.in_(found.with_only_columns(Charge.id, maintain_column_froms=True)))
    }
    rows = db.session.execute(found.order_by(Charge.place_id, Charge.month))
    told = [(charge, place, less.get((charge.id, waiver_id), 0)) for charge, place, waiver_id in rows]
    return [row for row in told if row[2]][:ROWS]


def reminders_of(application: WaiverApplication) -> Sequence[WaiverReminder]:
    found = select(WaiverReminder).where(WaiverReminder.application_id == application.id)
    return db.session.scalars(found.options(joinedload(WaiverReminder.callback)).order_by(WaiverReminder.id)).all()


def _of_estate(user, estate_id: int) -> Select[tuple[WaiverApplication]]:
    """Of what somebody sees by their own right: a stand-in for some days has the inbox for it."""
    mine = WaiverApplication.estate_id.in_(estates(user, Permission.SEE_WAIVERS) & {estate_id})
    return visible_applications(user).where(mine).options(*WITH_HOME)
