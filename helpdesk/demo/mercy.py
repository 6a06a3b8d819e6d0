"""What goes with waivers in the demonstration: money set aside for the year, and homes that somebody looks at."""

from datetime import datetime, time

from sqlalchemy import select

from helpdesk.accounts.models import User
from helpdesk.core import clock
from helpdesk.core.extensions import db
from helpdesk.demo.staff import Staff
from helpdesk.demo.stories import at_local
from helpdesk.repairs.visit_actions import schedule_visit
from helpdesk.verification.home_checks import note_home_check, order_home_check
from helpdesk.verification.models import Answer
from helpdesk.waiver_reports.budgets import set_budget
from helpdesk.waivers.codes import Bearer
from helpdesk.waivers.models import WaiverApplication
from helpdesk.waivers.states import WaiverStatus

BUDGETS = {  # of the company, in fen a year; for one ground it was too little, for another it is just enough
    "": 750_000, "MIN_LIVING": 300_000, "LOW_INCOME_EDGE": 110_000, "LONELY_ELDER": 80_000,
    "DISABLED_1_2": 90_000, "RIGID_EXPENSE": 6_000,
}  # fmt: skip
LOOKS_AT = time(15, 30)
SEEN = "本人自住，家里简朴，和申请说的一致。"


def add(estate_id: int, staff: Staff, now: datetime) -> None:
    """By the acts themselves, as the people would: this year's budgets, one look done, one to come."""
    manager, officer, technician = (db.session.get_one(User, who) for who in (
        staff.manager, staff.officer, staff.technicians[0],
    ))  # fmt: skip
    for ground, fen in BUDGETS.items():
        set_budget(
            estate_id, clock.local_date(now).year, Bearer.COMPANY, fen, ground_code=ground, actor=manager, now=now
        )
    done, to_come = _first(estate_id, WaiverStatus.VERIFIED), _first(estate_id, WaiverStatus.VERIFYING)
    if done is not None:
        check = order_home_check(done, actor=officer, now=now)
        note_home_check(check, Answer.STILL_SO, words=SEEN, actor=officer, now=now)
    if to_come is not None:
        check = order_home_check(to_come, actor=officer, now=now)
        goes_at = at_local(now, LOOKS_AT, 1)
        schedule_visit(check.work_order, crew=[technician], planned_at=goes_at, actor=manager, now=now)


def _first(estate_id: int, status: WaiverStatus) -> WaiverApplication | None:
    waiting = select(WaiverApplication).where(
        WaiverApplication.estate_id == estate_id, WaiverApplication.status == status
    )
    return db.session.scalars(waiting.order_by(WaiverApplication.id)).first()
