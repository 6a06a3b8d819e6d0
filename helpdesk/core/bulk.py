"""Many rows at once, one statement per table: PostgreSQL takes them by COPY, SQLite by executemany."""

from collections.abc import Iterable, Mapping, Sequence

from sqlalchemy import Connection, Table, text


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
