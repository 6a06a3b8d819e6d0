"""A backup made while people work, proved, and put back somewhere else or in place of what is there."""

import random
import re
import shutil
import threading
import zipfile
from contextlib import contextmanager
from datetime import UTC, datetime
from itertools import count
from pathlib import Path

import pytest
from flask_migrate import downgrade
from sqlalchemy import func, select, text

from helpdesk import create_app, serve
from helpdesk.accounts.device_models import DeviceKind, EnrolledDevice
from helpdesk.accounts.models import Session, Throttle, User
from helpdesk.audit.actions import record
from helpdesk.audit.models import Event
from helpdesk.audit.queries import verify_chain
from helpdesk.backup import on_postgres, restoring
from helpdesk.backup.archive import Archive, new_archive
from helpdesk.backup.making import make_backup
from helpdesk.backup.manifest import MANIFEST, BackupTrouble, Manifest
from helpdesk.backup.remains import at_work
from helpdesk.backup.restoring import newest_revision
from helpdesk.backup.standing import look
from helpdesk.core import disk
from helpdesk.core.access import Role
from helpdesk.core.extensions import db
from helpdesk.core.transactions import writing
from helpdesk.doctor import findings
from helpdesk.estate.models import Estate
from helpdesk.repairs.models import Photo, PhotoStage, Visit
from helpdesk.scheduling import photos
from helpdesk.waivers.scan_models import WaiverScan
from tests.conftest import DATA_KEY, open_session
from tests.databases import ON_POSTGRES
from tests.houses import Houses
from tests.waivers import a_home, applied, keep_scans, scanned, verified

pytestmark = pytest.mark.proves("RE-12")
NOW = datetime(2026, 3, 2, 4, 0, tzinfo=UTC)
CANARY = "康兴花园"
OTHER_KEY = "zzzzzzzz:" + DATA_KEY.partition(":")[2].swapcase()
numbers = count(1)


@pytest.fixture(scope="module")
def houses(tmp_path_factory):
    found = Houses(tmp_path_factory.mktemp("houses"))
    yield found
    found.drop()


@pytest.fixture
def house(houses):
    """An installation with an estate of a known name."""
    env = houses.build(f"h{next(numbers)}")
    with inside(env):
        add_estate(CANARY)
    return env


@pytest.fixture
def elsewhere(houses):
    """An empty machine."""
    return houses.build(f"h{next(numbers)}", empty=True)


@pytest.fixture
def archive(house, tmp_path):
    path = tmp_path / "yesterday.backup"
    assert run(house, "backup", str(path)).exit_code == 0
    return path


@contextmanager
def inside(env):
    app = create_app(env)
    with app.app_context():
        yield app
        db.session.remove()
        db.engine.dispose()


def run(env, *words):
    app = create_app(env)
    with app.app_context():  # of its own, whichever the test is in
        done = app.test_cli_runner().invoke(args=words)
        db.session.remove()
        db.engine.dispose()
    done.said = done.output + (str(done.exception) if isinstance(done.exception, SystemExit) else "")
    assert done.exception is None or isinstance(done.exception, SystemExit), done.exc_info
    assert "Traceback" not in done.said
    return done


def add_estate(name):
    with writing():
        estate = Estate(name=name, hotline="052310000001")
        db.session.add(estate)
        db.session.flush()
        record("estate.added", estate, actor=None, now=NOW)


def names(env):
    with inside(env):
        return sorted(db.session.scalars(select(Estate.name)))


def lying_in(folder):
    return sorted(path.relative_to(folder).as_posix() for path in Path(folder).rglob("*") if path.is_file())


def test_a_backup_made_while_people_write_is_whole_and_comes_back_elsewhere(house, elsewhere, tmp_path):
    path, stop, written = tmp_path / "busy.backup", threading.Event(), []

    with inside(house) as app:

        def write():
            with app.app_context():
                while not stop.is_set():
                    add_estate(f"estate {next(numbers)}")
                    written.append(1)
                db.session.remove()

        writers = [threading.Thread(target=write) for _ in range(3)]
        [writer.start() for writer in writers]
        while len(written) < 20:
            stop.wait(0.01)
        before = len(written)
        manifest = make_backup(path, now=NOW)
        during = len(written) - before
        stop.set()
        [writer.join() for writer in writers]

    assert during > 0  # nobody had to wait for the backup
    assert before <= manifest.counts["estate"] - 1 <= len(written)
    proved = run(house, "backup", "verify", str(path))
    assert proved.exit_code == 0 and "It needs DATA_KEY fortests, which is here." in proved.output, proved.said
    restored = run(elsewhere, "restore", str(path))
    assert restored.exit_code == 0, restored.said
    with inside(elsewhere):
        with db.engine.connect() as connection:
            there = look(connection)
        assert there.counts == {**manifest.counts, "backup": 1, "event": manifest.counts["event"] + 1}
        assert verify_chain() is None
        seq, _colon, hash_ = manifest.head.partition(":")
        assert db.session.get(Event, int(seq)).hash == hash_
        last = db.session.scalar(select(Event).order_by(Event.seq.desc()).limit(1))
        told = (last.kind, last.subject_type, last.data["rows"], last.data["files"])
        assert told == ("backup.restored", "backup", sum(manifest.counts.values()), 0)
    assert path.stat().st_mode & 0o777 == 0o600 and lying_in(tmp_path) == ["busy.backup"]
    assert set(lying_in(elsewhere["INSTANCE_PATH"])) <= {"helpdesk.db"}


@pytest.fixture
def with_files(app, work_order, ann, add, now, person, estate, tmp_path, monkeypatch):
    """The usual installation with two photos of a visit, of which one is gone, and a sealed page of a waiver."""
    for name in ("PHOTO_FOLDER", "SCAN_FOLDER"):
        monkeypatch.setitem(app.config, name, str(tmp_path / f"{name.partition('_')[0].lower()}s"))
    visit = add(Visit, work_order_id=work_order.id, planned_at=now, duration_minutes=30)
    here, gone = (f"{letter * 32}.jpg" for letter in "ab")
    for name in (here, gone):
        add(Photo, visit_id=visit.id, stage=PhotoStage.BEFORE, file_name=name, width=1, height=1, size_bytes=1,
            added_at=now, added_by_id=ann.id)  # fmt: skip
    for path in photos.paths(tmp_path / "photos", here):
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(path.name.encode() * 100)
    ling = person("Ling", Role.OFFICER)
    keep_scans(estate)
    with app.test_request_context(headers={"Accept-Language": "en"}):
        application = applied(*a_home(estate, unit=1), by=ann, now=now)
        verified(application, by=ling, now=now)
        scan = db.session.get_one(WaiverScan, scanned(application, by=ling, now=now)).file_name
    return here, gone, scan


def test_files_come_along_and_those_deleted_meanwhile_are_named(app, with_files, elsewhere, tmp_path, monkeypatch):
    here, gone, scan = with_files
    monkeypatch.setitem(app.config, "PG_BIN", elsewhere.get("PG_BIN", ""))
    path = tmp_path / "files.backup"

    manifest = make_backup(path, now=NOW)

    assert manifest.gone == [f"photos/bb/{gone[:-4]}-small.jpg", f"photos/bb/{gone}"]
    kept = [f"photos/aa/{here[:-4]}-small.jpg", f"photos/aa/{here}", f"scans/{scan[:2]}/{scan}"]
    assert sorted(manifest.files) == kept
    assert "2 files had been deleted" in run(elsewhere, "backup", "verify", str(path)).output
    restored = run(elsewhere, "restore", str(path))
    assert restored.exit_code == 0, restored.said
    there = Path(elsewhere["INSTANCE_PATH"])
    for name in manifest.files:
        assert (there / name).read_bytes() == (tmp_path / name).read_bytes()
        assert (there / name).stat().st_mode & 0o777 == 0o600
    assert DATA_KEY.encode() not in path.read_bytes() and manifest.keys == ["fortests"]


def test_nobody_is_named_outside_of_the_database(app, with_files, tmp_path, monkeypatch, houses):
    monkeypatch.setitem(app.config, "PG_BIN", houses.first.get("PG_BIN", ""))
    path = tmp_path / "files.backup"
    make_backup(path, now=NOW)

    with zipfile.ZipFile(path) as found:
        said = found.read(MANIFEST).decode() + " ".join(found.namelist())

    assert not any(word in said for word in ("王桂英", "德裕苑", "Ann", "052310000001", "3-2-501"))


def test_what_was_damaged_is_refused_wherever_the_damage_is(archive, elsewhere, tmp_path):
    whole, chance, path = archive.read_bytes(), random.Random(7), tmp_path / "damaged.backup"
    shorter = [whole[:at] for at in (0, 1, 100, len(whole) // 2, len(whole) - 64, len(whole) - 1)]
    flipped = []
    for at in [0, 10, len(whole) - 1, len(whole) - 70, *(chance.randrange(len(whole)) for _ in range(40))]:
        flipped.append(whole[:at] + bytes([whole[at] ^ 1 << chance.randrange(8)]) + whole[at + 1 :])

    for contents in (*shorter, *flipped, whole + b"x"):
        path.write_bytes(contents)
        with pytest.raises(BackupTrouble, match="is damaged|is cut off|is no backup"):
            Archive(path)
    path.write_bytes(shorter[-1])
    for words in (["backup", "verify"], ["restore"]):
        refused = run(elsewhere, *words, str(path))
        assert refused.exit_code == 1 and "is cut off or damaged: its end is missing" in refused.output
    path.write_bytes(flipped[-1])
    assert "is no longer what was written" in run(elsewhere, "backup", "verify", str(path)).output
    assert not Path(elsewhere["INSTANCE_PATH"], "helpdesk.db").exists()


def test_what_is_no_backup_is_refused(archive, elsewhere, tmp_path):
    other, path = tmp_path / "letter.zip", tmp_path / "letter.txt"
    path.write_text("Dear resident")
    with zipfile.ZipFile(other, "w") as found:
        found.writestr("letter.txt", "Dear resident")

    for one in (path, other):
        refused = run(elsewhere, "backup", "verify", str(one))
        assert (refused.exit_code, "is no backup of this program" in refused.output) == (1, True)
    assert "No such file" in run(elsewhere, "restore", str(tmp_path / "none")).output


def rewritten(archive, path, **changes):
    """An archive with another manifest, sealed as it should be."""
    found = Archive(archive)
    manifest = Manifest(**{**vars(found.manifest), **changes})
    with new_archive(path) as writer:
        for name in found.manifest.parts:
            part = path.with_name("part")
            found.extract(name, part)
            writer.add(name, part)
            part.unlink()
        writer.close(manifest)
    found.close()
    return path


@pytest.mark.parametrize(("changes", "why"), [
    ({"counts": {"estate": 5}}, "the number of rows differs in"),
    ({"head": "1:ab"}, "the newest event is another one"),
    ({"revision": "0028"}, "its tables are those of"),
    ({"keys": []}, "keys that the manifest does not list"),
])  # fmt: skip
def test_a_manifest_that_does_not_fit_its_database_is_refused(changes, why, archive, elsewhere, tmp_path):
    refused = run(elsewhere, "backup", "verify", str(rewritten(archive, tmp_path / "b", **changes)))

    assert refused.exit_code == 1 and why in refused.output


@pytest.mark.parametrize("name", ["../../etc/passwd", "photos/ab/../../../x", "/etc/passwd", "secrets"])
def test_a_manifest_whose_names_lead_elsewhere_is_refused(name, archive, elsewhere, tmp_path):
    found = Archive(archive)
    parts = found.manifest.parts
    found.close()
    path = rewritten(archive, tmp_path / "b", parts={**parts, name: parts[found.manifest.database]})

    assert "is no backup that this version can read" in run(elsewhere, "restore", str(path)).output


def test_a_newer_version_is_not_restored_and_an_older_one_is_brought_up(house, elsewhere, tmp_path, archive):
    newer = run(elsewhere, "restore", str(rewritten(archive, tmp_path / "newer", revision="9999")))
    with inside(house):
        downgrade(revision="0023")  # before keys, scans and heads
        make_backup(tmp_path / "older", now=NOW)

    older = run(elsewhere, "restore", str(tmp_path / "older"))

    assert newer.exit_code == 1 and "made by a newer version of this program (9999)" in newer.output
    assert older.exit_code == 0, older.said
    with inside(elsewhere), db.engine.connect() as connection:
        assert look(connection).revision == newest_revision()


@pytest.mark.proves("RE-13")
def test_before_an_update_the_tables_are_put_aside(house, monkeypatch):
    folder = Path(house["INSTANCE_PATH"], "backups")
    with inside(house):
        downgrade(revision="0028")
        monkeypatch.setattr(disk, "LEAST_FREE", 1 << 60)
        with pytest.raises(SystemExit, match="The update was not begun, because no backup can be made: There is no"):
            serve._make_current()
        with db.engine.connect() as connection:
            assert look(connection).revision == "0028"
        monkeypatch.undo()
        serve._make_current()

    (path,) = folder.iterdir()
    proved = run(house, "backup", "verify", str(path))
    assert "tables of 0028" in proved.output and path.name.startswith("before-update-")
    with inside(house), db.engine.connect() as connection:
        assert look(connection).revision == newest_revision()


def test_without_its_key_it_is_proved_and_not_restored(archive, elsewhere):
    stranger = {**elsewhere, "DATA_KEY": OTHER_KEY}

    proved, refused = run(stranger, "backup", "verify", str(archive)), run(stranger, "restore", str(archive))

    assert (proved.exit_code, "It needs DATA_KEY fortests, which is NOT HERE." in proved.output) == (0, True)
    assert refused.exit_code == 1 and "It needs DATA_KEY fortests: put back the file of secrets" in refused.said
    assert DATA_KEY.partition(":")[2] not in proved.output + refused.said


def test_what_is_here_is_replaced_only_when_asked_and_is_kept(house, archive):
    with inside(house):
        add_estate("later")
    old_photo = Path(house["INSTANCE_PATH"], "photos", "cc", "c" * 32 + ".jpg")
    old_photo.parent.mkdir(parents=True)
    old_photo.write_text("old")

    refused = run(house, "restore", str(archive))
    assert refused.exit_code == 1 and "add --replace" in refused.output and "later" in names(house)
    done = run(house, "restore", str(archive), "--replace")

    assert done.exit_code == 0 and names(house) == [CANARY], done.said
    beside = Path(re.search(r"lies in (.*?);", done.output)[1])
    assert (beside / "photos" / "cc" / old_photo.name).read_text() == "old"
    assert beside.stat().st_mode & 0o077 == 0
    if ON_POSTGRES:
        with inside(house):
            kept = db.engine.url.set(database=kept_database(beside)).render_as_string(hide_password=False)
        assert "later" in names({**house, "DATABASE_URL": kept})
    else:
        assert "later" in names({**house, "DATABASE_URL": f"sqlite:///{beside}/helpdesk.db"})


def kept_database(beside):
    with db.engine.connect() as connection:
        found = connection.exec_driver_sql("SELECT datname FROM pg_database").scalars().all()
    return next(name for name in found if name.endswith(beside.name.replace("-", "_")))


def test_while_somebody_holds_the_database_it_stays_as_it_is(house, archive):
    with inside(house):
        add_estate("later")
        with db.engine.connect() as holds:
            holds.execute(select(func.count()).select_from(Estate))
            refused = run(house, "restore", str(archive), "--replace")

    assert refused.exit_code == 1 and "stop the product (and every worker) first" in refused.output
    assert "later" in names(house)


@pytest.mark.parametrize("broken", ["check_rows", "_make_current", "_keep_files", "_put_files"])
def test_what_breaks_off_changes_nothing(broken, house, archive, monkeypatch):
    def break_off(*args):
        raise OSError(28, "No space left on device")

    with inside(house):
        add_estate("later")
    monkeypatch.setattr(restoring, broken, break_off)

    refused = run(house, "restore", str(archive), "--replace")

    assert refused.exit_code == 1 and "No space left on device" in refused.output
    assert names(house) == sorted([CANARY, "later"])
    assert not [name for name in lying_in(house["INSTANCE_PATH"]) if "restor" in name]


def left_behind(house) -> list[Path]:
    """What a restore that was killed leaves: unpacked files, and its stage."""
    folder = Path(house["INSTANCE_PATH"])
    (folder / ".restoring-0123abcd" / "photos" / "aa").mkdir(parents=True)
    (folder / ".restoring-0123abcd" / "photos" / "aa" / "1.jpg").write_bytes(b"a face")
    stage = [folder / f".restoring-89abcdef.db{end}" for end in ("", "-wal")]
    if ON_POSTGRES:
        stage = [folder / ".restoring_89abcdef.dump"]
        with inside(house):
            on_postgres._on_server('CREATE DATABASE "restoring_89abcdef"')
    for path in stage:
        path.write_bytes(b"names")
    return [folder / ".restoring-0123abcd", *stage]


@pytest.mark.parametrize("words", [("restore", "--replace"), ("backup", "verify")])
def test_what_a_killed_restore_left_is_told_and_removed_by_the_next(words, house, archive):
    left, mine = left_behind(house), Path(house["INSTANCE_PATH"], ".restoring-notes")
    mine.write_text("not ours")
    with inside(house):
        told = [found for found in findings.remains(NOW) if found.level is findings.MUST]
    assert len(told) == 1 and str(left[0]) in told[0].words and str(mine) not in told[0].words

    assert run(house, *words, str(archive)).exit_code == 0

    assert ([path for path in left if path.exists()], mine.exists()) == ([], True)
    with inside(house):
        assert list(findings.remains(NOW)) == []
        if ON_POSTGRES:
            known = db.session.scalars(text("SELECT datname FROM pg_database")).all()
            assert "restoring_89abcdef" not in known


def test_what_somebody_is_at_work_on_is_no_remains(house, archive):
    left = left_behind(house)

    with inside(house), at_work(alone=True):
        [path.mkdir() if not path.suffix else path.write_bytes(b"") for path in left if not path.exists()]
        told = list(findings.remains(NOW))
        refused = [run(house, *words, str(archive)) for words in (("restore", "--replace"), ("backup", "verify"))]

    assert (told, [one.exit_code for one in refused]) == ([], [1, 1])
    assert all("is being tried or put back here" in one.output for one in refused)
    assert all(path.exists() for path in left)


def test_two_backups_may_be_tried_at_once(house, archive):
    with inside(house), at_work(alone=False):
        assert run(house, "backup", "verify", str(archive)).exit_code == 0


def test_after_it_everybody_signs_in_again(house, elsewhere, tmp_path):
    with inside(house):
        with writing():
            ann = User(username="ann", name="Ann", password_hash="-")
            db.session.add_all([ann, Throttle(key="k", since=NOW, tries=1)])
            db.session.flush()
            db.session.add(EnrolledDevice(
                token_hash="t", user_id=ann.id, kind=DeviceKind.PHONE, browser="x", system="x", enrolled_at=NOW,
                expires_at=NOW, seen_at=NOW,
            ))  # fmt: skip
        open_session(ann)
        make_backup(tmp_path / "b", now=NOW)

    assert run(elsewhere, "restore", str(tmp_path / "b")).exit_code == 0

    with inside(elsewhere):
        assert [db.session.scalar(select(func.count()).select_from(table)) for table in (Session, Throttle)] == [0, 0]
        assert db.session.scalar(select(EnrolledDevice.revoked_at)) is not None
        assert db.session.scalar(select(User.username)) == "ann"


def test_a_wrong_name_costs_nothing_and_a_full_disk_leaves_nothing(house, archive, tmp_path, monkeypatch):
    letter = tmp_path / "letter.txt"
    letter.write_text("Dear resident")

    assert "is there already, and is no backup" in run(house, "backup", str(letter)).output
    assert "There is no folder" in run(house, "backup", str(tmp_path / "none" / "b")).output
    before = archive.read_bytes()
    monkeypatch.setattr(disk, "LEAST_FREE", 1 << 60)
    full = run(house, "backup", str(archive))

    assert full.exit_code == 1 and "There is no room for a backup" in full.output
    assert letter.read_text() == "Dear resident" and archive.read_bytes() == before
    assert lying_in(tmp_path) == ["letter.txt", "yesterday.backup"]


@pytest.mark.sqlite_only
def test_an_encrypted_database_stays_encrypted_in_its_backup(house, elsewhere, tmp_path):
    env = {name: value for name, value in house.items() if name != "DATABASE_URL"}
    assert run(env, "keys", "encrypt").exit_code == 0
    path = tmp_path / "b"
    assert run(env, "backup", str(path)).exit_code == 0

    with zipfile.ZipFile(path) as found:
        assert CANARY.encode() not in found.read("database.db")
        assert b'"encrypted": true' in found.read(MANIFEST)
    without = run(elsewhere, "restore", str(path))
    assert "It needs DATABASE_KEY" in without.output
    secrets_file = Path(elsewhere["INSTANCE_PATH"], "secrets")
    shutil.copy(Path(house["INSTANCE_PATH"], "secrets"), secrets_file)
    assert "It needs DATABASE_KEY, which is here." in run(elsewhere, "backup", "verify", str(path)).output
    assert run(elsewhere, "restore", str(path)).exit_code == 0
    assert names(elsewhere) == [CANARY]
    other = f"DATABASE_KEY={bytes(range(32)).hex()}"
    secrets_file.write_text(re.sub("DATABASE_KEY=.*", other, secrets_file.read_text()))
    Path(elsewhere["INSTANCE_PATH"], "helpdesk.db").unlink()
    assert "needs another DATABASE_KEY" in run(elsewhere, "restore", str(path)).output


@pytest.mark.postgres_only
@pytest.mark.parametrize(("said", "why"), [
    (None, "pg_dump is missing. Install postgresql-client-"), ("9.6", "pg_dump 9 is older than the server, which is"),
])  # fmt: skip
def test_a_missing_or_old_pg_dump_is_told(said, why, house, tmp_path):
    place = tmp_path / "bin"
    place.mkdir()
    if said:
        (place / "pg_dump").write_text(f"#!/bin/sh\necho 'pg_dump (PostgreSQL) {said}'\n")
        (place / "pg_dump").chmod(0o755)

    refused = run({**house, "PG_BIN": str(place)}, "backup", str(tmp_path / "b"))

    assert refused.exit_code == 1 and why in refused.output and on_postgres.version_of(str(place / "pg_dump")) in (0, 9)
