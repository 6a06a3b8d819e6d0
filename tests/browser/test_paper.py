"""What comes out of the printer: black on white, without buttons and navigation, in the reader's colours or not."""

import re
from datetime import timedelta

import pytest
from playwright.sync_api import expect

from helpdesk.core import clock
from helpdesk.core.access import Role
from helpdesk.core.transactions import writing
from helpdesk.repairs.visit_actions import schedule_visit
from tests.dayplans import a_visit

CHROME = "header.top, .print-bar, .toasts, button, .button, .filters"
WIDTHS = "cells => cells.map(cell => Math.round(cell.getBoundingClientRect().width))"
COLOURS = "element => [getComputedStyle(element).color, getComputedStyle(element).backgroundColor]"


@pytest.fixture
def paper(work_order, ann, tao, visit, now):
    """A page as the printer gets it, of somebody who works with the dark theme."""
    with writing():
        schedule_visit(work_order, crew=[tao], actor=ann, now=now)
    page = visit(ann.username, color_scheme="dark")
    page.emulate_media(media="print", color_scheme="dark")

    def _paper(path):
        page.goto(path)
        return page

    return _paper


@pytest.mark.parametrize("path", ["/work-orders/{number}/print", "/work-orders/{number}", "/work-orders", "/hotline"])
def test_paper_is_white_and_has_nothing_to_press(path, paper, work_order):
    page = paper(path.format(number=work_order.number))

    assert page.locator("body").evaluate(COLOURS) == ["rgb(0, 0, 0)", "rgb(255, 255, 255)"]
    assert page.locator(CHROME).filter(visible=True).all_inner_texts() == []
    expect(page.locator("main")).to_contain_text(work_order.place.address)


def test_the_slip_for_a_resident_is_one_narrow_page(paper, work_order):
    pdf = paper(f"/work-orders/{work_order.number}/print").pdf(prefer_css_page_size=True)

    (box,) = re.findall(rb"/MediaBox \[0 0 ([0-9.]+) ([0-9.]+)\]", pdf)
    assert [round(float(points) / 72 * 25.4) for points in box] == [80, 200]  # mm


def test_everybody_takes_their_own_sheet_of_the_day(paper, place, category, ann, person, now):
    two = [person(name, Role.TECHNICIAN) for name in ("Wen", "Yu")]
    with writing():
        for user in two:
            for _n in range(2):
                a_visit(place, category("WATER_LEAK"), [user], at=now + timedelta(hours=1), actor=ann, now=now)
    page = paper(f"/schedule/paper?day={clock.local_date(now)}")

    sheets = page.locator("section.page")
    assert sheets.count() == 3  # theirs, and Tao's
    assert len(re.findall(rb"/Type\s*/Page[^s]", page.pdf(format="A4"))) == 3
    assert len(set(page.locator(".day-sheet th:nth-child(3)").evaluate_all(WIDTHS))) == 1
