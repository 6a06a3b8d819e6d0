from datetime import date, datetime

from sqlalchemy import JSON, ForeignKey, Index, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from helpdesk.accounts.models import User
from helpdesk.core.clock import UTCDateTime
from helpdesk.core.extensions import db
from helpdesk.core.versions import Versioned
from helpdesk.dayplans.states import PlanStatus
from helpdesk.repairs.models import Visit, WorkOrder


class DayPlan(Versioned, db.Model):
    """One run of the planner for a local date. `asked` is what it was asked for, `base` what it was made from.

    `base` holds for each technician a digest of their day: if that changed, the plan is stale. `progress` is what the
    runner said last, and when; `costs` compares the day before and after, by the one evaluator; `fault` is a code of
    why it failed.
    """

    __tablename__ = "day_plan"
    __table_args__ = (Index(None, "estate_id", "day", "id"),)
    id: Mapped[int] = mapped_column(primary_key=True)
    estate_id: Mapped[int] = mapped_column(ForeignKey("estate.id"))
    day: Mapped[date]
    status: Mapped[PlanStatus] = mapped_column(default=PlanStatus.QUEUED)
    asked: Mapped[dict] = mapped_column(JSON)
    asked_by_id: Mapped[int] = mapped_column(ForeignKey("user.id"))
    asked_by: Mapped[User] = relationship()
    asked_at: Mapped[datetime] = mapped_column(UTCDateTime)
    base: Mapped[dict] = mapped_column(JSON, default=dict)
    engine: Mapped[str] = mapped_column(String(20), default="")
    progress: Mapped[dict] = mapped_column(JSON, default=dict)
    costs: Mapped[dict] = mapped_column(JSON, default=dict)
    ended_at: Mapped[datetime | None] = mapped_column(UTCDateTime)
    fault: Mapped[str] = mapped_column(String(40), default="")
    changes: Mapped[list["PlanChange"]] = relationship(order_by="PlanChange.id", back_populates="plan")
    unserved: Mapped[list["Unserved"]] = relationship(order_by="Unserved.id", back_populates="plan")

    @property
    def topics(self) -> set[str]:
        return {f"orders:{self.estate_id}"}


class PlanChange(db.Model):
    """What a plan would do for one order: whose it was and when, whose it would be and when, and codes of why.

    Without a visit nobody is sent yet. `visit_digest` is what order and visit looked like (crew, times, status);
    `taken_at` says that somebody accepted it.
    """

    __tablename__ = "plan_change"
    __table_args__ = (UniqueConstraint("plan_id", "work_order_id"),)
    id: Mapped[int] = mapped_column(primary_key=True)
    plan_id: Mapped[int] = mapped_column(ForeignKey("day_plan.id"))
    plan: Mapped[DayPlan] = relationship(back_populates="changes")
    work_order_id: Mapped[int] = mapped_column(ForeignKey("work_order.id"), index=True)
    work_order: Mapped[WorkOrder] = relationship()
    visit_id: Mapped[int | None] = mapped_column(ForeignKey("visit.id"), index=True)
    visit: Mapped[Visit | None] = relationship()
    visit_digest: Mapped[str] = mapped_column(String(16))
    from_crew: Mapped[list] = mapped_column(JSON)
    from_at: Mapped[datetime | None] = mapped_column(UTCDateTime)
    to_crew: Mapped[list] = mapped_column(JSON)
    to_at: Mapped[datetime] = mapped_column(UTCDateTime)
    why: Mapped[list] = mapped_column(JSON)
    taken_at: Mapped[datetime | None] = mapped_column(UTCDateTime)


class Unserved(db.Model):
    """An order the plan found no time for: a code of the reason with its figures, and the cheapest remedy likewise."""

    __tablename__ = "plan_unserved"
    __table_args__ = (UniqueConstraint("plan_id", "work_order_id"),)
    id: Mapped[int] = mapped_column(primary_key=True)
    plan_id: Mapped[int] = mapped_column(ForeignKey("day_plan.id"))
    plan: Mapped[DayPlan] = relationship(back_populates="unserved")
    work_order_id: Mapped[int] = mapped_column(ForeignKey("work_order.id"), index=True)
    work_order: Mapped[WorkOrder] = relationship()
    visit_id: Mapped[int | None] = mapped_column(ForeignKey("visit.id"), index=True)
    visit: Mapped[Visit | None] = relationship()
    reason: Mapped[dict] = mapped_column(JSON)
    remedy: Mapped[dict] = mapped_column(JSON)
