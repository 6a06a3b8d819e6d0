"""A sheet of 12345 from paper to its end, and a complaint whose owner sees it without reloading anything."""

import re
from datetime import UTC, datetime

import pytest
from playwright.sync_api import expect
from sqlalchemy import select

from helpdesk.audit.queries import verify_chain
from helpdesk.cases.models import Case, CaseKind
from helpdesk.cases.states import CaseStatus
from helpdesk.core.access import Role
from helpdesk.core.extensions import db
from helpdesk.repairs.models import WorkOrder
from tests.households import index_place

MORNING = datetime(2026, 3, 2, 1, 0, tzinfo=UTC)  # 09:00 on a Monday in the estate


@pytest.fixture
def office(estate, place, person, clock_from):
    """Ann answers calls, Mei decides; both read Chinese."""
    index_place(place)
    users = person("Ann", Role.OPERATOR, language="zh"), person("Mei", Role.MANAGER, language="zh")
    db.session.rollback()
    clock_from(MORNING)
    return [user.username for user in users]


def the(model):
    db.session.rollback()
    return db.session.scalars(select(model)).one()


def act(page, name, **typed):
    """Choose what to do, fill in its form and send it; the history then tells one thing more."""
    told = page.locator("#case-history li[id]").count()
    page.locator(f"#act-{name}").click()
    for field, value in typed.items():
        page.locator(f"#case-act [name={field}]").fill(value)
    page.locator("#act-now").click()
    expect(page.locator("#case-history li[id]")).to_have_count(told + 1)


def test_a_sheet_of_12345(office, visit):
    _ann, mei = office
    page = visit(mei)
    page.goto("/cases")
    page.get_by_role("link", name="登记转办单").click()
    expect(page.locator("#external_ref")).to_be_focused()

    for field, value in {
        "external_ref": "TZ2026-111", "received_from": "城南办事处", "due_on": "2026-03-05",
        "words": "路面积水，要求答复", "place": "3-2-501",
    }.items():  # fmt: skip
        page.locator(f"#{field}").fill(value)
    page.locator("#owner_id").select_option(label="Mei")
    page.get_by_role("button", name="保存").click()
    page.wait_for_url(re.compile(r"/cases/ZB20260302-0001$"))
    expect(page.locator("#case-facts")).to_contain_text("03-05 17:30 前答复")

    act(page, "extension", until_on="2026-03-10", reason="要等天晴")
    page.locator("#act-decision").click()
    page.locator("[name=granted][value=yes]").check()
    page.locator("#act-now").click()
    expect(page.locator("#case-facts")).to_contain_text("03-10 17:30 前答复")

    page.locator("#act-order").click()
    page.locator("#category").select_option("WATER_LEAK")
    page.locator("#act-now").click()
    expect(page.locator("#case-facts")).to_contain_text("GD20260302-0001")
    expect(page.locator("#case-facts")).to_contain_text("待派单")

    act(page, "reply", words="已修好，积水已清")
    page.locator("#act-closing").click()
    page.locator("[name=satisfaction][value=satisfied]").check()
    page.locator("#act-now").click()
    expect(page.locator("#case-facts .status").first).to_have_text("已办结")

    case = the(Case)
    assert (case.status, case.reply_text, case.satisfaction) == (CaseStatus.CLOSED, "已修好，积水已清", "satisfied")
    assert case.work_order_id == the(WorkOrder).id
    assert verify_chain() is None


@pytest.mark.proves("WB-18")
def test_a_complaint_saved_by_keyboard_whose_owner_sees_it(office, visit):
    ann, mei = office
    console, watching = visit(ann), visit(mei)
    watching.goto("/cases?group=mine")
    expect(watching.locator("#cases")).to_contain_text("这里还没有")
    expect(console.locator("#caller_number")).to_be_focused()

    console.keyboard.type("3-2-501", delay=20)
    expect(console.locator("#caller-matches [role=option]")).to_have_count(1)
    console.keyboard.press("ArrowDown")
    console.keyboard.press("Enter")
    expect(console.locator("#caller-card")).to_contain_text("3-2-501")
    console.keyboard.type("楼上半夜拖板凳")
    console.keyboard.press("Alt+4")
    expect(console.locator("#owner_id")).to_be_visible()
    expect(console.locator("#owner_id option:checked")).to_have_text("Mei")
    for key in ("Tab", "Tab", "Space", "Control+Enter"):  # owner, complex: yes
        console.keyboard.press(key)

    expect(console.locator(".saved-call")).to_contain_text("TS20260302-0001")
    expect(console.locator("#cases-due")).to_contain_text("投诉转办待答复 1 件")
    expect(watching.locator("#cases")).to_contain_text("楼上半夜拖板凳")  # nobody reloaded anything
    case = the(Case)
    assert (case.kind, case.owner.name, case.is_complex) == (CaseKind.COMPLAINT, "Mei", True)
