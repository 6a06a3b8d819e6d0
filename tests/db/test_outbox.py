"""A message goes out if its act was committed, at least once and under one id; what nobody can carry says so."""

from datetime import timedelta

import pytest
from sqlalchemy import select

from helpdesk.core.access import Role
from helpdesk.core.errors import Conflict, NotAllowed
from helpdesk.core.extensions import db
from helpdesk.core.transactions import writing
from helpdesk.notify.actions import drop_message, post, retry_message
from helpdesk.notify.adapters import LogAdapter, Outcome, Result
from helpdesk.notify.delivery import deliver_due
from helpdesk.notify.models import Message, Template
from helpdesk.notify.queries import oldest_due
from helpdesk.notify.states import MessageStatus as M
from helpdesk.retention.models import DataClass
from helpdesk.retention.sweeping import forget_what_is_over

HOUR = timedelta(hours=1)
REAL = "13800000001"


class Recorder:
    """Takes what it is given, and answers what it was told to answer."""

    def __init__(self, *answers):
        self.answers, self.sent = list(answers), []

    def send(self, message_id, template, variables, digits):
        self.sent.append((message_id, template, variables, digits))
        answer = self.answers.pop(0) if self.answers else Result(Outcome.SENT, provider_ref="7")
        if isinstance(answer, Exception):
            raise answer
        return answer


@pytest.fixture
def posted(estate, tao, now):
    """Post a message to Tao, whose number is a real one unless another is given."""

    def _post(digits=REAL, hurries=True, at=now):
        with writing():
            tao.phone = digits
            return post(estate_id=estate.id, template=Template.NOBODY_ACKNOWLEDGED, recipient=tao, hurries=hurries,
                        now=at, order=7)  # fmt: skip

    return _post


@pytest.mark.proves("PD-03")
def test_a_message_is_sent_once_with_its_codes(posted, now):
    message, adapter = posted(), Recorder()

    for minutes in (0, 1, 60):
        deliver_due(now + timedelta(minutes=minutes), adapter)

    assert adapter.sent == [(message.message_id, Template.NOBODY_ACKNOWLEDGED, {"order": 7}, REAL)]
    assert (message.status, message.sent_at, message.provider_ref, message.attempts) == (M.SENT, now, "7", 1)


@pytest.mark.proves("FI-13")
def test_what_is_rolled_back_is_never_sent(estate, tao, now):
    with pytest.raises(ZeroDivisionError), writing():
        told = {"template": Template.NOBODY_ACKNOWLEDGED, "recipient": tao, "hurries": True, "now": now}
        post(estate_id=estate.id, order=7, **told)
        raise ZeroDivisionError

    assert deliver_due(now, Recorder()) == 0


@pytest.mark.proves("FI-13")
def test_a_worker_that_died_between_counting_and_sending_is_made_up_for_under_the_same_id(posted, now):
    message, dies = posted(), Recorder()
    dies.send = lambda *_: (_ for _ in ()).throw(SystemExit)

    with pytest.raises(SystemExit):
        deliver_due(now, dies)
    lives = Recorder()
    found = [deliver_due(now + timedelta(seconds=s), lives) for s in (10, 76)]

    assert found == [0, 1]
    assert [sent[0] for sent in lives.sent] == [message.message_id]
    assert (message.status, message.attempts) == (M.SENT, 2)


@pytest.mark.proves("FI-13")
def test_after_five_attempts_it_is_dead_and_an_administrator_tries_again(posted, ada, ann, now):
    message, adapter = posted(), Recorder(*[ConnectionError("13800000001")] * 5)

    for hours in range(8):
        deliver_due(now + hours * HOUR, adapter)
    assert (message.status, message.attempts, message.error_code) == (M.DEAD, 5, "ConnectionError")
    with pytest.raises(NotAllowed), writing():
        retry_message(message, actor=ann, now=now + 9 * HOUR)
    with writing():
        retry_message(message, actor=ada, now=now + 9 * HOUR)
    deliver_due(now + 9 * HOUR, adapter)

    assert message.status is M.SENT and {sent[0] for sent in adapter.sent} == {message.message_id}


@pytest.mark.parametrize(("digits", "code"), [("12000000001", "demo_number"), ("", "no_number")])
def test_invented_numbers_never_reach_an_adapter(digits, code, posted, now):
    message, adapter = posted(digits), Recorder()

    deliver_due(now, adapter)

    assert (adapter.sent, message.status, message.error_code) == ([], M.DEAD, code)


def test_without_an_adapter_it_says_so_and_is_not_sent_on_some_later_day(posted, ada, now):
    message = posted()

    deliver_due(now)
    deliver_due(now + HOUR, Recorder())

    assert message.status is M.NO_ADAPTER
    with writing():
        drop_message(message, actor=ada, now=now)
    with pytest.raises(Conflict), writing():
        retry_message(message, actor=ada, now=now)


def test_at_night_it_waits_for_the_morning_unless_it_hurries(posted, now):
    late = now + 10 * HOUR  # 22:00
    waits, hurries = posted(hurries=False, at=late), posted(at=late)

    deliver_due(late, Recorder())
    assert [message.status for message in (waits, hurries)] == [M.QUEUED, M.SENT]
    deliver_due(late + 9.5 * HOUR, Recorder())

    assert waits.status is M.SENT


@pytest.mark.proves("FI-13")
def test_an_adapter_says_how_long_to_wait(posted, now):
    message = posted()

    deliver_due(now, Recorder(Result(Outcome.FAILED, error_code="busy", retry_after=HOUR)))

    assert message.next_try_at == now + HOUR


@pytest.mark.proves("FI-14")
def test_words_are_no_variables(estate, tao, now):
    with pytest.raises(ValueError), writing():
        post(estate_id=estate.id, template=Template.NOBODY_ACKNOWLEDGED, recipient=tao, hurries=True, now=now,
             order="王桂英\r\nBcc: x")  # fmt: skip


def test_the_log_adapter_tells_neither_whom_nor_what(posted, now, caplog):
    message = posted()

    deliver_due(now, LogAdapter())

    assert message.message_id in caplog.text and REAL not in caplog.text


@pytest.mark.proves("RE-16")
def test_the_monitor_knows_the_oldest_that_is_due_and_old_ones_are_forgotten(posted, now):
    posted()

    assert (oldest_due(now), oldest_due(now - HOUR)) == (now, None)
    deliver_due(now, Recorder())
    forgotten = [forget_what_is_over(now + timedelta(days=days))[DataClass.MESSAGES] for days in (91, 92)]
    assert forgotten == [0, 1]
    assert db.session.scalars(select(Message)).all() == []


def test_an_administrator_of_another_estate_may_do_nothing(posted, person, new_estate, now):
    message, eve = posted(), person("Eve", Role.ADMIN, at=new_estate("康宁苑"))

    with pytest.raises(NotAllowed), writing():
        drop_message(message, actor=eve, now=now)
