"""One box on every desk page: people, places, numbers, orders, calls and words, grouped, chosen by keyboard."""

from datetime import timedelta
from uuid import uuid4

import pytest
from sqlalchemy import event

from helpdesk.callbacks.actions import ask_to_ring
from helpdesk.callbacks.models import Reason
from helpdesk.cases.actions import open_case
from helpdesk.cases.models import CaseKind
from helpdesk.core.access import Role
from helpdesk.core.extensions import db
from helpdesk.core.transactions import writing
from helpdesk.hotline.actions import Typed, save_call
from helpdesk.hotline.found import calls_with
from helpdesk.hotline.models import Outcome
from helpdesk.outages.actions import Facts, open_outage
from helpdesk.outages.closing import end_outage
from helpdesk.parties.actions import add_party, hand_off
from helpdesk.parties.models import PartyKind
from helpdesk.repairs.visit_actions import schedule_visit
from helpdesk.search import by_words, registry
from helpdesk.search.by_words import excerpt, orders_with
from helpdesk.storm.actions import postpone_visits
from helpdesk.storm.models import Cause
from tests.conftest import HTMX, NOON
from tests.households import add_person, add_phone, index_place

TODAY = NOON.date()


@pytest.fixture
def call(ann, estate, place, now):
    def _call(words, *, number="120 0000 0009", at=None, actor=None, outcome=Outcome.ENQUIRY):
        typed = Typed(request_key=str(uuid4()), estate_id=(at or estate).id, caller_number=number, words=words,
                      outcome=outcome)  # fmt: skip
        with writing():
            return save_call(typed, call=None, actor=actor or ann, now=now).id

    return _call


@pytest.fixture
def calls_found(app):
    """What the words of calls answer, as a page would be given it."""

    def _found(user, typed):
        with app.test_request_context():
            return calls_with(user, typed, TODAY)

    return _found


def box(browser, q) -> str:
    return browser.get("/search/box", query_string={"q": q}, headers=HTMX).text


def test_it_stands_on_every_desk_page_and_not_for_who_may_not_search(ann, tao, as_user, now):
    for page in ("/hotline", "/work-orders", "/estate", "/search"):
        assert 'id="search-box"' in as_user(ann).get(page).text, page
    assert 'id="search-box"' not in as_user(tao).get("/jobs").text


def test_what_is_found_is_grouped_and_nothing_is_chosen(ann, estate, place, work_order, call, as_user, now):
    index_place(place)
    wang = add_person(estate, "王桂英", place)
    add_phone(estate, "12000000001", people=[wang])
    call("问水费怎么交")
    browser = as_user(ann)

    assert f'data-url="/estate/residents/{wang.id}"' in box(browser, "wgy")
    assert f'data-url="/estate/places/{place.id}"' in box(browser, "三幢二单元五〇一")
    assert f'data-url="/estate/places/{place.id}"' in box(browser, "0001")  # the tail of a number
    assert 'data-url="/work-orders/GD20260302-0001"' in box(browser, "#0001")
    found = box(browser, "水费")
    assert "Words in calls" in found and 'aria-selected="true"' not in found


def test_words_in_orders_are_found_with_their_place(ann, work_order, as_user, now):
    found = box(as_user(ann), "under the sink")

    assert "Words in work orders" in found and "GD20260302-0001" in found and "Leak under the sink" in found


def test_the_newest_come_first_and_more_are_said(ann, call, as_user, now, calls_found):
    ids = [call(f"楼道灯坏了 {n}") for n in range(registry.AT_MOST + 2)]

    lines = calls_found(ann, "楼道灯")
    found = box(as_user(ann), "楼道灯")

    assert [line.url for line in lines] == [f"/hotline/calls/{i}" for i in ids[:0:-1][: registry.AT_MOST + 1]]
    assert found.count('role="option"') == registry.AT_MOST and "There are more" in found


@pytest.mark.parametrize("typed", ["100%", "_漏", "\\", "漏_", "%漏%水%"])
def test_signs_that_mean_something_to_a_database_are_only_signs(typed, ann, call, now, calls_found):
    call("漏水了,浪费 100 元")

    assert calls_found(ann, typed) == []


@pytest.mark.parametrize("typed", ["折扣 50%吗", "打折50%", "我家_的门"])
def test_and_are_found_as_such(typed, ann, call, now, calls_found):
    found = call(f"问: {typed}")

    assert [line.url for line in calls_found(ann, typed)] == [f"/hotline/calls/{found}"]


@pytest.mark.parametrize("typed", ["漏", "ab", "12", "3-2-501", "GD2026"])
def test_too_little_is_no_search_for_words(typed, ann, call, now, calls_found):
    call("漏水 ab 12 3-2-501 GD2026")

    assert calls_found(ann, typed) == []


def test_a_call_is_found_by_the_number_that_nobody_knows(ann, call, now, calls_found):
    found = call("没说话", number="120 5555 0123")

    assert [line.url for line in calls_found(ann, "55550123")] == [f"/hotline/calls/{found}"]


def test_another_estate_is_not_searched(ann, call, new_estate, person, now, calls_found):
    other = new_estate("康宁苑")
    olga = person("Olga", Role.OPERATOR, at=other)
    call("水费怎么交", at=other, actor=olga)

    assert calls_found(ann, "水费") == []
    assert len(calls_found(olga, "水费")) == 1


@pytest.mark.parametrize("role", [Role.FINANCE, Role.OFFICER, Role.OWNER, Role.AUDITOR])
def test_who_does_not_work_the_hotline_finds_no_words_of_calls(role, person, call, as_user, now):
    call("水费怎么交")

    assert "水费怎么交" not in box(as_user(person("Kim", role)), "水费")


def test_a_feature_can_add_a_group(ann, as_user, now, monkeypatch):
    monkeypatch.setitem(registry._groups, Outcome.PRAISE, (lambda *_: [registry.Hit("/estate", words="<b>")], str))

    found = box(as_user(ann), "anything")

    assert 'data-url="/estate"' in found and "&lt;b&gt;" in found and "Praise" in found


def test_without_scripts_the_box_leads_to_the_page_of_answers(ann, call, as_user, now):
    call("问水费怎么交")
    browser = as_user(ann)

    assert "Words in calls" in browser.get("/search", query_string={"q": "水费"}).text
    assert browser.get("/search/box?q=x").location == "/search"


def test_the_look_up_of_a_caller_stays_with_the_register(ann, call, as_user, now):
    call("问水费怎么交")

    assert "Words in calls" not in as_user(ann).get("/search", query_string={"q": "水费"}, headers=HTMX).text


@pytest.mark.proves("RE-14")
def test_only_a_bounded_part_of_a_long_history_is_read(ann, call, now, monkeypatch, calls_found):
    call("水费怎么交")
    call("别的")
    monkeypatch.setattr(by_words, "NEWEST", 1)

    assert calls_found(ann, "水费") == []


@pytest.mark.proves("RE-14")
def test_words_are_found_through_the_index_of_the_estate(app, ann, mei, now, calls_found):
    if db.engine.dialect.name != "sqlite":
        pytest.skip("PostgreSQL plans by what is in the tables")
    sent, plans = [], []
    event.listen(
        db.engine, "before_cursor_execute", lambda _c, _k, statement, values, *_r: sent.append((statement, values))
    )
    calls_found(ann, "水费")
    with app.test_request_context():
        orders_with(mei, "水费", TODAY)
    for statement, values in [one for one in sent if "LIKE" in one[0]]:
        found = db.session.connection().exec_driver_sql(f"EXPLAIN QUERY PLAN {statement}", values)
        plans += [
            step for *_rest, step in found if step.startswith(("SCAN call", "SEARCH call", "SCAN work", "SEARCH work"))
        ]

    assert plans == [
        "SEARCH call USING INDEX ix_call_estate_id_id (estate_id=?)",
        "SEARCH work_order USING INDEX ix_work_order_estate_id_id (estate_id=?)",
    ]


def test_an_excerpt_shows_what_was_looked_for():
    assert excerpt("一" * 40 + "漏水" + "二" * 40, "漏水") == "…" + "一" * 18 + "漏水" + "二" * 18 + "…"
    assert excerpt("It  DRIPS\nhere", "drips") == "It DRIPS here"


def test_what_was_said_about_a_waiver_is_found_only_by_who_took_the_call(ann, mei, call, calls_found):
    call("低保怎么减免物业费", outcome=Outcome.WAIVER)

    assert len(calls_found(ann, "低保")) == 1
    assert calls_found(mei, "低保") == []


def test_what_sounds_like_a_waiver_is_found_by_no_colleague_before_it_has_an_outcome(
    ann, mei, person, call, calls_found
):
    call("低保户，物业费能不能少交", number="120 5555 0123", outcome=None)
    bea = person("Bea", Role.OPERATOR)

    assert (len(calls_found(ann, "低保户")), len(calls_found(mei, "低保户"))) == (1, 1)  # Mei answers for waivers
    assert calls_found(bea, "低保户") == calls_found(bea, "55550123") == []


def test_cases_are_found_by_number_and_words_and_waivers_only_by_who_may_read_them(
    ann, mei, tao, person, estate, place, as_user, now
):
    here = {"estate_id": estate.id, "actor": mei, "now": now}
    with writing():
        sheet = open_case(kind=CaseKind.COMPLAINT, words="楼上半夜装修太吵", **here)
        open_case(kind=CaseKind.WAIVER_ENQUIRY, words="低保户装修不起", **here)

    by_words, by_number = box(as_user(ann), "装修"), box(as_user(ann), sheet.number)

    assert f'data-url="/cases/{sheet.number}"' in by_words and f'data-url="/cases/{sheet.number}"' in by_number
    assert "低保户" not in by_words and "低保户" in box(as_user(mei), "装修")
    assert sheet.number not in box(as_user(person("Fay", Role.FINANCE)), "装修")


def test_outages_are_found_by_what_they_are_called(ann, person, estate, stairwell, category, as_user, now):
    with writing():
        facts = Facts(category=category("NO_WATER"), places=[stairwell], starts_at=now, words="水厂在抢修")
        found = open_outage(facts, estate_id=estate.id, actor=ann, now=now)

    assert f'data-url="/outages/{found.id}"' in box(as_user(ann), "停水")
    assert f'data-url="/outages/{found.id}"' in box(as_user(ann), "抢修")
    assert f"/outages/{found.id}" not in box(as_user(person("Fay", Role.FINANCE)), "停水")


def test_an_order_leads_back_to_its_case_and_its_outside_party(ann, mei, person, estate, work_order, as_user, now):
    here = {"estate_id": estate.id, "actor": mei, "now": now}
    with writing():
        sheet, wish = (
            open_case(kind=kind, words="x", **here) for kind in (CaseKind.COMPLAINT, CaseKind.WAIVER_ENQUIRY)
        )
        sheet.work_order_id = wish.work_order_id = work_order.id
        works = add_party(kind=PartyKind.WATER_WORKS, name="Works", hours="", note="", numbers="", **here)
        hand_off(db.session.merge(work_order), party=works, chase_at=now + timedelta(hours=1), actor=mei, now=now)

    page = as_user(ann).get(f"/work-orders/{work_order.number}").text

    assert f'href="/cases/{sheet.number}"' in page and f'href="/parties/{works.id}"' in page
    assert wish.number not in page


def test_a_call_back_leads_to_the_outage_or_the_storm_day_it_came_from(
    ann, tao, estate, stairwell, work_order, category, as_user, now
):
    with writing():
        order = db.session.merge(work_order)
        visit = schedule_visit(order, crew=[tao], planned_at=now, actor=ann, now=now)
        moved = postpone_visits([visit], cause=Cause.TYPHOON, day=TODAY, moved_to=None, actor=ann, now=now)
        asked = {"estate_id": estate.id, "reason": Reason.PROMISED, "due_at": now, "words": "x"}
        told = ask_to_ring(place=db.session.merge(stairwell), **asked, actor=ann, now=now)
        moved.orders[0].callback = told
        facts = Facts(category=category("NO_WATER"), places=[stairwell], starts_at=now)
        outage = open_outage(facts, estate_id=estate.id, orders=[order], actor=ann, now=now)
        (over,) = end_outage(outage, words="x", actor=ann, now=now)

    storm = as_user(ann).get(f"/callbacks/{told.id}").text
    rung = as_user(ann).get(f"/callbacks/{over.id}").text

    assert f'href="/storm/postponements/{moved.id}"' in storm and f'href="/outages/{outage.id}"' in rung
