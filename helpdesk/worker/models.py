from datetime import datetime

from sqlalchemy import CheckConstraint, String
from sqlalchemy.orm import Mapped, mapped_column

from helpdesk.core.clock import UTCDateTime
from helpdesk.core.extensions import db


class TaskLease(db.Model):
    """One task: who does it just now, until when it is theirs, and when it comes round again.

    A holder that died leaves its lease behind; it is taken over once it has expired. `wait_s` is how long the last
    run said to wait, `failures` how often in a row the task broke down. `last_fault` is the name of an exception.
    """

    __tablename__ = "task_lease"
    __table_args__ = (
        CheckConstraint("(holder IS NULL) = (held_until IS NULL)", name="held_by_somebody"),
        CheckConstraint("failures >= 0", name="failures_count"),
    )
    name: Mapped[str] = mapped_column(String(40), primary_key=True)
    holder: Mapped[str | None] = mapped_column(String(80))
    held_until: Mapped[datetime | None] = mapped_column(UTCDateTime)
    due_at: Mapped[datetime] = mapped_column(UTCDateTime)
    wait_s: Mapped[int]
    ran_at: Mapped[datetime | None] = mapped_column(UTCDateTime)
    failures: Mapped[int] = mapped_column(default=0)
    last_fault: Mapped[str] = mapped_column(String(80), default="")


class WorkerBeat(db.Model):
    """When a worker was last alive; one row for each that lives or lived lately."""

    __tablename__ = "worker_beat"
    holder: Mapped[str] = mapped_column(String(80), primary_key=True)
    beat_at: Mapped[datetime] = mapped_column(UTCDateTime)
