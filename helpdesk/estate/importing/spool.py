"""Rows that wait outside of memory until the lock is taken: a nameless file of JSON lines that is gone when closed."""

import json
import tempfile
from collections.abc import Iterator
from typing import IO

CHUNK = 2_000


class Spool:
    """Rows of plain values by table, in the order they came; dates are kept as text, codes as their value."""

    def __init__(self) -> None:
        self._files: dict[str, IO[str]] = {}
        self._waiting: dict[str, list[tuple]] = {}
        self.counts: dict[str, int] = {}

    def add(self, table: str, row: tuple) -> None:
        waiting = self._waiting.setdefault(table, [])
        waiting.append(row)
        self.counts[table] = self.counts.get(table, 0) + 1
        if len(waiting) >= CHUNK:
            self._store(table)

    def rows(self, table: str) -> Iterator[list]:
        """Every row of a table; more may be added afterwards."""
        if not self.counts.get(table):
            return
        self._store(table)
        file = self._files[table]
        file.seek(0)
        for line in file:
            yield from json.loads(line)

    def close(self) -> None:
        for file in self._files.values():
            file.close()

    def _store(self, table: str) -> None:
        if table not in self._files:
            self._files[table] = tempfile.TemporaryFile("w+", encoding="utf-8")
        if rows := self._waiting.pop(table, None):
            self._files[table].seek(0, 2)
            self._files[table].write(json.dumps(rows, ensure_ascii=False, default=str) + "\n")
