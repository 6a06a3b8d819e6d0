"""What the doctor finds right and wrong, and when it ends with 1."""

from datetime import UTC, datetime, timedelta

import pytest

from helpdesk.audit.actions import record
from helpdesk.audit.heads import note_head
from helpdesk.backup.models import Backup
from helpdesk.core import disk, own_files
from helpdesk.core.access import Role
from helpdesk.core.extensions import db
from helpdesk.core.transactions import writing
from helpdesk.doctor import findings
from helpdesk.doctor.findings import Level, look_at_everything
from helpdesk.doctor.rules import may_use_wal, next_year_is_missing
from helpdesk.workdays.models import CalendarYear
from helpdesk.worker.models import WorkerBeat
from tests.databases import ON_POSTGRES
from tests.servers import find_postgres

NIGHT = datetime(2026, 3, 2, 18, 0, tzinfo=UTC)  # 3 March, two o'clock in Shanghai
DAY = timedelta(days=1)


@pytest.fixture(autouse=True)
def programs(app, monkeypatch):
    if ON_POSTGRES:
        monkeypatch.setitem(app.config, "PG_BIN", str(find_postgres()))


@pytest.fixture
def began(estate, now):
    """The installation began yesterday."""
    with writing():
        record("estate.added", estate, actor=None, now=NIGHT - DAY)


@pytest.fixture
def good(began, person, add):
    """An installation in which nothing has to be done."""
    for name, role in (("Ada", Role.ADMIN), ("Abe", Role.ADMIN), ("Mei", Role.MANAGER), ("Max", Role.OWNER)):
        person(name, role, is_demo=False)
    if db.session.get(CalendarYear, 2026) is None:
        add(CalendarYear, id=2026, announced=True)
    add(WorkerBeat, holder="here", beat_at=NIGHT)
    add(Backup, begun_at=NIGHT, made_at=NIGHT, bytes=1)
    note_head(NIGHT)


def must(now=NIGHT):
    return [words for level, words in look_at_everything(now) if level is Level.MUST]


@pytest.mark.proves("RE-16")
def test_the_doctor_finds_nothing_where_all_is_well(good, app, set_now):
    set_now(NIGHT)
    assert must() == []

    done = app.test_cli_runner().invoke(args=["doctor"])

    assert done.exit_code == 0 and done.output.endswith("Nothing must be done.\n")
    assert ("PostgreSQL 1" if ON_POSTGRES else "SQLite 3.") in done.output and "Python 3." in done.output


@pytest.mark.proves("RE-16")
def test_the_doctor_says_what_must_be_done(good, app, ann, add, set_now, monkeypatch, person):
    set_now(NIGHT + 3 * DAY)
    monkeypatch.setitem(app.config, "HOST", "192.0.2.1")
    monkeypatch.setitem(app.config, "ONLY_THIS_MACHINE", False)
    monkeypatch.setitem(app.config, "TRUSTED_HOSTS", ["*"])
    monkeypatch.setattr(disk, "LEAST_FREE", 1 << 60)
    add(Backup, begun_at=NIGHT + DAY, fault="There is no room")

    done = app.test_cli_runner().invoke(args=["doctor"])

    assert done.exit_code == 1
    for wrong in (
        "HOST=192.0.2.1 without HTTPS", "TRUSTED_HOSTS=*", "MB are free", "The worker has been silent for",
        "Last good backup: 2026-03-03 02:00", "The last try failed: There is no room",
        "Demonstration accounts can sign in", "Last head of the history: 2026-03-03",
    ):  # fmt: skip
        assert any(line.startswith("MUST") and wrong in line for line in done.output.splitlines()), wrong


def test_the_doctor_wants_two_of_those_who_decide_and_administer(began, person, now):
    person("Ada", Role.ADMIN, is_demo=False)

    found = [words for words in must() if "Fewer than two people" in words]

    assert [words.split(":")[0] for words in found] == [
        "Fewer than two people administer", "Fewer than two people decide on waivers",
    ]  # fmt: skip


@pytest.mark.sqlite_only  # files
def test_the_doctor_tells_of_files_that_others_may_open(good, app, tmp_path, monkeypatch):
    said = "files and folders, such as"
    monkeypatch.setattr(app, "instance_path", str(tmp_path))
    own_files.close_to_others()
    assert [words for _level, words in look_at_everything(NIGHT) if said in words] == []

    (tmp_path / "photo.jpg").write_bytes(b"")
    (tmp_path / "photo.jpg").chmod(0o604)
    assert [words for _level, words in look_at_everything(NIGHT) if said in words] == [
        f"Others on this computer may open 1 {said} {tmp_path / 'photo.jpg'}: the next start of the product corrects it"
    ]
    own_files.close_to_others()
    assert oct((tmp_path / "photo.jpg").stat().st_mode & 0o777) == "0o600"


def test_the_doctor_begins_with_the_tables(app, monkeypatch):
    monkeypatch.setattr(findings, "newest_revision", lambda: "9999")

    assert len(must()) == 1 and "run flask --app wsgi db upgrade" in must()[0]


@pytest.mark.proves("RE-01")
@pytest.mark.parametrize(("version", "may"), [
    ((3, 53, 4), True), ((3, 51, 3), True), ((3, 51, 2), False), ((3, 50, 7), True), ((3, 50, 6), False),
    ((3, 44, 6), True), ((3, 44, 5), False), ((3, 45, 9), False), ((3, 40, 1), False),
])  # fmt: skip
def test_wal_is_for_versions_that_cannot_damage_it(version, may):
    assert may_use_wal(version) is may


def test_the_next_year_is_asked_for_in_autumn():
    known = frozenset({2026})
    assert [next_year_is_missing(datetime(2026, month, 1).date(), known) for month in (9, 10)] == [False, True]
    assert not next_year_is_missing(datetime(2026, 12, 1).date(), frozenset({2027}))
