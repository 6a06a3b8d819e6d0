"""Which of the two databases: both modules offer the same functions."""

from types import ModuleType

from helpdesk.backup import on_postgres, on_sqlite
from helpdesk.backup.manifest import BackupTrouble, Manifest
from helpdesk.core.extensions import db

SIDES = {"sqlite": on_sqlite, "postgresql": on_postgres}


def ours() -> ModuleType:
    return SIDES[db.engine.dialect.name]


def side_of(manifest: Manifest) -> ModuleType:
    """Where an archive can be tried. A file of SQLite can be opened anywhere, a dump needs a server."""
    if manifest.dialect == "postgresql" and db.engine.dialect.name != "postgresql":
        raise BackupTrouble("It was made on PostgreSQL: set DATABASE_URL to a database of a PostgreSQL server.")
    return SIDES[manifest.dialect]
