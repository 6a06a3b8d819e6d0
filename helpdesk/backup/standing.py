"""What a database holds at one moment, asked over one connection: ours, a copy of it, or a stage."""

from pathlib import Path

from flask import current_app
from sqlalchemy import Connection, inspect, literal_column, select, text, union_all
from sqlalchemy.sql import quoted_name, table

from helpdesk.audit.models import Event
from helpdesk.backup.manifest import Stand
from helpdesk.keys.models import SealingKey
from helpdesk.repairs.models import Photo
from helpdesk.scheduling import photos
from helpdesk.waivers.scan_models import WaiverScan


def look(connection: Connection) -> Stand:
    """Also of the tables of an older version: before an update they are put aside as they are."""
    tables = sorted(inspect(connection).get_table_names())
    newest = connection.execute(select(Event.seq, Event.hash).order_by(Event.seq.desc()).limit(1)).first()
    return Stand(
        revision=connection.scalar(text("SELECT version_num FROM alembic_version")) or "",
        counts=_counted(connection, tables),
        head=f"{newest.seq}:{newest.hash}" if newest else "",
        keys=sorted(connection.scalars(select(SealingKey.key_id))) if SealingKey.__tablename__ in tables else [],
        files=_files(connection, tables),
    )


def _counted(connection: Connection, tables: list[str]) -> dict[str, int]:
    counted = [
        select(literal_column(f"'{name}'"), text("count(*)")).select_from(table(quoted_name(name, quote=True)))
        for name in tables
    ]
    return {name: number for name, number in connection.execute(union_all(*counted))}


def _files(connection: Connection, tables: list[str]) -> list[str]:
    scans = []
    if WaiverScan.__tablename__ in tables:
        kept = connection.scalars(select(WaiverScan.file_name).where(WaiverScan.file_name.is_not(None)))
        scans = [f"scans/{name[:2]}/{name}" for name in kept]
    pictures = [path for name in connection.scalars(select(Photo.file_name)) for path in photos.paths(Path(), name)]
    return sorted([*scans, *(f"photos/{path.as_posix()}" for path in pictures)])


def place_of(name: str) -> Path:
    """Where a file of an archive lies in this installation."""
    folder, _slash, rest = name.partition("/")
    return Path(current_app.config[f"{folder.removesuffix('s').upper()}_FOLDER"], rest)
