"""What is taken from a file for the page: its first rows, its guessed columns, and what a check says."""

import re
from collections.abc import Iterable, Iterator
from dataclasses import asdict, dataclass
from itertools import chain, islice

from helpdesk.estate.importing import uploads
from helpdesk.estate.importing.columns import LAST_HEADER_ROW, Columns, Field, find_header, is_identity, mapped
from helpdesk.estate.importing.models import RegisterUpload
from helpdesk.estate.importing.run import Report
from helpdesk.estate.importing.troubles import Trouble, Unreadable

MOST_TOLD = 200  # people and rows that are named one by one
_IDENTITY = re.compile(r"(?<![0-9])(?:[0-9]{15}|[0-9]{17}[0-9Xx])(?![0-9])")


@dataclass(slots=True)
class Look:
    """The beginning of a sheet. `rows` yields all of it once, without identity numbers, and counts them."""

    header_row: int
    columns: dict[str, str]
    first: list[tuple[int, list[str]]]
    more: Iterator[tuple[int, list[str]]]
    identity: frozenset[int]
    count: int = 0

    @property
    def rows(self) -> Iterator[tuple[int, list[str]]]:
        for row_no, row in chain(self.first, self.more):
            self.count += row_no > self.header_row
            yield row_no, [self._kept(position, cell) for position, cell in enumerate(row)]

    def _kept(self, position: int, cell: str) -> str:
        if position in self.identity:
            return cell if is_identity(cell) else ""  # the header stays, so that the notice can name it
        return _IDENTITY.sub("…", cell) if len(cell) >= 15 else cell


def look(rows: Iterator[tuple[int, list[str]]]) -> Look:
    """Guess the header; without one, the first row stands for it and nothing is assigned."""
    first = list(islice(rows, LAST_HEADER_ROW))
    try:
        columns = find_header(first)
    except Unreadable as wrong:
        if wrong.trouble is not Trouble.NO_HEADER:
            raise
        columns = Columns(first[0][0], first[0][1], {})
    guessed = {str(at): known.value for known, places in columns.at.items() for at in places}
    identity = frozenset(
        at for no, row in first if no <= columns.row_no for at, cell in enumerate(row) if is_identity(cell)
    )
    return Look(columns.row_no, guessed, first, rows, identity)


def first_rows(upload: RegisterUpload) -> list[tuple[int, list[str]]]:
    """The rows among which the header is, and a few of those below."""
    return [(no, row) for no, row in uploads.rows_in(uploads.part(upload, "rows"), 0, LAST_HEADER_ROW)]


def columns_of(upload: RegisterUpload) -> Columns:
    """The columns as they are settled; the titles are those of the chosen header row."""
    first = first_rows(upload)
    titles = next((row for no, row in first if no == upload.header_row), [])
    width = max((len(row) for _no, row in first), default=0)
    titles = [*titles, *[""] * (width - len(titles))]
    return mapped(upload.header_row, titles, {int(at): Field(known) for at, known in (upload.columns or {}).items()})


def with_cells(rows: Iterable[tuple[int, list[str]]], report: Report) -> Iterator[dict]:
    """Every row with something to correct: its number, its cells, and what is wrong in which column."""
    said: dict[int, list] = {}
    for problem in report.to_correct:
        told = (problem.column, problem.trouble.value, problem.value, problem.bars)
        said.setdefault(problem.row_no, []).append(told)
    for row_no, cells in rows:
        if row_no in said:
            yield {"row_no": row_no, "cells": cells, "said": said[row_no]}


def told(report: Report) -> dict:
    """What the page tells beside the figures."""
    columns = report.columns
    remarks = [columns.title(known) for known in (Field.CATEGORY, Field.NOTE) if columns.has(known)]
    return {
        "dropped": columns.dropped, "not_read": columns.not_read, "remarks": remarks,
        "named_dead": report.named_dead[:MOST_TOLD], "ended": report.ended[:MOST_TOLD],
        "not_listed": report.not_listed[:MOST_TOLD],
    }  # fmt: skip


def figures(report: Report) -> dict[str, int]:
    wrong, warned = ({problem.row_no for problem in found} for found in (report.problems, report.warnings))
    return asdict(report.counts) | {
        "changes": report.counts.changes, "rows": report.rows, "problems": len(report.problems), 
        "wrong_rows": len(wrong), "warned_rows": len(warned - wrong), "rows_to_correct": len(wrong | warned),
        "not_listed": len(report.not_listed), "ended": len(report.ended), "named_dead": len(report.named_dead),
        "without_home_no": report.without_home_no,
    }  # fmt: skip
