from datetime import date, datetime
from enum import StrEnum

from sqlalchemy import JSON, CheckConstraint, Column, ForeignKey, Index, String, Table, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from helpdesk.accounts.models import User
from helpdesk.core.clock import UTCDateTime
from helpdesk.core.extensions import db
from helpdesk.core.versions import Versioned
from helpdesk.estate.models import Person, Phone, Place
from helpdesk.repairs.deadlines import Clock
from helpdesk.repairs.states import Status, VisitStatus


class Urgency(StrEnum):
    P0 = "p0"  # 险情
    P1 = "p1"  # 急修
    P2 = "p2"  # 小修
    P3 = "p3"  # 预约


class WorkOrderKind(StrEnum):
    REPAIR = "repair"
    CARE = "care"
    HOME_CHECK = "home_check"
    INSPECTION = "inspection"


class Where(StrEnum):
    IN_HOME = "in_home"
    COMMON = "common"
    OUTDOOR = "outdoor"


class HoldReason(StrEnum):
    PARTS = "parts"
    APPOINTMENT = "appointment"
    OUTSIDE = "outside"
    HELP = "help"  # a second pair of hands


class Lock(StrEnum):
    """What the planner must leave as it is at a visit, because somebody decided so."""

    NONE = "none"
    TECHNICIAN = "technician"
    TIME = "time"
    WINDOW = "window"  # may not leave the promised window, even to a better one the resident named
    BOTH = "both"  # technician and time


class CancelReason(StrEnum):
    WITHDRAWN = "withdrawn"  # the resident no longer needs it
    DUPLICATE = "duplicate"
    NOT_OURS = "not_ours"
    VOID = "void"  # opened by mistake; before dispatch only


class Category(db.Model):
    """What can be wrong, one row per category and term of validity; the words that suggest it are part of it.

    Those words are long and seldom asked for, so they are loaded only where somebody asks (`undefer_group("words")`).
    """

    __tablename__ = "category"
    __table_args__ = (
        UniqueConstraint("estate_id", "code", "valid_from"),
        CheckConstraint("duration_minutes > 0", name="takes_time"),
        CheckConstraint("skill_level BETWEEN 1 AND 3 AND crew_size BETWEEN 1 AND 4", name="can_be_done"),
        CheckConstraint("valid_until IS NULL OR valid_until > valid_from", name="valid_at_some_time"),
    )
    id: Mapped[int] = mapped_column(primary_key=True)
    estate_id: Mapped[int] = mapped_column(ForeignKey("estate.id"))
    code: Mapped[str] = mapped_column(String(30))
    group_code: Mapped[str] = mapped_column(String(30))
    group_zh: Mapped[str] = mapped_column(String(40))
    group_en: Mapped[str] = mapped_column(String(60))
    name_zh: Mapped[str] = mapped_column(String(40))
    name_en: Mapped[str] = mapped_column(String(60))
    position: Mapped[int]
    where: Mapped[Where] = mapped_column("where_at")
    urgency: Mapped[Urgency]
    duration_minutes: Mapped[int]
    skill: Mapped[str] = mapped_column(String(30))
    skill_level: Mapped[int] = mapped_column(default=2)  # as technicians.models.Level counts
    crew_size: Mapped[int] = mapped_column(default=1)
    charge: Mapped[str] = mapped_column(String(20))
    liable: Mapped[str] = mapped_column(String(30))
    funding_source: Mapped[str] = mapped_column(String(30))
    synonyms: Mapped[list] = mapped_column(JSON, deferred=True, deferred_group="words")
    raises: Mapped[list] = mapped_column(JSON, deferred=True, deferred_group="words")  # words that make it more urgent
    first_words_zh: Mapped[str] = mapped_column(Text, default="", deferred=True, deferred_group="words")
    first_words_en: Mapped[str] = mapped_column(Text, default="", deferred=True, deferred_group="words")
    hidden: Mapped[bool] = mapped_column(default=False)
    valid_from: Mapped[date]
    valid_until: Mapped[date | None]

    @property
    def topics(self) -> set[str]:
        return {f"orders:{self.estate_id}"}


class ServiceLevel(db.Model):
    """The promised times of one class, one row per term of validity: a cell left empty promises nothing."""

    __tablename__ = "service_level"
    __table_args__ = (UniqueConstraint("estate_id", "applies_to", "valid_from"),)
    id: Mapped[int] = mapped_column(primary_key=True)
    estate_id: Mapped[int] = mapped_column(ForeignKey("estate.id"))
    profile: Mapped[str] = mapped_column(String(60))
    applies_to: Mapped[str] = mapped_column(String(20))  # p0 … p3, complaint, case_12345
    clock: Mapped[Clock]
    respond_minutes: Mapped[int | None]
    arrive_minutes: Mapped[int | None]
    arrive_days: Mapped[int | None]
    done_minutes: Mapped[int | None]
    done_days: Mapped[int | None]
    valid_from: Mapped[date]
    valid_until: Mapped[date | None]


class OrderNumber(db.Model):
    """The last number drawn on a Shanghai date, for all estates of this installation."""

    __tablename__ = "order_number"
    day: Mapped[date] = mapped_column(primary_key=True)
    last: Mapped[int]


WINDOW_IS_WHOLE = (
    "(promised_from IS NULL) = (promised_until IS NULL) AND (promised_until IS NULL OR promised_until > promised_from)"
)


class WorkOrder(Versioned, db.Model):
    """Something to be done at a place. A window promised to the resident stands here until somebody is chosen;
    from then on it is the visit's.
    """

    __tablename__ = "work_order"
    __table_args__ = (
        CheckConstraint(WINDOW_IS_WHOLE, name="window_is_whole"),
        CheckConstraint("(status = 'on_hold') = (hold_reason IS NOT NULL)", name="hold_has_a_reason"),
        CheckConstraint("(status = 'cancelled') = (cancel_reason IS NOT NULL)", name="cancelled_has_a_reason"),
        CheckConstraint("status != 'closed' OR closed_at IS NOT NULL", name="closed_has_a_time"),
        Index(None, "estate_id", "status", "id"),
        Index(None, "estate_id", "id"),
        Index(None, "place_id", "id"),
    )
    id: Mapped[int] = mapped_column(primary_key=True)
    number: Mapped[str] = mapped_column(String(20), unique=True)
    estate_id: Mapped[int] = mapped_column(ForeignKey("estate.id"))
    kind: Mapped[WorkOrderKind] = mapped_column(default=WorkOrderKind.REPAIR)
    place_id: Mapped[int] = mapped_column(ForeignKey("place.id"))
    place: Mapped[Place] = relationship(lazy="joined")
    category_id: Mapped[int] = mapped_column(ForeignKey("category.id"))
    category: Mapped[Category] = relationship(lazy="joined")
    urgency: Mapped[Urgency]
    service_level_id: Mapped[int] = mapped_column(ForeignKey("service_level.id"))
    summary: Mapped[str] = mapped_column(Text)
    reporter_id: Mapped[int | None] = mapped_column(ForeignKey("person.id"), index=True)
    reporter: Mapped[Person | None] = relationship()
    phone_id: Mapped[int | None] = mapped_column(ForeignKey("phone.id"))  # where to ring back
    phone: Mapped[Phone | None] = relationship()
    status: Mapped[Status] = mapped_column(default=Status.REPORTED)
    hold_reason: Mapped[HoldReason | None]
    cancel_reason: Mapped[CancelReason | None]
    reported_at: Mapped[datetime] = mapped_column(UTCDateTime)
    respond_by: Mapped[datetime | None] = mapped_column(UTCDateTime)
    arrive_by: Mapped[datetime | None] = mapped_column(UTCDateTime)
    done_by: Mapped[datetime | None] = mapped_column(UTCDateTime)
    promised_from: Mapped[datetime | None] = mapped_column(UTCDateTime)
    promised_until: Mapped[datetime | None] = mapped_column(UTCDateTime)
    responded_at: Mapped[datetime | None] = mapped_column(UTCDateTime)
    arrived_at: Mapped[datetime | None] = mapped_column(UTCDateTime)  # the first arrival that is known
    done_at: Mapped[datetime | None] = mapped_column(UTCDateTime)
    closed_at: Mapped[datetime | None] = mapped_column(UTCDateTime)
    reopened: Mapped[int] = mapped_column(default=0)  # how often
    visits: Mapped[list["Visit"]] = relationship(lazy="selectin", order_by="Visit.id", back_populates="work_order")
    chases: Mapped[list["Chase"]] = relationship(order_by="Chase.id", back_populates="work_order")
    named_windows: Mapped[list["NamedWindow"]] = relationship(
        order_by="NamedWindow.starts_at", cascade="all, delete-orphan"
    )

    @property
    def topics(self) -> set[str]:
        crews = (f"jobs:{user.id}" for visit in self.visits for user in visit.crew)
        return {f"orders:{self.estate_id}", *crews}


class NamedWindow(db.Model):
    """A time at which the resident said they are at home; several may be named, one is promised in the end."""

    __tablename__ = "named_window"
    __table_args__ = (
        UniqueConstraint("work_order_id", "starts_at"),
        CheckConstraint("ends_at > starts_at", name="ends_after_it_began"),
    )
    id: Mapped[int] = mapped_column(primary_key=True)
    work_order_id: Mapped[int] = mapped_column(ForeignKey("work_order.id"))
    starts_at: Mapped[datetime] = mapped_column(UTCDateTime)
    ends_at: Mapped[datetime] = mapped_column(UTCDateTime)


visit_technician = Table(
    "visit_technician",
    db.metadata,
    Column("visit_id", ForeignKey("visit.id"), primary_key=True),
    Column("user_id", ForeignKey("user.id"), primary_key=True, index=True),
)


class Visit(db.Model):
    """One time somebody goes there. What the resident was promised is kept apart from what is planned.

    Times a technician did not tap stay unknown (NULL): they are never invented. `duration_minutes` is how long it is
    planned to take on site; `door_code` are two digits told to the caller, which the technician says at the door.
    """

    __tablename__ = "visit"
    __table_args__ = (
        CheckConstraint(WINDOW_IS_WHOLE, name="window_is_whole"),
        CheckConstraint("duration_minutes > 0", name="takes_time"),
        CheckConstraint("crew_size BETWEEN 1 AND 4", name="crew_is_somebody"),
        Index(None, "status", "planned_at"),
    )
    id: Mapped[int] = mapped_column(primary_key=True)
    work_order_id: Mapped[int] = mapped_column(ForeignKey("work_order.id"), index=True)
    work_order: Mapped[WorkOrder] = relationship(back_populates="visits")
    crew: Mapped[list[User]] = relationship(secondary=visit_technician, lazy="selectin", order_by=User.id)
    status: Mapped[VisitStatus] = mapped_column(default=VisitStatus.PLANNED)
    promised_from: Mapped[datetime | None] = mapped_column(UTCDateTime)
    promised_until: Mapped[datetime | None] = mapped_column(UTCDateTime)
    planned_at: Mapped[datetime] = mapped_column(UTCDateTime)
    duration_minutes: Mapped[int]
    crew_size: Mapped[int] = mapped_column(default=1)
    lock: Mapped[Lock] = mapped_column("lock_kind", default=Lock.NONE)
    door_code: Mapped[str] = mapped_column(String(2), default="")
    accepted_at: Mapped[datetime | None] = mapped_column(UTCDateTime)
    departed_at: Mapped[datetime | None] = mapped_column(UTCDateTime)
    arrived_at: Mapped[datetime | None] = mapped_column(UTCDateTime)
    ended_at: Mapped[datetime | None] = mapped_column(UTCDateTime)
    work_done: Mapped[str] = mapped_column(Text, default="")
    parts_used: Mapped[str] = mapped_column(Text, default="")
    parts_needed: Mapped[str] = mapped_column(Text, default="")  # for the next visit, when this one ended without
    fail_note: Mapped[str] = mapped_column(Text, default="")
    no_photo_reason: Mapped[str] = mapped_column(String(200), default="")
    photos: Mapped[list["Photo"]] = relationship(order_by="Photo.id", back_populates="visit")


class PhotoStage(StrEnum):
    BEFORE = "before"
    AFTER = "after"


class Photo(db.Model):
    """A picture of a visit: re-encoded, without what the camera wrote about the place. `file_name` is random."""

    __tablename__ = "photo"
    id: Mapped[int] = mapped_column(primary_key=True)
    visit_id: Mapped[int] = mapped_column(ForeignKey("visit.id"), index=True)
    visit: Mapped[Visit] = relationship(back_populates="photos")
    stage: Mapped[PhotoStage]
    file_name: Mapped[str] = mapped_column(String(40), unique=True)
    width: Mapped[int]
    height: Mapped[int]
    size_bytes: Mapped[int]
    added_at: Mapped[datetime] = mapped_column(UTCDateTime)
    added_by_id: Mapped[int] = mapped_column(ForeignKey("user.id"))


class Remark(db.Model):
    """Words added to a work order by whoever may see it; the timeline shows them where they were said."""

    __tablename__ = "remark"
    id: Mapped[int] = mapped_column(primary_key=True)
    work_order_id: Mapped[int] = mapped_column(ForeignKey("work_order.id"), index=True)
    words: Mapped[str] = mapped_column(Text)
    said_at: Mapped[datetime] = mapped_column(UTCDateTime)
    said_by_id: Mapped[int] = mapped_column(ForeignKey("user.id"))


class Chase(db.Model):
    """One time somebody asked why nobody has come yet. `call_id` is their call."""

    __tablename__ = "chase"
    id: Mapped[int] = mapped_column(primary_key=True)
    work_order_id: Mapped[int] = mapped_column(ForeignKey("work_order.id"), index=True)
    work_order: Mapped[WorkOrder] = relationship(back_populates="chases")
    call_id: Mapped[int | None] = mapped_column(ForeignKey("call.id"), index=True)
    chased_at: Mapped[datetime] = mapped_column(UTCDateTime)
    chased_by_id: Mapped[int] = mapped_column(ForeignKey("user.id"))
