"""Files are weighed before they are opened, and what cannot be read is said."""

import struct
import subprocess
import sys
import zipfile
from pathlib import Path

import openpyxl
import pytest
import xlsxwriter

from helpdesk.estate.importing import files, safety, sheets
from helpdesk.estate.importing.columns import WORDS, find_header
from helpdesk.estate.importing.troubles import Trouble, Unreadable
from tests.workbooks import cells_of, table, workbook

MEASURED = """
import sys, tracemalloc
from pathlib import Path
from helpdesk.estate.importing import safety
from helpdesk.estate.importing.troubles import Unreadable
tracemalloc.start()
try:
    safety.check(Path(sys.argv[1]))
except Unreadable as wrong:
    print(wrong.trouble.value, tracemalloc.get_traced_memory()[1] >> 20)
"""

ROOT = Path(__file__).parents[2]
MANIFEST = (
    '<manifest:manifest xmlns:manifest="urn:oasis:names:tc:opendocument:xmlns:manifest:1.0">'
    '<manifest:file-entry manifest:full-path="/" manifest:media-type="application/vnd.oasis.opendocument.spreadsheet"/>'
    "</manifest:manifest>"
)


def refused(path, sheet="") -> Trouble:
    with pytest.raises(Unreadable) as wrong:
        list(sheets.rows_of(path, sheet))
    return wrong.value.trouble


def bomb(path, megabytes=300) -> Path:
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("xl/workbook.xml", "<workbook/>")
        with archive.open("xl/worksheets/sheet1.xml", "w") as entry:
            for _ in range(megabytes):
                entry.write(b" " * 1024 * 1024)
    return path


@pytest.mark.proves("FI-07")
def test_a_bomb_is_refused_without_being_unpacked(tmp_path):
    path = bomb(tmp_path / "a.xlsx")
    assert path.stat().st_size < 400_000

    done = subprocess.run(
        [sys.executable, "-c", MEASURED, str(path)], capture_output=True, text=True, check=True, cwd=ROOT
    )  # fmt: skip

    said, peak_mb = done.stdout.split()
    assert said == Trouble.BOMB and int(peak_mb) < 20  # only its directory was read


@pytest.mark.proves("FI-07")
def test_a_bomb_whose_directory_lies_does_not_reach_us(tmp_path):
    """The sheet is 800 MB of numbers; the directory says it is small, so only the parser's own limit is left."""
    path = tmp_path / "a.xlsx"
    workbook(path, ["房号", "幢号"], ["501", 3])
    with zipfile.ZipFile(path) as archive:
        parts = {name: archive.read(name) for name in archive.namelist()}
    cell = b'<c r="A1" t="inlineStr"><is><t>' + b"x" * 900_000 + b"</t></is></c>"
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in parts.items():
            if name != "xl/worksheets/sheet1.xml":
                archive.writestr(name, content)
        with archive.open("xl/worksheets/sheet1.xml", "w", force_zip64=True) as entry:
            entry.write(b'<worksheet xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"><sheetData>')
            for row_no in range(1, 900):
                entry.write(f'<row r="{row_no}">'.encode() + cell.replace(b"A1", f"A{row_no}".encode()) + b"</row>")
            entry.write(b"</sheetData></worksheet>")
    content = path.read_bytes()
    at = content.rindex(b"PK\x01\x02")  # the directory's entry of the sheet, which was written last
    path.write_bytes(content[: at + 24] + struct.pack("<I", 1_000) + content[at + 28 :])

    assert safety.check(path) == "xlsx"
    assert refused(path) in (Trouble.BOMB, Trouble.UNREADABLE)


@pytest.mark.proves("FI-07")
def test_one_cell_in_the_farthest_corner_does_not_reach_us(tmp_path):
    book = openpyxl.Workbook()
    book.active["A1"], book.active["XFD1048576"] = "房号", 1
    book.save(tmp_path / "a.xlsx")

    assert refused(tmp_path / "a.xlsx") is Trouble.BOMB


@pytest.mark.proves("FI-07")
def test_one_long_text_in_every_cell_does_not_fill_the_disk(tmp_path):
    with xlsxwriter.Workbook(tmp_path / "a.xlsx") as book:
        sheet = book.add_worksheet()
        for row_no in range(1_200):
            sheet.write_row(row_no, 0, ["水" * 500] * 100)

    assert safety.check(tmp_path / "a.xlsx") == "xlsx"
    assert refused(tmp_path / "a.xlsx") is Trouble.BOMB


@pytest.mark.proves("FI-07")
def test_too_many_entries_are_refused(tmp_path):
    with zipfile.ZipFile(tmp_path / "a.xlsx", "w") as archive:
        for number in range(safety.MOST_ENTRIES + 1):
            archive.writestr(f"{number}", b"")

    assert refused(tmp_path / "a.xlsx") is Trouble.BOMB


@pytest.mark.parametrize(
    ("name", "content", "trouble"),
    [
        ("a.pdf", b"%PDF-1.7", Trouble.UNKNOWN_TYPE),
        ("a.xlsx", b"not a zip", Trouble.UNREADABLE),
        ("a.xlsx", b"PK\x03\x04broken", Trouble.UNREADABLE),
        ("a.xls", b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"\0" * 600, Trouble.UNREADABLE),
        ("a.csv", b"\x00\x01\x02", Trouble.UNREADABLE),
        ("a.csv", b"\xff\xff\xff\xff", Trouble.UNREADABLE),
    ],
)
def test_what_is_no_table_is_refused(tmp_path, name, content, trouble):
    (tmp_path / name).write_bytes(content)

    assert refused(tmp_path / name) is trouble


def test_other_archives_are_no_workbooks(tmp_path):
    with zipfile.ZipFile(tmp_path / "a.xlsx", "w") as archive:
        archive.writestr("hello.txt", "hello")

    assert refused(tmp_path / "a.xlsx") is Trouble.UNKNOWN_TYPE


@pytest.mark.proves("FI-07")
def test_rows_and_columns_are_limited(tmp_path, monkeypatch):
    monkeypatch.setattr(safety, "MOST_ROWS", 2)
    monkeypatch.setattr(safety, "MOST_COLUMNS", 2)

    assert refused(table(tmp_path / "a.csv", ["a"], ["b"], ["c"])) is Trouble.TOO_MANY_ROWS
    assert refused(table(tmp_path / "b.csv", ["a", "b", "c"])) is Trouble.TOO_MANY_COLUMNS


def test_the_first_sheet_that_holds_anything_is_read_unless_one_is_named(tmp_path):
    book = openpyxl.Workbook()
    book.create_sheet("住户")["B3"] = "房号"
    book.create_sheet("车库")["A1"] = "车"
    book.save(tmp_path / "a.xlsx")

    assert list(sheets.rows_of(tmp_path / "a.xlsx")) == [(3, ["房号"])]
    assert list(sheets.rows_of(tmp_path / "a.xlsx", "车库")) == [(1, ["车"])]
    assert refused(tmp_path / "a.xlsx", "别的") is Trouble.NO_SHEET


def test_an_empty_workbook_is_said_to_be_empty(tmp_path):
    assert refused(workbook(tmp_path / "a.xlsx")) is Trouble.EMPTY


def test_a_workbook_that_was_renamed_is_read_for_what_it_is(tmp_path):
    workbook(tmp_path / "a.xlsx", ["房号"]).rename(tmp_path / "a.xls")
    table(tmp_path / "b.csv", ["房号"]).rename(tmp_path / "b.xls")

    assert list(sheets.rows_of(tmp_path / "a.xls")) == list(sheets.rows_of(tmp_path / "b.xls")) == [(1, ["房号"])]


@pytest.mark.parametrize("sign", [",", ";", "\t"])
def test_the_sign_between_cells_is_found_out(tmp_path, sign):
    (tmp_path / "a.csv").write_text(f'房号{sign}业主\n="0501"{sign}\'0523\n', encoding="utf-8")

    assert list(sheets.rows_of(tmp_path / "a.csv"))[1] == (2, ["0501", "0523"])


def test_an_opendocument_sheet_is_read(tmp_path):
    content = (
        '<office:document-content xmlns:office="urn:oasis:names:tc:opendocument:xmlns:office:1.0" '
        'xmlns:table="urn:oasis:names:tc:opendocument:xmlns:table:1.0" '
        'xmlns:text="urn:oasis:names:tc:opendocument:xmlns:text:1.0"><office:body><office:spreadsheet>'
        '<table:table table:name="住户"><table:table-row><table:table-cell office:value-type="string"><text:p>房号'
        '</text:p></table:table-cell><table:table-cell office:value-type="float" office:value="501"><text:p>501'
        "</text:p></table:table-cell></table:table-row></table:table></office:spreadsheet></office:body>"
        "</office:document-content>"
    )
    with zipfile.ZipFile(tmp_path / "a.ods", "w") as archive:
        archive.writestr("mimetype", "application/vnd.oasis.opendocument.spreadsheet")
        archive.writestr("META-INF/manifest.xml", MANIFEST)
        archive.writestr("content.xml", content)

    assert list(sheets.rows_of(tmp_path / "a.ods")) == [(1, ["房号", "501"])]


def test_the_sample_has_every_column_and_is_plain_text(tmp_path):
    files.write_sample(tmp_path / "样表.xlsx")

    written = cells_of(tmp_path / "样表.xlsx")
    found = find_header(list(sheets.rows_of(tmp_path / "样表.xlsx")))
    assert len(written) == 6 and found.not_read == [] and found.dropped == []
    assert set(found.at) >= set(WORDS) - {"head", "age"}


def test_a_large_sheet_is_not_mistaken_for_a_bomb(tmp_path):
    with xlsxwriter.Workbook(tmp_path / "a.xlsx", {"constant_memory": True}) as book:
        sheet = book.add_worksheet()
        for row_no in range(20_000):
            sheet.write_row(row_no, 0, ["3幢", "2单元", 501, "自住", 88.6] * 3)

    assert safety.check(tmp_path / "a.xlsx") == "xlsx"
