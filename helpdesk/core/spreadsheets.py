"""Spreadsheets we write: one writer for the rows to correct, the sample and every export.

Whatever a cell begins with, it stays text: nothing we hold is a formula or a link. Rows may come from a generator;
they are written as they come, so a hundred thousand of them take no more memory than one.
"""

import csv
from collections.abc import Iterable, Mapping, Sequence
from datetime import date, datetime
from decimal import Decimal
from pathlib import Path

import xlsxwriter

from helpdesk.core import clock

PLAIN = {"strings_to_formulas": False, "strings_to_urls": False, "strings_to_numbers": False, "constant_memory": True}
USUAL_WIDTH = 13
XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
CSV = "text/csv"
DANGEROUS = ("=", "+", "-", "@", "\t", "\r", "\n", "＝", "＋", "－", "＠", "'")
Cell = str | int | Decimal | date | datetime | None


def write_xlsx(
    path: Path, titles: Sequence[str], rows: Iterable[Sequence[Cell]], *, sheet: str = "登记表",
    widths: Mapping[str, int] = {}, above: str = "",
) -> int:  # fmt: skip
    """Write one sheet under a header that stays in sight; returns how many rows there are.

    `above` is a line over the header. Dates are dates, moments are in Shanghai time, amounts (`Decimal`) add up, and
    everything else is text.
    """
    count, header = 0, 1 if above else 0
    with xlsxwriter.Workbook(path, PLAIN) as book:
        page = book.add_worksheet(sheet)
        text, bold = book.add_format({"num_format": "@"}), book.add_format({"bold": True, "num_format": "@"})
        day, moment = book.add_format({"num_format": "yyyy-mm-dd"}), book.add_format({"num_format": "yyyy-mm-dd hh:mm"})
        amount = book.add_format({"num_format": "#,##0.00"})
        for position, title in enumerate(titles):
            page.set_column(position, position, widths.get(title, USUAL_WIDTH), text)
        page.freeze_panes(header + 1, 0)
        if above:
            page.write_string(0, 0, _kept(above), text)
        for position, title in enumerate(titles):
            page.write_string(header, position, _kept(title), bold)
        for count, row in enumerate(rows, start=1):
            for position, cell in enumerate(row):
                if isinstance(cell, datetime):
                    page.write_datetime(header + count, position, clock.local(cell).replace(tzinfo=None), moment)
                elif isinstance(cell, date):
                    page.write_datetime(header + count, position, cell, day)
                elif isinstance(cell, Decimal):
                    page.write_number(header + count, position, cell, amount)
                elif cell not in (None, ""):
                    page.write_string(header + count, position, _kept(str(cell)), text)
    return count


def write_csv(path: Path, titles: Sequence[str], rows: Iterable[Sequence[Cell]], *, above: str = "") -> int:
    """The same as comma-separated text that Chinese Excel opens as it is: UTF-8 with its mark at the beginning."""
    count = 0
    with path.open("w", encoding="utf-8-sig", newline="") as file:
        sheet = csv.writer(file)
        if above:
            sheet.writerow([guarded(above)])
        sheet.writerow([guarded(title) for title in titles])
        for row in rows:
            sheet.writerow([guarded(_as_text(cell)) for cell in row])
            count += 1
    return count


def guarded(text: str) -> str:
    """A cell that a spreadsheet program could take for a formula gets an apostrophe before it, as people write it."""
    text = _kept(text)
    return f"'{text}" if text.lstrip(" \u3000").startswith(DANGEROUS) or text.startswith(DANGEROUS) else text


def _as_text(cell: Cell) -> str:
    if isinstance(cell, datetime):
        return f"{clock.local(cell):%Y-%m-%d %H:%M}"
    return "" if cell is None else str(cell)


LONGEST = 32_000  # a cell of Excel holds 32,767 characters


def _kept(text: str) -> str:
    """What a file can hold: no lone halves of characters, and no more than a cell takes."""
    return text.encode("utf-8", "replace").decode("utf-8").replace("\x00", "")[:LONGEST]
