"""A call comes in at night, a technician fixes it, everyone sees it live."""

import re
from datetime import UTC, datetime
from io import BytesIO

import pytest
from PIL import Image
from playwright.sync_api import expect
from sqlalchemy import func, select

from helpdesk.audit.queries import verify_chain
from helpdesk.core.extensions import db
from helpdesk.estate.models import Phone, phone_person
from helpdesk.hotline.models import Call
from helpdesk.repairs.models import WorkOrder
from tests.browser.conftest import DEMO_PASSWORD, PHONE, sign_in

NIGHT = datetime(2026, 11, 22, 18, 14, tzinfo=UTC)  # 02:14 on Monday in 德裕苑
SAID = "厨房水管爆了,水漏到楼下去了"


@pytest.fixture
def estate_at_night(demo_at, clock_from):
    demo_at(NIGHT)
    clock_from(NIGHT)


def landline_of_two() -> Phone:
    """A landline on which the register knows two people or more."""
    shared = select(phone_person.c.phone_id).group_by(phone_person.c.phone_id).having(func.count() >= 2)
    return db.session.scalars(
        select(Phone).where(Phone.id.in_(shared), Phone.digits.startswith("0523")).order_by(Phone.id)
    ).first()


def a_photo() -> dict:
    picture = BytesIO()
    Image.effect_mandelbrot((640, 480), (-2, -1.5, 1, 1.5), 50).convert("RGB").save(picture, "JPEG")
    return {"name": "IMG_0214.jpg", "mimeType": "image/jpeg", "buffer": picture.getvalue()}


def test_a_burst_pipe_at_night(estate_at_night, visit):
    phone = landline_of_two()
    names = [person.name for person in phone.people]
    tail = phone.digits[-6:]
    db.session.rollback()
    console, watching, technician = visit(), visit(), visit(on=PHONE)
    for page, username in ((console, "operator"), (watching, "operator2"), (technician, "technician")):
        sign_in(page, username, DEMO_PASSWORD)
    expect(console.locator("#caller_number")).to_be_focused()

    log_by_keyboard(console, tail, names)

    saved = console.locator(".saved-call")
    expect(saved).to_contain_text(re.compile(r"GD20261123-\d{4}"))
    number = re.search(r"GD20261123-\d{4}", saved.inner_text())[0]
    expect(console.locator("#caller_number")).to_be_focused()
    place = db.session.scalars(select(WorkOrder).where(WorkOrder.number == number)).one().place.address
    db.session.rollback()
    # Nobody reloads anything: the technician's page and the other console show it by themselves.
    expect(technician.locator(f'#day a[href*="{number}"]').first).to_be_attached()
    expect(watching.locator("#open-orders")).to_contain_text(place)

    repair_on_the_phone(technician, number, watching, place)

    timeline_reads_true(visit, number)
    assert verify_chain() is None
    call = db.session.scalars(select(Call).join(WorkOrder).where(WorkOrder.number == number)).one()
    assert (call.words, call.outcome, call.phone_id) == (SAID, "repair", phone.id)


def log_by_keyboard(page, tail, names):
    """What a night operator does, with the telephone at the ear: no mouse."""
    page.keyboard.type(tail, delay=20)
    for name in names:
        expect(page.locator("#caller-matches")).to_contain_text(name)
    assert page.locator("#caller-matches [aria-selected=true]").count() == 0  # none is chosen beforehand
    page.keyboard.press("ArrowDown")
    page.keyboard.press("Enter")
    expect(page.locator("#words")).to_be_focused()
    expect(page.locator("#caller-card .card")).to_be_visible()
    page.keyboard.type(SAID, delay=10)
    expect(page.locator("#suggestion .suggestion")).to_have_attribute("data-urgency", "p1")
    expect(page.locator("#suggestion .first-words")).to_be_visible()
    expect(page.locator("#category")).to_have_value("WATER_BURST")
    expect(page.locator("[name=outcome][value=repair]")).to_be_checked()
    pick_place_if_asked(page)
    tab_to(page, "#technician_id")
    page.keyboard.press("ArrowDown")
    page.keyboard.press("Control+Enter")


def pick_place_if_asked(page):
    """Two homes share the number: the keyboard chooses one."""
    if page.locator("#caller-card input[type=hidden][name=place_id]").count():
        return
    if page.locator("#caller-card [name=place_id]:checked").count() == 0:
        page.locator("#caller-card [name=place_id]").first.focus()
        page.keyboard.press("Space")
    expect(page.locator("#caller-card [name=place_id]:checked")).to_have_count(1)


def tab_to(page, selector):
    for _ in range(30):
        if page.locator(selector).evaluate("element => element === document.activeElement"):
            return
        page.keyboard.press("Tab")
    raise AssertionError(f"{selector} cannot be reached with the Tab key")


def repair_on_the_phone(page, number, watching, place):
    page.locator(f'#day a[href*="{number}"]').first.click()
    page.wait_for_url(f"**/jobs/{number}")
    expect(page.locator("#job")).to_contain_text("水管")
    for word, after in (("接单", "已接单"), ("出发", "上门途中"), ("到了", "维修中")):
        tap(page, word)
        expect(page.locator("#job .status").first).to_have_text(after)
    expect(watching.locator("#open-orders")).to_contain_text("维修中")
    page.locator("#photos input[type=file]").set_input_files(a_photo())
    expect(page.locator("#photos img").first).to_be_visible()
    page.locator("[name=work_done]").fill("关总阀,换三角阀和软管")
    tap(page, "修好了")
    page.wait_for_url("**/jobs")
    expect(page.locator(f'#done-today a[href*="{number}"]')).to_have_count(1)
    expect(watching.locator(f'#open-orders a[href*="{number}"]')).to_have_count(0)


def tap(page, word):
    """A person looks before tapping: a button that appeared under the thumb a moment ago is not meant yet."""
    page.wait_for_timeout(800)
    page.locator("#thumb button", has_text=word).click()


def timeline_reads_true(visit, number):
    page = visit("manager")
    page.goto(f"/work-orders/{number}")
    history = page.locator("ol.timeline")
    for sentence in ("派单给", "接单", "出发了", "到场", "修好了"):
        expect(history).to_contain_text(sentence)
    page.locator("button[name=language][value=en]").click()
    expect(page.locator("html")).to_have_attribute("lang", "en")
    for sentence in ("sent", "accepted the visit", "set out", "arrived", "reported the work done, with 1 photo"):
        expect(history).to_contain_text(re.compile(sentence, re.IGNORECASE))
    assert not re.search(r"[\u4e00-\u9fff]{6,}", re.sub(r"“[^”]*”", "", history.inner_text()))
