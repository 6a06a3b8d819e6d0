"""The schedule board: seen by the desk, moved by who dispatches, each placement checked, no change overwritten."""

import json
import re
from datetime import date, timedelta
from uuid import uuid4

import pytest
from sqlalchemy import func, select

from helpdesk.audit.models import Event
from helpdesk.callbacks.actions import note_attempt
from helpdesk.callbacks.models import Answer, Callback, Reason
from helpdesk.core import clock
from helpdesk.core.access import Role
from helpdesk.core.extensions import db
from helpdesk.core.transactions import writing
from helpdesk.estate.models import Phone
from helpdesk.repairs.actions import add_remark, open_work_order, promise_window
from helpdesk.repairs.models import Lock, NamedWindow, Visit
from helpdesk.repairs.states import Step, VisitStatus
from helpdesk.repairs.visit_actions import schedule_visit
from helpdesk.scheduling.actions import take_step
from helpdesk.technicians.models import Absence, AbsenceReason, Block
from helpdesk.windows.models import SchedulingPolicy
from helpdesk.windows.rules import Window
from tests.conftest import HTMX

MONDAY, TUESDAY = date(2026, 3, 2), date(2026, 3, 3)
HOUR = timedelta(hours=1)


def at(hour, minute=0, *, day=TUESDAY):
    return clock.start_of_day(day) + timedelta(hours=hour, minutes=minute)


@pytest.fixture
def kai(person):
    return person("Kai", Role.TECHNICIAN)


@pytest.fixture
def visit(work_order, ann, tao, now):
    """Tao goes there on Tuesday at ten; the resident was told ten to twelve."""
    with writing():
        return schedule_visit(
            work_order, crew=[tao], planned_at=at(10), promised=Window(at(10), at(12)), actor=ann, now=now
        )


@pytest.fixture
def another(place, category, ann, now):
    """Open one more order at the same home."""

    def _another(code="WATER_LEAK"):
        found = category(code)
        with writing():
            return open_work_order(
                place=place, category=found, urgency=found.urgency, summary="Drips", actor=ann, now=now
            )

    return _another


def typed(*crew, **values) -> dict:
    sent = {"crew": [user.id for user in crew], "starts_at": "2026-03-03T10:00", "minutes": 60, "lock": "none"}
    return sent | {"agreed": "", "reason": "", "words": "", "seen": ""} | values


def sent(order, *crew, **values) -> dict:
    return typed(*crew, request_key=str(uuid4()), version=order.version) | values


def send_url(order) -> str:
    return f"/schedule/orders/{order.number}/visits"


def move_url(visit) -> str:
    return f"{send_url(visit.work_order)}/{visit.id}"


def told() -> list[tuple[str, dict]]:
    """The events of the board, newest last."""
    kinds = ("visit.scheduled", "visit.moved", "visit.reassigned", "visit.overridden", "work_order.remarked")
    found = db.session.scalars(select(Event).where(Event.kind.in_(kinds)).order_by(Event.seq))
    return [(event.kind, event.data) for event in found]


def said(answer) -> str:
    return re.sub(r"\s+", " ", re.sub(r"<[^>]*>", " ", answer.text))


# ── seeing ──


def test_the_day_shows_who_does_what_and_what_waits(visit, another, ann, tao, bo, as_user):
    waits = another()

    page = said(as_user(ann).get("/schedule?day=2026-03-03"))

    assert "2026-03-03" in page and "Tao" in page and "Bo" in page and "Nothing planned." in page
    assert "10:00 – 10:30 3-2-501" in page
    assert f'id="waits-{waits.number}"' in as_user(ann).get("/schedule").text


def test_the_feed_says_in_plain_values_where_everything_stands(visit, ann, tao, as_user, now):
    with writing():
        db.session.add(Block(
            estate_id=visit.work_order.estate_id, user_id=tao.id, words="Fetch parts", starts_at=at(14),
            ends_at=at(15), version=0,
        ))  # fmt: skip
    answer = as_user(ann).get("/schedule/feed?day=2026-03-03")

    assert (answer.mimetype, answer.headers["Cache-Control"]) == ("application/json", "no-store")
    cards = {card["id"]: card for card in answer.json["cards"]}
    mine = cards[f"visit-{visit.id}"]
    assert (mine["start"], mine["who"], mine["version"]) == ("2026-03-03T10:00:00", [str(tao.id)], 2)
    assert (mine["told"], mine["movable"], mine["broken"]) == ("told 10:00–12:00", True, [])
    assert [card["what"] for card in cards.values() if card["kind"] == "block"] == ["Fetch parts"]
    behind = [(one["kind"], one["start"][11:16], one["end"][11:16]) for one in answer.json["behind"]]
    assert behind == [("off", "17:30", "18:00"), ("told", "10:00", "12:00")]
    assert (answer.json["from"], answer.json["until"]) == ("08:00:00", "18:00:00")
    assert len(answer.data) < 4_000


def test_who_may_only_look_is_offered_nothing_to_move(visit, person, as_user):
    owner = as_user(person("Olga", Role.OWNER))

    (card,) = owner.get("/schedule/feed?day=2026-03-03").json["cards"]
    page = owner.get("/schedule?day=2026-03-03").text

    assert (card["movable"], card["form"]) == (False, "")
    assert "data-place" not in page and "data-drag" not in page


@pytest.mark.parametrize("path", ["/schedule", "/schedule/feed", "/schedule?view=week", "/schedule?view=list"])
def test_a_technician_does_not_see_the_board(path, tao, as_user, now):
    assert as_user(tao).get(path).status_code == 403


@pytest.mark.parametrize("path", ["/schedule", "/schedule/feed", "/schedule/waiting", "/schedule/blocks/new"])
def test_a_foreign_estate_is_not_found(path, ann, new_estate, as_user, now):
    other = new_estate("康宁苑")

    assert as_user(ann).get(f"{path}?estate={other.id}", headers=HTMX).status_code == 404


def test_a_foreign_order_is_not_found(visit, person, new_estate, as_user, tao):
    other = new_estate("康宁苑")
    zoe = as_user(person("Zoe", Role.OPERATOR, at=other))

    assert zoe.get(f"/schedule/orders/{visit.work_order.number}").status_code == 404
    assert zoe.post(move_url(visit), data=typed(tao, version=2)).status_code == 404
    assert zoe.post(send_url(visit.work_order), data=sent(visit.work_order, tao)).status_code == 404


@pytest.mark.proves("RE-14")
@pytest.mark.parametrize(
    "path", ["/schedule?day=2026-03-03", "/schedule/feed?day=2026-03-03", "/schedule?view=week&day=2026-03-03"]
)
def test_a_full_day_takes_as_many_questions_as_an_empty_one(path, visit, another, ann, bo, as_user, count_queries, now):
    another()
    browser = as_user(ann)
    browser.get(path)
    with count_queries() as one:
        browser.get(path)
    for hour in (13, 14, 15):
        order = another()
        with writing():
            schedule_visit(order, crew=[bo], planned_at=at(hour), actor=ann, now=now)
        another("STAIR_LIGHT")
    with count_queries() as four:
        assert browser.get(path).status_code == 200

    assert four.count == one.count


def test_the_week_shows_the_load_of_each_day(visit, ann, tao, as_user):
    page = said(as_user(ann).get("/schedule?view=week&day=2026-03-05"))

    assert "1 visit" in page and "not at work" in page and "Mon 2" in page and "Sun 8" in page


# ── sending and moving ──


def test_an_order_that_waits_is_sent(work_order, ann, tao, as_user, now):
    answer = as_user(ann).post(send_url(work_order), data=sent(work_order, tao, minutes=45))

    (visit,) = work_order.visits
    assert (answer.status_code, answer.location) == (303, f"/schedule?day=2026-03-03&estate={work_order.estate_id}")
    assert ([user.name for user in visit.crew], visit.planned_at, visit.duration_minutes) == (["Tao"], at(10), 45)
    assert [kind for kind, _ in told()] == ["visit.scheduled"]


def test_sent_twice_it_is_sent_once(work_order, ann, tao, at_once, now):
    answers = at_once(ann, send_url(work_order), sent(work_order, tao), times=3)

    assert [answer.status_code for answer in answers] == [204] * 3
    assert db.session.scalar(select(func.count()).select_from(Visit)) == 1


def test_a_promised_window_goes_with_the_visit_even_when_it_was_missed(work_order, ann, tao, as_user, set_now, now):
    with writing():
        promise_window(work_order, window=Window(at(14, day=MONDAY), at(15, day=MONDAY)), actor=ann, now=now)
    set_now(at(9))
    wish = sent(work_order, tao, reason="resident_asked", seen="promise")

    assert as_user(ann).post(send_url(work_order), data=wish).status_code == 303

    (visit,) = work_order.visits
    assert (visit.promised_from, visit.planned_at) == (at(14, day=MONDAY), at(10))


def test_a_visit_moves_in_time_and_the_promise_stays(visit, ann, tao, as_user):
    answer = as_user(ann).post(move_url(visit), data=typed(tao, version=2, starts_at="2026-03-03T11:00", minutes=30))

    assert answer.status_code == 303
    assert (visit.planned_at, visit.duration_minutes, visit.promised_from) == (at(11), 30, at(10))
    kind, data = told()[-1]
    assert (kind, data["from_crew"], data["to_at"], data["broke"], data["reason"]) == (
        "visit.moved", [tao.id], at(11).isoformat(), [], None,
    )  # fmt: skip


def test_given_to_others_it_is_not_accepted_any_more(visit, ann, tao, bo, as_user, now):
    with writing():
        take_step(visit, Step.ACCEPT, actor=tao, now=now)

    as_user(ann).post(move_url(visit), data=typed(bo, version=3))

    assert ([user.name for user in visit.crew], visit.status, visit.accepted_at) == (["Bo"], VisitStatus.PLANNED, None)
    kind, data = told()[-1]
    assert (kind, data["from_crew"], data["crew"]) == ("visit.reassigned", [tao.id], [bo.id])


def test_a_crew_of_two_is_made_and_each_hears_of_it(visit, ann, tao, bo, as_user):
    as_user(ann).post(move_url(visit), data=typed(tao, bo, version=2))

    topics = db.session.scalars(select(Event.topics).order_by(Event.seq.desc())).first()
    assert ([user.name for user in visit.crew], visit.crew_size) == (["Tao", "Bo"], 2)
    assert {f"jobs:{tao.id}", f"jobs:{bo.id}"} <= set(topics)
    cards = as_user(ann).get("/schedule/feed?day=2026-03-03").json["cards"]
    assert [card["who"] for card in cards] == [[str(tao.id), str(bo.id)]]


def test_with_scripts_the_board_hears_that_it_changed(visit, ann, tao, as_user):
    answer = as_user(ann).post(move_url(visit), data=typed(tao, version=2, starts_at="2026-03-03T11:00"), headers=HTMX)

    assert (answer.status_code, answer.headers["HX-Trigger"]) == (204, f"orders:{visit.work_order.estate_id}-changed")


def test_the_form_on_a_page_of_its_own_leads_to_the_board_of_that_day(visit, ann, tao, as_user):
    here = HTMX | {"HX-Current-URL": f"http://localhost/schedule/orders/{visit.work_order.number}"}
    answer = as_user(ann).post(move_url(visit), data=typed(tao, version=2, starts_at="2026-03-03T11:00"), headers=here)

    assert answer.status_code == 204
    assert answer.headers["HX-Redirect"] == f"/schedule?day=2026-03-03&estate={visit.work_order.estate_id}"


@pytest.mark.parametrize(
    ("wrong", "words"),
    [
        ({"crew": []}, "Choose at least one technician."),
        ({"crew": [99_999]}, "Choose at least one technician of this estate."),
        ({"starts_at": ""}, "This field is required."),
        ({"starts_at": "2026-03-01T10:00"}, "This time is already over."),
        ({"minutes": "0"}, "How many minutes it takes: from 5 to 600."),
        ({"minutes": "9" * 300}, "How many minutes it takes: from 5 to 600."),
        ({"lock": "x"}, "Choose one of these."),
        ({"agreed": "x"}, "Choose one of these times."),
        ({"agreed": "2026-03-01T08:30/10:00"}, "This window is already over."),
        ({"starts_at": "2026-03-03T10:00", "minutes": "{same}"}, "Nothing is different from before."),
    ],
)  # fmt: skip
def test_what_cannot_be_is_refused_with_what_was_typed(wrong, words, visit, ann, tao, as_user):
    wrong = {key: value.replace("{same}", str(visit.duration_minutes)) if isinstance(value, str) else value
             for key, value in wrong.items()}  # fmt: skip
    answer = as_user(ann).post(move_url(visit), data=typed(tao, version=2) | {"words": "why not"} | wrong)

    assert answer.status_code == 422
    assert words in answer.text and 'value="why not"' in answer.text
    assert visit.planned_at == at(10)


@pytest.mark.proves("PC-13")
@pytest.mark.parametrize("role", [Role.TECHNICIAN, Role.OWNER, Role.FINANCE, Role.AUDITOR])
def test_only_who_dispatches_moves_anything(role, visit, tao, person, as_user):
    other = as_user(person("Kim", role))

    answers = [
        other.get(f"/schedule/orders/{visit.work_order.number}"),
        other.post(move_url(visit), data=typed(tao, version=2, starts_at="2026-03-03T11:00")),
        other.post(send_url(visit.work_order), data=sent(visit.work_order, tao)),
        other.post("/schedule/blocks", data={}),
    ]
    assert [answer.status_code for answer in answers] == [403] * 4
    assert visit.planned_at == at(10)


# ── what rules say ──


def test_a_rule_that_blocks_stops_it_whatever_the_reason(visit, another, ann, tao, as_user):
    order = another()
    wish = sent(order, tao, starts_at="2026-03-03T10:10", reason="emergency", seen="overlap,travel")

    answer = as_user(ann).post(send_url(order), data=wish)

    assert answer.status_code == 422
    assert "This cannot be planned so. Tao is taken 10:00–" in said(answer)
    assert order.visits == [] and f'checked id="crew-0" name="crew" type="checkbox" value="{tao.id}"' in answer.text


def test_a_rule_that_warns_asks_why_and_keeps_the_reason(visit, ann, tao, as_user):
    url, wish = move_url(visit), typed(tao, version=2, starts_at="2026-03-03T14:00")

    asked = as_user(ann).post(url, data=wish)
    assert asked.status_code == 422
    assert "Outside what the resident was told: 03-03 10:00–12:00." in said(asked) and 'value="promise"' in asked.text
    assert "say why it is right all the same" in asked.text and visit.planned_at == at(10)

    done = as_user(ann).post(url, data=wish | {"seen": "promise", "reason": "resident_asked"})
    assert (done.status_code, visit.planned_at, visit.promised_until) == (303, at(14), at(12))
    assert (told()[-1][1]["broke"], told()[-1][1]["reason"]) == (["promise"], "resident_asked")
    history = said(as_user(ann).get(f"/work-orders/{visit.work_order.number}"))
    assert "Ann moved the visit from 03-03 10:00 to 03-03 14:00." in history
    assert "What the resident was told. Reason: The resident asked for it." in history


def test_a_reason_covers_only_the_warnings_that_were_shown(visit, ann, tao, as_user):
    wish = typed(tao, version=2, starts_at="2026-03-03T18:00", seen="promise", reason="resident_asked")

    answer = as_user(ann).post(move_url(visit), data=wish)

    assert (answer.status_code, visit.planned_at) == (422, at(10))
    assert "Outside the hours of Tao (08:00–17:30)." in said(answer)


def test_another_reason_is_said_in_words_which_become_a_remark(visit, ann, tao, as_user):
    wish = typed(tao, version=2, starts_at="2026-03-03T14:00", seen="promise", reason="other")

    assert as_user(ann).post(move_url(visit), data=wish).status_code == 422
    assert as_user(ann).post(move_url(visit), data=wish | {"words": "The daughter rang"}).status_code == 303

    assert [kind for kind, _ in told()][-2:] == ["visit.moved", "work_order.remarked"]
    assert "The daughter rang" in as_user(ann).get(f"/work-orders/{visit.work_order.number}").text


def test_the_promise_changes_only_with_a_window_the_resident_agreed_to(visit, ann, tao, as_user):
    wish = typed(tao, version=2, starts_at="2026-03-03T14:00", agreed="2026-03-03T14:00/15:30")

    assert as_user(ann).post(move_url(visit), data=wish).status_code == 303

    assert (visit.promised_from, visit.promised_until) == (at(14), at(15, 30))
    assert visit.work_order.arrive_by == at(15, 30)
    assert (
        "The resident agreed to 03-03 14:00–15:30." in as_user(ann).get(f"/work-orders/{visit.work_order.number}").text
    )


def owed():
    return list(db.session.scalars(select(Callback).order_by(Callback.id)))


def moved(as_user, ann, visit, *crew, **values):
    """Move a visit and say why it may break what it breaks."""
    db.session.refresh(visit.work_order)
    body = typed(*crew, version=visit.work_order.version, reason="known_better", seen="promise,hours,travel", **values)
    answer = as_user(ann).post(move_url(visit), data=body)
    assert answer.status_code == 303, answer.text


@pytest.fixture
def promised(visit, add, estate):
    """The resident who was told ten to twelve left a number."""
    with writing():
        visit.work_order.phone = Phone(estate_id=estate.id, digits="12000000001")
    return visit


def test_whoever_was_told_another_time_is_to_be_rung_once(promised, ann, tao, as_user, now):
    moved(as_user, ann, promised, tao, starts_at="2026-03-03T14:00")
    moved(as_user, ann, promised, tao, starts_at="2026-03-04T15:00")

    (callback,) = owed()
    assert (callback.reason, callback.work_order_id, callback.number) == (
        Reason.POSTPONED, promised.work_order_id, "12000000001",
    )  # fmt: skip
    assert "15:00" in callback.words and "14:00" not in callback.words and "Tao" in callback.words
    assert callback.due_at == now + HOUR
    assert promised.promised_from == at(10)


def test_rung_already_they_are_rung_again_about_what_changes_then(promised, ann, tao, as_user, now):
    moved(as_user, ann, promised, tao, starts_at="2026-03-03T14:00")
    with writing():
        note_attempt(owed()[0], answer=Answer.ANSWERED, actor=ann, now=now)
    moved(as_user, ann, promised, tao, starts_at="2026-03-03T15:00")

    assert [callback.status for callback in owed()] == ["reached", "open"]


@pytest.mark.parametrize(
    "values", [{"starts_at": "2026-03-03T11:30"}, {"minutes": 75}, {"agreed": "2026-03-04T14:00/15:30"}]
)
def test_nobody_is_rung_who_was_told_so_or_agreed(values, promised, ann, tao, bo, as_user, add, now):
    add(NamedWindow, work_order_id=promised.work_order_id, starts_at=at(14, day=date(2026, 3, 4)),
        ends_at=at(15, 30, day=date(2026, 3, 4)))  # fmt: skip
    if "agreed" in values:
        values = values | {"starts_at": "2026-03-04T14:00"}
    moved(as_user, ann, promised, bo, **values)

    assert owed() == []


def test_moved_back_into_the_promise_nobody_needs_to_be_rung(promised, ann, tao, as_user):
    moved(as_user, ann, promised, tao, starts_at="2026-03-03T14:00")
    moved(as_user, ann, promised, tao, starts_at="2026-03-03T10:30")

    (callback,) = owed()
    assert callback.status == "given_up" and callback.given_up_because


def test_what_else_changes_of_a_late_visit_rings_nobody_again(promised, ann, tao, as_user):
    """Only the time counts: what else changes of a visit that is late already was told before."""
    moved(as_user, ann, promised, tao, starts_at="2026-03-03T14:00")
    before = owed()[0].version
    moved(as_user, ann, promised, tao, starts_at="2026-03-03T14:00", minutes=90)

    assert [callback.version for callback in owed()] == [before]


def test_an_order_that_is_sent_outside_its_promise_owes_a_call(work_order, estate, ann, tao, as_user, now):
    with writing():
        promise_window(work_order, window=Window(at(10), at(12)), actor=ann, now=now)
        work_order.phone = Phone(estate_id=estate.id, digits="12000000001")

    body = sent(work_order, tao, starts_at="2026-03-03T14:00", reason="known_better", seen="promise,hours,travel")
    as_user(ann).post(send_url(work_order), data=body)
    as_user(ann).post(send_url(work_order), data=body)

    assert [callback.work_order_id for callback in owed()] == [work_order.id]


def test_the_windows_a_resident_named_are_offered(work_order, ann, tao, as_user, add, now):
    add(NamedWindow, work_order_id=work_order.id, starts_at=at(14), ends_at=at(15, 30))

    page = as_user(ann).get(f"/schedule/orders/{work_order.number}?starts_at=2026-03-03T09:00&who={tao.id}").text

    assert 'value="2026-03-03T14:00/15:30"' in page and 'value="2026-03-03T09:00"' in page
    assert "The resident did not name this time." in page


def test_an_absence_blocks_and_the_policy_may_say_otherwise(visit, work_order, ann, tao, bo, as_user, add, now):
    add(Absence, estate_id=work_order.estate_id, user_id=bo.id, reason=AbsenceReason.SICK, starts_at=at(8),
        ends_at=at(12), noted_at=now, noted_by_id=ann.id, version=0)  # fmt: skip
    url, wish = move_url(visit), typed(bo, version=2, reason="technician_agreed", seen="absence")

    refused = as_user(ann).post(url, data=wish)
    assert refused.status_code == 422 and "Bo is away from 03-03 08:00 until 03-03 12:00." in said(refused)

    add(SchedulingPolicy, estate_id=work_order.estate_id, lunch_from_minute=690, lunch_until_minute=840,
        lunch_minutes=60, noon_minute=750, severities={"absence": "warn"}, valid_from=MONDAY)  # fmt: skip
    assert as_user(ann).post(url, data=wish).status_code == 303


# ── locks, and visits that have begun ──


def test_what_is_locked_stays_until_the_lock_is_taken_off(visit, ann, tao, bo, as_user):
    lock = as_user(ann).post(move_url(visit), data=typed(tao, version=2, minutes=visit.duration_minutes, lock="both"))
    assert (lock.status_code, visit.lock) == (303, Lock.BOTH)

    for change in ({"starts_at": "2026-03-03T11:00"}, {"crew": [bo.id]}):
        answer = as_user(ann).post(move_url(visit), data=typed(tao, version=3, lock="both") | change)
        assert answer.status_code == 422 and "Take the lock off" in answer.text
    assert as_user(ann).get("/schedule/feed?day=2026-03-03").json["cards"][0]["movable"] is False

    free = as_user(ann).post(move_url(visit), data=typed(bo, version=3, starts_at="2026-03-03T11:00"))
    assert (free.status_code, visit.lock, visit.planned_at) == (303, Lock.NONE, at(11))


@pytest.mark.parametrize("step", [Step.DEPART, Step.ARRIVE])
def test_who_is_on_the_way_stays_but_others_may_join(step, visit, ann, tao, bo, as_user, set_now):
    moment = set_now(at(10, 5))
    with writing():
        take_step(visit, step, actor=tao, now=moment)
    url = move_url(visit)

    for change in ({"starts_at": "2026-03-03T11:00"}, {"crew": [bo.id]}):
        answer = as_user(ann).post(url, data=typed(tao, version=3) | change)
        assert (answer.status_code, "on the way or at work there" in answer.text) == (409, True)

    assert as_user(ann).post(url, data=typed(tao, bo, version=3, minutes=90)).status_code == 303
    assert (len(visit.crew), visit.duration_minutes) == (2, 90)


def test_a_visit_that_ended_is_not_moved(visit, ann, tao, as_user, set_now):
    from helpdesk.scheduling.actions import finish_visit

    moment = set_now(at(10, 30))
    with writing():
        finish_visit(visit, work_done="Done", no_photo_reason="Dark", actor=tao, now=moment)

    answer = as_user(ann).post(move_url(visit), data=typed(tao, version=3, starts_at="2026-03-03T11:00"))

    assert answer.status_code == 409 and "This visit has ended" in answer.text


# ── two dispatchers ──


@pytest.mark.proves("RE-03")
@pytest.mark.parametrize("headers", [HTMX, {}])
def test_who_comes_second_sees_what_changed_and_keeps_what_they_typed(headers, visit, ann, mei, tao, bo, as_user):
    as_user(mei).post(move_url(visit), data=typed(bo, version=2, starts_at="2026-03-03T10:30"))

    answer = as_user(ann).post(
        move_url(visit), data=typed(tao, version=2, starts_at="2026-03-03T11:15", words="mine"), headers=headers
    )

    assert answer.status_code == 409
    assert "Mei gave the visit to Bo, 03-03 10:30." in said(answer)
    assert 'value="2026-03-03T11:15"' in answer.text and 'name="version" value="3"' in answer.text
    assert visit.planned_at == at(10, 30)


def test_sent_meanwhile_the_form_becomes_that_of_the_visit(work_order, ann, mei, tao, bo, as_user, now):
    late = sent(work_order, bo, starts_at="2026-03-03T14:00")
    as_user(mei).post(send_url(work_order), data=sent(work_order, tao))

    answer = as_user(ann).post(send_url(work_order), data=late)

    assert answer.status_code == 409
    assert f'action="{move_url(work_order.visits[0])}"' in answer.text and 'value="2026-03-03T14:00"' in answer.text
    assert len(work_order.visits) == 1


def test_a_remark_of_somebody_else_is_told_too(visit, ann, mei, tao, as_user, now):
    with writing():
        add_remark(visit.work_order, words="Rings at two", actor=mei, now=now)

    answer = as_user(ann).post(move_url(visit), data=typed(tao, version=2, starts_at="2026-03-03T11:15"))

    assert answer.status_code == 409 and "Mei remarked:" in answer.text


# ── time for something else ──


@pytest.fixture
def block(estate, tao, add, now):
    return add(
        Block, estate_id=estate.id, user_id=tao.id, words="Fetch parts", starts_at=at(14), ends_at=at(15), version=0
    )


def time_for(user, **values) -> dict:
    return {
        "user_id": user.id, "what": "Meeting", "starts_at": "2026-03-03T15:00", "minutes": 30, "reason": "",
        "words": "", "seen": "",
    } | values  # fmt: skip


def test_time_is_kept_for_something_else_once(estate, ann, tao, at_once, as_user, now):
    form = time_for(tao, request_key=str(uuid4()))

    assert {answer.status_code for answer in at_once(ann, "/schedule/blocks", form, times=3)} == {204}

    (kept,) = db.session.scalars(select(Block)).all()
    assert (kept.words, kept.starts_at, kept.ends_at) == ("Meeting", at(15), at(15, 30))
    assert "Meeting" in as_user(ann).get("/schedule?day=2026-03-03").text


def test_it_may_not_lie_over_a_visit(visit, ann, tao, as_user):
    wish = time_for(tao, request_key=str(uuid4()), starts_at="2026-03-03T10:10", reason="emergency", seen="overlap")

    answer = as_user(ann).post("/schedule/blocks", data=wish)

    assert (answer.status_code, "Tao is taken" in answer.text, 'value="Meeting"' in answer.text) == (422, True, True)


def test_it_moves_and_is_called_off(block, ann, bo, as_user):
    url = f"/schedule/blocks/{block.id}"
    moved = as_user(ann).post(url, data=time_for(bo, version=0, starts_at="2026-03-03T11:00"))
    assert (moved.status_code, block.user.name, block.starts_at) == (303, "Bo", at(11))

    ended = as_user(ann).post(f"{url}/calling-off", data={"version": 1})
    assert (ended.status_code, block.called_off_at is not None) == (303, True)
    assert as_user(ann).get("/schedule/feed?day=2026-03-03").json["cards"] == []
    again = as_user(ann).post(f"{url}/calling-off", data={"version": 2})
    assert (again.status_code, "called off already" in again.text) == (409, True)


def test_a_stale_block_is_refused_with_what_was_typed(block, ann, mei, bo, as_user):
    url = f"/schedule/blocks/{block.id}"
    as_user(mei).post(url, data=time_for(bo, version=0, starts_at="2026-03-03T11:00"))

    for path, form in ((url, time_for(bo, version=0, what="Mine")), (f"{url}/calling-off", {"version": 0})):
        answer = as_user(ann).post(path, data=form)
        assert answer.status_code == 409 and 'name="version" value="1"' in answer.text
        assert "what" not in form or 'value="Mine"' in answer.text


def test_a_block_of_another_estate_is_not_found(block, person, new_estate, as_user):
    zoe = as_user(person("Zoe", Role.OPERATOR, at=new_estate("康宁苑")))

    assert zoe.get(f"/schedule/blocks/{block.id}").status_code == 404
    assert zoe.post(f"/schedule/blocks/{block.id}/calling-off", data={"version": 0}).status_code == 404


def test_the_feed_holds_no_name_of_a_resident(visit, ann, as_user):
    assert "Leak under the sink" not in json.dumps(as_user(ann).get("/schedule/feed?day=2026-03-03").json)
