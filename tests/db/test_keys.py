"""The keys that seal: without them no start; added, everything sealed anew, and forgotten when nothing needs them."""

import os
import re
import signal
import subprocess
import sys
from pathlib import Path

import pytest
from flask import current_app
from sqlalchemy import Column, Integer, LargeBinary, MetaData, Table, func, select

from helpdesk import create_app
from helpdesk.audit.models import Event
from helpdesk.core import sealed
from helpdesk.core.extensions import db
from helpdesk.core.sealing import Key, Ring, SealBroken, key_id_of, seal, unseal, written
from helpdesk.core.transactions import writing
from helpdesk.keys.models import SealingKey
from helpdesk.keys.start import meet_database
from tests.conftest import DATA_KEY, SECRET_KEY, open_session

ROOT = Path(__file__).resolve().parents[2]
OTHER = Key("bbbb2222", bytes(range(1, 33)))
THING = Table(
    "sealed_thing", MetaData(), Column("id", Integer, primary_key=True), Column("secret", LargeBinary, nullable=True)
)
ROTATE = """
import sys
from flask.cli import ScriptInfo
from helpdesk import create_app
from helpdesk.core import sealed
from tests.db.test_keys import THING
app = create_app()
sealed.SEALED[:] = [sealed.of_column(THING.c.secret)]
app.cli.main(["keys", "rotate"], obj=ScriptInfo(create_app=lambda: app))
"""


@pytest.fixture
def env(blank, tmp_path):
    """The settings of a program that is started on this database, with the keys of the tests in its file."""
    (tmp_path / "secrets").write_text(f"SECRET_KEY={SECRET_KEY}\nDATA_KEY={DATA_KEY}\n")
    (tmp_path / "secrets").chmod(0o600)
    return {"DATABASE_URL": blank[1].url, "INSTANCE_PATH": str(tmp_path)}


@pytest.fixture
def in_file(app, env, monkeypatch):
    """This application takes its keys from the file too."""
    file = Path(env["INSTANCE_PATH"]) / "secrets"
    monkeypatch.setitem(app.extensions, "sealing", Ring("", file))
    return file


@pytest.fixture
def flask(app, in_file, now):
    """Type `flask keys …`; returns its exit code and what it said."""

    def _flask(*words):
        with app.app_context():
            done = app.test_cli_runner().invoke(args=["keys", *words])
        assert done.exception is None or isinstance(done.exception, SystemExit), done.output
        db.session.rollback()
        return done.exit_code, done.output

    return _flask


@pytest.fixture
def things(app, monkeypatch):
    """A table with something sealed in it, and nothing else that is sealed."""
    with writing():
        THING.create(db.session.connection())
    monkeypatch.setattr(sealed, "SEALED", [])
    monkeypatch.setattr("helpdesk.keys.actions.SEALED", sealed.SEALED)
    sealed.register_column(THING.c.secret)

    def _things(count):
        with writing():
            rows = [{"id": row, "secret": seal(b"word %d" % row, place=place(row))} for row in range(1, count + 1)]
            db.session.execute(THING.insert(), [*rows, {"id": count + 1, "secret": None}])

    return _things


def place(row):
    return f"sealed_thing:{row}:secret"


def kept():
    found = db.session.execute(select(THING.c.id, THING.c.secret).where(THING.c.secret.is_not(None))).all()
    db.session.rollback()
    return {row: bytes(secret) for row, secret in found}


def keys_of(rows):
    return {key_id_of(secret) for secret in rows.values()}


def refusal(env, **changed):
    with pytest.raises(SystemExit) as no:
        create_app({**env, **changed})
    assert "\n" not in str(no.value)
    return str(no.value)


@pytest.mark.proves("PD-13")
def test_a_database_without_its_key_does_not_start(app, env):
    create_app(env)
    (Path(env["INSTANCE_PATH"]) / "secrets").write_text(f"SECRET_KEY={SECRET_KEY}\n")

    assert re.match("The database needs the key fortests, which is missing: put back .*secrets", refusal(env))
    assert "fortests, which is missing" in refusal(env, DATA_KEY=OTHER.written)
    assert "DATA_KEY" not in (Path(env["INSTANCE_PATH"]) / "secrets").read_text()  # no new one made silently


@pytest.mark.proves("PD-13")
def test_a_program_that_lacks_a_key_ends_with_one_line(app, env):
    db.session.remove()
    db.engine.dispose()
    settings = {**env, "PATH": os.environ["PATH"], "PYTHONPATH": str(ROOT), "DATA_KEY": OTHER.written}
    command = [sys.executable, "-c", "import wsgi"]

    done = subprocess.run(command, env=settings, cwd=ROOT, text=True, capture_output=True, timeout=60)

    assert (done.returncode, done.stdout) == (1, "")
    assert re.fullmatch("The database needs the key fortests, which is missing: .*\n", done.stderr)


@pytest.mark.proves("PD-01", "PD-13")
def test_another_key_under_the_same_id_does_not_start(app, env):
    assert "is not the one this database was sealed with" in refusal(
        env, DATA_KEY=Key("fortests", OTHER.secret).written
    )


@pytest.mark.proves("PD-13")
def test_another_signing_key_signs_nobody_out(app, env, ann):
    number = open_session(ann)
    changed = {**env, "SECRET_KEY": "n" * 48, "SECRET_KEY_FALLBACKS": SECRET_KEY}
    with create_app(changed).app_context():
        browser = current_app.test_client()
        browser.set_cookie("session", number)

        assert browser.get("/hotline").status_code == 200

        db.session.remove()
        db.engine.dispose()


def test_a_lost_key_is_said_to_be_lost_and_the_rest_goes_on(app, env):
    found = create_app({**env, "DATA_KEY": written([OTHER, Key("fortests", None)])})

    with found.app_context():
        assert unseal(seal(b"new", place="x:1:y"), place="x:1:y") == b"new"
        with pytest.raises(SealBroken):
            unseal(b"fortests:" + bytes(40), place="x:1:y")


@pytest.mark.proves("PD-13")
def test_the_first_start_makes_a_key_that_only_its_owner_reads(app, env):
    with writing():
        db.session.query(SealingKey).delete()
    secrets = Path(env["INSTANCE_PATH"]) / "secrets"
    secrets.unlink()

    for _again in range(2):
        create_app({**env, "SECRET_KEY": SECRET_KEY})

    (line,) = secrets.read_text().splitlines()
    assert line.startswith("DATA_KEY=") and secrets.stat().st_mode & 0o777 == 0o600
    db.session.rollback()
    assert line.split("=", 1)[1].startswith(db.session.scalar(select(SealingKey.key_id)) + ":")


@pytest.mark.proves("PD-02")
def test_a_new_key_seals_old_ones_open_and_the_old_one_goes_when_nothing_needs_it(flask, things, in_file):
    things(120)

    code, said = flask("add")
    newest = said.split()[0]
    assert code == 0 and [line.split() for line in flask("list")[1].splitlines()] == [
        [newest, "seals", "0"], ["fortests", "opens", "120"],
    ]  # fmt: skip
    assert "120 sealed values still need fortests" in flask("drop", "fortests")[1]
    assert flask("drop", newest) == (1, f"Error: {newest} seals now: add another key first.\n")
    assert "SECRET_KEY=" in in_file.read_text() and in_file.stat().st_mode & 0o777 == 0o600

    code, said = flask("rotate")

    assert (code, said.splitlines()[-1]) == (0, f"All is sealed with {newest}.")
    assert keys_of(kept()) == {newest}
    assert flask("drop", "fortests") == (0, "fortests is forgotten.\n")
    assert "fortests" not in in_file.read_text()
    assert all(unseal(secret, place=place(row)) == b"word %d" % row for row, secret in kept().items())
    told = db.session.scalars(select(Event.kind).where(Event.kind.startswith("sealing_key")).order_by(Event.seq))
    assert list(told) == ["sealing_key.added", "sealing_key.rotated", "sealing_key.dropped"]


@pytest.mark.proves("PD-01")
def test_what_cannot_be_opened_is_counted_and_stays(flask, things):
    things(3)
    rows = kept()
    with writing():
        for row, other in ((1, 2), (2, 1)):
            db.session.execute(THING.update().where(THING.c.id == row).values(secret=rows[other]))  # swapped
    flask("add")

    code, said = flask("rotate")

    assert code == 1 and "2 could not be opened and stay as they are." in said
    assert kept()[1] == rows[2] and key_id_of(kept()[3]) != "fortests"


@pytest.mark.proves("PD-02")
def test_killed_while_sealing_anew_it_goes_on_and_every_row_stays_readable(app, flask, things, env):
    count = sealed.CHUNK * 40
    things(count)
    flask("add")
    db.session.remove()
    db.engine.dispose()
    settings = {**env, "PATH": os.environ["PATH"], "PYTHONPATH": str(ROOT)}
    command = [sys.executable, "-c", ROTATE]

    killed = subprocess.Popen(command, env=settings, cwd=ROOT, text=True, stdout=subprocess.PIPE)
    killed.stdout.readline()
    killed.send_signal(signal.SIGKILL)
    killed.communicate(timeout=30)

    assert killed.returncode == -signal.SIGKILL
    rows = kept()
    assert len(keys_of(rows)) == 2 and len(rows) == count
    assert all(unseal(secret, place=place(row)) == b"word %d" % row for row, secret in rows.items())
    assert flask("drop", "fortests")[0] == 1

    assert flask("rotate")[0] == 0

    rows = kept()
    assert "fortests" not in keys_of(rows) and len(keys_of(rows)) == 1
    assert flask("drop", "fortests")[0] == 0
    assert all(unseal(secret, place=place(row)) == b"word %d" % row for row, secret in rows.items())


def test_keys_from_the_environment_are_shown_for_it_and_never_written(app, env, now):
    with app.app_context():
        done = app.test_cli_runner().invoke(args=["keys", "add"])

    assert done.output.splitlines()[-1].endswith(f",{DATA_KEY}")
    assert not Path(app.config["SECRETS_FILE"]).exists()
    assert db.session.scalar(select(func.count()).select_from(SealingKey)) == 1


def test_a_file_that_cannot_be_written_is_said(app, in_file, monkeypatch):
    def full(*_args):
        raise OSError(28, "No space left on device")

    monkeypatch.setattr("helpdesk.core.sealing.os.fsync", full)
    before = in_file.read_text()

    with pytest.raises(SystemExit, match="cannot be written .No space left"):
        app.extensions["sealing"].keep([OTHER])

    assert in_file.read_text() == before and [path.name for path in in_file.parent.iterdir()] == ["secrets"]


def test_meeting_a_database_that_is_not_there_makes_none(tmp_path):
    create_app({"INSTANCE_PATH": str(tmp_path / "new")})

    assert [path.name for path in (tmp_path / "new").iterdir()] == ["secrets"]


def test_meeting_again_changes_nothing(app):
    meet_database()

    assert list(db.session.scalars(select(SealingKey.key_id))) == ["fortests"]
