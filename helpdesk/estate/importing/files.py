"""Spreadsheets we write: the rows to correct, in the layout they came in, and a sample to begin with."""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from pathlib import Path

from helpdesk.core.spreadsheets import write_xlsx
from helpdesk.estate.importing.columns import PROBLEM_COLUMN, WORDS, Columns, Field, plain
from helpdesk.estate.importing.troubles import Problem, hides_identity
from helpdesk.estate.importing.words import sentence

WIDTHS = {PROBLEM_COLUMN: 48}


def write_errors(path: Path, columns: Columns, rows: Iterable[tuple[int, list[str]]], problems: list[Problem]) -> int:
    """Write the rows that have a problem, said in a first column; returns how many.

    Merged cells and 同上 come written out, so that each row stands for itself. Identity numbers are left out.
    """
    said = defaultdict(list)
    for problem in problems:
        said[problem.row_no].append(f"{problem.column}: {sentence(problem)}")
    kept = [
        position
        for position, title in enumerate(columns.titles)
        if position not in columns.identity and plain(title) != PROBLEM_COLUMN
    ]
    wrong = (
        [" ".join(said[row_no]), *(_cell(row, position) for position in kept)] for row_no, row in rows if row_no in said
    )
    titles = [PROBLEM_COLUMN, *(columns.titles[position] for position in kept)]
    return write_xlsx(path, titles, wrong, widths=WIDTHS)


def _cell(row: Sequence[str], position: int) -> str:
    text = row[position] if position < len(row) else ""
    return "" if hides_identity(text) else text


_SAMPLE = (
    {
        Field.BUILDING: "3幢", Field.UNIT: "2单元", Field.ROOM: "501室", Field.KIND: "住宅", Field.USE: "自住",
        Field.HOME_NO: "2073", Field.AREA: "88.6", Field.UNIT_PRICE: "0.35", Field.OWNER: "陈桂英",
        Field.PHONE: "12500000001", Field.NAME: "陈桂英", Field.RELATION: "户主", Field.BIRTH: "1948-05-12",
        Field.ALONE: "否", Field.NOTE: "听力不好", Field.SINCE: "2001-09-01", Field.CONTACT: "陈建国",
        Field.CONTACT_PHONE: "12500000003", Field.PAID_UNTIL: "2026-12-31", Field.ARREARS: "0",
    },
    {
        Field.BUILDING: "3幢", Field.UNIT: "2单元", Field.ROOM: "501室", Field.PHONE: "12500000002",
        Field.NAME: "刘志强", Field.RELATION: "配偶", Field.BIRTH: "79岁",
    },
    {
        Field.BUILDING: "3幢", Field.UNIT: "2单元", Field.ROOM: "502室", Field.KIND: "住宅", Field.USE: "出租",
        Field.AREA: "76.2", Field.UNIT_PRICE: "0.35", Field.OWNER: "张敏/李杰", Field.PHONE: "12500000004、12500000005",
        Field.PAID_UNTIL: "2025年12月", Field.ARREARS: "160.02",
    },
    {Field.BUILDING: "3幢", Field.ROOM: "车12", Field.KIND: "车库", Field.AREA: "14", Field.OWNER: "陈桂英",
     Field.PHONE: "12500000001"},
    {Field.ROOM: "门面3", Field.KIND: "门面", Field.AREA: "45", Field.OWNER: "何丽", Field.PHONE: "0523-10001234"},
)  # fmt: skip
_SAMPLE_FIELDS = tuple(known for known in Field if known not in (Field.HEAD, Field.AGE))


def write_sample(path: Path) -> int:
    """A register of five rows with every column that is read; its people and numbers are invented."""
    titles = [WORDS[known].split()[0] for known in _SAMPLE_FIELDS]
    return write_xlsx(path, titles, ([row.get(known, "") for known in _SAMPLE_FIELDS] for row in _SAMPLE))
