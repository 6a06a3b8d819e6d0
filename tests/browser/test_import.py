"""A register as an office has it goes in through the browser: mapped by hand, corrected, and the same again."""

from pathlib import Path

import openpyxl
from playwright.sync_api import expect
from sqlalchemy import func, select

from helpdesk.core import processes
from helpdesk.core.extensions import db
from helpdesk.estate.models import Person, Phone, Place
from tests.workbooks import ugly

PATIENT = 60_000  # ms: a process is started for each step


def uglier(path: Path) -> Path:
    """The ugly workbook with a header nobody can guess, and two rows that are wrong."""
    book = openpyxl.load_workbook(ugly(path))
    sheet = book["住户"]
    sheet["H3"] = "房子是谁的"
    sheet.append([8, "3幢", "2单元", 601, 70, None, None, "郑十", "1.38E+10"])
    sheet.append([9, "3幢", "2单元", "六楼", 70, None, None, "冯一", 12500000011])
    book.save(path)
    return path


def send(page, path: Path) -> None:
    page.goto("/estate/imports")
    page.locator("input[type=file]").set_input_files(path)
    page.get_by_role("button", name="Upload and look at it").click()
    expect(page.get_by_role("button", name="Check every row")).to_be_visible(timeout=PATIENT)


def check(page) -> None:
    page.get_by_role("button", name="Check every row").click()
    expect(page.locator(".import-counts")).to_be_visible(timeout=PATIENT)


def apply(page) -> None:
    page.get_by_role("button", name="Import", exact=True).click()
    expect(page.get_by_text("What is below was written in one piece.")).to_be_visible(timeout=PATIENT)
    for child in processes.children:
        child.wait()


def count(model) -> int:
    db.session.rollback()
    return db.session.scalar(select(func.count()).select_from(model))


def test_an_ugly_workbook_comes_in_is_corrected_and_changes_nothing_the_second_time(visit, mei, tmp_path):
    path, page = uglier(tmp_path / "登记表.xlsx"), visit(mei.username)

    send(page, path)
    expect(page.get_by_text("Columns with identity numbers are not read")).to_be_visible()
    page.get_by_label("What column 房子是谁的 holds").select_option("owner")
    check(page)
    expect(page.get_by_text("has lost its last digits")).to_be_visible()
    expect(page.locator("td", has_text="郑十").last).to_be_visible()

    with page.expect_download() as download:
        page.get_by_role("link", name="Download them to correct").click()
    corrected = tmp_path / "改正.xlsx"
    download.value.save_as(corrected)
    page.get_by_label("Take the good rows only").check()
    apply(page)
    assert (count(Place), count(Person)) == (9, 9)  # the row whose number was lost came in without it

    book = openpyxl.load_workbook(corrected)
    titles = [cell.value for cell in book.active[1]]
    book.active.cell(2, titles.index("联系电话") + 1).value = "12500000010"
    book.active.cell(3, titles.index("房 号") + 1).value = "602"
    book.save(corrected)
    send(page, corrected)
    page.get_by_label("What column 房子是谁的 holds").select_option("owner")
    check(page)
    apply(page)
    assert (count(Place), count(Person)) == (10, 10)
    numbers = set(db.session.scalars(select(Phone.digits)))
    assert {"12500000010", "12500000011"} <= numbers

    send(page, corrected)
    page.get_by_label("What column 房子是谁的 holds").select_option("owner")
    check(page)
    expect(page.get_by_text("There is nothing to import.")).to_be_visible()
    assert (count(Place), count(Person)) == (10, 10)
