"""02:14, a burst pipe on a shared landline, and nobody acknowledges: the console itself carries the operator."""

from datetime import UTC, datetime, timedelta

from playwright.sync_api import expect
from sqlalchemy import select

from helpdesk.accounts.models import User
from helpdesk.audit.queries import verify_chain
from helpdesk.core.extensions import db
from helpdesk.core.transactions import writing
from helpdesk.escalation.scan import tell_what_is_due
from helpdesk.repairs.actions import open_work_order
from helpdesk.repairs.models import Category, Urgency
from helpdesk.repairs.states import VisitStatus
from helpdesk.repairs.visit_actions import schedule_visit
from tests.browser.test_journey import landline_of_two

NIGHT = datetime(2026, 11, 22, 18, 14, tzinfo=UTC)  # 02:14 on Monday in 德裕苑
MINUTE = timedelta(minutes=1)


def burst_pipe_nobody_acknowledges():
    """From a landline two share; somebody who sleeps is sent at once. By 02:20 the worker has seen it."""
    phone = landline_of_two()
    ann, tao = (db.session.scalars(select(User).where(User.username == n)).one() for n in ("operator", "technician"))
    category = db.session.scalars(select(Category).where(Category.code == "WATER_BURST")).first()
    with writing():
        order = open_work_order(
            place=phone.places[0], category=category, urgency=Urgency.P1, summary="厨房水管爆了，漏到楼下",
            reporter=phone.people[0], phone=phone, actor=ann, now=NIGHT,
        )  # fmt: skip
        schedule_visit(order, crew=[tao], actor=ann, now=NIGHT)
    tell_what_is_due(NIGHT + 6 * MINUTE)
    return order, tao


def test_nobody_acknowledges_a_burst_pipe(demo_at, clock_from, visit):
    demo_at(NIGHT)
    order, tao = burst_pipe_nobody_acknowledges()
    order_id, number, place, first = order.id, order.number, order.place.address, tao.name
    db.session.rollback()
    clock_from(NIGHT + 6 * MINUTE)
    console, watching = (visit(name) for name in ("operator", "operator2"))
    line, beside = (page.locator(f"#ring-{order_id}") for page in (console, watching))
    expect(line).to_contain_text("02:14 起无人接单")
    expect(line).to_contain_text(place)
    expect(line.locator(".ring-name")).to_contain_text(first)
    expect(console.locator("#caller_number")).to_be_focused()  # the band does not take the hand from a call

    console.keyboard.press("Alt+r")
    while console.evaluate("document.activeElement.closest('.ring').id") != f"ring-{order_id}":
        console.keyboard.press("ArrowDown")
    console.keyboard.press("2")

    expect(line.locator(".ring-tries")).to_contain_text(f"{first} 没接")
    expect(line.locator(".ring-name")).not_to_contain_text(first)
    second = line.locator(".ring-name b").inner_text()
    expect(beside.locator(".ring-name")).to_contain_text(second)  # the other console knows whom to ring, too

    console.keyboard.press("1")
    expect(line.locator(".ring-name")).to_contain_text("接这一单吗")
    console.keyboard.press("1")  # struck twice: decides nothing
    console.keyboard.press("4")

    expect(line).to_have_count(0)
    expect(beside).to_have_count(0)
    console.goto(f"/work-orders/{number}")
    for said in ("到 02:19 还没有人接单。", f"打给{first}：没接。", f"打给{second}：接了。", f"{second}在电话里向"):
        expect(console.locator("#order-history")).to_contain_text(said)
    db.session.rollback()
    assert (order.visits[0].status, [user.name for user in order.visits[0].crew]) == (VisitStatus.ACCEPTED, [second])
    assert verify_chain() is None
