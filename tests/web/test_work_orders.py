"""Work orders at the desk: what people see, and what each act answers."""

import re
from datetime import date, timedelta
from uuid import uuid4

import pytest
from sqlalchemy import func, select

from helpdesk.core.access import Role
from helpdesk.core.extensions import db
from helpdesk.core.transactions import writing
from helpdesk.estate.models import Occupancy, OccupancyRole, Person, Phone
from helpdesk.repairs.actions import add_remark, open_work_order, promise_window
from helpdesk.repairs.models import Remark, Urgency, Visit
from helpdesk.repairs.states import Status, VisitStatus, move, move_visit
from helpdesk.repairs.visit_actions import schedule_visit
from helpdesk.windows.rules import Window
from tests.conftest import HTMX
from tests.households import add_person

HOSTILE = "<script>alert(1)</script><img src=x onerror=alert(2)> {{ 7*7 }}"


@pytest.fixture
def url(work_order):
    return f"/work-orders/{work_order.number}"


@pytest.fixture
def scheduled(work_order, tao, ann, now):
    with writing():
        return schedule_visit(work_order, crew=[tao], actor=ann, now=now)


@pytest.fixture
def done(work_order, scheduled):
    with writing():
        move_visit(scheduled, VisitStatus.DONE)
        move(work_order, Status.DONE)
    return work_order


def visit(technician, version=1, **values):
    """What the form for sending somebody sends."""
    return {"request_key": uuid4(), "version": version, "crew": technician.id, "window": "at_once"} | values


# ── the list ──


def test_the_list_shows_when_where_what_and_until_when(ann, work_order, scheduled, as_user):
    page = as_user(ann).get("/work-orders").text

    row = re.search(r"<tr id=.*?</tr>", page, re.DOTALL)[0]
    words = " ".join(re.sub(r"<[^>]+>", " ", row).split())
    assert words == (
        "12:00 3-2-501 Minor Dripping tap, valve or pipe Leak under the sink Not accepted Tao "
        "arrive by 03-03 12:00 1 day left"
    )
    assert f'href="/work-orders/{work_order.number}"' in row


def test_the_list_refreshes_its_rows_alone_and_without_a_form(ann, estate, work_order, as_user):
    part = as_user(ann).get("/work-orders?group=open&words=sink", headers=HTMX).text

    assert part.startswith('\n\n<section id="orders"') or part.lstrip().startswith('<section id="orders"')
    assert f'hx-trigger="orders:{estate.id}-changed from:body"' in part
    assert 'hx-get="/work-orders?words=sink"' in part
    assert "<form" not in part


def test_an_empty_list_says_what_will_be_here(ann, now, as_user):
    empty = as_user(ann).get("/work-orders").text
    narrowed = as_user(ann).get("/work-orders?words=nothing").text

    assert "Work orders appear here as soon as somebody opens one" in empty
    assert "No work order matches" in narrowed and 'value="nothing"' in narrowed


@pytest.mark.parametrize("query", ["group=x", "sort=drop", "technician=a&building=-1", "from_on=yesterday", "after=~~"])
def test_nonsense_in_the_address_still_shows_the_list(ann, work_order, as_user, query):
    answer = as_user(ann).get(f"/work-orders?{query}")

    assert answer.status_code == 200
    assert work_order.number in answer.text


def test_the_page_sends_as_many_queries_for_three_orders_as_for_one(ann, work_order, opened, as_user, count_queries):
    browser = as_user(ann)
    browser.get("/work-orders")
    with count_queries() as one:
        browser.get("/work-orders")
    opened()
    opened()
    with count_queries() as three:
        browser.get("/work-orders")

    assert three.count == one.count


@pytest.fixture
def opened(place, ann, category, now):
    def _open(summary="Broken"):
        with writing():
            return open_work_order(
                place=place, category=category(), urgency=Urgency.P2, summary=summary, actor=ann, now=now
            )  # fmt: skip

    return _open


# ── one order ──


def test_the_desk_sees_who_rang_and_others_do_not(ann, person, add, estate, place, category, now, as_user):
    phone = add(Phone, estate_id=estate.id, digits="12800001234")
    liu = add(Person, estate_id=estate.id, name="刘桂珍", hearing=True)
    add(Occupancy, person_id=liu.id, place_id=place.id, role=OccupancyRole.OWNER, from_on=now.date())
    with writing():
        order = open_work_order(
            place=place, category=category(), urgency=Urgency.P2, summary="Leak", reporter=liu, phone=phone, actor=ann,
            now=now,
        )  # fmt: skip
    ivo = person("Ivo", Role.AUDITOR)

    desk = as_user(ann).get(f"/work-orders/{order.number}").text
    others = as_user(ivo).get(f"/work-orders/{order.number}").text

    assert "刘桂珍" in desk and "128 0000 1234" in desk and "敲门要重" in desk and "Hears badly" in desk
    assert "tel:" not in desk, "numbers of the invented estate are never dialled"
    for private in ("刘桂珍", "128 0000", "敲门要重", "Hears badly", "2073"):
        assert private not in others
    assert "Only the desk sees names and numbers." in others
    assert "Put on hold" not in others


def test_only_who_lives_there_today_says_how_to_knock(ann, estate, place, work_order, as_user):
    add_person(estate, "Leaving", place, hearing=True, until=date(2026, 4, 1))
    add_person(estate, "Coming", place, mobility=True, since=date(2026, 4, 1))
    add_person(estate, "Gone", place, dialect=True, until=date(2026, 3, 2))

    page = as_user(ann).get(f"/work-orders/{work_order.number}/facts", headers=HTMX).text

    flags = ("Hears badly", "Walks with difficulty", "Speaks dialect")
    assert [flag in page for flag in flags] == [True, False, False]


def test_hostile_words_are_shown_as_they_were_typed(ann, opened, as_user, now):
    order = opened(summary=HOSTILE)
    with writing():
        add_remark(order, words=HOSTILE, actor=ann, now=now)

    pages = [as_user(ann).get(path).text for path in ("/work-orders", f"/work-orders/{order.number}")]

    for page in pages:
        assert "<script>alert" not in page and "<img src=x" not in page
        assert "&lt;script&gt;alert(1)" in page
    assert "{{ 7*7 }}" in pages[1]


@pytest.mark.parametrize("number", ["GD20260302-9999", "x", "GD2026030２-0001", "1%27"])
def test_a_number_that_does_not_exist_is_not_found(ann, work_order, as_user, number):
    assert as_user(ann).get(f"/work-orders/{number}").status_code == 404


PAGES = ["", "/facts", "/history", "/print", "?act=hold"]


@pytest.mark.parametrize("page", PAGES)
def test_an_order_of_another_estate_is_not_found(work_order, url, person, new_estate, as_user, page):
    oda = person("Oda", Role.OPERATOR, at=new_estate("景苑"))

    assert as_user(oda).get(url + page).status_code == 404


@pytest.mark.parametrize("page", PAGES)
def test_technicians_have_their_own_pages(scheduled, url, tao, as_user, page):
    assert as_user(tao).get(url + page).status_code == 403


def test_the_parts_that_follow_others_contain_no_form(ann, url, scheduled, as_user):
    for part in ("/facts", "/history"):
        answer = as_user(ann).get(url + part, headers=HTMX).text
        assert "-changed from:body" in answer and "<form" not in answer
        assert as_user(ann).get(url + part).location == url  # asked for by hand


def test_the_next_act_is_open_and_the_others_are_offered(ann, url, as_user):
    fresh = as_user(ann).get(url).text
    hold = as_user(ann).get(f"{url}?act=hold", headers=HTMX).text

    assert f'action="{url}/visits"' in fresh and "Put on hold" in fresh
    assert f'action="{url}/hold"' in hold and "<html" not in hold


def test_the_slip_tells_the_resident_who_comes_and_no_private_matter(ann, url, scheduled, as_user):
    slip = as_user(ann).get(f"{url}/print").text

    assert "3-2-501" in slip and "Tao" in slip and "0523-1000 0001" in slip
    assert "敲门要重" not in slip


# ── acts ──


def test_somebody_is_sent_in_a_window_of_the_day_grid(ann, tao, url, work_order, as_user):
    answer = as_user(ann).post(f"{url}/visits", data=visit(tao, window="2026-03-03T10:00/12:00"), headers=HTMX)

    sent = work_order.visits[0]
    assert answer.status_code == 200
    assert answer.headers["HX-Trigger"] == f"orders:{work_order.estate_id}-changed"
    assert (sent.promised_from.isoformat(), sent.promised_until.isoformat()) == (
        "2026-03-03T02:00:00+00:00", "2026-03-03T04:00:00+00:00",
    )  # fmt: skip
    assert "Arrange the visit anew" in answer.text and "<html" not in answer.text


@pytest.mark.parametrize(
    ("minutes", "value"), [((1_410, 1_530), "2026-03-03T11:30/13:30"), ((1_320, 1_440), "2026-03-03T10:00/12:00")],
    ids=["of its own", "of the day grid"],
)  # fmt: skip
def test_a_window_promised_before_is_the_first_choice_and_chosen(
    ann, tao, url, work_order, as_user, now, minutes, value
):
    window = Window(*(now + timedelta(minutes=count) for count in minutes))
    with writing():
        promise_window(work_order, window=window, actor=ann, now=now)
    browser = as_user(ann)

    page = browser.get(url).text
    offered = re.findall(r'name="window" value="([^"]+)"( checked)?', page)
    assert offered[0] == (value, " checked") and [chosen for _value, chosen in offered].count(" checked") == 1
    assert [other for other, _chosen in offered].count(value) == 1
    form = visit(tao, version=2, window=value)
    assert [browser.post(f"{url}/visits", data=form, headers=HTMX).status_code for _ in range(2)] == [200, 200]

    sent = work_order.visits[0]
    assert (len(work_order.visits), sent.promised_from, sent.promised_until) == (1, window.starts_at, window.ends_at)


def test_a_promised_window_that_is_over_is_not_offered(ann, url, work_order, as_user, now, set_now):
    with writing():
        promise_window(
            work_order, window=Window(now, now + timedelta(hours=1)), actor=ann, now=now
        )  # fmt: skip
    set_now(now + timedelta(hours=1))

    offered = re.findall(r'name="window" value="([^"]+)"( checked)?', as_user(ann).get(url).text)

    assert offered[0] == ("at_once", "") and "2026-03-02T12:00/13:00" not in dict(offered)


def test_somebody_is_sent_at_a_time_that_is_typed(ann, tao, url, work_order, as_user):
    typed = {"window": "typed", "typed_from": "2026-03-04T09:00", "typed_until": "09:45"}

    as_user(ann).post(f"{url}/visits", data=visit(tao, **typed), headers=HTMX)

    sent = work_order.visits[0]
    assert (sent.promised_until - sent.promised_from, sent.planned_at) == (timedelta(minutes=45), sent.promised_from)


def test_without_scripts_an_act_leads_back_to_the_order(ann, tao, url, as_user):
    answer = as_user(ann).post(f"{url}/visits", data=visit(tao))

    assert (answer.status_code, answer.location) == (303, url)


@pytest.mark.parametrize(
    ("typed", "message"),
    [
        ({"crew": ""}, "Choose at least one technician."),
        ({"crew": "99999"}, "Choose at least one technician of this estate."),
        ({"crew": "9" * 30}, "Choose at least one technician."),
        ({"window": ""}, "Choose one of these times."),
        ({"window": "2026-03-03T11:11"}, "Choose one of these times."),
        ({"window": "2026-99-99T08:30/10:00"}, "Choose one of these times."),
        ({"window": "2026-03-01T08:30/10:00"}, "This time is already over. Choose a later one."),
        ({"window": "typed"}, "Give the day and the time."),
        ({"window": "typed", "typed_from": "tomorrow"}, "Give the day and the time."),
        ({"window": "typed", "typed_from": "0001-01-01T00:00"}, "Give the day and the time."),
        (
            {"window": "typed", "typed_from": "2026-03-04T09:00", "typed_until": "08:00"},
            "The window has to end later on the same day.",
        ),
        ({"version": "x"}, "Not a valid integer value."),
    ],
)
def test_a_visit_that_cannot_be_is_refused_with_words_and_nothing_is_changed(
    ann, tao, url, work_order, as_user, typed, message
):
    answer = as_user(ann).post(f"{url}/visits", data=visit(tao, **typed), headers=HTMX)

    assert answer.status_code == 422
    assert message in answer.text
    assert (work_order.status, work_order.visits) == (Status.REPORTED, [])


def test_a_refused_form_without_scripts_is_the_whole_page(ann, tao, url, as_user):
    answer = as_user(ann).post(f"{url}/visits", data=visit(tao, window="typed", typed_from="2026-03-01T09:00"))

    assert answer.status_code == 422
    assert "<html" in answer.text and "This time is already over." in answer.text
    assert 'value="2026-03-01T09:00"' in answer.text


def test_the_same_form_sent_twice_sends_one_technician(ann, tao, url, as_user):
    browser, form = as_user(ann), visit(tao)

    answers = [browser.post(f"{url}/visits", data=form, headers=HTMX).status_code for _ in range(2)]

    assert answers == [200, 200]
    assert db.session.scalar(select(func.count()).select_from(Visit)) == 1


def test_the_same_form_sent_five_times_at_once_sends_one_technician(ann, tao, url, work_order, at_once):
    answers = at_once(ann, f"{url}/visits", visit(tao), times=5)

    assert [answer.status_code for answer in answers] == [200] * 5
    assert db.session.scalar(select(func.count()).select_from(Visit)) == 1


def test_who_comes_second_sees_what_changed_and_keeps_what_they_typed(ann, mei, tao, bo, url, work_order, as_user):
    as_user(mei).post(f"{url}/visits", data=visit(bo))
    typed = {"window": "typed", "typed_from": "2026-03-04T14:00", "typed_until": "15:00"}

    answer = as_user(ann).post(f"{url}/visits", data=visit(tao, **typed), headers=HTMX)

    assert answer.status_code == 409
    assert "Someone changed this work order while you were looking at it." in answer.text
    assert 'value="2026-03-04T14:00"' in answer.text and 'name="version" id="seen-version" value="2"' in answer.text
    assert re.search(rf'<input checked[^>]* name="crew"[^>]* value="{tao.id}"', answer.text)
    assert [user for sent in work_order.visits for user in sent.crew] == [bo]


ACTS = [
    ("hold", {"reason": "parts"}, "On hold", {"reason": "boredom"}),
    ("cancellation", {"reason": "duplicate"}, "Cancelled", {"reason": ""}),
    ("urgency", {"urgency": "p1"}, "Emergency", {"urgency": "p9"}),
]


@pytest.mark.parametrize(("act", "values", "seen", "wrong"), ACTS, ids=[act[0] for act in ACTS])
def test_each_act_works_refuses_nonsense_and_notices_that_it_is_stale(
    ann, url, work_order, as_user, act, values, seen, wrong
):
    browser = as_user(ann)

    refused = browser.post(f"{url}/{act}", data={"version": 1, **wrong}, headers=HTMX)
    worked = browser.post(f"{url}/{act}", data={"version": 1, **values}, headers=HTMX)
    stale = browser.post(f"{url}/{act}", data={"version": 1, **values}, headers=HTMX)

    assert (refused.status_code, worked.status_code, stale.status_code) == (422, 200, 409)
    assert "Choose one of these." in refused.text
    assert f'value="{next(iter(values.values()))}"' in stale.text and "Someone changed this work order" in stale.text
    assert work_order.version == 2
    assert {"Emergency": Urgency.P1, "On hold": Status.ON_HOLD, "Cancelled": Status.CANCELLED}[seen] in (
        work_order.urgency, work_order.status,
    )  # fmt: skip


def test_a_visit_is_handed_over(ann, bo, scheduled, url, as_user):
    address, browser = f"{url}/visits/{scheduled.id}/crew", as_user(ann)

    same = browser.post(address, data={"version": 2, "crew": [user.id for user in scheduled.crew]}, headers=HTMX)
    worked = browser.post(address, data={"version": 2, "crew": bo.id}, headers=HTMX)
    stale = browser.post(address, data={"version": 2, "crew": bo.id}, headers=HTMX)
    foreign = browser.post(f"{url}/visits/999/crew", data={"version": 3, "crew": bo.id}, headers=HTMX)

    assert [answer.status_code for answer in (same, worked, stale, foreign)] == [422, 200, 409, 404]
    assert "This visit is already theirs." in same.text
    assert scheduled.crew == [bo]


def test_an_order_is_closed_once(ann, done, url, as_user):
    browser = as_user(ann)

    worked = browser.post(f"{url}/closing", data={"version": done.version}, headers=HTMX)
    stale = browser.post(f"{url}/closing", data={"version": done.version - 1}, headers=HTMX)

    assert (worked.status_code, stale.status_code, done.status) == (200, 409, Status.CLOSED)


def test_an_order_that_is_not_done_cannot_be_closed(ann, work_order, url, as_user):
    answer = as_user(ann).post(f"{url}/closing", data={"version": 1}, headers=HTMX)

    assert answer.status_code == 409
    assert "it cannot become “Closed”" in answer.text


def test_an_order_that_was_done_is_reopened_by_sending_somebody_again(ann, bo, done, url, as_user):
    as_user(ann).post(f"{url}/visits", data=visit(bo, version=done.version), headers=HTMX)

    page = as_user(ann).get(url).text
    assert (done.status, done.reopened) == (Status.ASSIGNED, 1)
    assert "Rework" in page and "Ann reopened the work order and sent Bo." in page


def test_void_is_offered_only_before_somebody_was_sent(ann, url, scheduled, opened, as_user):
    sent = as_user(ann).get(f"{url}?act=cancel").text
    fresh = as_user(ann).get(f"/work-orders/{opened().number}?act=cancel").text
    forced = as_user(ann).post(f"{url}/cancellation", data={"version": 2, "reason": "void"}, headers=HTMX)

    assert ("Opened by mistake" in sent, "Opened by mistake" in fresh) == (False, True)
    assert (forced.status_code, "Somebody was already sent." in forced.text) == (422, True)


POSTS = [
    ("visits", {"crew": 1, "window": "at_once"}), ("visits/1/crew", {"crew": 1}), ("hold", {"reason": "parts"}),
    ("cancellation", {"reason": "duplicate"}), ("closing", {}), ("urgency", {"urgency": "p0"}),
    ("remarks", {"words": "Hello"}),
]  # fmt: skip


@pytest.mark.parametrize(("act", "values"), POSTS, ids=[post[0] for post in POSTS])
def test_nobody_acts_without_permission_or_in_another_estate(
    work_order, scheduled, url, tao, ada, person, new_estate, as_user, act, values
):
    oda = person("Oda", Role.OPERATOR, at=new_estate("景苑"))
    form = {"version": 2, "request_key": uuid4(), **values}

    answers = [as_user(user).post(f"{url}/{act}", data=form, headers=HTMX).status_code for user in (tao, ada, oda)]

    assert answers == [403, 403, 404]
    assert (work_order.version, work_order.status) == (2, Status.ASSIGNED)


@pytest.mark.parametrize(("act", "values"), [post for post in POSTS if post[0] != "remarks"])
def test_who_only_reads_orders_does_not_act_on_them(work_order, scheduled, url, person, as_user, act, values):
    auditor = person("Ivo", Role.AUDITOR)

    assert as_user(auditor).post(f"{url}/{act}", data={"version": 2, **values}, headers=HTMX).status_code == 403


# ── remarks ──


def test_a_remark_is_added_once_and_stands_in_the_history(ann, url, as_user):
    browser, form = as_user(ann), {"request_key": uuid4(), "words": "Ring\nthe neighbour"}

    answers = [browser.post(f"{url}/remarks", data=form, headers=HTMX) for _ in range(2)]

    assert [answer.status_code for answer in answers] == [200, 200]
    assert "Ring" not in answers[0].text, "the field is empty again"
    assert "Ann remarked:" in browser.get(f"{url}/history", headers=HTMX).text
    assert db.session.scalars(select(Remark.words)).all() == ["Ring\nthe neighbour"]


def test_a_remark_does_not_make_the_open_form_beside_it_stale(ann, mei, tao, url, as_user):
    browser = as_user(ann)
    remark = {"request_key": uuid4(), "words": "Ring first", "version": 1}

    answer = browser.post(f"{url}/remarks", data=remark, headers=HTMX).text
    late = browser.post(f"{url}/remarks", data=remark | {"request_key": uuid4()}, headers=HTMX).text

    assert 'id="seen-version" value="2" hx-swap-oob="true"' in answer
    assert "hx-swap-oob" not in late, "somebody changed the order in between: that has to be noticed"


@pytest.mark.parametrize(("words", "message"), [("  ", "Write what should be remembered."), ("长" * 5_001, "too long")])
def test_a_remark_that_cannot_be_kept_is_still_there(ann, url, as_user, words, message):
    form = {"request_key": uuid4(), "words": words}

    part = as_user(ann).post(f"{url}/remarks", data=form, headers=HTMX)
    page = as_user(ann).post(f"{url}/remarks", data=form)

    assert (part.status_code, page.status_code) == (422, 422)
    for answer in (part, page):
        assert message in answer.text and words.strip() in answer.text


def test_a_long_remark_fits(ann, url, as_user):
    form = {"request_key": uuid4(), "words": "长" * 5_000}

    assert as_user(ann).post(f"{url}/remarks", data=form, headers=HTMX).status_code == 200


def test_an_auditor_reads_and_adds_nothing(person, work_order, as_user, now):
    auditor = as_user(person("Sun", Role.AUDITOR))

    page = auditor.get(f"/work-orders/{work_order.number}")
    answer = auditor.post(f"/work-orders/{work_order.number}/remarks", data={"words": "x", "request_key": str(uuid4())})

    assert (page.status_code, "order-remark" in page.text, answer.status_code) == (200, False, 403)
