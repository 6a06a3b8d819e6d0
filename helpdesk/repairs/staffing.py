"""What is missing among technicians for the work there is: licences, skills of tomorrow, visits of who is away."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import select

from helpdesk.core import clock
from helpdesk.core.access import Permission, estates
from helpdesk.core.extensions import db
from helpdesk.repairs.models import Urgency, Visit, WorkOrder, visit_technician
from helpdesk.repairs.queries import categories_of, visible_work_orders
from helpdesk.repairs.states import STILL_TO_DO
from helpdesk.technicians.models import Absence, TechnicianSkill
from helpdesk.technicians.queries import days_of, licences_of
from helpdesk.technicians.rules import warned


@dataclass(frozen=True)
class Missing:
    """Licences that expire within 60 days or have, and skills for emergencies that nobody on shift has tomorrow."""

    estate_id: int
    expiring: list[TechnicianSkill]
    uncovered: list[str]


def missing_skills(user, now: datetime) -> list[Missing]:
    """What somebody who plans must know of their estates; empty for everybody else, and where all is well.

    A skill counts as missing only if somebody of the estate has it at all: what outside parties do is not awaited.
    """
    today = clock.local_date(now)
    found = [_missing(estate_id, today) for estate_id in sorted(estates(user, Permission.PLAN_DUTY))]
    return [one for one in found if one.expiring or one.uncovered]


def _missing(estate_id: int, today) -> Missing:
    tomorrow = today + timedelta(days=1)
    people = days_of(estate_id, [tomorrow])[tomorrow]
    urgent = [one for one in categories_of(estate_id, on=tomorrow) if one.urgency in (Urgency.P0, Urgency.P1)]
    asked = sorted({(one.skill, one.skill_level) for one in urgent})
    held = {own.skill for one in people for own in one.skills if own.ended_on is None}
    without = [
        skill
        for skill, level in asked
        if skill in held and not any(one.works and one.masters(skill, level) for one in people)
    ]
    expiring = [own for own in licences_of(estate_id) if warned(own.expires_on, today) is not None]
    return Missing(estate_id, expiring, list(dict.fromkeys(without)))


def visits_while_away(user, absences: list[Absence], now: datetime) -> dict[int, int]:
    """How many visits each absence leaves without their technician, of those this user may see; by absence.

    Those that fall into it; of one that runs already also those planned before it that day, which nobody began.
    """
    if not absences:
        return {}
    theirs = select(visit_technician.c.visit_id).where(visit_technician.c.user_id == absences[0].user_id)
    orders = visible_work_orders(user).with_only_columns(WorkOrder.id).order_by(None)
    ends_at = max(absence.ends_at for absence in absences)
    planned = select(Visit.planned_at, Visit.duration_minutes).where(
        Visit.id.in_(theirs), Visit.work_order_id.in_(orders), Visit.status.in_(STILL_TO_DO), Visit.planned_at < ends_at
    )  # fmt: skip
    spans = [(at, at + timedelta(minutes=minutes)) for at, minutes in db.session.execute(planned)]
    return {
        absence.id: sum(_from(absence, now) < until and at < absence.ends_at for at, until in spans)
        for absence in absences
        if absence.called_off_at is None
    }


def _from(absence: Absence, now: datetime) -> datetime:
    begins_at = absence.starts_at
    return clock.start_of_day(clock.local_date(begins_at)) if begins_at <= now else begins_at
