"""A telephone system reports: the screen pops, nobody who rang is lost, and nothing it repeats does anything twice."""

import random
from datetime import timedelta

import pytest
from sqlalchemy import func, select

from helpdesk.audit.models import Event
from helpdesk.audit.queries import verify_chain
from helpdesk.callbacks.models import Callback, Reason
from helpdesk.callbacks.states import CallbackStatus
from helpdesk.core.access import Role
from helpdesk.core.extensions import db
from helpdesk.core.transactions import writing
from helpdesk.estate.models import Estate
from helpdesk.hotline.models import Call
from helpdesk.telephony.actions import add_line, end_line, end_lost_rings, set_extension
from helpdesk.telephony.models import Report, TelephoneCall, Verdict
from helpdesk.telephony.rules import RINGS_AT_MOST
from helpdesk.telephony.sweeping import end_lost_calls
from tests.conftest import HTMX
from tests.households import add_person, add_phone

TOKEN = "k" * 43
NUMBER = "13800001234"


@pytest.fixture
def line(estate, ada, ann, now):
    with writing():
        line = add_line(estate_id=estate.id, name="Yard", token=TOKEN, actor=ada, now=now)
        set_extension(line, number="8001", user=ann, actor=ada, now=now)
    return line


@pytest.fixture
def report(app, line):
    """Let the telephone system report, as JSON or as a form."""

    def _report(event, call="c1", *, token=TOKEN, as_json=True, **values):
        sent = {"event": event, "callId": call, "direction": "in", "from": NUMBER, "to": "052384001234"} | values
        body = {"json": sent} if as_json else {"data": sent}
        answer = app.test_client().post(f"/telephony/events/{token}", **body)
        db.session.rollback()
        return answer

    return _report


def rings():
    return list(db.session.scalars(select(TelephoneCall).order_by(TelephoneCall.id)))


def owed():
    return list(db.session.scalars(select(Callback).order_by(Callback.id)))


def test_who_was_not_answered_is_rung_back_within_ten_minutes(report, estate, place, now):
    wang = add_person(estate, "王桂英", place)
    add_phone(estate, NUMBER, people=[wang])

    answers = [report("newCall"), report("hangup", cause="cancel")]

    assert [(answer.status_code, answer.json) for answer in answers] == [(200, {"ok": True})] * 2
    (callback,) = owed()
    assert (callback.reason, callback.number, callback.person_id) == (Reason.MISSED, NUMBER, wang.id)
    assert callback.due_at == now + timedelta(minutes=10) and callback.asked_by_id is None


def test_who_rings_three_times_in_vain_is_rung_back_once(report):
    for call in ("c1", "c2", "c3"):
        report("newCall", call)
        report("hangup", call)

    assert len(owed()) == 1 and {ring.callback_id for ring in rings()} == {owed()[0].id}


def test_an_answer_that_is_reported_late_ends_the_call_back(report):
    report("newCall")
    report("hangup")

    report("answer", user="8001")

    assert [callback.status for callback in owed()] == [CallbackStatus.REACHED]
    assert [(ring.missed, ring.callback_id, ring.wait) for ring in rings()] == [(False, None, None)]


def test_a_late_answer_to_one_call_leaves_the_other_that_was_missed(report):
    for call in ("c1", "c2"):
        report("newCall", call)
        report("hangup", call)

    report("answer", "c2")

    assert [callback.status for callback in owed()] == [CallbackStatus.OPEN]


def test_a_hidden_caller_cannot_be_rung_back_and_is_listed(report, ann, as_user):
    report("newCall", **{"from": "anonymous"})
    report("hangup", **{"from": "anonymous"})

    assert owed() == []
    assert "hidden number" in as_user(ann).get("/telephony").text


@pytest.mark.parametrize("seed", range(8))
def test_reports_shuffled_doubled_and_dropped_lose_nobody(report, line, ann, now, set_now, seed):
    chance, calls = random.Random(seed), {}
    sent = []
    for place in range(12):
        call, answered = f"c{place}", chance.random() < 0.5
        calls[call] = answered
        kinds = ["newCall", *(["answer"] if answered else []), "hangup"]
        kept = [kind for kind in kinds if kind == "answer" or chance.random() > 0.2] or ["newCall"]
        sent += [(kind, call, f"138{place:08}") for kind in kept for _ in range(chance.choice((1, 1, 2, 3)))]
    chance.shuffle(sent)

    answers = [report(kind, call, **{"from": number, "user": "8001"}).status_code for kind, call, number in sent]
    later = set_now(now + RINGS_AT_MOST)
    with writing():
        end_lost_rings(line.estate_id, now=later)

    assert set(answers) == {200}
    found = {ring.pbx_call_id: ring for ring in rings()}
    reported = {call for _kind, call, _number in sent}
    assert found.keys() == reported
    assert {call: ring.answered for call, ring in found.items()} == {call: calls[call] for call in reported}
    open_numbers = [callback.number for callback in owed() if callback.status is CallbackStatus.OPEN]
    assert sorted(open_numbers) == sorted(ring.number for ring in found.values() if not ring.answered)
    assert verify_chain() is None


@pytest.mark.proves("FI-12")
def test_a_report_sent_again_hours_later_is_answered_alike_and_changes_nothing(report, line, now, set_now):
    first = [report("newCall"), report("answer"), report("hangup")]
    before = [(ring.version, ring.ended_at) for ring in rings()]
    set_now(now + timedelta(hours=5))

    again = [report("newCall"), report("answer"), report("hangup")]

    assert [answer.json for answer in first + again] == [{"ok": True}] * 6
    assert [(ring.version, ring.ended_at) for ring in rings()] == before
    told = db.session.scalars(select(Report.verdict).order_by(Report.id))
    assert list(told) == [Verdict.TAKEN] * 3 + [Verdict.DOUBLED] * 3


@pytest.mark.proves("FI-12")
def test_the_same_report_at_the_same_moment_is_one_call(app, report, line):
    import threading

    def send():
        with app.app_context():
            report("newCall")

    threads = [threading.Thread(target=send) for _ in range(5)]
    [thread.start() for thread in threads]
    [thread.join() for thread in threads]

    assert len(rings()) == 1


def test_a_call_that_never_ends_is_over_after_ten_minutes(report, now, set_now):
    report("newCall", "lost")
    set_now(now + RINGS_AT_MOST)

    report("newCall", "other", **{"from": "13900001234"})

    lost, other = rings()
    assert lost.missed and lost.ended_at == now + RINGS_AT_MOST and not other.ended_at
    assert [callback.number for callback in owed()] == [NUMBER]


def test_a_form_is_read_as_json_is(report):
    report("newCall", as_json=False)
    report("answer", as_json=False, **{"user[]": "8001"})

    (ring,) = rings()
    assert ring.answered_by.name == "Ann"


@pytest.mark.proves("FI-12")
@pytest.mark.parametrize(
    ("body", "kind"),
    [
        (b"", "application/json"), (b"{", "application/json"), (b"[]", "application/json"),
        (b"[" * 5_000, "application/json"), (b'{"event": "newCall"}', "application/json"), (b"\xff\xfe", "text/plain"),
        (b'{"event": "newCall", "callId": "\\u0000", "from": {"a": []}}', "application/json"),
    ],
)  # fmt: skip
def test_nonsense_is_noted_and_not_asked_for_again(app, line, body, kind):
    answer = app.test_client().post(f"/telephony/events/{TOKEN}", data=body, content_type=kind)

    assert (answer.status_code, answer.json) == (200, {"ok": True})
    assert list(db.session.scalars(select(Report.verdict))) == [Verdict.UNREADABLE]
    assert rings() == []


def test_too_much_at_once_is_refused(app, line):
    answer = app.test_client().post(f"/telephony/events/{TOKEN}", data=b"x" * 9_000, content_type="application/json")
    assert answer.status_code == 413


@pytest.mark.proves("FI-12", "PC-11", "PC-12")
@pytest.mark.parametrize("token", ["x", "K" * 43, TOKEN[:-1], f"{TOKEN}k", "%20", "..."])
def test_a_token_nobody_holds_opens_nothing(report, token):
    answer = report("newCall", token=token)

    assert (answer.status_code, answer.json) == (404, {"ok": False}) and rings() == []


@pytest.mark.proves("FI-12", "PC-11", "PC-12")
def test_a_telephone_system_that_was_disconnected_is_a_stranger(report, line, ada, now):
    with writing():
        end_line(line, actor=ada, now=now)

    assert report("newCall").status_code == 404


@pytest.mark.proves("FI-12", "PC-12")
def test_strangers_are_slowed_down_and_the_telephone_system_is_not(app, report, line, now):
    tries = [report("newCall", token="y" * 43).status_code for _ in range(61)]

    assert tries == [404] * 60 + [429]
    assert report("newCall").status_code == 200


def test_the_log_of_reports_hides_numbers_and_keeps_the_newest(report, line, ada, as_user, monkeypatch):
    monkeypatch.setattr("helpdesk.telephony.actions.REPORTS_KEPT", 3)
    for place in range(5):
        report("newCall", f"c{place}")

    page = as_user(ada).get(f"/telephony/lines/{line.id}").text

    assert db.session.scalar(select(func.count()).select_from(Report)) == 3
    assert "138****1234" in page and NUMBER not in page and TOKEN not in page


def test_everybody_hears_it_ring_and_who_answered_sees_the_caller(report, ann, person, estate, place, as_user):
    wang, li = add_person(estate, "王桂英", place), add_person(estate, "李建国", place)
    add_phone(estate, NUMBER, people=[wang, li])
    bo = person("Bo", Role.OPERATOR)
    report("newCall")

    rings_for_all = [as_user(user).get("/telephony/ringing", headers=HTMX).text for user in (ann, bo)]
    report("answer", answeringNumber="8001")
    anns, bos = (as_user(user).get("/telephony/ringing", headers=HTMX).text for user in (ann, bo))

    assert all("It rings" in shown and "王桂英" in shown and "李建国" in shown for shown in rings_for_all)
    assert "data-answered-by-me" in anns and "You are speaking with" in anns
    assert NUMBER[-4:] not in bos


def test_the_call_is_written_about_the_ring_and_once_only(report, ann, as_user, now, set_now):
    report("newCall")
    report("answer", user="8001")
    (ring,) = rings()
    ring_id, key = ring.id, ring.request_key
    set_now(now + timedelta(minutes=2))
    browser = as_user(ann)

    page = browser.get(f"/hotline?ring={ring_id}").text
    assert f'value="{key}"' in page and 'value="138 0000 1234"' in page
    form = {"request_key": key, "caller_number": "138 0000 1234", "words": "It drips", "outcome": "enquiry"}
    assert browser.post("/hotline/calls", data=form, headers=HTMX).status_code == 200

    call = db.session.scalars(select(Call)).one()
    assert (call.pbx_call_id, call.happened_at, call.logged_at) == (
        f"{ring.line_id}:c1",
        now,
        now + timedelta(minutes=2),
    )
    again = as_user(ann).get(f"/hotline?ring={ring_id}")
    assert again.status_code == 302 and again.location.endswith(f"/hotline/calls/{call.id}")


def test_figures_are_absent_without_a_telephone_system_and_true_with_one(report, line, ann, ada, as_user, now, set_now):
    report("newCall", "quick")
    set_now(now + timedelta(seconds=9))
    report("answer", "quick")
    report("answer", "late to be told")
    report("newCall", "late to be told")

    with_line = as_user(ann).get("/telephony").text
    with writing():
        end_line(line, actor=ada, now=now)
    without = as_user(ann).get("/telephony").text

    assert "2 calls, 0 not answered" in with_line and "1 of 1 whose waiting time is known" in with_line
    assert "No telephone system reports here" in without and "Answered within 15 seconds" not in without


def test_the_administrator_says_which_number_residents_ring(ada, ann, estate, as_user, now):
    browser, old = as_user(ada), estate.hotline
    wrong = browser.post("/telephony/hotline", data={"hotline": "ring us", "seen": old})
    assert (wrong.status_code, "not a telephone number" in wrong.text, 'value="ring us"' in wrong.text) == (
        422, True, True,
    )  # fmt: skip
    assert as_user(ann).post("/telephony/hotline", data={"hotline": "400 123 4567", "seen": old}).status_code == 403

    assert browser.post("/telephony/hotline", data={"hotline": "400 123 4567", "seen": old}).status_code == 303
    stale = browser.post("/telephony/hotline", data={"hotline": "0523-8400 1234", "seen": old})

    assert db.session.get_one(Estate, estate.id).hotline == "4001234567"
    assert (stale.status_code, 'name="seen" type="hidden" value="4001234567"' in stale.text) == (409, True)
    assert 'value="0523-8400 1234"' in stale.text
    assert 'value="400 123 4567"' in browser.get("/telephony/lines").text
    kinds = db.session.scalars(select(Event.kind).where(Event.kind == "estate.hotline_set"))
    assert len(kinds.all()) == 1


def test_the_administrator_connects_a_system_and_sees_its_address_once(ada, as_user, estate, now):
    browser = as_user(ada)
    form = {"request_key": "11111111-1111-4111-8111-111111111111", "name": "Yard"}

    first, again = (browser.post("/telephony/lines", data=form, headers=HTMX) for _ in range(2))

    assert "/telephony/events/" in first.text and "/telephony/events/" not in again.text
    assert "was connected before" in again.text and again.status_code == 200


def test_an_extension_belongs_to_somebody_who_works_the_hotline(line, ada, person, as_user):
    tao, browser, url = person("Tao", Role.TECHNICIAN), as_user(ada), f"/telephony/lines/{line.id}/extensions"

    def sent(version, **values):
        return browser.post(url, data={"version": version} | values, headers=HTMX)

    assert sent(2, number="8002", user_id=tao.id).status_code == 422
    assert sent(1, number="8002", user_id=0).status_code == 409
    assert sent(2, number="8001", user_id=0).status_code == 200
    assert db.session.get(type(line), line.id).extensions == []


def test_who_disconnects_what_changed_meanwhile_is_told(line, ada, as_user):
    browser, url = as_user(ada), f"/telephony/lines/{line.id}/end"

    stale, fresh, again = (browser.post(url, data={"version": version}, headers=HTMX) for version in (1, 2, 3))

    assert [answer.status_code for answer in (stale, fresh, again)] == [409, 200, 409]
    assert "Someone changed this telephone system" in stale.text and "disconnected before" in again.text


def test_another_estate_sees_none_of_it(report, line, person, new_estate, as_user):
    report("newCall")
    elsewhere = new_estate("远方")
    bo, kim = person("Bo", Role.OPERATOR, at=elsewhere), person("Kim", Role.ADMIN, at=elsewhere)
    (ring,) = rings()

    assert as_user(bo).get(f"/hotline?ring={ring.id}").status_code == 404
    assert "138 0000 1234" not in as_user(bo).get("/telephony").text
    assert as_user(kim).get(f"/telephony/lines/{line.id}").status_code == 404


def test_the_worker_ends_calls_of_which_nothing_more_was_heard(report, now):
    report("newCall", "lost")

    counts = [
        end_lost_calls(now + wait) for wait in (RINGS_AT_MOST - timedelta(seconds=1), RINGS_AT_MOST, RINGS_AT_MOST)
    ]

    assert counts == [0, 1, 0] and [callback.number for callback in owed()] == [NUMBER]
