"""Reads one sheet of a spreadsheet in a process of its own, and prints its rows as JSON, a few hundred a line.

Run by `sheets`: `python -I unpack.py FILE SHEET [names]`; with a third word it prints the names of the sheets.
It has its own limit on memory, because a sheet with one cell in its farthest corner asks for gigabytes, and the parser
then ends its process; this must not be the server's.
It imports nothing of ours, so that it starts at once.
"""

import json
import sys
from datetime import date, datetime

ROWS_A_LINE = 500
LONGEST_CELL = 500
MEMORY = 700 * 1024 * 1024
ROOM = 300 * 1024 * 1024  # for what it prints; one long text, repeated in every cell, would fill the disk
SECONDS = 90
NO_SHEET, UNREADABLE = 3, 4


def limit_ourselves() -> None:
    """On Windows there is no such limit; the weighing of `safety` stands alone there."""
    try:
        import resource
    except ImportError:
        return
    resource.setrlimit(resource.RLIMIT_AS, (MEMORY, MEMORY))
    resource.setrlimit(resource.RLIMIT_FSIZE, (ROOM, ROOM))
    resource.setrlimit(resource.RLIMIT_CPU, (SECONDS, SECONDS))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))  # no dump with people's names in it


def text_of(value) -> str:
    """Every cell as text: 501.0 is 501, a date is 2026-03-02, what is true is 是."""
    if isinstance(value, str):
        return value.strip()[:LONGEST_CELL]
    if isinstance(value, bool):
        return "是" if value else "否"
    if isinstance(value, float):
        return str(int(value)) if value.is_integer() and abs(value) < 1e15 else repr(value)
    if isinstance(value, datetime):
        return value.date().isoformat()
    if isinstance(value, date):
        return value.isoformat()
    return str(value)


def find(book, wanted: str):
    """The sheet of this name; without a name the first that holds anything; hidden ones come last."""
    if wanted:
        return book.get_sheet_by_name(wanted) if wanted in book.sheet_names else None
    visible = [one.name for one in book.sheets_metadata if str(one.visible).endswith(".Visible")]
    for name in dict.fromkeys([*visible, *book.sheet_names]):
        sheet = book.get_sheet_by_name(name)
        if sheet.height:
            return sheet
    return None


def main(path: str, wanted: str, *only_names: str) -> int:
    limit_ourselves()
    from python_calamine import CalamineError, CalamineWorkbook

    try:
        try:
            book = CalamineWorkbook.from_path(path)
        except CalamineError:
            with open(path, "rb") as file:  # by its content, all of it in memory: offices rename .xlsx to .xls
                book = CalamineWorkbook.from_filelike(file)
        if only_names:
            print(json.dumps(book.sheet_names))
            return 0
        sheet = find(book, wanted)
    except (CalamineError, OSError, ValueError):
        return UNREADABLE
    if sheet is None:
        return NO_SHEET
    waiting = []
    for row in sheet.iter_rows():
        waiting.append([text_of(value) for value in row])
        if len(waiting) == ROWS_A_LINE:
            print(json.dumps(waiting))
            waiting = []
    print(json.dumps(waiting))
    return 0


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
