"""Pages hear that something changed, and nothing else, for as long as they may."""

import threading
from datetime import timedelta

import pytest
from sqlalchemy import select

from helpdesk.accounts.actions import end_session, set_active
from helpdesk.accounts.models import Session, UserRole
from helpdesk.audit.actions import record
from helpdesk.audit.queries import newest_seq
from helpdesk.core.access import Role
from helpdesk.core.extensions import db
from helpdesk.core.transactions import writing
from helpdesk.live import queries, views
from helpdesk.live.feed import PER_BROWSER, Feed, Full
from helpdesk.live.queries import changed_since


@pytest.fixture
def listen(as_user):
    """Open a stream; returns the iterator of what arrives, after the greeting and the word that nothing was missed."""
    opened = []

    def _listen(user, after=None, browser=None, **headers):
        browser = browser or as_user(user)
        answer = browser.get("/live", query_string={"after": newest_seq() if after is None else after}, headers=headers)
        opened.append(answer)
        chunks = (chunk.decode() for chunk in answer.response)
        assert (answer.status_code, answer.mimetype, next(chunks)) == (200, "text/event-stream", "retry: 3000\n\n")
        if after is None:
            assert next(chunks) == alive(newest_seq())
        return chunks

    yield _listen
    [answer.close() for answer in opened]
    assert views.feed.listeners == 0


@pytest.fixture
def happen(ann, now):
    """Something happens that the topics tell of."""

    def _happen(*topics):
        with writing():
            record("user.enabled", ann, actor=ann, now=now, topics=topics)
        return newest_seq()

    return _happen


def told(seq, *topics):
    return f"id: {seq}\ndata: {' '.join(topics)}\n\n"


def alive(seq):
    return f"id: {seq}\nevent: here\ndata: -\n\n"


OVER = "event: over\ndata: signed out\n\n"


@pytest.mark.proves("PC-03")
def test_a_stream_tells_that_something_changed_and_nothing_else(ann, estate, listen, happen):
    stream = listen(ann)

    seq = happen(f"orders:{estate.id}", f"calls:{estate.id}")

    assert next(stream) == told(seq, f"calls:{estate.id}", f"orders:{estate.id}")


def test_what_was_missed_is_told_at_once(mei, work_order, estate, listen):
    assert next(listen(mei, after=newest_seq() - 1)) == told(newest_seq(), f"orders:{estate.id}")


def test_after_a_gap_it_goes_on_where_it_stopped(mei, work_order, estate, listen, happen):
    stopped = newest_seq()
    seq = happen(f"calls:{estate.id}")

    assert next(listen(mei, after=0, **{"Last-Event-ID": str(stopped)})) == told(seq, f"calls:{estate.id}")


@pytest.mark.parametrize("after", ["", "-1", "x", "1.5", "²", "9" * 40])
def test_a_place_to_go_on_from_that_is_no_number_means_the_beginning(after, ann, work_order, estate, listen):
    assert next(listen(ann, after=after)) == told(newest_seq(), f"orders:{estate.id}")


@pytest.mark.proves("PC-03")
def test_nobody_hears_of_what_they_may_not_see(tao, work_order, listen):
    assert next(listen(tao, after=0)) == alive(newest_seq())


@pytest.mark.proves("AC-03", "PC-03")
def test_a_technician_hears_of_their_own_jobs_only(tao, bo, listen, happen):
    stream = listen(tao)

    seq = happen(f"jobs:{tao.id}", f"jobs:{bo.id}")

    assert next(stream) == told(seq, f"jobs:{tao.id}")


@pytest.mark.proves("PC-03")
def test_nobody_hears_of_another_estate(ann, new_estate, listen, happen):
    stream = listen(ann)

    seq = happen(f"orders:{new_estate('Elsewhere').id}")

    assert next(stream) == alive(seq)


def test_a_sign_of_life_comes_when_nothing_happens(ann, work_order, listen, monkeypatch):
    monkeypatch.setattr(views, "HEARTBEAT_S", 0.01)

    assert next(listen(ann)) == alive(newest_seq())


def test_a_burst_is_told_in_two_messages_at_most(ann, estate, listen, happen):
    stream = listen(ann)

    seqs = [happen(f"orders:{estate.id}") for _ in range(3)]
    messages = [next(stream)]
    while not messages[-1].startswith(f"id: {seqs[-1]}\n"):
        messages.append(next(stream))

    assert len(messages) <= 2


@pytest.mark.proves("PC-03")
def test_lost_rights_are_heard_no_more_at_once(ann, estate, listen, happen):
    stream = listen(ann)
    with writing():
        [db.session.delete(held) for held in ann.roles]

    seq = happen(f"orders:{estate.id}")

    assert next(stream) == alive(seq)


def test_new_rights_are_heard_at_once(tao, estate, listen, happen):
    stream = listen(tao)
    with writing():
        db.session.add(UserRole(user_id=tao.id, role=Role.OPERATOR, estate_id=estate.id))

    seq = happen(f"orders:{estate.id}")

    assert next(stream) == told(seq, f"orders:{estate.id}")


def test_a_stream_ends_when_its_session_ends(ann, as_user, listen, now):
    stream = listen(ann)
    with writing():
        end_session(db.session.scalars(select(Session)).one(), actor=ann, now=now)

    assert list(stream) == [OVER]


def test_a_locked_screen_hears_nothing_and_its_stream_ends(ann, estate, as_user, listen, happen):
    browser = as_user(ann)
    arrived = listen(ann, browser=browser)

    browser.post("/me/lock")
    happen(f"estate:{estate.id}")

    assert list(arrived) == ["event: over\ndata: signed out\n\n"]


@pytest.mark.proves("PC-03")
def test_a_stream_ends_when_the_account_is_disabled(ann, ada, estate, listen, now):
    stream = listen(ann)
    with writing():
        set_active(ann, active=False, actor=ada, now=now)

    assert list(stream) == [OVER]


def test_a_stream_ends_when_nobody_was_at_work_for_too_long(mei, listen, set_now, now, monkeypatch):
    monkeypatch.setattr(views, "HEARTBEAT_S", 0.01)
    stream = listen(mei)

    set_now(now + timedelta(minutes=31))

    assert list(stream) == [OVER]


def test_listening_and_asking_are_no_activity(mei, as_user, set_now, now):
    browser = as_user(mei)
    for minutes in range(1, 31):
        set_now(now + timedelta(minutes=minutes))
        assert browser.get("/live/changes?after=0", headers={"HX-Request": "true"}).status_code == 200
    browser.get("/live").close()

    set_now(now + timedelta(minutes=31))

    assert browser.get("/live/changes?after=0", headers={"HX-Request": "true"}).status_code == 401


def test_who_is_not_signed_in_hears_nothing(app):
    for address in ("/live", "/live/changes"):
        assert app.test_client().get(address, headers={"HX-Request": "true"}).status_code == 401


def test_past_the_limit_a_browser_is_told_to_ask_instead(app, ann, mei, listen, as_user, monkeypatch):
    monkeypatch.setitem(app.config, "LIVE_STREAMS", 1)
    listen(ann)

    refused = as_user(mei).get("/live")

    assert (refused.status_code, refused.headers["Retry-After"]) == (503, "30")


@pytest.mark.parametrize("ending", ["closed", "never begun", "only its head was asked for", "broken off"])
def test_a_place_is_given_back_however_a_stream_ends(ending, app, ann, as_user, happen, monkeypatch):
    monkeypatch.setitem(app.config, "LIVE_STREAMS", 1)
    happen()
    browser = as_user(ann)
    for _ in range(2):
        if ending == "only its head was asked for":
            assert browser.head("/live").status_code == 200
            continue
        answer = browser.get("/live", buffered=False)
        assert answer.status_code == 200
        if ending == "broken off":
            stream = iter(answer.response)
            next(stream)
            with monkeypatch.context() as fault, pytest.raises(ZeroDivisionError):
                fault.setattr(views, "_topics_now", lambda *_: 1 / 0)
                list(stream)
        elif ending == "closed":
            next(iter(answer.response))
        answer.close()

    assert views.feed.listeners == 0


def test_a_browser_that_left_many_pages_keeps_three_places_at_most(ann, as_user, listen):
    browser = as_user(ann)
    first = listen(ann, browser=browser)
    for _ in range(PER_BROWSER):
        listen(ann, browser=browser)

    next(first, None)

    assert next(first, "ended") == "ended"
    assert views.feed.listeners == PER_BROWSER


def test_asking_tells_the_same_as_listening(ann, work_order, estate, as_user, happen):
    before = newest_seq()
    seq = happen(f"calls:{estate.id}", "calls:999")
    browser = as_user(ann)

    answer = browser.get(f"/live/changes?after={before}")

    assert answer.json == {"seq": seq, "topics": [f"calls:{estate.id}"]}
    assert answer.headers["Cache-Control"] == "no-store"
    assert browser.get(f"/live/changes?after={seq}").json == {"seq": seq, "topics": []}


@pytest.mark.parametrize("after", ["", "0", "99999", "x"])
def test_who_asks_from_nowhere_is_told_all_they_may_hear_of(after, ann, estate, as_user, happen, monkeypatch):
    monkeypatch.setattr(queries, "LOOK_BACK", 2)
    for _ in range(3):
        seq = happen()

    answer = as_user(ann).get(f"/live/changes?after={after}")

    everything = sorted(queries.topics_of(ann))  # tests/architecture/test_topics.py says what that is
    assert answer.json == {"seq": seq, "topics": everything} and f"calls:{estate.id}" in everything


def test_asking_costs_two_statements_whether_little_or_much_happened(ann, estate, happen, count_queries):
    seq = happen(f"orders:{estate.id}")
    assert ann.roles  # loaded by the request, with the session
    with count_queries() as little:
        changed_since(ann, seq - 1)
    for _ in range(20):
        happen(f"orders:{estate.id}")
    assert ann.roles
    with count_queries() as much:
        changed_since(ann, seq - 1)

    assert (little.count, much.count) == (2, 2)


def test_too_long_ago_to_tell_means_everything(app, happen):
    happen("orders:1")
    newest = happen("calls:1")
    feed = Feed(keep=1)

    with feed.listening(db.engine, limit=1):
        assert feed.since(0) == (newest, None)
        assert feed.since(newest + 5) == (newest, None)
        assert feed.since(newest - 1) == (newest, {"calls:1"})


def test_nobody_is_woken_for_nothing_and_the_watcher_rests_without_listeners(app, happen):
    feed = Feed()
    with feed.listening(db.engine, limit=1):
        watcher = next(thread for thread in threading.enumerate() if thread.name == "live")
        assert feed.since(newest_seq(), wait_s=0.01)[1] == set()

    watcher.join(5)
    assert not watcher.is_alive()


def test_a_stopping_server_ends_its_streams_and_takes_no_new_ones(app, happen):
    feed, seq = Feed(), happen()
    with feed.listening(db.engine, limit=5) as place:
        waits = threading.Thread(target=feed.since, args=(seq,), kwargs={"wait_s": 60, "place": place})
        waits.start()
        feed.stop()
        waits.join(5)
        assert place.over.is_set() and not waits.is_alive()

        with pytest.raises(Full), feed.listening(db.engine, limit=5):
            pass


def test_many_browsers_that_come_back_at_once_wait_for_nobody(app, ann, as_user):
    """After a restart every page connects in the same moment: no place is lost, and pages go on."""
    browsers, answers, began = [as_user(ann) for _ in range(40)], [], threading.Barrier(40)

    def come_back(browser):
        with app.app_context():
            began.wait(10)
            answers.append(browser.get("/live"))

    threads = [threading.Thread(target=come_back, args=(browser,)) for browser in browsers]
    [thread.start() for thread in threads]
    [thread.join() for thread in threads]
    page = as_user(ann).get("/work-orders")
    [answer.close() for answer in answers]

    assert [answer.status_code for answer in answers] == [200] * 40
    assert page.status_code == 200


def test_a_stream_keeps_no_connection(app, ann, listen):
    listen(ann)
    db.session.rollback()
    watcher = 1
    assert db.engine.pool.checkedout() <= watcher
