"""From a lonely elder's application at her door to a free repair and a smaller bill; the wrong people fail."""

import re
from datetime import datetime

import pytest
from playwright.sync_api import expect
from sqlalchemy import select

from helpdesk.billing.models import BillingRun
from helpdesk.billing.runs import finish
from helpdesk.core import clock
from helpdesk.core.access import Role
from helpdesk.core.extensions import db
from helpdesk.core.transactions import writing
from helpdesk.estate.models import Place
from helpdesk.repairs.actions import open_work_order
from helpdesk.repairs.visit_actions import schedule_visit
from helpdesk.waivers.models import WaiverApplication
from tests.browser.conftest import PHONE
from tests.money import account_for, owner, priced_home, set_rules

MARCH = clock.from_local(datetime(2026, 3, 2, 9))  # a Monday
APRIL = clock.from_local(datetime(2026, 4, 2, 9))
GROUND = "孤寡老人"
NOT_THEIRS = ("status of 403", "status of 404")


@pytest.fixture
def now(clock_from):
    clock_from(MARCH)
    return MARCH


@pytest.fixture
def staff(person):
    """One of each, reading Chinese."""
    named = {"operator": "安", "technician": "陶", "officer": "凌", "manager": "梅", "finance": "范"}
    return {role: person(name, Role(role), language="zh") for role, name in named.items()}


@pytest.fixture
def visit(visit):
    """The same, keeping the pages."""

    def _visit(*args, **options):
        _visit.pages.append(visit(*args, **options))
        return _visit.pages[-1]

    _visit.pages = []
    return _visit


@pytest.fixture
def home(estate, now):
    set_rules(estate)
    home = priced_home(estate, "501")
    owner(estate, home, "王桂英")
    return home


@pytest.fixture
def repair_at(home, staff, category):
    """Open a repair at her home for the technician; its number."""

    def _repair(at) -> str:
        with writing():
            leak = category("WATER_LEAK")
            order = open_work_order(
                place=db.session.get_one(Place, home.id), category=leak, urgency=leak.urgency, summary="水龙头滴水",
                actor=staff["operator"], now=at,
            )  # fmt: skip
            schedule_visit(order, crew=[staff["technician"]], actor=staff["operator"], now=at)
            return order.number

    return _repair


def fits(page) -> None:
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")


def chip(page, words) -> None:
    page.locator("label.chip", has_text=re.compile(f"^{words}$")).click()


def entered_at_the_door(visit, staff, number) -> str:
    page = visit(staff["technician"].username, on=PHONE)
    page.goto(f"/jobs/{number}")
    page.get_by_role("link", name="申请减免").click()
    page.get_by_role("button", name="继续").click()
    fits(page)
    page.get_by_label("对象").select_option(label="王桂英")
    chip(page, GROUND)
    page.get_by_role("button", name="先保存，以后再填").click()  # she looks for her papers, the technician for a gasket
    expect(page.get_by_role("status").filter(has_text="已保存")).to_be_visible()
    chip(page, "念过后口头同意")
    page.get_by_role("button", name="提交").click()
    expect(page.get_by_role("heading", name="已提交")).to_be_visible()
    found = db.session.scalars(select(WaiverApplication)).one().number
    db.session.rollback()
    return found


def test_from_the_door_to_a_free_repair_and_a_smaller_bill(visit, clock_from, staff, home, repair_at, now):
    first = repair_at(now)
    db.session.rollback()

    number = entered_at_the_door(visit, staff, first)
    account_id = approved(visit, staff, home, number, now)
    a_free_repair(visit, staff, repair_at(now))
    for page in visit.pages:
        page.goto("about:blank")  # nobody looks at anything for a month
    clock_from(APRIL)
    billed(visit, staff)
    printed(visit, staff, account_id)


def approved(visit, staff, home, number, now) -> int:
    url = f"/waivers/{number}"
    technician = visit(staff["technician"].username, on=PHONE, expected_errors=NOT_THEIRS)
    assert technician.goto(url).status in (403, 404)  # whoever entered it sees it no more

    officer = visit(staff["officer"].username)
    officer.goto(url)
    officer.get_by_role("button", name="请社区核实").click()  # a sheet with one home
    officer.get_by_label("第 1 行的结果").select_option(value="still_so")
    officer.get_by_label("签字人").fill("周主任")
    officer.get_by_role("button", name="录入").click()
    officer.goto(url)
    expect(officer.locator("h1 ~ p .status")).to_have_text("待审批")
    expect(officer.get_by_role("button", name="同意", exact=True)).to_have_count(0)
    expect(officer.locator(".decide, .notice").filter(has_text="核实").first).to_be_visible()

    manager = visit(staff["manager"].username, on=PHONE)
    manager.goto("/waivers/inbox")
    manager.get_by_role("link", name=re.compile("王桂英")).click()
    fits(manager)
    expect(manager.get_by_role("button", name="同意", exact=True)).to_be_in_viewport(ratio=1)  # without scrolling
    expect(manager.get_by_text(GROUND).first).to_be_visible()
    manager.get_by_label("原因").fill("符合办法")
    manager.get_by_role("button", name="同意", exact=True).click()
    expect(manager.locator("h1 ~ p .status")).to_contain_text("减免")
    return account_for(home, now=now).id


def a_free_repair(visit, staff, number) -> None:
    page = visit(staff["technician"].username, on=PHONE)
    page.goto(f"/jobs/{number}")
    expect(page.get_by_text("免人工费").first).to_be_visible()
    assert GROUND not in page.content() and "LONELY" not in page.content()


def billed(visit, staff) -> None:
    page = visit(staff["finance"].username)
    page.goto("/billing/runs")
    page.locator("[name=since]").fill("2026-04")
    page.locator("[name=until]").fill("2026-04")
    page.get_by_role("button", name="试算").click()
    expect(page.locator("#run table")).to_contain_text("19.66")
    page.locator("#run button.primary").click()
    expect(page.locator("#run button.primary")).to_have_count(0)
    run = db.session.scalars(select(BillingRun)).one()
    db.session.rollback()
    finish(run.id, APRIL)  # what the worker does
    db.session.rollback()


def printed(visit, staff, account_id) -> None:
    page = visit(staff["finance"].username)
    page.goto(f"/billing/accounts/{account_id}/bill")
    row = page.locator("tbody tr", has_text="2026")
    assert [cell.inner_text() for cell in row.first.locator("td").all()][1:] == ["39.31", "19.66", "19.65"]
    expect(page.locator("thead")).to_contain_text("原")
    why = page.locator("tbody tr").nth(1)
    expect(why).to_contain_text("减 19.66 元")
    expect(why).to_contain_text("梅 于 2026-03-02 按办法第 1 版批准")
    assert "%" not in why.inner_text()  # money is said in yuan
    assert GROUND not in page.content()
