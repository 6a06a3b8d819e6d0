"""The pages of cases: entered from paper, found in the list, acted on one by one, and read by whom they are for."""

import re
from datetime import timedelta
from uuid import uuid4

import pytest
from sqlalchemy import func, select

from helpdesk.accounts.models import UserRole
from helpdesk.audit.models import Event
from helpdesk.cases.actions import open_case, reply_to_case, return_case
from helpdesk.cases.models import Case, CaseKind, Praise, PraiseReader, ReplyWay
from helpdesk.cases.praising import pass_on_praise
from helpdesk.cases.states import CaseStatus
from helpdesk.core.access import Role
from helpdesk.core.extensions import db
from helpdesk.core.transactions import writing
from helpdesk.repairs.models import WorkOrder
from tests.conftest import HTMX
from tests.households import index_place

DAY = timedelta(days=1)


@pytest.fixture
def sheet():
    """What stands on a sheet of 12345, as it is typed."""
    return {
        "request_key": str(uuid4()), "kind": "case_12345", "external_ref": "TZ2026-7", "received_from": "城南办事处",
        "due_on": "2026-03-05", "words": "Water on the road",
    }  # fmt: skip


@pytest.fixture
def opened(estate, mei, now):
    def _open(kind=CaseKind.CASE_12345, *, actor=mei, **more):
        with writing():
            is_sheet = kind in (CaseKind.CASE_12345, CaseKind.COMMUNITY_SHEET)
            usual = {"external_ref": f"TZ{uuid4()}"[:30], "due_at": now + 3 * DAY} if is_sheet else {}
            words = {"words": "Water on the road"}
            return open_case(estate_id=estate.id, kind=kind, actor=actor, now=now, **(usual | words | more))

    return _open


def cases() -> list[Case]:
    return list(db.session.scalars(select(Case).order_by(Case.id)))


def events() -> int:
    return db.session.scalar(select(func.count(Event.seq)))


def test_a_sheet_is_entered_and_leads_to_its_page(ann, place, sheet, as_user, now):
    index_place(place)

    answer = as_user(ann).post("/cases", data=sheet | {"place": "3-2-501", "owner_id": ann.id})

    (case,) = cases()
    assert (answer.status_code, answer.location) == (303, f"/cases/{case.number}")
    assert (case.external_ref, case.received_from, case.place_id, case.owner_id) == (
        "TZ2026-7", "城南办事处", place.id, ann.id,
    )  # fmt: skip
    page = as_user(ann).get(answer.location).text
    assert "answer by 03-05 17:30" in page and "as written on the sheet" in page


def test_with_scripts_the_browser_is_sent_there(ann, sheet, as_user, now):
    answer = as_user(ann).post("/cases", data=sheet, headers=HTMX)

    assert (answer.status_code, answer.headers["HX-Redirect"]) == (204, f"/cases/{cases()[0].number}")


def test_a_date_that_is_over_is_kept_and_said(ann, sheet, as_user, now):
    answer = as_user(ann).post("/cases", data=sheet | {"due_on": "2026-02-20", "due_time": "12:00"})

    page = as_user(ann).get(answer.location).text
    assert "The date on the sheet was over already when it was entered." in page
    assert 'data-standing="late"' in page and 'data-standing="late"' in as_user(ann).get("/cases?group=late").text


def test_the_same_sheet_twice_is_told_with_a_link_to_the_first(ann, sheet, as_user, now):
    as_user(ann).post("/cases", data=sheet)

    answer = as_user(ann).post(
        "/cases", data=sheet | {"request_key": str(uuid4()), "words": "Typed again"}, headers=HTMX
    )

    assert (answer.status_code, len(cases())) == (422, 1)
    assert f'href="/cases/{cases()[0].number}"' in answer.text and "Typed again</textarea>" in answer.text


@pytest.mark.parametrize(
    "wrong",
    [
        {"external_ref": ""}, {"due_on": ""}, {"due_on": "2026-02-30"}, {"due_on": "9999-01-01"}, {"words": " "},
        {"received_from": ""}, {"received_at": "2026-03-09T10:00"}, {"place": "99-9-901"}, {"owner_id": "999"},
        {"kind": "waiver_enquiry"}, {"kind": "x"}, {"external_ref": "x" * 41},
    ],
)  # fmt: skip
def test_a_sheet_that_cannot_be_is_refused_with_the_typed_text_kept(wrong, ann, sheet, as_user, now):
    for headers in (HTMX, {}):
        answer = as_user(ann).post("/cases", data=sheet | {"received_from": "Typed office"} | wrong, headers=headers)

        assert (answer.status_code, cases(), 'class="error"' in answer.text) == (422, [], True)
        assert "Typed office" in answer.text or "received_from" in wrong


def test_a_technician_of_this_estate_cannot_answer_for_a_sheet(ann, tao, sheet, as_user, now):
    assert as_user(ann).post("/cases", data=sheet | {"owner_id": tao.id}).status_code == 422


def test_several_places_that_fit_are_named(ann, place, stairwell, sheet, as_user, now):
    index_place(place)
    index_place(stairwell)

    answer = as_user(ann).post("/cases", data=sheet | {"place": "3幢"}, headers=HTMX)

    assert answer.status_code == 422 and "Several places fit: 3-2、3-2-501." in answer.text


def test_who_works_in_two_estates_says_where_it_belongs(ann, sheet, new_estate, add, as_user, now):
    other, third = new_estate("康宁苑"), new_estate("滨江苑")
    add(UserRole, user_id=ann.id, role=Role.OPERATOR, estate_id=other.id)
    browser = as_user(ann)

    refused = browser.post("/cases", data=sheet | {"estate_id": third.id}).status_code
    browser.post("/cases", data=sheet | {"estate_id": other.id, "request_key": str(uuid4())})

    assert "康宁苑</option>" in browser.get("/cases/new").text
    assert (refused, [case.estate_id for case in cases()]) == (422, [other.id])


def test_sent_three_times_at_once_a_sheet_is_one_case(ann, sheet, at_once, now):
    answers = at_once(ann, "/cases", sheet, times=3)

    assert [answer.status_code for answer in answers] == [204, 204, 204]
    assert len(cases()) == 1


def test_one_key_with_another_sheet_is_refused(ann, sheet, as_user, now):
    as_user(ann).post("/cases", data=sheet, headers=HTMX)

    answer = as_user(ann).post("/cases", data=sheet | {"words": "Other words"}, headers=HTMX)

    assert (answer.status_code, "Other words" in answer.text, len(cases())) == (422, True, 1)


ACTS = {
    "owner": {"owner_id": "{ann}"},
    "complexity": {},
    "extension": {"until_on": "2026-03-09", "reason": "It has to dry"},
    "reply": {"words": "We have mended it", "way": "written"},
    "return": {"reason": "Not in this estate"},
    "work-order": {"place": "3-2-501", "category": "WATER_LEAK", "summary": "Look at the road"},
}
SAID = {
    "owner": "Mei gave it to Ann.", "complexity": "Mei called it complex",
    "extension": "Mei asked for time until 03-09 17:30:", "reply": "Mei answered in time (In writing):",
    "return": "Mei sent it back:", "work-order": "Mei opened work order GD20260302-0001 for it.",
}  # fmt: skip


@pytest.fixture
def typed(ann, place):
    """The form of an act, filled in."""
    index_place(place)

    def _typed(act, case):
        data = {name: value.format(ann=ann.id) for name, value in ACTS[act].items()}
        return {"request_key": str(uuid4()), "version": case.version, **data}

    return _typed


def case_for(act, opened):
    return opened(CaseKind.COMPLAINT if act == "complexity" else CaseKind.CASE_12345)


@pytest.mark.parametrize("act", ACTS)
def test_an_act_is_done_and_told_in_the_history(act, opened, typed, mei, as_user, now):
    case = case_for(act, opened)

    answer = as_user(mei).post(f"/cases/{case.number}/{act}", data=typed(act, case), headers=HTMX)

    assert (answer.status_code, answer.headers["HX-Trigger"]) == (200, f"cases:{case.estate_id}-changed")
    assert SAID[act] in as_user(mei).get(f"/cases/{case.number}/history", headers=HTMX).text


@pytest.mark.parametrize("act", ACTS)
def test_without_scripts_an_act_leads_back_to_the_case(act, opened, typed, mei, as_user, now):
    case = case_for(act, opened)

    answer = as_user(mei).post(f"/cases/{case.number}/{act}", data=typed(act, case))

    assert (answer.status_code, answer.location) == (303, f"/cases/{case.number}")


@pytest.mark.parametrize("act", ACTS)
def test_a_stale_act_is_refused_with_what_was_typed(act, opened, typed, mei, ann, as_user, now):
    case = case_for(act, opened)
    stale = typed(act, case)
    as_user(ann).post(f"/cases/{case.number}/notes", data={"request_key": str(uuid4()), "words": "Said meanwhile"})
    seen = events()

    for headers in (HTMX, {}):
        answer = as_user(mei).post(f"/cases/{case.number}/{act}", data=stale, headers=headers)

        assert (answer.status_code, events()) == (409, seen)
        assert "Someone changed this case while you were looking at it." in answer.text
        assert re.search(r'name="version"[^>]* value="2"', answer.text)
        assert all(value in answer.text for name, value in ACTS[act].items() if name in ("reason", "words", "summary"))


@pytest.mark.parametrize("act", ACTS)
def test_an_act_without_its_fields_is_refused(act, opened, mei, as_user, now):
    case = case_for(act, opened)

    answer = as_user(mei).post(f"/cases/{case.number}/{act}", data={"words": "", "owner_id": "0"}, headers=HTMX)

    assert (answer.status_code, 'class="error"' in answer.text) == (422, True)


@pytest.mark.parametrize("role", [Role.TECHNICIAN, Role.FINANCE, Role.OWNER, Role.AUDITOR, Role.ADMIN])
def test_who_does_not_work_on_cases_acts_on_none(role, opened, person, as_user, now):
    case, browser = opened(), as_user(person("Kim", role))

    for act in (*ACTS, "decision", "closing", "reopening", "notes"):
        assert browser.post(f"/cases/{case.number}/{act}", data={}).status_code == 403, act


def test_a_case_of_another_estate_is_not_there(opened, new_estate, person, as_user, now):
    case, browser = opened(), as_user(person("Oda", Role.MANAGER, at=new_estate("康宁苑")))

    for path in ("", "/facts", "/history"):
        assert browser.get(f"/cases/{case.number}{path}").status_code == 404
    for act in (*ACTS, "decision", "closing", "reopening", "notes"):
        data = {"request_key": str(uuid4()), "version": "1", "words": "x", "reason": "x"}
        assert browser.post(f"/cases/{case.number}/{act}", data=data).status_code == 404, act
    assert case.number not in browser.get("/cases?group=all").text


def test_time_that_was_asked_for_is_granted_on_the_page(opened, typed, mei, as_user, now):
    case, browser = opened(), as_user(mei)
    browser.post(f"/cases/{case.number}/extension", data=typed("extension", case))

    answer = browser.post(f"/cases/{case.number}/decision", data={"version": 2, "granted": "yes"}, headers=HTMX)

    assert answer.status_code == 200
    assert "extended, as asked for on 12:00" in browser.get(f"/cases/{case.number}/facts", headers=HTMX).text


def test_time_asked_for_too_late_is_refused_with_the_reason_kept(opened, typed, mei, as_user, set_now, now):
    case = opened()
    set_now(now + 4 * DAY)

    answer = as_user(mei).post(f"/cases/{case.number}/extension", data=typed("extension", case), headers=HTMX)

    assert (answer.status_code, "It has to dry" in answer.text) == (422, True)
    assert "The due date is over: more time has to be asked for before it." in answer.text


def test_a_sheet_that_was_answered_is_closed_and_opened_again(opened, mei, as_user, now):
    case, browser = opened(), as_user(mei)
    with writing():
        reply_to_case(case, words="Mended", way=ReplyWay.WRITTEN, actor=mei, now=now)

    browser.post(f"/cases/{case.number}/closing", data={"version": 2, "satisfaction": "satisfied"})
    closed = (case.status, case.satisfaction)
    again = {"version": 3, "reason": "It is back", "due_on": "2026-03-20"}
    answer = browser.post(f"/cases/{case.number}/reopening", data=again, headers=HTMX)

    assert (closed, answer.status_code) == ((CaseStatus.CLOSED, "satisfied"), 200)
    assert (case.status, case.reopened) == (CaseStatus.OPEN, 1)


def test_the_state_of_its_work_order_is_shown_on_the_case(opened, typed, mei, as_user, now):
    case, browser = opened(), as_user(mei)
    browser.post(f"/cases/{case.number}/work-order", data=typed("work-order", case))

    page = browser.get(f"/cases/{case.number}").text

    order = db.session.scalars(select(WorkOrder)).one()
    assert f'href="/work-orders/{order.number}">{order.number}</a>' in page
    assert "To dispatch" in page and 'id="act-order"' not in page


@pytest.mark.parametrize(("act", "sent"), [("extension", 1), ("work-order", 2), ("notes", 1)])
def test_a_creating_act_that_is_sent_again_acts_once(act, sent, opened, typed, mei, as_user, now):
    case, browser = opened(), as_user(mei)
    data = typed(act, case) if act in ACTS else {"request_key": str(uuid4()), "words": "First words"}
    before = events()

    answers = [browser.post(f"/cases/{case.number}/{act}", data=data, headers=HTMX).status_code for _ in range(3)]
    other = browser.post(f"/cases/{case.number}/{act}", data=data | {"words": "Other", "reason": "Other"}, headers=HTMX)

    assert (answers, events() - before, other.status_code) == ([200, 200, 200], sent, 422)


def test_a_remark_leaves_the_form_beside_it_usable(opened, mei, as_user, now):
    case, browser = opened(), as_user(mei)

    answer = browser.post(
        f"/cases/{case.number}/notes", data={"request_key": str(uuid4()), "words": "Rung", "version": 1}, headers=HTMX
    )

    assert 'id="seen-version" value="2" hx-swap-oob="true"' in answer.text


def test_the_list_is_narrowed_and_what_is_due_first_stands_on_top(opened, ann, mei, as_user, now):
    late = opened(due_at=now - DAY, words="The late one")
    soon = opened(CaseKind.COMPLAINT, owner=ann, words="Hers")
    done = opened(words="Sent away")
    with writing():
        return_case(done, reason="Not ours", actor=mei, now=now)

    def shown(query):
        return re.findall(r'id="case-([A-Z0-9-]+)"', as_user(ann).get(f"/cases?{query}").text)

    assert shown("") == [late.number, soon.number]
    assert shown("group=late") == [late.number]
    assert shown("group=mine") == [soon.number]
    assert shown("group=returned") == [done.number]
    assert shown("group=all") == [done.number, soon.number, late.number]
    assert shown("kind=complaint") == [soon.number]
    assert shown("words=late") == shown(f"words={late.external_ref}") == [late.number]
    assert shown("words=%25") == []


def test_the_list_goes_on_where_a_page_ends(opened, ann, as_user, now, monkeypatch):
    from helpdesk.cases import lists

    monkeypatch.setattr(lists, "ROWS", 2)
    numbers = [opened(CaseKind.COMPLAINT).number for _ in range(5)]

    pages, url = [], "/cases"
    while url:
        page = as_user(ann).get(url).text
        pages.append(re.findall(r'id="case-([A-Z0-9-]+)"', page))
        older = re.search(r'rel="next" href="([^"]+)"', page)
        url = older and older[1].replace("&amp;", "&")

    assert pages == [numbers[:2], numbers[2:4], numbers[4:]]


def test_three_rows_cost_no_more_queries_than_one(opened, ann, place, as_user, now, count_queries):
    browser = as_user(ann)
    opened(place=place, owner=ann)
    browser.get("/cases")
    with count_queries() as one:
        browser.get("/cases")
    for _ in range(2):
        opened(place=place, owner=ann)

    with count_queries() as three:
        browser.get("/cases")

    assert three.count == one.count


@pytest.mark.parametrize(
    ("name", "role", "status", "knows"),
    [
        ("Odd", Role.OFFICER, 200, True), ("Mei", Role.MANAGER, 200, True), ("Aud", Role.AUDITOR, 200, False),
        ("Own", Role.OWNER, 200, False), ("Bea", Role.OPERATOR, 404, False), ("Tao", Role.TECHNICIAN, 403, False),
    ],
)  # fmt: skip
def test_what_is_said_of_a_waiver_is_read_by_few(name, role, status, knows, opened, place, person, as_user, now):
    taker = person("Ann", Role.OPERATOR)
    case = opened(CaseKind.WAIVER_ENQUIRY, words="A widow with little", place=place)
    with writing():
        case.opened_by_id = taker.id
    browser = as_user(person(name, role))

    page = browser.get(f"/cases/{case.number}")
    listed = browser.get("/cases?group=all&words=").text + browser.get("/cases?group=all&words=widow").text

    assert page.status_code == status
    assert ("A widow with little" in page.text + listed, "3-2-501" in page.text + listed) == (knows, knows)
    assert "A widow with little" in as_user(taker).get(f"/cases/{case.number}").text


def test_praise_is_shown_until_it_is_read(estate, ann, tao, as_user, now):
    with writing():
        pass_on_praise(estate_id=estate.id, words="So kind", user=tao, team=None, call_id=None, actor=ann, now=now)
    browser = as_user(tao)

    before = browser.get("/jobs").text
    read = browser.get("/praise").text
    answer = browser.post("/praise")

    assert "A resident has praised you" in before and "So kind" in read
    assert (answer.status_code, answer.location) == (303, "/praise")
    assert "A resident has praised you" not in browser.get("/jobs").text and "So kind" in browser.get("/praise").text
    assert "So kind" not in as_user(ann).get("/praise").text
    assert db.session.scalars(select(PraiseReader.seen_at)).all() == [now]
    assert db.session.scalars(select(Praise.words)).all() == ["So kind"]
