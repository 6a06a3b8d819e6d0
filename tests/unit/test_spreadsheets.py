"""What we write opens as text everywhere: no formula, no link, no lost zero."""

import csv
from datetime import UTC, date, datetime
from pathlib import Path
from tempfile import TemporaryDirectory

import openpyxl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from helpdesk.core.spreadsheets import DANGEROUS, guarded, write_csv, write_xlsx

SIGNS = st.sampled_from(["", *DANGEROUS])
HOSTILE = st.builds(
    lambda sign, rest: sign + rest, SIGNS, st.text(st.characters(exclude_categories=["Cs"]), max_size=30)
)


def read_csv(path: Path) -> list[list[str]]:
    with path.open(encoding="utf-8-sig", newline="") as file:
        return list(csv.reader(file))


@pytest.mark.proves("FI-09", "PC-07")
@settings(max_examples=60, deadline=None)
@given(st.lists(HOSTILE, min_size=1, max_size=5))
def test_no_cell_of_a_workbook_is_a_formula(cells):
    with TemporaryDirectory() as folder:
        path = Path(folder) / "a.xlsx"
        write_xlsx(path, ["a"], [cells])
        read = [cell for row in openpyxl.load_workbook(path).active.iter_rows() for cell in row]

    assert {cell.data_type for cell in read} <= {"s", "n"}
    assert {cell.value for cell in read if cell.data_type == "n"} <= {None}  # empty


@pytest.mark.proves("FI-09", "PC-07")
@settings(max_examples=60, deadline=None)
@given(st.lists(HOSTILE, min_size=1, max_size=5))
def test_no_cell_of_a_csv_begins_like_a_formula(cells):
    with TemporaryDirectory() as folder:
        path = Path(folder) / "a.csv"
        assert write_csv(path, ["a"], [cells]) == 1
        assert path.read_bytes().startswith(b"\xef\xbb\xbf")
        read = read_csv(path)

    assert not any(cell.startswith(sign) for cell in read[-1] for sign in DANGEROUS if sign != "'")


@pytest.mark.proves("FI-09")
@pytest.mark.parametrize(
    ("cell", "written"),
    [("=1+1", "'=1+1"), ("＝1", "'＝1"), ("\t=1", "'\t=1"), (" =1", "' =1"), ("0501", "0501"), ("3-2-501", "3-2-501")],
)
def test_an_apostrophe_keeps_a_cell_from_being_reckoned(cell, written):
    assert guarded(cell) == written


@pytest.mark.proves("FI-09")
def test_zeros_stay_and_dates_are_dates_in_shanghai_time(tmp_path):
    moment = datetime(2026, 3, 2, 16, 30, tzinfo=UTC)

    rows = write_xlsx(tmp_path / "a.xlsx", ["x"] * 4, [["0501", date(2026, 3, 2), moment, None]], above="Mei, 12:00")

    sheet = openpyxl.load_workbook(tmp_path / "a.xlsx").active
    assert [cell.value for cell in sheet[3]] == ["0501", datetime(2026, 3, 2), datetime(2026, 3, 3, 0, 30), None]
    assert (rows, sheet["A1"].value, sheet.freeze_panes) == (1, "Mei, 12:00", "A3")
