"""One shift hands over to the next: what is open, notes, two signatures, and a sheet that stays as it was."""

import re
from datetime import timedelta
from uuid import uuid4

import pytest
from sqlalchemy import func, select

from helpdesk.audit.models import Event
from helpdesk.callbacks.actions import ask_to_ring
from helpdesk.callbacks.models import Reason
from helpdesk.cases.actions import open_case
from helpdesk.cases.models import CaseKind
from helpdesk.core.access import Role
from helpdesk.core.extensions import db
from helpdesk.core.transactions import writing
from helpdesk.duty.models import Post
from helpdesk.handover.models import Handover
from helpdesk.hotline.actions import Typed, save_call
from helpdesk.hotline.models import Outcome
from helpdesk.outages.actions import Facts, open_outage
from helpdesk.parties.actions import add_party, hand_off
from helpdesk.parties.models import PartyKind
from helpdesk.repairs.actions import cancel_work_order, open_work_order
from helpdesk.repairs.models import CancelReason
from helpdesk.repairs.visit_actions import schedule_visit
from tests.conftest import PASSWORD
from tests.duties import HOUR, hand_over, put_on
from tests.households import add_home, add_person, add_phone


@pytest.fixture
def bea(person):
    return person("Bea", Role.OPERATOR)


@pytest.fixture
def burst(place, ann, tao, category, now):
    """An emergency with somebody on it."""
    found = category("WATER_BURST")
    with writing():
        order = open_work_order(
            place=place, category=found, urgency=found.urgency, summary="It bursts", actor=ann, now=now
        )
        schedule_visit(order, crew=[tao], actor=ann, now=now)
    return order


@pytest.fixture
def opened(ann, as_user, now):
    """A hand-over that Ann has opened."""
    as_user(ann).post("/handovers", data={"request_key": str(uuid4())})
    return db.session.scalars(select(Handover)).one()


def seen(browser, handover) -> str:
    return re.search(r'name="seen" value="(\w+)"', browser.get(f"/handovers/{handover.id}").text)[1]


def sign_out(browser, handover, **values):
    sent = {"version": handover.version, "notes": "The key is in the drawer", "seen": seen(browser, handover)}
    return browser.post(f"/handovers/{handover.id}/outgoing", data=sent | values)


def sign_here(browser, handover, username, password=PASSWORD, **values):
    sent = {"username": username, "password": password, "seen": seen(browser, handover)}
    return browser.post(f"/handovers/{handover.id}/incoming-here", data=sent | values)


def sections(page: str) -> dict[str, list[str]]:
    """The rows of each section, as text."""
    found = {}
    for code, html in re.findall(r'id="lines-(\w+)">(.*?)</section>', page, re.DOTALL):
        rows = re.findall(r"<tr id=.*?</tr>", html, re.DOTALL)
        found[code] = [" ".join(re.sub(r"<[^>]*>", " ", row).split()) for row in rows]
    return found


def test_the_sheet_lists_what_is_open_by_what_it_needs(burst, work_order, estate, ann, as_user, opened, now):
    with writing():
        save_call(
            Typed(request_key=str(uuid4()), estate_id=estate.id, caller_number="", words="Cut off"),
            call=None, actor=ann, now=now,
        )  # fmt: skip
        ask_to_ring(
            estate_id=estate.id, reason=Reason.PROMISED, due_at=now + HOUR, number="12000000001", words="Say when",
            owner=ann, actor=ann, now=now,
        )  # fmt: skip

    found = sections(as_user(ann).get(f"/handovers/{opened.id}").text)

    assert {code: len(rows) for code, rows in found.items()} == {
        "emergencies": 1, "unfinished": 1, "outages": 0, "callbacks": 1, "cases": 0, "chases": 0, "unsent": 1,
        "late": 0,
    }  # fmt: skip
    assert found["emergencies"] == ["Emergency 3-2-501 Burst pipe or flooding Tao Not accepted 12:30"]
    assert "Cut off" in found["unfinished"][0] and "Ann" in found["callbacks"][0]


def test_what_is_late_stands_apart(work_order, tao, ann, as_user, opened, set_now, now):
    with writing():
        schedule_visit(work_order, crew=[tao], actor=ann, now=now)
    set_now(now + timedelta(days=3))

    found = sections(as_user(ann).get(f"/handovers/{opened.id}").text)

    assert found["unsent"] == [] and "late" in found["late"][0]


def test_both_sign_and_the_sheet_stays_as_it_was(burst, ann, bea, as_user, opened, now):
    desk = as_user(ann)

    assert sign_out(desk, opened).status_code == 303
    assert sign_here(desk, opened, bea.username).status_code == 303
    with writing():
        cancel_work_order(burst, reason=CancelReason.DUPLICATE, actor=ann, now=now)
    page = desk.get(f"/handovers/{opened.id}").text

    assert (opened.incoming.name, opened.frozen_at, opened.notes) == ("Bea", now, "The key is in the drawer")
    assert sections(page)["emergencies"] == ["Emergency 3-2-501 Burst pipe or flooding Tao Not accepted 12:30"]
    assert "As it stood at 2026-03-02 12:00, when both had signed." in page and 'hx-get="/handovers/' not in page
    kinds = list(db.session.scalars(select(Event.kind).where(Event.subject_type == "handover").order_by(Event.seq)))
    assert kinds == ["handover.opened", "handover.signed", "handover.frozen"]
    assert f"/handovers/{opened.id}" in desk.get("/handovers").text
    assert desk.get("/hotline").status_code == 200  # the outgoing operator is still signed in


def test_whoever_is_signed_in_elsewhere_takes_over_from_there(ann, bea, as_user, opened, now):
    browser = as_user(bea)

    answer = browser.post(f"/handovers/{opened.id}/incoming", data={"seen": seen(browser, opened)})
    assert (answer.status_code, opened.incoming.name, opened.frozen_at) == (303, "Bea", None)
    assert "Bea has taken over." in as_user(ann).get(f"/handovers/{opened.id}").text

    assert sign_out(as_user(ann), opened).status_code == 303  # in this order it holds as well
    assert opened.frozen_at == now


def test_nobody_hands_over_to_themselves(ann, as_user, opened, now):
    desk = as_user(ann)

    by_password = sign_here(desk, opened, ann.username)
    by_session = desk.post(f"/handovers/{opened.id}/incoming", data={"seen": seen(desk, opened)})

    assert [answer.status_code for answer in (by_password, by_session)] == [422, 422]
    assert "Nobody hands over to themselves" in by_password.text and "Nobody hands over" in by_session.text
    assert opened.incoming_id is None


def test_nobody_signs_twice(ann, bea, person, as_user, opened, now):
    desk = as_user(ann)
    sign_out(desk, opened)
    again = sign_out(desk, opened, notes="Something else")
    sign_here(desk, opened, bea.username, seen=seen(desk, opened))
    after = desk.post(f"/handovers/{opened.id}/incoming-here", data={
        "username": person("Cleo", Role.OPERATOR).username, "password": PASSWORD, "seen": "",
    })  # fmt: skip

    assert again.status_code == 409 and "You have signed this hand-over already." in again.text
    assert "Something else" in again.text and opened.notes == "The key is in the drawer"
    assert after.status_code == 409 and "Both have signed this hand-over" in after.text
    assert opened.incoming.name == "Bea"


def test_what_came_while_they_read_has_to_be_looked_at_first(ann, bea, as_user, opened, work_order, now):
    desk = as_user(ann)

    for answer in (sign_out(desk, opened, seen="0" * 16), sign_here(desk, opened, bea.username, seen="0" * 16)):
        assert answer.status_code == 409
        assert "The list has changed while you were reading it." in answer.text
    assert "The key is in the drawer" in sign_out(desk, opened, seen="0" * 16).text
    assert opened.outgoing_signed_at is None and opened.incoming_signed_at is None


def test_a_wrong_password_is_refused_and_kept_in_the_history(ann, bea, as_user, opened, now):
    desk = as_user(ann)

    wrong = sign_here(desk, opened, bea.username, "wrong")
    nobody = sign_here(desk, opened, "nobody")

    for answer in (wrong, nobody):
        assert answer.status_code == 422 and "The account or the password is not right." in answer.text
    assert (
        f'value="{bea.username}"' in wrong.text and "wrong" not in wrong.text.split("</form>")[0].split("password")[-1]
    )
    refused = db.session.scalars(select(Event).where(Event.kind == "session.refused")).all()
    assert [event.subject_id for event in refused] == [bea.id]


def test_guessing_is_throttled_as_at_the_door(ann, bea, as_user, opened, now):
    desk = as_user(ann)
    for _try in range(10):
        assert sign_here(desk, opened, bea.username, "wrong").status_code == 422

    answer = sign_here(desk, opened, bea.username)

    assert answer.status_code == 429 and "Too many tries." in answer.text
    assert opened.incoming_id is None


def test_only_who_works_this_hotline_takes_over(ann, tao, new_estate, person, as_user, opened, now):
    stranger = person("Zoe", Role.OPERATOR, at=new_estate("康宁苑"))

    for user in (tao, stranger):
        answer = sign_here(as_user(ann), opened, user.username)
        assert answer.status_code == 422 and "does not work this hotline." in answer.text
    assert as_user(stranger).get(f"/handovers/{opened.id}").status_code == 404
    assert as_user(stranger).post(f"/handovers/{opened.id}/incoming", data={}).status_code == 404
    assert as_user(tao).get(f"/handovers/{opened.id}").status_code == 403


def test_only_who_hands_over_writes_the_notes(ann, bea, as_user, opened, now):
    answer = as_user(bea).post(f"/handovers/{opened.id}/notes", data={"version": opened.version, "notes": "Mine"})

    assert (answer.status_code, opened.notes) == (403, "")


def test_late_notes_are_a_conflict_and_not_lost(ann, as_user, opened, now):
    desk, address = as_user(ann), f"/handovers/{opened.id}/notes"
    seen_version = opened.version
    assert desk.post(address, data={"version": seen_version, "notes": "First"}).status_code == 303

    answer = desk.post(address, data={"version": seen_version, "notes": "Second"})

    assert answer.status_code == 409 and "Second" in answer.text and 'name="version" value="2"' in answer.text
    assert opened.notes == "First"


def test_only_one_is_open_at_a_time(ann, bea, at_once, as_user, now):
    key = str(uuid4())

    same = at_once(ann, "/handovers", {"request_key": key}, times=3)
    other = as_user(bea).post("/handovers", data={"request_key": str(uuid4())})

    assert len({answer.location for answer in same}) == 1
    assert other.status_code == 409 and "A hand-over is open already." in other.text
    assert db.session.scalar(select(func.count()).select_from(Handover)) == 1


def test_an_unsigned_one_stays_in_sight_on_the_console(ann, bea, as_user, opened, now):
    warning = "Hand-over not signed by both yet"
    assert warning in as_user(bea).get("/hotline").text
    sign_out(as_user(ann), opened)
    assert warning in as_user(bea).get("/hotline").text

    sign_here(as_user(ann), opened, bea.username)

    assert warning not in as_user(bea).get("/hotline").text


def test_one_opened_by_mistake_is_called_off(ann, bea, mei, as_user, opened, now):
    address = f"/handovers/{opened.id}/calling-off"

    stale = as_user(ann).post(address, data={"version": 0})
    assert (stale.status_code, as_user(bea).post(address, data={"version": opened.version}).status_code) == (409, 403)
    assert as_user(mei).post(address, data={"version": opened.version}).status_code == 303
    assert opened.called_off_at == now
    late = as_user(ann).post(f"/handovers/{opened.id}/outgoing", data={"version": opened.version, "notes": "Too late"})
    assert late.status_code == 409 and "Too late" in late.text


def test_the_end_of_ones_shift_is_said_half_an_hour_before(ann, estate, as_user, set_now, now):
    put_on(estate, ann, now - 8 * HOUR, now + HOUR)
    assert "Your shift is about to end." not in as_user(ann).get("/hotline").text
    set_now(now + HOUR / 2)

    assert "Your shift is about to end." in as_user(ann).get("/hotline").text


def test_the_sheet_asks_as_much_for_three_orders_as_for_one(
    burst, estate, ann, tao, category, as_user, opened, count_queries, now
):
    browser = as_user(ann)
    with count_queries() as one:
        browser.get(f"/handovers/{opened.id}")
    leak = category("WATER_BURST")
    with writing():
        for room in ("601", "602"):
            order = open_work_order(
                place=burst.place, category=leak, urgency=leak.urgency, summary=room, actor=ann, now=now
            )
            schedule_visit(order, crew=[tao], actor=ann, now=now)

    with count_queries() as three:
        browser.get(f"/handovers/{opened.id}")

    assert three.count == one.count


def test_the_morning_sheet_has_the_night_the_day_and_whom_to_ring(
    place, estate, ann, tao, category, as_user, set_now, now
):
    morning = set_now(now.replace(hour=23, minute=50) - timedelta(days=1))  # 07:50 on Monday
    elder = add_person(estate, "王桂英", place, birth_year=1940, lives_alone=True, hearing=True)
    while elder.id % 7:  # Monday's turn
        elder = add_person(estate, f"王桂英{elder.id}", place, birth_year=1940, lives_alone=True, hearing=True)
    add_phone(estate, "12000000009", people=[elder])
    add_person(estate, "李建国", add_home(estate, 3, 2, "502", home_no="2074"), birth_year=1970, lives_alone=True)
    put_on(estate, ann, morning - HOUR, morning + HOUR)
    put_on(estate, tao, morning - HOUR, morning + HOUR, post=Post.ON_CALL)
    with writing():
        for words in ("My ceiling drips", "低保户问物业费减免"):
            save_call(
                Typed(request_key=str(uuid4()), estate_id=estate.id, caller_number="12000000001", words=words),
                call=None, actor=ann, now=morning - 3 * HOUR,
            )  # fmt: skip

        check = category("ELDER_CHECK")
        save_call(
            Typed(
                request_key=str(uuid4()), estate_id=estate.id, caller_number="", words="She does not answer",
                place=place, category=check, outcome=Outcome.REPAIR,
            ),
            call=None, actor=ann, now=morning - 2 * HOUR,
        )  # fmt: skip

    page = as_user(ann).get("/morning-sheet").text
    copied = re.search(r"<textarea[^>]*>(.*?)</textarea>", page, re.DOTALL)[1]

    assert re.search(r"Calls of the night <span[^>]*>3<", page) and "My ceiling drips" in page
    assert "低保户" not in page  # printed and left lying: nobody reads here who asks for a waiver
    assert elder.name in page and "李建国" not in page
    for private in (elder.name, "12000000001", "120 0000 0009", "My ceiling drips", "Ann", check.name_en):
        assert private not in copied
    assert "Elders living alone to ring: 1" in copied
    assert elder.name in as_user(ann).get("/morning-sheet/print").text


def test_cards_show_the_hotline_the_home_number_and_published_numbers_only(world, estate, as_user):
    tao, ann = world.users[Role.TECHNICIAN], world.users[Role.OPERATOR]
    browser = as_user(world.users[Role.MANAGER])

    one = browser.get(f"/fridge-cards/print?home={world['place_id']}").text
    building = browser.get("/fridge-cards/print?building=3").text

    assert (one.count('class="fridge-card"'), building.count('class="fridge-card"')) == (1, 2)
    assert "0523-1000 0001" in one and "2073" in one
    assert f"{tao.phone[:3]} {tao.phone[3:7]} {tao.phone[7:]}" in one and str(ann.phone) not in one.replace(" ", "")
    assert "王桂英" not in one
    assert browser.get("/fridge-cards/print?building=99").status_code == 404
    assert browser.get("/fridge-cards/print?home=99999").status_code == 404


def test_the_history_goes_on_page_by_page(ann, bea, estate, as_user, now):
    for _number in range(32):
        last = hand_over(estate, ann, bea, now)

    first = as_user(ann).get("/handovers").text
    second = as_user(ann).get(f"/handovers?before={last.id - 29}").text

    assert (first.count('<tr id="handover-'), second.count('<tr id="handover-')) == (30, 2)
    assert f"/handovers?before={last.id - 29}" in first


def test_outages_cases_and_outside_parties_are_handed_over_and_waiver_enquiries_are_not(
    estate, stairwell, work_order, category, ann, bea, as_user, now
):
    here = {"estate_id": estate.id, "actor": ann, "now": now}
    with writing():
        facts = Facts(category=category("NO_WATER"), places=[db.session.merge(stairwell)], starts_at=now)
        open_outage(facts, **here)
        sheet = {"external_ref": "A1", "received_from": "12345", "due_at": now + 6 * HOUR}
        open_case(kind=CaseKind.CASE_12345, words="They were rude", **sheet, **here)
        open_case(kind=CaseKind.WAIVER_ENQUIRY, words="We have nothing to live on", **here)
        works = add_party(kind=PartyKind.WATER_WORKS, name="Works", hours="", note="", numbers="", **here)
        hand_off(work_order, party=works, chase_at=now + HOUR, actor=ann, now=now)

    page = as_user(ann).post("/handovers", data={"request_key": str(uuid4())}, follow_redirects=True).text

    found = {code: len(lines) for code, lines in sections(page).items()}
    assert [found[code] for code in ("outages", "cases", "chases")] == [1, 1, 1]
    assert "They were rude" in page and "nothing to live on" not in page


def test_whoever_is_on_duty_hands_over_and_a_manager_for_somebody_absent(ann, bea, mei, estate, as_user, set_now, now):
    put_on(estate, ann, now - 8 * HOUR, now)
    put_on(estate, bea, now, now + 8 * HOUR)

    def begin(user):
        return as_user(user).post("/handovers", data={"request_key": str(uuid4())})

    set_now(now - HOUR)
    refused = begin(bea)
    assert refused.status_code == 422 and "On duty: Ann. They hand over; if they are absent" in refused.text
    set_now(now + HOUR)
    for user in (ann, mei):  # held up at the telephone for an hour; and for an absent one
        assert begin(user).status_code == 303
        as_user(user).post(f"/handovers/{newest()}/calling-off", data={"version": 1})
    set_now(now + 3 * HOUR)
    assert begin(ann).status_code == 422


def newest() -> int:
    return db.session.scalar(select(func.max(Handover.id)))


def test_the_sheet_lists_an_unfinished_call_about_a_waiver_without_its_words(ann, estate, as_user, now):
    with writing():
        typed = Typed(request_key=str(uuid4()), estate_id=estate.id, caller_number="", words="低保户问物业费减免")
        save_call(typed, call=None, actor=ann, now=now)

    page = as_user(ann).post("/handovers", data={"request_key": str(uuid4())}, follow_redirects=True).text

    assert len(sections(page)["unfinished"]) == 1 and "低保户" not in page
