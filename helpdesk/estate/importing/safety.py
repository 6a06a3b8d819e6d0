"""Weighing a file before anything is unpacked: a small file can hold a mountain.

A zip directory can lie, so this is the first of two guards; the second is the limit on memory in `unpack`.
"""

from pathlib import Path
from zipfile import BadZipFile, LargeZipFile, ZipFile

from helpdesk.estate.importing.troubles import Trouble, Unreadable

SPREADSHEETS = (".xlsx", ".xls", ".ods")
TEXTS = (".csv", ".txt", ".tsv")
LARGEST_FILE = 50 * 1024 * 1024
LARGEST_UNPACKED = 250 * 1024 * 1024  # 100,000 rows of 25 columns are about 120 MB
MOST_ENTRIES = 2_000
MOST_TIMES = 200  # so many times the packed size; sheets full of repetition reach about 60
ALWAYS_FINE = 4 * 1024 * 1024  # unpacked, whatever the ratio
MOST_ROWS = 200_000
MOST_COLUMNS = 120
_ENCRYPTED = "EncryptedPackage".encode("utf-16-le")  # a stream of this name holds a workbook with a password
_ZIP, _OLD_EXCEL = b"PK\x03\x04", b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"


def check(path: Path) -> str:
    """Return "csv" or the kind of spreadsheet; raises Unreadable for a file that is too much, or something else.

    The first bytes decide: offices rename .xlsx to .xls, and save CSV as .xls.
    """
    if path.suffix.lower() not in (*SPREADSHEETS, *TEXTS):
        raise Unreadable(Trouble.UNKNOWN_TYPE, path.suffix)
    if path.stat().st_size == 0:
        raise Unreadable(Trouble.EMPTY)
    if path.stat().st_size > LARGEST_FILE:
        raise Unreadable(Trouble.TOO_LARGE)
    with path.open("rb") as file:
        begins = file.read(8)
    if begins.startswith(_ZIP):
        return _weigh(path)
    if begins == _OLD_EXCEL:
        if _ENCRYPTED in path.read_bytes():
            raise Unreadable(Trouble.PROTECTED)
        return "xls"
    if path.suffix.lower() in (".xlsx", ".ods"):
        raise Unreadable(Trouble.UNREADABLE)
    return "csv"


def _weigh(path: Path) -> str:
    try:
        with ZipFile(path) as archive:
            entries = archive.infolist()
    except (BadZipFile, LargeZipFile, OSError, ValueError, NotImplementedError):
        raise Unreadable(Trouble.UNREADABLE) from None
    unpacked = sum(entry.file_size for entry in entries)
    packed = max(1, sum(entry.compress_size for entry in entries))
    if (
        len(entries) > MOST_ENTRIES
        or unpacked > LARGEST_UNPACKED
        or (unpacked > ALWAYS_FINE and unpacked > MOST_TIMES * packed)
    ):
        raise Unreadable(Trouble.BOMB)
    names = {entry.filename for entry in entries}
    if "xl/workbook.xml" in names:
        return "xlsx"
    if "content.xml" in names:
        return "ods"
    raise Unreadable(Trouble.UNKNOWN_TYPE, path.suffix)
