"""The database of the tests: SQLite, or PostgreSQL with `TEST_DATABASE=postgresql`. Each test gets a fresh one.

`keep(state)` remembers what the database holds now, `renew(state)` brings it back.
"""

import os
import shutil
import tempfile
from dataclasses import dataclass, field
from pathlib import Path
from weakref import WeakSet

import psycopg
from sqlalchemy import event
from sqlalchemy.pool import Pool

from helpdesk.config import sqlite
from tests.servers import Server, start_postgres

ON_POSTGRES = os.environ.get("TEST_DATABASE") == "postgresql"
EMPTY = "empty"
MEMORY = Path("/dev/shm")  # noqa: S108
ROOM = 1 << 28


_opened: WeakSet = WeakSet()


def copies():
    return PostgresCopies(start_postgres()) if ON_POSTGRES else SqliteCopies()


if ON_POSTGRES:  # its driver complains when one is forgotten, but of whichever test runs when memory is swept

    @event.listens_for(Pool, "connect")
    def _note(connection, _record) -> None:
        _opened.add(connection)


def close_left_open() -> int:
    """Close what an engine of this process opened to PostgreSQL and nobody has closed; returns how many there were."""
    left = [connection for connection in _opened if not connection.closed]
    for connection in left:
        connection.close()
    return len(left)


class SqliteCopies:
    """One file, replaced by a copy of the state before each test; in memory if there is room: no disk to wait for."""

    def __init__(self):
        roomy = os.access(MEMORY, os.W_OK) and shutil.disk_usage(MEMORY).free > ROOM
        self.place = tempfile.TemporaryDirectory(prefix="helpdesk-test-", dir=MEMORY if roomy else None)
        self.folder = Path(self.place.name)
        self.url = f"sqlite:///{self.folder}/live.db"

    def keep(self, state: str) -> None:
        with sqlite.connect(self.folder / "live.db") as source:
            source.execute("VACUUM INTO ?", (str(self.folder / f"{state}.db"),))
        source.close()

    def has(self, state: str) -> bool:
        return (self.folder / f"{state}.db").exists()

    def renew(self, state: str = EMPTY) -> None:
        for name in self.folder.glob("live.db*"):
            name.unlink()
        shutil.copy(self.folder / f"{state}.db", self.folder / "live.db")

    def drop(self) -> None:
        self.place.cleanup()


@dataclass
class State:
    """What every table held, and where every sequence stood."""

    rows: dict[str, bytes]
    sequences: dict[str, int | None]


@dataclass
class Found:
    """How tables look from outside: any change gives a table another count of rows or another newest transaction."""

    shape: tuple = ()
    marks: dict[str, tuple] = field(default_factory=dict)


OURS = 16384  # the first number of what was made here and not by PostgreSQL
# What makes up the shape. A change in place is a new version of a row of these, so its transaction is newer.
CATALOGUES = {
    "pg_class": "oid", "pg_attribute": "attrelid", "pg_attrdef": "oid", "pg_index": "indexrelid",
    "pg_constraint": "oid", "pg_trigger": "oid", "pg_rewrite": "oid", "pg_proc": "oid",
}  # fmt: skip
LOOK = "(SELECT (count(*), max(xmin::text::bigint))::text FROM {} WHERE {} >= {})"
SHAPE = "SELECT " + ", ".join(LOOK.format(name, number, OURS) for name, number in CATALOGUES.items())
OTHERS = """
SELECT pg_terminate_backend(pid, 5000) FROM pg_stat_activity
WHERE datname = current_database() AND pid <> pg_backend_pid() AND backend_type = 'client backend'
"""
SEQUENCES = "SELECT sequencename, last_value FROM pg_sequences WHERE schemaname = 'public'"


class PostgresCopies:
    """One database for each test process. Copying it costs half a second of processor time, so only rows are put back.

    It is copied from the template all the same when its shape changed, and now and then, because deleted rows take
    room until then. Putting rows back needs a superuser, who can do without triggers.
    """

    OFTEN = 150

    def __init__(self, server: Server):
        worker = os.environ.get("PYTEST_XDIST_WORKER", "main")
        self.name, self.template = f"test_{worker}", f"template_{worker}"
        self.server_url = server.url
        self.url = server.url_for(self.name)
        self.states: dict[str, State] = {}
        self.now, self.found, self.uses, self.ours = EMPTY, Found(), 0, None
        self._on_server(f"DROP DATABASE IF EXISTS {self.name} WITH (FORCE)", f"CREATE DATABASE {self.name}")

    def keep(self, state: str) -> None:
        if not self.states:
            self._on_server(
                f"DROP DATABASE IF EXISTS {self.template} WITH (FORCE)",
                f"CREATE DATABASE {self.template} TEMPLATE {self.name}",
            )
        self._open()
        tables = self._tables()
        self.states[state] = State({table: self._rows(table) for table in tables}, dict(self._all(SEQUENCES)))
        self.now, self.found = state, self._look(tables)

    def has(self, state: str) -> bool:
        return state in self.states

    def renew(self, state: str = EMPTY) -> None:
        self.uses += 1
        if not self._is_open() or self.uses > self.OFTEN or self._changed_shape():
            self._copy()
        self._put_back(state)

    def drop(self) -> None:
        self._close()
        self._on_server(*(f"DROP DATABASE IF EXISTS {name} WITH (FORCE)" for name in (self.name, self.template)))

    def _put_back(self, state: str) -> None:
        wanted, before = self.states[state], self.states[self.now]
        now = self._marks(list(wanted.rows))
        changed = [
            table for table, mark in now.items()
            if mark != self.found.marks[table] or wanted.rows[table] != before.rows[table]
        ]  # fmt: skip
        with self.ours.transaction():
            self.ours.execute("SET LOCAL session_replication_role = replica")  # no triggers, no foreign keys
            for table in changed:
                self.ours.execute(f'DELETE FROM "{table}"')  # noqa: S608
                if wanted.rows[table]:
                    with self.ours.cursor().copy(f'COPY "{table}" FROM STDIN') as rows:
                        rows.write(wanted.rows[table])
                now[table] = self._mark_of(wanted.rows[table])
            for name, value in self._all(SEQUENCES):
                if value != wanted.sequences[name]:
                    stands = wanted.sequences[name]
                    self.ours.execute("SELECT setval(%s, %s, %s)", (f'"{name}"', stands or 1, stands is not None))
        self.now, self.found = state, Found(self.found.shape, now)

    def _mark_of(self, rows: bytes) -> tuple:
        """What `_marks` will find where this transaction put these rows: reckoned, because looking takes long."""
        [(transaction,)] = self._all("SELECT pg_current_xact_id()::text::bigint")
        return (rows.count(b"\n"), transaction) if rows else (0, None)

    def _changed_shape(self) -> bool:
        self._all(OTHERS)  # whoever is still at work must not change it afterwards
        return self._all(SHAPE)[0] != self.found.shape

    def _copy(self) -> None:
        self._close()
        self._on_server(
            f"DROP DATABASE IF EXISTS {self.name} WITH (FORCE)", f"CREATE DATABASE {self.name} TEMPLATE {self.template}"
        )
        self._open()
        self.now, self.uses, self.found = EMPTY, 0, self._look(self._tables())

    def _look(self, tables: list[str]) -> Found:
        return Found(self._all(SHAPE)[0], self._marks(tables))

    def _marks(self, tables: list[str]) -> dict[str, tuple]:
        each = " UNION ALL ".join(f"SELECT '{t}', count(*), max(xmin::text::bigint) FROM \"{t}\"" for t in tables)  # noqa: S608
        return {table: tuple(mark) for table, *mark in self._all(each)}

    def _tables(self) -> list[str]:
        return [name for (name,) in self._all("SELECT tablename FROM pg_tables WHERE schemaname = 'public' ORDER BY 1")]

    def _rows(self, table: str) -> bytes:
        with self.ours.cursor().copy(f'COPY "{table}" TO STDOUT') as rows:
            return b"".join(rows)

    def _all(self, query: str) -> list[tuple]:
        return self.ours.execute(query, prepare=True).fetchall()

    def _open(self) -> None:
        if not self._is_open():
            self.ours = psycopg.connect(self.url.replace("+psycopg", ""), autocommit=True)

    def _is_open(self) -> bool:
        return self.ours is not None and not self.ours.closed

    def _close(self) -> None:
        if self.ours is not None:
            self.ours.close()

    def _on_server(self, *statements: str) -> None:
        with psycopg.connect(self.server_url, autocommit=True) as connection:
            for statement in statements:
                connection.execute(statement)
