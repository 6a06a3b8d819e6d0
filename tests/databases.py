"""The database of the tests: SQLite, or PostgreSQL with `TEST_DATABASE=postgresql`. Each test gets a fresh copy."""

import os
import shutil
from pathlib import Path

import psycopg

from helpdesk.config import sqlite
from tests.servers import Server, start_postgres

ON_POSTGRES = os.environ.get("TEST_DATABASE") == "postgresql"


def copies(folder: Path):
    return PostgresCopies(start_postgres()) if ON_POSTGRES else SqliteCopies(folder)


class SqliteCopies:
    """One file, replaced by a copy of the migrated, empty one before each test."""

    def __init__(self, folder: Path):
        self.folder = folder
        self.url = f"sqlite:///{folder}/live.db"

    def keep_as_template(self) -> None:
        with sqlite.connect(self.folder / "live.db") as source:
            source.execute("VACUUM INTO ?", (str(self.folder / "empty.db"),))
        source.close()

    def renew(self) -> None:
        for name in self.folder.glob("live.db*"):
            name.unlink()
        shutil.copy(self.folder / "empty.db", self.folder / "live.db")

    def drop(self) -> None:
        """The temporary folder goes with pytest."""


class PostgresCopies:
    """One database for each test process, made anew from a template before each test."""

    def __init__(self, server: Server):
        worker = os.environ.get("PYTEST_XDIST_WORKER", "main")
        self.name, self.template = f"test_{worker}", f"template_{worker}"
        self.server_url = server.url
        self.url = server.url_for(self.name)
        self._run(f"DROP DATABASE IF EXISTS {self.name} WITH (FORCE)", f"CREATE DATABASE {self.name}")

    def keep_as_template(self) -> None:
        self._run(
            f"DROP DATABASE IF EXISTS {self.template} WITH (FORCE)",
            f"CREATE DATABASE {self.template} TEMPLATE {self.name}",
        )

    def renew(self) -> None:
        self._run(
            f"DROP DATABASE IF EXISTS {self.name} WITH (FORCE)", f"CREATE DATABASE {self.name} TEMPLATE {self.template}"
        )

    def drop(self) -> None:
        self._run(*(f"DROP DATABASE IF EXISTS {name} WITH (FORCE)" for name in (self.name, self.template)))

    def _run(self, *statements: str) -> None:
        with psycopg.connect(self.server_url, autocommit=True) as connection:
            for statement in statements:
                connection.execute(statement)
