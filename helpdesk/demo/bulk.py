"""Many rows at once: ids given beforehand, values bound by the columns' own types, inside the caller's `writing()`."""

from collections import defaultdict
from collections.abc import Callable

from sqlalchemy import Connection, Table, func, select

from helpdesk.core.bulk import catch_up_sequences, insert
from helpdesk.core.extensions import db


class Rows:
    """Rows that wait to be written. `flush()` writes them in an order that foreign keys allow."""

    def __init__(self) -> None:
        self._waiting: dict[str, list[dict]] = defaultdict(list)
        self._last_id: dict[str, int] = {}
        self._tables = {table.name: table for table in db.metadata.sorted_tables}
        self._writers: dict[str, Callable[[dict], tuple]] = {}
        self.size = 0
        self.written: dict[str, int] = defaultdict(int)

    def next_id(self, table: str) -> int:
        """The next free id; the first time it looks what is there already."""
        if table not in self._last_id:
            key = self._tables[table].primary_key.columns[0]
            self._last_id[table] = db.session.scalar(select(func.max(key))) or 0
        self._last_id[table] += 1
        return self._last_id[table]

    def add(self, table: str, **values) -> None:
        """Keep one row; a column that is not given is NULL."""
        self._waiting[table].append(values)
        self.size += 1

    def waiting(self, table: str) -> list[dict]:
        """The rows of a table that are not written yet."""
        return self._waiting.get(table, [])

    def change(self, table: str, row_id: int, **values) -> None:
        """Change a row that still waits."""
        next(row for row in self._waiting[table] if row["id"] == row_id).update(values)

    def flush(self) -> None:
        """Write everything that waits. Belongs inside `writing()`."""
        connection = db.session.connection()
        for name, table in self._tables.items():
            if rows := self._waiting.pop(name, None):
                write = self._writers.get(name) or self._writers.setdefault(name, _binder(table, connection))
                insert(connection, table, [write(row) for row in rows])
                self.written[name] += len(rows)
        self.size = 0

    def catch_up_sequences(self) -> None:
        """Ids were given, not drawn: PostgreSQL's sequences must go on after them."""
        catch_up_sequences(db.session.connection(), self._last_id)


def _binder(table: Table, connection: Connection) -> Callable[[dict], tuple]:
    """A function that turns a row into the values the driver takes, as the columns' types bind them."""
    processors = []
    for column in table.columns:
        bind = column.type.dialect_impl(connection.dialect).bind_processor(connection.dialect)
        processors.append((column.key, bind))

    def bound(row: dict) -> tuple:
        get = row.get
        return tuple(
            [value if (value := get(key)) is None or bind is None else bind(value) for key, bind in processors]
        )

    return bound
