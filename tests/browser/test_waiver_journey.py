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
from helpdesk.tariff.actions import ItemFacts, change_list, draft_list, put_in_force
from helpdesk.tariff.models import MaterialPolicy
from helpdesk.waivers.models import WaiverApplication
from tests.browser.conftest import PHONE
from tests.money import account_for, owner, priced_home, set_rules

MARCH = clock.from_local(datetime(2026, 3, 2, 9))  # a Monday
JUNE = clock.from_local(datetime(2026, 6, 2, 9))
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


@pytest.fixture
def prices(estate, staff, now):
    """A new gasket: 20 yuan of labour, the resident brings it; a call-out is 5 yuan."""
    with writing():
        gasket = ItemFacts("换垫圈", "New gasket", "个", "WATER_LEAK", 2_000, MaterialPolicy.OWNER_BUYS, 0)
        prices = draft_list(estate.id, actor=staff["manager"], now=now)
        change_list(prices, [gasket], call_out_fen=500, actor=staff["manager"], now=now)
        put_in_force(prices, valid_from=clock.local_date(now), actor=staff["manager"], now=now)


def fits(page) -> None:
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")


def chip(page, words) -> None:
    page.locator("label.chip", has_text=re.compile(f"^{words}$")).click()


def fails(visit, staff, role, url) -> None:
    """Whoever may not do this step is not let in."""
    page = visit(staff[role].username, expected_errors=NOT_THEIRS)
    assert page.goto(url).status in (403, 404), (role, url)


def entered_at_the_door(visit, staff, number) -> str:
    fails(visit, staff, "finance", f"/waivers/new?order={number}")
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


def test_from_the_door_to_a_free_repair_and_a_smaller_bill(visit, clock_from, staff, home, prices, repair_at, now):
    first = repair_at(now)
    db.session.rollback()

    number = entered_at_the_door(visit, staff, first)
    account_id = approved(visit, staff, home, number, now)
    second = repair_at(now)
    db.session.rollback()
    a_free_repair(visit, staff, second)
    nothing_to_pay(visit, staff, account_id)
    for page in visit.pages:
        page.goto("about:blank")  # nobody looks at anything for three months
    clock_from(JUNE)
    billed(visit, staff)
    printed(visit, staff, account_id)


def approved(visit, staff, home, number, now) -> int:
    url = f"/waivers/{number}"
    technician = visit(staff["technician"].username, on=PHONE, expected_errors=NOT_THEIRS)
    assert technician.goto(url).status in (403, 404)  # whoever entered it sees it no more

    fails(visit, staff, "operator", "/verification")
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

    fails(visit, staff, "finance", url)
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
    """Told, agreed to, and done: the price is said in full, and nothing of why it need not be paid."""
    fails(visit, staff, "finance", f"/work-orders/{number}/quote")
    page = visit(staff["technician"].username, on=PHONE)
    page.goto(f"/jobs/{number}")
    expect(page.get_by_text("免人工费").first).to_be_visible()
    page.get_by_role("link", name="报价与确认").click()
    page.get_by_label("换垫圈").fill("1")
    page.get_by_label("上门费").check()
    page.get_by_role("button", name="生成报价").click()
    expect(page.get_by_role("heading", name="25.00")).to_be_visible()
    page.get_by_label("谁同意的").fill("王桂英")
    chip(page, "当面")
    page.get_by_role("button", name="已同意").click()
    expect(page.get_by_text("王桂英").first).to_be_visible()
    page.goto(f"/jobs/{number}")
    for said, after in (("接单", "已接单"), ("出发", "上门途中"), ("到了", "维修中")):
        tap(page, said)
        expect(page.locator("#job .status").first).to_have_text(after)
    page.locator("[name=work_done]").fill("换了垫圈")
    page.locator("#finish label.chip", has_text="太暗拍不清").click()
    tap(page, "修好了")
    page.wait_for_url("**/jobs")
    assert GROUND not in page.content() and "LONELY" not in page.content()


def tap(page, said) -> None:
    """A person looks before tapping."""
    page.wait_for_timeout(800)
    page.locator("#thumb button", has_text=said).click()


def nothing_to_pay(visit, staff, account_id) -> None:
    fails(visit, staff, "technician", f"/billing/accounts/{account_id}")
    page = visit(staff["finance"].username)
    page.goto(f"/billing/accounts/{account_id}")
    for whole, what in (("20.00", "人工"), ("5.00", "上门")):
        line = page.locator("li", has_text=what).filter(has_text=whole).first
        expect(line.locator(".push")).to_have_text("0.00")
    assert GROUND not in page.content()


def billed(visit, staff) -> None:
    fails(visit, staff, "operator", "/billing/runs")
    page = visit(staff["finance"].username)
    page.goto("/billing/runs")
    page.locator("[name=since]").fill("2026-04")
    page.locator("[name=until]").fill("2026-06")
    page.get_by_role("button", name="试算").click()
    expect(page.locator("#run table")).to_contain_text("2026-06139.3119.6619.65")
    page.locator("#run button.primary").click()
    expect(page.locator("#run button.primary")).to_have_count(0)
    run = db.session.scalars(select(BillingRun)).one()
    db.session.rollback()
    finish(run.id, JUNE)  # what the worker does
    db.session.rollback()


def printed(visit, staff, account_id) -> None:
    fails(visit, staff, "technician", f"/billing/accounts/{account_id}/bill")
    page = visit(staff["finance"].username)
    page.goto(f"/billing/accounts/{account_id}/bill")
    row = page.locator("tbody tr", has_text=re.compile("2026-06|2026年0?6月"))
    assert [cell.inner_text() for cell in row.first.locator("td").all()][1:] == ["39.31", "19.66", "19.65"]
    for said in ("原", "减", "实交"):
        expect(page.locator("thead")).to_contain_text(said)
    why = row.first.locator("xpath=following-sibling::tr[1]")
    expect(why).to_contain_text("减 19.66 元")
    expect(why).to_contain_text("梅 于 2026-03-02 按办法第 1 版批准")
    assert "%" not in why.inner_text()  # money is said in yuan
    assert GROUND not in page.content()
