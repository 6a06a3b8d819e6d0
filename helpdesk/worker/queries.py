"""How the worker is doing: for the monitor."""

from datetime import datetime

from sqlalchemy import func, select

from helpdesk.core.extensions import db
from helpdesk.worker.models import TaskLease, WorkerBeat

KEEPS_FAILING = 3  # times in a row


def last_beat() -> datetime | None:
    """When any worker was last alive; None if there never was one."""
    return db.session.scalar(select(func.max(WorkerBeat.beat_at)))


def failing_tasks() -> list[str]:
    """The names of tasks that broke down several times in a row."""
    failing = select(TaskLease.name).where(TaskLease.failures >= KEEPS_FAILING).order_by(TaskLease.name)
    return list(db.session.scalars(failing))
