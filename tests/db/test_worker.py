"""Tasks come round, are done by one worker at a time, and do not keep each other from being done."""

import logging
import os
from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import select

from helpdesk import health
from helpdesk.accounts.models import Session, Throttle
from helpdesk.accounts.sweeping import forget_throttles
from helpdesk.core.extensions import db
from helpdesk.core.transactions import writing
from helpdesk.repairs.models import Photo, PhotoStage, Visit
from helpdesk.retention.models import DataClass
from helpdesk.retention.sweeping import forget_what_is_over
from helpdesk.scheduling.photos import paths
from helpdesk.scheduling.sweeping import sweep_photos
from helpdesk.tasks import TASKS
from helpdesk.worker.loop import LOOK_EVERY_S, Task, Worker, run_due
from helpdesk.worker.models import TaskLease, WorkerBeat
from helpdesk.worker.rules import LEASE

MINUTE = timedelta(minutes=1)
SECRET = "12098765432"


@pytest.fixture
def done():
    return []


@pytest.fixture
def task(done):
    """A task of every minute that keeps a list of when it was done."""

    def _task(name="one", every=MINUTE, do=None):
        return Task(name, every, do or (lambda now: done.append((name, now))))

    return _task


def lease(name="one"):
    return db.session.get(TaskLease, name)


def test_a_task_is_done_at_once_and_then_when_it_comes_round(app, task, done, now):
    for seconds in (0, 59, 60, 61, 119, 120):
        run_due([task()], holder="a", now=now + timedelta(seconds=seconds))

    assert [at - now for _, at in done] == [0 * MINUTE, MINUTE, 2 * MINUTE]


@pytest.mark.proves("RE-09")
def test_after_downtime_each_task_is_caught_up_once_the_longest_due_first(app, task, done, now):
    tasks = [task("slow", 10 * MINUTE), task("fast", MINUTE)]
    run_due(tasks, holder="a", now=now)
    done.clear()

    assert run_due(tasks, holder="b", now=now + timedelta(hours=3)) == ["fast", "slow"]
    assert run_due(tasks, holder="b", now=now + timedelta(hours=3, seconds=1)) == []


@pytest.mark.proves("RE-07", "RE-09")
@pytest.mark.parametrize("jump", [timedelta(days=400), -timedelta(days=400)])
def test_a_clock_that_jumps_neither_doubles_nor_stops_a_task(jump, app, task, done, now):
    run_due([task()], holder="a", now=now)
    done.clear()

    for seconds in (0, 1, 59, 60):
        run_due([task()], holder="a", now=now + jump + timedelta(seconds=seconds))

    assert [at - now - jump for _, at in done] == [0 * MINUTE, MINUTE]


def test_what_somebody_else_does_is_left_to_them_until_their_lease_expires(app, task, done, add, now):
    add(TaskLease, name="one", holder="dead", held_until=now + LEASE, due_at=now, wait_s=60, failures=0, last_fault="")

    found = [run_due([task()], holder="a", now=now + after) for after in (0 * MINUTE, LEASE / 2, LEASE)]

    assert found == [[], [], ["one"]]
    assert (lease().holder, lease().due_at) == (None, now + LEASE + MINUTE)


def test_a_task_that_is_running_is_not_begun_by_another(app, task, done, now):
    inner = []
    outer = task(do=lambda at: inner.append(run_due([task()], holder="b", now=at)))

    run_due([outer], holder="a", now=now)

    assert (inner, done) == ([[]], [])


def test_one_that_breaks_down_stops_no_other_waits_longer_and_tells_no_names(app, task, done, now, caplog):
    def broken(_now):
        raise ValueError(SECRET)

    tasks = [task("broken", do=broken), task("one")]
    for minutes in (0, 1, 2):
        run_due(tasks, holder="a", now=now + minutes * MINUTE)

    assert len(done) == 3
    assert (lease("broken").failures, lease("broken").last_fault) == (2, "ValueError")  # the second after two minutes
    assert lease("broken").due_at == now + 6 * MINUTE and lease("broken").ran_at is None
    assert "ValueError" in caplog.text and SECRET not in caplog.text


def test_what_a_broken_task_had_half_done_is_gone(app, task, add, now):
    def half(_now):
        with writing():
            db.session.add(Throttle(key="k", since=now, tries=1))
            db.session.flush()
            raise ValueError

    run_due([task(do=half)], holder="a", now=now)

    assert db.session.scalars(select(Throttle)).all() == []


def test_a_worker_is_known_to_live_and_forgotten_after_a_day(app, now):
    run_due([], holder="a", now=now)
    run_due([], holder="b", now=now + timedelta(days=1, minutes=1))

    assert list(db.session.scalars(select(WorkerBeat.holder))) == ["b"]


def test_it_ends_when_it_is_told_to_even_between_two_tasks(app, task, done, now):
    asked = iter((False, True))

    assert run_due([task("one"), task("two")], holder="a", now=now, stopping=lambda: next(asked)) == ["one"]


def test_the_loop_works_until_it_is_stopped(app, task, done, now):
    working = Worker(app, [task(do=lambda at: (done.append(at), working.stop()))], lambda: now)

    working.run()

    assert done == [now] and LOOK_EVERY_S < 10


def test_the_list_of_tasks_runs_on_an_empty_installation(app, now, tmp_path, monkeypatch):
    monkeypatch.setitem(app.config, "PHOTO_FOLDER", str(tmp_path))

    assert sorted(run_due(TASKS, holder="a", now=now)) == sorted(task.name for task in TASKS)
    assert set(db.session.scalars(select(TaskLease.failures))) == {0}


@pytest.mark.proves("RE-16")
@pytest.mark.parametrize(("changed", "problems"), [
    ({}, []),
    ({"beat_at": -3 * MINUTE}, ["The worker has been silent for 3 minutes."]),
    ({"failures": 3}, ["A task of the worker keeps failing: one."]),
    ({"beat_at": None}, ["No worker has ever run: start one with flask worker."]),
])  # fmt: skip
def test_the_monitor_hears_of_a_worker_that_does_not_work(changed, problems, app, add, now, monkeypatch):
    monkeypatch.setattr(health, "_started_at", health._started_at - 1_000)
    if changed.get("beat_at", 0 * MINUTE) is not None:
        add(WorkerBeat, holder="a", beat_at=now + changed.get("beat_at", 0 * MINUTE))
    add(TaskLease, name="one", due_at=now, wait_s=60, failures=changed.get("failures", 0), last_fault="")

    assert health.of_worker(now) == problems


def test_old_sessions_and_counts_of_tries_are_forgotten(app, ann, add, now):
    for days, ended in ((91, True), (89, True), (91, False), (1, False)):
        then = now - timedelta(days=days)
        add(Session, token_hash=f"{days}{ended}", user_id=ann.id, opened_at=then, seen_at=then,
            ended_at=then if ended else None)  # fmt: skip
    for hours in (23, 25):
        add(Throttle, key=str(hours), since=now - timedelta(hours=hours), tries=1)

    assert (forget_what_is_over(now)[DataClass.SESSIONS], forget_throttles(now)) == (2, 1)
    assert sorted(db.session.scalars(select(Session.token_hash))) == ["1False", "89True"]
    assert list(db.session.scalars(select(Throttle.key))) == ["23"]


def test_photo_files_without_a_row_go_after_a_day(app, work_order, ann, add, now, tmp_path, monkeypatch):
    monkeypatch.setitem(app.config, "PHOTO_FOLDER", str(tmp_path))
    names = [f"{letter * 32}.jpg" for letter in "abc"]
    visit = add(Visit, work_order_id=work_order.id, planned_at=now, duration_minutes=30)
    add(Photo, visit_id=visit.id, stage=PhotoStage.BEFORE, file_name=names[0], width=1, height=1, size_bytes=1,
        added_at=now, added_by_id=ann.id)  # fmt: skip
    files = [path for name in names for path in paths(tmp_path, name)] + [tmp_path / "aa" / "x.part"]
    for path in files:
        path.parent.mkdir(exist_ok=True)
        path.touch()
        young = path.name.startswith("c")
        written = datetime.timestamp((now - timedelta(hours=1 if young else 25)).astimezone(UTC))
        os.utime(path, (written, written))

    assert sweep_photos(now) == 3  # the pair without a row, and what was never finished
    assert [path.exists() for path in files] == [True, True, False, False, True, True, False]


@pytest.fixture(autouse=True)
def told(caplog):
    caplog.set_level(logging.INFO)
