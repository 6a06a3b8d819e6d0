"""Installations of their own, made quickly: for tests that put one aside and another one in its place."""

import os
import shutil
from pathlib import Path

import psycopg
from flask_migrate import upgrade
from sqlalchemy import make_url

from helpdesk import create_app
from helpdesk.core.extensions import db
from helpdesk.keys.start import meet_database
from tests.conftest import DATA_KEY, SECRET_KEY
from tests.databases import ON_POSTGRES
from tests.servers import find_postgres


class Houses:
    """`build(name)` returns the settings of an installation with all tables; `build(name, empty=True)` of none."""

    def __init__(self, folder: Path):
        self.folder, self.built = folder, []
        self.first = self.build("first", empty=True)
        with create_app(self.first).app_context():
            upgrade()
            meet_database()
            db.session.remove()
            db.engine.dispose()

    def build(self, name: str, *, empty: bool = False) -> dict[str, str]:
        place = self.folder / name
        place.mkdir()
        env = {"SECRET_KEY": SECRET_KEY, "DATA_KEY": DATA_KEY, "INSTANCE_PATH": str(place)}
        if not ON_POSTGRES:
            if not empty:
                shutil.copy(self.folder / "first" / "helpdesk.db", place / "helpdesk.db")
            return {**env, "DATABASE_URL": f"sqlite:///{place}/helpdesk.db"}
        database = f"house_{os.environ.get('PYTEST_XDIST_WORKER', 'main')}_{name}"
        self._on_server(
            f"DROP DATABASE IF EXISTS {database} WITH (FORCE)",
            f"CREATE DATABASE {database}" + ("" if empty else f" TEMPLATE {self.built[0]}"),
        )
        self.built.append(database)
        url = make_url(os.environ["TEST_DATABASE_URL"]).set(drivername="postgresql+psycopg", database=database)
        return {**env, "DATABASE_URL": url.render_as_string(hide_password=False), "PG_BIN": str(find_postgres())}

    def drop(self) -> None:
        if not ON_POSTGRES:
            return
        found = "SELECT datname FROM pg_database WHERE datname LIKE 'house_%' OR datname LIKE 'restoring_%'"
        with psycopg.connect(os.environ["TEST_DATABASE_URL"], autocommit=True) as server:
            names = [name for (name,) in server.execute(found).fetchall()]
        mine = [name for name in names if any(name.startswith(one[:30]) for one in self.built)]
        self._on_server(*(f'DROP DATABASE IF EXISTS "{name}" WITH (FORCE)' for name in mine))

    def _on_server(self, *statements: str) -> None:
        with psycopg.connect(os.environ["TEST_DATABASE_URL"], autocommit=True) as server:
            for statement in statements:
                server.execute(statement)
