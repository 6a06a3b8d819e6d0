"""The rows of a file as text, whatever it is: .xlsx, .xls, .ods, or CSV in any of the usual encodings."""

import csv
import io
import json
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

from helpdesk.estate.importing import safety, unpack
from helpdesk.estate.importing.troubles import Trouble, Unreadable

DELIMITERS = ",\t;，"
ENCODINGS = ("utf-8-sig", "gb18030")  # GBK and GB2312 are part of the second
_UTF_16 = (b"\xff\xfe", b"\xfe\xff")


def rows_of(path: Path, sheet: str = "") -> Iterator[tuple[int, list[str]]]:
    """Every row that is not empty, with its number as the spreadsheet counts; cells are text without edges.

    Raises Unreadable before the first row for a file that is refused, later for one that turns out too long.
    """
    kind = safety.check(path)
    rows = _csv_rows(path) if kind == "csv" else _sheet_rows(path, sheet)
    with closing(rows):
        for row_no, row in enumerate(rows, start=1):
            if len(row) > safety.MOST_COLUMNS and any(row[safety.MOST_COLUMNS :]):
                raise Unreadable(Trouble.TOO_MANY_COLUMNS, str(safety.MOST_COLUMNS))
            if any(row):
                if row_no > safety.MOST_ROWS:
                    raise Unreadable(Trouble.TOO_MANY_ROWS, str(safety.MOST_ROWS))
                yield row_no, row[: safety.MOST_COLUMNS]


def names_of(path: Path) -> list[str]:
    """The names of a spreadsheet's sheets; none of a CSV, or if they cannot be read."""
    if safety.check(path) == "csv":
        return []
    done = subprocess.run(_command(path, "", "names"), capture_output=True, check=False)  # noqa: S603 - our own program
    return json.loads(done.stdout) if done.returncode == 0 else []


def _command(path: Path, *words: str) -> list[str]:
    return [sys.executable, "-I", str(Path(unpack.__file__)), str(path.resolve()), *words]


def _sheet_rows(path: Path, sheet: str) -> Iterator[list[str]]:
    """Unpacked to the end before the first row is read: so a large sheet is never held by two processes at once."""
    with tempfile.TemporaryFile() as unpacked:
        command = _command(path, sheet)
        done = subprocess.run(command, stdout=unpacked, stderr=subprocess.DEVNULL, check=False)  # noqa: S603 - our own program
        if done.returncode == unpack.NO_SHEET:
            raise Unreadable(Trouble.NO_SHEET if sheet else Trouble.EMPTY, sheet)
        if done.returncode:
            raise Unreadable(Trouble.UNREADABLE if done.returncode == unpack.UNREADABLE else Trouble.BOMB)
        unpacked.seek(0)
        for line in unpacked:
            yield from json.loads(line)


def _csv_rows(path: Path) -> Iterator[list[str]]:
    text = _decoded(path.read_bytes())
    if text.lstrip()[:1] == "<":  # a web page that was saved as .xls
        raise Unreadable(Trouble.UNREADABLE)
    first_lines = text[:4_000].splitlines()[:10]
    counts = {sign: max((line.count(sign) for line in first_lines), default=0) for sign in DELIMITERS}
    delimiter = max(DELIMITERS, key=counts.__getitem__)
    try:
        for row in csv.reader(io.StringIO(text, newline=""), delimiter=delimiter):
            yield [_without_guard(cell)[: unpack.LONGEST_CELL] for cell in row]
    except csv.Error:
        raise Unreadable(Trouble.UNREADABLE) from None


def _decoded(content: bytes) -> str:
    if content.startswith(_UTF_16):
        encodings = ("utf-16",)
    elif b"\0" in content:
        raise Unreadable(Trouble.UNREADABLE)
    else:
        encodings = ENCODINGS
    for encoding in encodings:
        try:
            return content.decode(encoding)
        except UnicodeDecodeError:
            continue
    raise Unreadable(Trouble.UNREADABLE)


def _without_guard(cell: str) -> str:
    """="0501" and '0501 are how people keep a leading zero in a CSV."""
    cell = cell.strip()
    if cell.startswith('="') and cell.endswith('"'):
        return cell[2:-1].strip()
    return cell[1:] if len(cell) > 1 and cell.startswith("'") else cell
