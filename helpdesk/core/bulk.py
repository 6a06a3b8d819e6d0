"""Many rows at once, one statement per table: PostgreSQL takes them by COPY, SQLite by executemany."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager

from sqlalchemy import Connection, Table, text
from sqlalchemy.orm import Session


def insert(connection: Connection, table: Table, rows: Iterable[Sequence]) -> None:
    """Add rows of bound values, in the order of the table's columns; they may come from a generator."""
    prepare = connection.dialect.identifier_preparer
    name = prepare.format_table(table)
    columns = ", ".join(prepare.quote(column.name) for column in table.columns)
    if connection.dialect.name == "postgresql":
        with connection.connection.cursor() as cursor, cursor.copy(f"COPY {name} ({columns}) FROM STDIN") as copy:
            for row in rows:
                copy.write_row(row)
    else:
        marks = ", ".join("?" * len(table.columns))
        cursor = connection.connection.cursor()  # the driver takes rows one by one, SQLAlchemy wants them all at once
        cursor.executemany(f"INSERT INTO {name} ({columns}) VALUES ({marks})", rows)  # noqa: S608
        cursor.close()


def catch_up_sequences(connection: Connection, last_ids: Mapping[str, int]) -> None:
    """Let PostgreSQL's sequences go on after ids that were given and not drawn."""
    if connection.dialect.name != "postgresql":
        return
    quote = connection.dialect.identifier_preparer.quote
    for name, last in last_ids.items():
        if not last:
            continue  # an empty table begins by itself
        connection.execute(
            text("SELECT setval(pg_get_serial_sequence(:table, 'id'), :last)"), {"table": quote(name), "last": last}
        )


@contextmanager
def roomy(session: Session) -> Iterator[None]:
    """More memory for SQLite's pages and fewer returns to its main file while a great many rows follow each other.

    A million search keys touch most pages of their index many times; with the usual 2 MB each is read and written
    again and again. PostgreSQL has its own settings for that.
    """
    if session.get_bind().dialect.name != "sqlite":
        yield
        return
    _size_sqlite(session, cache_kb=40_000, checkpoint=16_000)
    try:
        yield
    finally:
        _size_sqlite(session, cache_kb=2_000, checkpoint=1_000)


def _size_sqlite(session: Session, *, cache_kb: int, checkpoint: int) -> None:
    session.execute(text(f"PRAGMA cache_size=-{cache_kb}"))
    session.execute(text(f"PRAGMA wal_autocheckpoint={checkpoint}"))
