"""A backup's database on PostgreSQL: pg_dump of the same snapshot that is counted, pg_restore into a new database."""

import os
import re
import secrets
import shutil
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from flask import current_app
from sqlalchemy import URL, Connection, Engine, NullPool, create_engine, make_url, text
from sqlalchemy.exc import DBAPIError

from helpdesk.backup.archive import Archive
from helpdesk.backup.manifest import BackupTrouble
from helpdesk.core.extensions import db

OPEN_ELSEWHERE = "The database is in use: stop the product (and every worker) first."


@contextmanager
def copied(part: Path) -> Iterator[Connection]:
    """Dump the database as it is at one moment; yields a connection that sees exactly that."""
    with db.engine.connect() as connection:
        snapshot = connection.scalar(text("SELECT pg_export_snapshot()"))
        os.close(os.open(part, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600))
        what = ("--format=custom", "--no-owner", "--no-privileges", f"--snapshot={snapshot}", f"--file={part}")
        _run("pg_dump", db.engine.url, *what, server=_major(connection))
        yield connection


def size() -> int:
    with db.engine.connect() as connection:
        return connection.scalar(text("SELECT pg_database_size(current_database())"))


def is_empty() -> bool:
    with db.engine.connect() as connection:
        return not connection.scalar(text("SELECT count(*) FROM pg_tables WHERE schemaname = 'public'"))


def refuse_if_taken() -> None:
    """Raises BackupTrouble while anybody else uses the database."""
    db.session.remove()
    db.engine.dispose()
    with _beside().connect() as server:
        asked = text("SELECT count(*) FROM pg_stat_activity WHERE datname = :name")
        if server.scalar(asked, {"name": db.engine.url.database}):
            raise BackupTrouble(OPEN_ELSEWHERE)


@contextmanager
def staged(archive: Archive) -> Iterator[str]:
    """The archive's database in a new one of the same server; yields its address. It goes unless it took our place."""
    url = db.engine.url.set(database=f"restoring_{secrets.token_hex(4)}")
    dump = Path(current_app.instance_path, f".{url.database}.dump")
    archive.extract(archive.manifest.database, dump)
    try:
        _on_server(f'CREATE DATABASE "{url.database}" TEMPLATE template0')
        how = ("--no-owner", "--no-privileges", "--exit-on-error", "--single-transaction", str(dump))
        with db.engine.connect() as connection:
            server = _major(connection)
        db.engine.dispose()
        _run("pg_restore", url, *how, server=server)
        yield url.render_as_string(hide_password=False)
    finally:
        with suppress(BackupTrouble):
            drop(url.database)
            dump.unlink(missing_ok=True)  # the last: it says that there may be a database of this name


def drop(database: str) -> None:
    """A staged database that nobody needs any more."""
    _on_server(f'DROP DATABASE IF EXISTS "{database}" WITH (FORCE)')


def check(connection: Connection) -> None:
    """Nothing to ask: it was put together anew, with every constraint."""


def engine_of(url: str) -> Engine:
    return create_engine(url, poolclass=NullPool, hide_parameters=True)


def swap(url: str, beside: Path) -> None:
    """Rename ours and the staged one in one transaction; ours is kept under the name of the folder `beside`."""
    live, new = db.engine.url.database, make_url(url).database
    kept, was_empty = f"{live[:30]}_{beside.name.replace('-', '_')}", is_empty()
    db.session.remove()
    db.engine.dispose()
    with _beside().execution_options(isolation_level="READ COMMITTED").begin() as server:
        try:
            server.execute(text(f'ALTER DATABASE "{live}" RENAME TO "{kept}"'))
            server.execute(text(f'ALTER DATABASE "{new}" RENAME TO "{live}"'))
        except DBAPIError:
            raise BackupTrouble(OPEN_ELSEWHERE) from None
    if was_empty:
        _on_server(f'DROP DATABASE IF EXISTS "{kept}"')


def _beside() -> Engine:
    """The server, by another of its databases: one cannot be renamed from inside."""
    url = db.engine.url.set(database="postgres")
    return create_engine(url, isolation_level="AUTOCOMMIT", poolclass=NullPool, hide_parameters=True)


def _on_server(statement: str) -> None:
    try:
        with _beside().connect() as server:
            server.execute(text(statement))
    except DBAPIError as problem:
        why = str(problem.orig).strip().splitlines()[0]
        raise BackupTrouble(f"PostgreSQL does not allow it ({why}): give this user CREATEDB, for this once.") from None


def _major(connection: Connection) -> int:
    return int(connection.scalar(text("SHOW server_version_num"))) // 10_000


def _run(program: str, url: URL, *words: str, server: int) -> None:
    """The password goes by the environment: everybody on the machine sees what programs are called with."""
    path = find(program, server)
    address = url.set(drivername="postgresql")._replace(password=None).render_as_string(hide_password=False)
    env = os.environ | ({"PGPASSWORD": str(url.password)} if url.password else {})
    command = [path, *words, f"--dbname={address}", "--no-password"]
    done = subprocess.run(command, env=env, capture_output=True, text=True, errors="replace")  # noqa: S603
    if done.returncode:
        said = [line for line in done.stderr.splitlines() if "error" in line.lower()] or [f"code {done.returncode}"]
        raise BackupTrouble(f"{program} failed: {said[0][:160]}")


def find(program: str, server: int) -> str:
    """The oldest of these programs that is new enough for the server. Raises BackupTrouble, and says how to get one."""
    folders = [current_app.config["PG_BIN"]] if current_app.config["PG_BIN"] else [
        *os.environ.get("PATH", "").split(os.pathsep), *map(str, Path("/usr/lib/postgresql").glob("*/bin")),
    ]  # fmt: skip
    found = {}
    for path in filter(None, (shutil.which(program, path=folder) for folder in folders)):
        found.setdefault(version_of(path), path)
    if good := [number for number in sorted(found) if number >= server]:
        return found[good[0]]
    how = f"Install postgresql-client-{server}, or set PG_BIN to the folder of its programs."
    if found:
        raise BackupTrouble(f"{program} {max(found)} is older than the server, which is {server}. {how}")
    raise BackupTrouble(f"{program} is missing. {how}")


def version_of(path: str) -> int:
    try:
        said = subprocess.run([path, "--version"], capture_output=True, text=True, check=True).stdout  # noqa: S603
    except (OSError, subprocess.SubprocessError):
        return 0
    number = re.search(r"\d+", said)
    return int(number[0]) if number else 0
