"""Doing what comes round: `run_due` does what is due at a moment, `Worker` calls it again and again."""

import logging
import os
import secrets
import socket
import threading
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from flask import Flask
from sqlalchemy import delete, select
from sqlalchemy.exc import SQLAlchemyError

from helpdesk.core.errors import where
from helpdesk.core.extensions import db
from helpdesk.core.transactions import writing
from helpdesk.worker.models import TaskLease, WorkerBeat
from helpdesk.worker.rules import LEASE, is_due, is_held, wait_after

LOOK_EVERY_S = 5.0
BEAT_EVERY = timedelta(seconds=30)
FORGET_BEATS = timedelta(days=1)
log = logging.getLogger(__name__)


@dataclass(frozen=True)
class Task:
    """Something that comes round. `do` gets the moment, and opens short transactions of its own.

    `lease` is longer than it ever takes; whoever dies over it delays it by that.
    """

    name: str
    every: timedelta
    do: Callable[[datetime], object]
    lease: timedelta = LEASE


def new_holder() -> str:
    """A name for this worker that no other has."""
    return f"{socket.gethostname()[:40]}:{os.getpid()}:{secrets.token_hex(4)}"


def run_due(tasks: Sequence[Task], *, holder: str, now: datetime, stopping: Callable[[], bool] = bool) -> list[str]:
    """Do every task that is due and that nobody else does, the longest due first; returns their names.

    What broke down waits longer each time; it never keeps the others from being done.
    """
    beat(holder, now)
    done = []
    for task in _in_order(tasks, now):
        if stopping():
            break
        if _take(task, holder, now):
            _give_back(task, holder, now, _fault_of(task, now))
            done.append(task.name)
    return done


def beat(holder: str, now: datetime) -> None:
    """Give a sign of life, and forget workers that have given none for a day. Written now and then only."""
    known = db.session.scalar(select(WorkerBeat.beat_at).where(WorkerBeat.holder == holder))
    if known is not None and timedelta(0) <= now - known < BEAT_EVERY:
        return
    with writing():
        db.session.merge(WorkerBeat(holder=holder, beat_at=now))
        db.session.execute(delete(WorkerBeat).where(WorkerBeat.beat_at < now - FORGET_BEATS))


def _in_order(tasks: Sequence[Task], now: datetime) -> list[Task]:
    """Those that seem to be due and free; looked up without a lock. One never done before comes first."""
    leases = {lease.name: lease for lease in db.session.scalars(select(TaskLease))}
    wanted = [task for task in tasks if _is_wanted(task, leases.get(task.name), now)]
    ordered = sorted(wanted, key=lambda task: leases[task.name].due_at.timestamp() if task.name in leases else 0)
    db.session.rollback()
    return ordered


def _is_wanted(task: Task, lease: TaskLease | None, now: datetime) -> bool:
    if lease is None:
        return True
    wait = timedelta(seconds=lease.wait_s)
    return is_due(lease.due_at, wait, now) and not is_held(lease.held_until, now, task.lease)


def _take(task: Task, holder: str, now: datetime) -> bool:
    """Make the task ours, under the write lock; False if somebody was faster."""
    with writing():
        lease = db.session.get(TaskLease, task.name)
        if not _is_wanted(task, lease, now):
            return False
        if lease is None:
            lease = TaskLease(name=task.name, due_at=now, wait_s=_seconds(task.every), failures=0, last_fault="")
            db.session.add(lease)
        lease.holder, lease.held_until = holder, now + task.lease
    return True


def _fault_of(task: Task, now: datetime) -> str:
    """Do the task; the name of the exception that ended it, or nothing. The log says where, never about whom."""
    try:
        task.do(now)
    except Exception as fault:
        log.error("task %s broke down\n%s", task.name, where(fault))
        return type(fault).__qualname__
    finally:
        db.session.rollback()
    return ""


def _give_back(task: Task, holder: str, now: datetime, fault: str) -> None:
    """Say when it comes round again, unless the lease expired meanwhile and somebody else has it."""
    with writing():
        lease = db.session.get(TaskLease, task.name)
        if lease.holder != holder:
            return
        lease.failures = lease.failures + 1 if fault else 0
        wait = wait_after(task.every, lease.failures)
        lease.holder = lease.held_until = None
        lease.last_fault, lease.wait_s, lease.due_at = fault[:80], _seconds(wait), now + wait
        lease.ran_at = lease.ran_at if fault else now


def _seconds(wait: timedelta) -> int:
    return int(wait.total_seconds())


class Worker:
    """Looks for due tasks every few seconds until it is told to stop. The clock is given."""

    def __init__(self, app: Flask, tasks: Sequence[Task], clock: Callable[[], datetime]):
        self._app, self._tasks, self._clock = app, tasks, clock
        self._stop = threading.Event()
        self.holder = new_holder()

    def start(self) -> threading.Thread:
        """Work in a thread of this process, whose end waits for the task that is being done."""
        thread = threading.Thread(target=self.run, name="worker")
        thread.start()
        return thread

    def run(self) -> None:
        """Work here. A database that is away for a while only delays it."""
        while not self._stop.is_set():
            try:
                with self._app.app_context():
                    run_due(self._tasks, holder=self.holder, now=self._clock(), stopping=self._stop.is_set)
            except SQLAlchemyError as fault:
                log.error("worker: the database does not answer\n%s", where(fault))
            except Exception as fault:  # this thread must outlive whatever happens
                log.error("worker: a round broke down\n%s", where(fault))
            self._stop.wait(LOOK_EVERY_S)

    def stop(self) -> None:
        """End after the task that is being done."""
        self._stop.set()
