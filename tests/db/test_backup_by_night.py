"""The backup of every night, what becomes of old ones, and who hears of one that failed."""

import os
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from sqlalchemy import select

from helpdesk import health
from helpdesk.audit.actions import record
from helpdesk.backup import nightly
from helpdesk.backup.archive import Archive
from helpdesk.backup.manifest import BackupTrouble
from helpdesk.backup.models import Backup
from helpdesk.core import disk, processes
from helpdesk.core.extensions import db
from helpdesk.core.transactions import writing
from helpdesk.tasks import TASKS
from helpdesk.worker.loop import run_due
from helpdesk.worker.models import WorkerBeat
from tests.databases import ON_POSTGRES
from tests.servers import find_postgres

pytestmark = pytest.mark.proves("RE-12")
NIGHT = datetime(2026, 3, 2, 18, 0, tzinfo=UTC)  # 3 March, two o'clock in Shanghai
HOUR, DAY = timedelta(hours=1), timedelta(days=1)


@pytest.fixture(autouse=True)
def folder(app, tmp_path, monkeypatch):
    for name, place in (("BACKUP_FOLDER", "backups"), ("PHOTO_FOLDER", "photos"), ("SCAN_FOLDER", "scans")):
        monkeypatch.setitem(app.config, name, str(tmp_path / place))
    if ON_POSTGRES:
        monkeypatch.setitem(app.config, "PG_BIN", str(find_postgres()))
    app.extensions.pop("health", None)
    return tmp_path / "backups"


@pytest.fixture
def started(monkeypatch):
    found = []
    monkeypatch.setattr(processes, "start", lambda *words: found.append(words))
    return found


@pytest.fixture
def began(estate, now):
    """The installation began yesterday."""
    with writing():
        record("estate.added", estate, actor=None, now=NIGHT - DAY)


def rows():
    db.session.rollback()
    return db.session.scalars(select(Backup).order_by(Backup.id)).all()


def test_the_worker_starts_one_every_night_and_only_one(began, started):
    begun = [nightly.begin_nightly(NIGHT + timedelta(minutes=minutes)) for minutes in (-10, 0, 10)]

    assert [one is not None for one in begun] == [False, True, False]
    assert started == [("backup", "nightly", str(begun[1]))]


def test_it_lies_in_its_folder_under_the_time_alone_and_is_good(began, started, folder, app):
    row_id = nightly.begin_nightly(NIGHT)

    done = app.test_cli_runner().invoke(args=["backup", "nightly", str(row_id)])

    assert done.exit_code == 0, done.output
    (path,) = folder.iterdir()
    assert nightly.NAME.fullmatch(path.name) and folder.stat().st_mode & 0o077 == 0
    found = Archive(path)
    found.close()
    (row,) = rows()
    assert (row.made_at, row.bytes, row.fault) == (found.manifest.made_at, path.stat().st_size, "")
    assert nightly.begin_nightly(found.manifest.made_at + HOUR) is None


def test_old_ones_go_and_what_is_not_ours_stays(folder, app, monkeypatch):
    folder.mkdir()
    monkeypatch.setitem(app.config, "BACKUP_KEPT", 2)
    monkeypatch.setitem(app.config, "BACKUP_WEEKS", 1)
    ours = [f"helpdesk-202603{day:02}-020000.backup" for day in range(1, 9)]
    killed = [f".{ours[0]}.{number}.part" for number in (1, 2)]
    for name in (*ours, *killed, "letter.txt", "helpdesk-x.backup"):
        (folder / name).write_text("x")
    os.utime(folder / killed[0], (NIGHT.timestamp() - 7 * 3600,) * 2)
    os.utime(folder / killed[1], (NIGHT.timestamp(),) * 2)

    nightly.remove_old(folder, now=NIGHT)

    left = sorted(path.name for path in folder.iterdir())
    assert left == [killed[1], ours[5], *ours[6:], "helpdesk-x.backup", "letter.txt"]


@pytest.mark.proves("RE-16", "RE-11")
def test_one_that_failed_is_told_and_tried_again(began, started, folder, app, ada, ann, as_user, set_now, monkeypatch):
    monkeypatch.setattr(disk, "LEAST_FREE", 1 << 60)
    row_id = nightly.begin_nightly(set_now(NIGHT))
    with pytest.raises(BackupTrouble):
        nightly.make_nightly(row_id, now=NIGHT)

    (row,) = rows()
    assert row.made_at is None and row.fault.startswith("There is no room for a backup in")
    assert list(folder.iterdir()) == []
    told = as_user(ada).get("/healthz").json
    assert any(said.startswith("The last backup failed: There is no room") for said in told["warnings"])
    assert nightly.begin_nightly(NIGHT + HOUR) is not None


@pytest.mark.proves("RE-16")
def test_a_day_without_a_good_one_is_told_to_the_monitor_and_to_administrators(app, add, ada, ann, as_user, set_now):
    add(WorkerBeat, holder="here", beat_at=NIGHT)
    add(Backup, begun_at=NIGHT, made_at=NIGHT, bytes=1)
    words = "There has been no good backup for more than a day."
    pages = [(ada, "/admin/users"), (ann, "/hotline")]
    set_now(NIGHT)

    before = [words in as_user(who).get(path, follow_redirects=True).text for who, path in pages]
    late = set_now(NIGHT + 27 * HOUR)
    with writing():
        db.session.get_one(WorkerBeat, "here").beat_at = late
    answer = app.test_client().get("/healthz")
    after = [words in as_user(who).get(path, follow_redirects=True).text for who, path in pages]

    assert (answer.status_code, answer.json["problems"]) == (503, ["The last good backup is 27 hours old."])
    assert (before, after) == ([False, False], [True, False])


@pytest.mark.proves("RE-16")
def test_one_that_never_was_is_missed_once_there_was_a_night(app, now, monkeypatch):
    assert not health.backup_is_missed(now)
    monkeypatch.setattr(health, "_started_at", health._started_at - 27 * 3600)
    assert health.backup_is_missed(now)
    monkeypatch.setitem(app.config, "BACKUP_KEPT", 0)
    assert not health.backup_is_missed(now)


def test_where_it_is_switched_off_nothing_is_begun(began, started, app, monkeypatch):
    monkeypatch.setitem(app.config, "BACKUP_KEPT", 0)

    assert nightly.begin_nightly(NIGHT) is None and started == []


def test_the_worker_does_not_wait_for_it(began, started, now):
    assert "backup" in run_due(TASKS, holder="a", now=NIGHT)
    assert len(started) == 1


def test_the_archive_is_where_the_command_says(app, tmp_path):
    path = tmp_path / "by-hand.backup"

    done = app.test_cli_runner().invoke(args=["backup", str(path)])

    assert done.exit_code == 0 and "The keys are not in it." in done.output
    assert Path(path).exists() and rows()[0].made_at is not None
