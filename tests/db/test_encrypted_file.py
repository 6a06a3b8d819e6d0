"""The whole file encrypted: opened by its key alone, and no start without it."""

import re
import secrets
import shutil
from pathlib import Path

import pytest
from flask_migrate import upgrade
from sqlalchemy import select

from helpdesk import create_app
from helpdesk.config import sqlite
from helpdesk.core.extensions import db
from helpdesk.core.transactions import writing
from helpdesk.estate.models import Estate

pytestmark = [pytest.mark.sqlite_only, pytest.mark.proves("PD-01", "PD-13")]
KEY, OTHER = secrets.token_hex(32), secrets.token_hex(32)
CANARY, OTHER_CANARY = "康兴花园", "和平里"


@pytest.fixture(scope="module")
def plain(tmp_path_factory):
    """An installation that is not encrypted, made once."""
    folder = tmp_path_factory.mktemp("plain")
    app = create_app({"INSTANCE_PATH": str(folder)})
    with app.app_context():
        upgrade()
    fill({"INSTANCE_PATH": str(folder)}, CANARY)
    return folder


@pytest.fixture
def env(plain, tmp_path):
    shutil.copytree(plain, tmp_path, dirs_exist_ok=True)
    return {"INSTANCE_PATH": str(tmp_path)}


@pytest.fixture
def encrypted(env):
    done = create_app(env).test_cli_runner().invoke(args=["keys", "encrypt"])
    assert done.exit_code == 0, done.output
    return env


def fill(env, name):
    """Write a word; returns all that lies on the disk while the database is open."""
    with create_app(env).app_context():
        with writing():
            db.session.add(Estate(name=name, hotline="052310000001"))
        found = sorted(Path(env["INSTANCE_PATH"]).glob("helpdesk.db*"))
        assert [path.name for path in found][:1] == ["helpdesk.db"] and "helpdesk.db-wal" in found[-1].name
        contents = b"".join(path.read_bytes() for path in found)
        db.session.remove()
        db.engine.dispose()
    return contents


def names(env):
    with create_app(env).app_context():
        found = list(db.session.scalars(select(Estate.name).order_by(Estate.id)))
        db.session.remove()
        db.engine.dispose()
    return found


def refusal(env):
    with pytest.raises(SystemExit) as no:
        create_app(env)
    assert "\n" not in str(no.value)
    return str(no.value)


def test_nothing_of_it_can_be_read_without_the_key(encrypted, tmp_path):
    files = fill(encrypted, OTHER_CANARY)

    assert not any(word in files for word in (CANARY.encode(), OTHER_CANARY.encode(), b"SQLite format 3", b"CREATE"))
    assert names(encrypted) == [CANARY, OTHER_CANARY]
    wrong = refusal({**encrypted, "DATABASE_KEY": OTHER})
    assert re.match("DATABASE_KEY does not open .*helpdesk.db: put back its own key", wrong)
    kept = (tmp_path / "secrets").read_text()
    (tmp_path / "secrets").write_text(re.sub("DATABASE_KEY=.*\n", "", kept))
    assert re.match(".*helpdesk.db is encrypted, or is no database: set DATABASE_KEY", refusal(encrypted))
    (tmp_path / "secrets").write_text(kept)
    assert names(encrypted) == [CANARY, OTHER_CANARY]


SETTINGS = {
    "journal_mode": "wal", "synchronous": 2, "foreign_keys": 1, "recursive_triggers": 1, "secure_delete": 1,
    "busy_timeout": 10_000,
}  # fmt: skip


@pytest.mark.proves("RE-01")
def test_it_runs_with_the_same_settings(encrypted):
    with create_app(encrypted).app_context():
        with db.engine.connect() as opened:
            said = {name: opened.exec_driver_sql(f"PRAGMA {name}").scalar() for name in SETTINGS}
        db.engine.dispose()

    assert said == SETTINGS


def test_a_copy_made_by_the_database_stays_encrypted(encrypted, tmp_path):
    """What a backup does: VACUUM INTO."""
    copy = tmp_path / "copy.db"

    with create_app(encrypted).app_context():
        raw = db.engine.raw_connection()
        raw.driver_connection.execute("VACUUM INTO ?", (str(copy),))
        raw.close()
        db.engine.dispose()

    assert CANARY.encode() not in copy.read_bytes()
    there = {**encrypted, "DATABASE_URL": f"sqlite:///{copy}"}
    assert names(there) == [CANARY]
    assert "does not open" in refusal({**there, "DATABASE_KEY": OTHER})


def test_a_file_is_encrypted_once(plain, encrypted, tmp_path):
    kept = (tmp_path / "secrets").read_text()

    assert any(CANARY.encode() in path.read_bytes() for path in plain.glob("helpdesk.db*"))
    assert CANARY.encode() not in (tmp_path / "helpdesk.db").read_bytes()
    assert re.search("\nDATA_KEY=.*\nDATABASE_KEY=[0-9a-f]{64}\n$", kept)
    assert not list(tmp_path.glob("*.part")) and (tmp_path / "secrets").stat().st_mode & 0o777 == 0o600
    again = create_app(encrypted).test_cli_runner().invoke(args=["keys", "encrypt"])
    assert again.exit_code == 1 and "not encrypted yet" in again.output
    assert (tmp_path / "secrets").read_text() == kept


def test_while_somebody_has_it_open_it_stays_as_it_is(env, tmp_path):
    reader = sqlite.connect(tmp_path / "helpdesk.db")
    reader.execute("SELECT * FROM estate").fetchall()

    done = create_app(env).test_cli_runner().invoke(args=["keys", "encrypt"])
    reader.close()

    assert done.exit_code == 1 and "is open elsewhere: stop the product first." in str(done.exception) + done.output
    assert "DATABASE_KEY" not in (tmp_path / "secrets").read_text() and not list(tmp_path.glob("*.part"))
    assert names(env) == [CANARY]


@pytest.mark.parametrize("key", ["short", "0" * 64, "ab" * 32, "z" * 64])
def test_a_key_that_protects_nothing_is_refused(key, env):
    assert "DATABASE_KEY: 64 digits" in refusal({**env, "DATABASE_KEY": key})


def test_it_is_for_sqlite(env):
    settings = {"DATABASE_KEY": KEY, "DATABASE_URL": "postgresql+psycopg:///x", "SECRET_KEY": "k" * 40}
    assert "is for SQLite" in refusal({**env, **settings})
