"""The pages of outages: opened, changed, ended; refused with the typed text; seen by whom they concern."""

import re
from html import unescape
from uuid import uuid4

import pytest
from sqlalchemy import func, select

from helpdesk.callbacks.models import Callback
from helpdesk.core.access import Role
from helpdesk.core.extensions import db
from helpdesk.core.transactions import writing
from helpdesk.hotline.actions import Typed, save_call
from helpdesk.outages.actions import Facts, open_outage
from helpdesk.outages.models import Outage
from helpdesk.outages.queries import orders_in
from helpdesk.outages.states import OutageStatus
from helpdesk.repairs.actions import open_work_order
from helpdesk.repairs.states import Status
from helpdesk.repairs.visit_actions import schedule_visit
from tests.conftest import HTMX
from tests.households import add_home, index_place

TEXTS = ("words", "notice")


@pytest.fixture
def typed(stairwell):
    return {
        "request_key": str(uuid4()), "category": "NO_WATER", "where": [f"s{stairwell.id}"],
        "starts_at": "2026-03-02T11:30", "ends_at": "2026-03-02T15:00", "outside_party": "自来水公司",
    }  # fmt: skip


@pytest.fixture
def outage(estate, stairwell, work_order, category, ann, now):
    with writing():
        facts = Facts(category=category("NO_WATER"), places=[stairwell], starts_at=now)
        return open_outage(facts, estate_id=estate.id, orders=[work_order], actor=ann, now=now)


def outages() -> list[Outage]:
    return list(db.session.scalars(select(Outage).order_by(Outage.id)))


def test_an_outage_is_opened_and_its_page_says_what_to_tell(ann, typed, estate, as_user, now):
    browser = as_user(ann)

    answer = browser.post("/outages", data=typed)
    page = browser.get(answer.location).text

    (outage,) = outages()
    assert (answer.status_code, answer.location) == (303, f"/outages/{outage.id}")
    assert "三幢二单元停水我们已经知道了，已经联系自来水公司处理，预计今天 15:00恢复。" in page
    assert re.search(r'<textarea id="to-copy"[^>]* readonly[^>]*>【停水通知】3幢2单元今天 11:30起停水，', page)


def test_with_scripts_it_goes_on_to_the_page_and_back_to_the_call(ann, typed, as_user, now):
    browser = as_user(ann)

    plain = browser.post("/outages", data=typed, headers=HTMX)
    called = browser.post("/outages", data=typed | {"request_key": str(uuid4()), "call": "7"}, headers=HTMX)

    assert (plain.status_code, plain.headers["HX-Redirect"]) == (204, f"/outages/{outages()[0].id}")
    assert called.headers["HX-Redirect"] == "/hotline/calls/7"


def test_what_was_written_by_hand_wins_until_it_is_over(ann, typed, as_user, now):
    browser = as_user(ann)
    browser.post("/outages", data=typed | {"words": "请先用桶装水。", "notice": "各位邻居，水管在修。"})

    page = browser.get(f"/outages/{outages()[0].id}").text

    assert ">请先用桶装水。</p>" in page and ">各位邻居，水管在修。</textarea>" in page


@pytest.mark.parametrize(
    ("wrong", "said"),
    [
        ({"where": []}, "Say where: at least one building, stairwell or place, or the whole estate."),
        ({"ends_at": "2026-03-02T11:30"}, "The end has to lie after the beginning."),
        ({"starts_at": "never"}, "Give the day and the time."),
        ({"category": "NONE"}, "Choose what is out from the list."),
        ({"category": ""}, "Choose what is out."),
        ({"places": "3-2-999"}, "“3-2-999” is no address here."),
        ({"where": ["b99"]}, "There is no such building."),
        ({"where": ["s99999"]}, "There is no such place."),
        ({"where": ["x"]}, "Choose one of these."),
        ({"orders": "GD20260302-9999"}, "There is no work order with this number."),
        ({"orders": "7"}, "There is no work order with this number."),
        ({"words": "长" * 1001}, "This is too long: at most 1000 characters."),
    ],
)
def test_wrong_input_is_refused_and_what_was_typed_stays(wrong, said, ann, typed, as_user, now):
    for headers in (HTMX, {}):
        answer = as_user(ann).post("/outages", data=typed | {"outside_party": "kept here"} | wrong, headers=headers)

        assert (answer.status_code, said in answer.text) == (422, True)
        assert 'value="kept here"' in answer.text and outages() == []


def test_places_are_typed_as_people_say_them(ann, typed, place, as_user, now):
    as_user(ann).post("/outages", data=typed | {"where": [], "places": "三幢二单元501"})

    assert [area.place for area in outages()[0].areas] == [place]


def test_who_may_not_is_not_let_in_and_another_estate_is_not_there(
    outage, new_estate, person, tao, typed, as_user, now
):
    other = person("Zoe", Role.OPERATOR, at=new_estate("康宁苑"))
    url = f"/outages/{outage.id}"

    for path in ("/outages", "/outages/new", url):
        assert as_user(tao).get(path).status_code == 403
    assert as_user(tao).post("/outages", data=typed).status_code == 403
    assert as_user(other).get(url).status_code == 404
    for act in ("changes", "beginning", "end", "cancellation", "reopening", "orders", "removals"):
        assert as_user(other).post(f"{url}/{act}", data={"version": "1"}).status_code == 404, act
    assert outages() == [outage] and outage.version == 1


def test_an_owner_reads_without_names_and_without_buttons(outage, place, estate, person, ann, as_user, now):
    with writing():
        typed = Typed(request_key=str(uuid4()), estate_id=estate.id, caller_number="12000000001", words="x",
                      place=place, joins=outage)  # fmt: skip
        save_call(typed, call=None, actor=ann, now=now)

    page = as_user(person("Olga", Role.OWNER)).get(f"/outages/{outage.id}").text

    assert "3-2-501" in page and "120 0000 0001" not in page and 'id="act-' not in page


ACTS = {
    "changes": {"category": "NO_WATER", "where": ["b3"], "starts_at": "2026-03-02T12:00", "words": "我们知道了"},
    "end": {"words": "又有水了"},
    "cancellation": {},
    "orders": {"number": "GD20260302-0001"},
    "removals": {"number": "GD20260302-0001"},
}


@pytest.mark.parametrize("act", ACTS)
def test_a_stale_act_is_refused_with_what_was_typed(act, outage, ann, as_user, now):
    before = outage.status, outage.version, len(orders_in(outage))
    for headers in (HTMX, {}):
        answer = as_user(ann).post(f"/outages/{outage.id}/{act}", data={"version": "0"} | ACTS[act], headers=headers)

        assert answer.status_code == 409
        assert "Someone changed this outage while you were looking at it." in answer.text
        assert 'name="version" value="1"' in answer.text
        said = [value for value in ACTS[act].values() if isinstance(value, str) and "-03-" not in value]
        assert all(value in answer.text for value in said)
    assert before == (outage.status, outage.version, len(orders_in(outage)))


@pytest.mark.parametrize("act", [*ACTS, "beginning", "reopening"])
def test_a_form_that_does_not_say_what_was_seen_is_refused(act, outage, ann, as_user, now):
    answer = as_user(ann).post(f"/outages/{outage.id}/{act}", data=ACTS.get(act, {}), headers=HTMX)

    assert (answer.status_code, outage.version) == (422, 1)


def test_it_is_changed_and_its_places_are_others(outage, ann, as_user, now):
    browser, url = as_user(ann), f"/outages/{outage.id}"
    form = browser.get(f"{url}?act=change", headers=HTMX).text

    answer = browser.post(f"{url}/changes", data={"version": "1"} | ACTS["changes"])

    assert f'value="s{outage.areas[0].place_id}"' not in form or 'value="NO_WATER" selected' in form
    assert (answer.status_code, answer.location) == (303, url)
    assert ([area.building_no for area in outage.areas], outage.words, outage.version) == ([3], "我们知道了", 2)


def test_a_text_nobody_changed_goes_on_to_follow_the_facts(outage, ann, as_user, now):
    browser, url = as_user(ann), f"/outages/{outage.id}"
    form = browser.get(f"{url}?act=change", headers=HTMX).text
    shown = {name: unescape(re.search(rf'name="{name}"[^>]*>\s*(.*?)</textarea>', form, re.S)[1]) for name in TEXTS}

    browser.post(f"{url}/changes", data={"version": "1"} | ACTS["changes"] | shown | {"ends_at": "2026-03-02T15:00"})
    followed = outage.words, outage.notice
    mine = {"words": shown["words"] + "谢谢。", "notice": shown["notice"]}
    browser.post(f"{url}/changes", data={"version": "2"} | ACTS["changes"] | mine)

    assert shown["words"].startswith("三幢二单元停水我们已经知道了") and shown["notice"].startswith("【停水通知】")
    assert followed == ("", "") and "预计今天 15:00恢复" not in outage.words
    assert outage.words == mine["words"]


def test_it_ends_with_its_orders_and_a_list_to_ring(outage, work_order, ann, as_user, now):
    browser, url = as_user(ann), f"/outages/{outage.id}"
    form = browser.get(f"{url}?act=end", headers=HTMX).text

    answer = browser.post(f"{url}/end", data={"version": "1", "words": "又有水了"}, headers=HTMX)

    assert "三幢二单元停水已经处理好了。" in form
    assert (answer.status_code, answer.headers["HX-Trigger"]) == (200, f"outages:{outage.estate_id}-changed")
    assert (outage.status, work_order.status) == (OutageStatus.OVER, Status.CANCELLED)
    page = browser.get(url).text
    assert '<span class="count" id="ring-count">1</span>' in page and "已恢复供水" in page


def test_two_who_end_it_at_once_end_it_once(outage, work_order, ann, at_once, now):
    data = {"version": "1", "words": "又有水了"}

    answers = at_once(ann, f"/outages/{outage.id}/end", data, times=3)

    assert sorted(answer.status_code for answer in answers) == [200, 409, 409]
    assert db.session.scalar(select(func.count()).select_from(Callback)) == 1


def test_what_is_ticked_goes_on_by_itself(outage, work_order, ann, as_user, now):
    data = {"version": "1", "taken_out": work_order.number, "words": "x"}

    as_user(ann).post(f"/outages/{outage.id}/end", data=data)

    assert (outage.status, work_order.status) == (OutageStatus.OVER, Status.REPORTED)


def test_it_was_not_over(outage, work_order, ann, as_user, now):
    browser, url = as_user(ann), f"/outages/{outage.id}"
    browser.post(f"{url}/end", data={"version": "1", "words": "x"})

    answer = browser.post(f"{url}/reopening", data={"version": "2"})

    assert (answer.status_code, outage.status) == (303, OutageStatus.RUNNING)
    assert "said that it was not over" in browser.get(url).text


def test_orders_are_taken_in_and_out(outage, work_order, place, category, ann, as_user, now):
    with writing():
        more = open_work_order(
            place=place, category=category("NO_WATER"), urgency=work_order.urgency, summary="x", actor=ann, now=now
        )
    browser, url = as_user(ann), f"/outages/{outage.id}"

    added = browser.post(f"{url}/orders", data={"version": "1", "number": more.number.lower()}, headers=HTMX)
    again = browser.post(f"{url}/orders", data={"version": "2", "number": more.number}, headers=HTMX)
    unknown = browser.post(f"{url}/orders", data={"version": "2", "number": "GD20260302-9999"}, headers=HTMX)
    out = browser.post(f"{url}/removals", data={"version": "2", "number": work_order.number}, headers=HTMX)

    assert [answer.status_code for answer in (added, again, unknown, out)] == [200, 409, 422, 200]
    assert orders_in(outage) == [more]


def test_the_order_tells_its_outage_and_the_outage_its_orders(outage, work_order, ann, as_user, now):
    browser = as_user(ann)

    order = browser.get(f"/work-orders/{work_order.number}").text
    part = browser.get(f"/work-orders/{work_order.number}/callers", headers=HTMX).text

    assert f'href="/outages/{outage.id}"' in order and f'href="/outages/{outage.id}"' in part
    assert f'href="/work-orders/{work_order.number}"' in browser.get(f"/outages/{outage.id}").text
    assert browser.get(f"/work-orders/{work_order.number}/callers").status_code == 302


def test_from_an_order_the_form_is_filled_in(work_order, stairwell, ann, as_user, now):
    page = as_user(ann).get(f"/outages/new?orders={work_order.number}").text

    assert '<option value="WATER_LEAK" selected>' in page and f'value="s{stairwell.id}" checked' in page
    assert f'name="orders" type="hidden" value="{work_order.number}"' in page
    assert 'value="2026-03-02 12:00:00"' in page


def test_the_technician_sees_that_others_rang(work_order, place, estate, ann, tao, as_user, now):
    neighbour = index_place(add_home(estate, 3, 2, "402"))
    with writing():
        schedule_visit(work_order, crew=[tao], actor=ann, now=now)
        typed = Typed(request_key=str(uuid4()), estate_id=estate.id, caller_number="12000000001", words="x",
                      place=neighbour, joins=work_order)  # fmt: skip
        save_call(typed, call=None, actor=ann, now=now)

    page = as_user(tao).get(f"/jobs/{work_order.number}").text

    assert re.search(r'Another caller:</strong>\s*<span class="place">3-2-402</span>', page)
    assert "120 0000 0001" not in page


@pytest.mark.parametrize("path", ["/outages", "/outages/standing", "/outages/{id}", "/hotline"])
def test_three_rows_ask_as_little_as_one(
    path, outage, estate, stairwell, place, category, ann, as_user, count_queries, now
):
    browser, url = as_user(ann), path.format(id=outage.id)
    headers = HTMX if path.endswith("standing") else {}

    def more():
        facts = Facts(category=category("NO_WATER"), places=[stairwell, place], buildings=[3], starts_at=now)
        typed = Typed(request_key=str(uuid4()), estate_id=estate.id, caller_number="12000000001", words="x",
                      place=place, joins=outage)  # fmt: skip
        with writing():
            open_outage(facts, estate_id=estate.id, actor=ann, now=now)
            save_call(typed, call=None, actor=ann, now=now)

    more()
    with count_queries() as first:
        browser.get(url, headers=headers)
    more(), more()
    with count_queries() as then:
        browser.get(url, headers=headers)

    assert then.count == first.count
