"""The history of a work order, in whole sentences of the reader's language."""

from datetime import timedelta

import pytest
from flask_babel import force_locale

from helpdesk.audit.kinds import KINDS
from helpdesk.core.extensions import db
from helpdesk.core.transactions import writing
from helpdesk.repairs.actions import (
    add_remark,
    cancel_work_order,
    change_urgency,
    close_work_order,
    hold_work_order,
    promise_window,
)
from helpdesk.repairs.models import CancelReason, HoldReason, Urgency
from helpdesk.repairs.states import Setback, Step
from helpdesk.repairs.timeline import FAILURES, SENTENCES, STEPS, timeline
from helpdesk.repairs.visit_actions import hand_over_visit, schedule_visit
from helpdesk.scheduling.actions import fail_visit, finish_visit, take_step
from helpdesk.windows.rules import Window

MINUTE = timedelta(minutes=1)


@pytest.fixture(autouse=True)
def in_a_request(app):
    with app.test_request_context():
        yield


def said(work_order, language="en"):
    with force_locale(language):
        return [entry.sentence for entry in timeline(work_order)]


@pytest.fixture
def eventful(work_order, tao, bo, ann, now):
    """An order to which nearly everything happened."""

    def do(act, thing, minutes, **values):
        with writing():
            return act(thing, **values, now=now + minutes * MINUTE)

    window = Window(now + 60 * MINUTE, now + 150 * MINUTE)
    first = do(schedule_visit, work_order, 1, crew=[tao], promised=window, actor=ann)
    do(take_step, first, 2, step=Step.ACCEPT, actor=tao)
    do(hand_over_visit, first, 3, crew=[bo, tao], actor=ann)
    do(take_step, first, 4, step=Step.DEPART, actor=bo)
    do(take_step, first, 30, step=Step.ARRIVE, claimed_at=now + 10 * MINUTE, actor=bo)
    do(fail_visit, first, 31, reason=Setback.NOBODY_HOME, note="Rang twice", no_photo_reason="Dark", actor=bo)
    do(change_urgency, work_order, 32, urgency=Urgency.P1, actor=ann)
    do(hold_work_order, work_order, 33, reason=HoldReason.PARTS, actor=ann)
    second = do(schedule_visit, work_order, 34, crew=[bo], actor=ann)
    do(finish_visit, second, 35, work_done="New valve", no_photo_reason="It was dark", actor=bo)
    do(close_work_order, work_order, 36, actor=ann)
    do(schedule_visit, work_order, 37, crew=[tao], actor=ann)
    do(add_remark, work_order, 38, words="<b>Ring</b> first", actor=ann)
    return work_order


def test_everything_that_happened_is_told_in_english(eventful):
    assert said(eventful) == [
        "Ann opened this work order: Dripping tap, valve or pipe, Minor.",
        "Ann sent Tao. The resident was promised 03-02 13:00–14:30.",
        "Tao accepted the visit.",
        "Ann handed the visit over to Tao, Bo.",
        "Bo set out.",
        "Bo arrived.",
        "Bo was there, but nobody was home.",
        "Ann changed the urgency from Minor to Emergency.",
        "Ann put the work order on hold: Waiting for parts.",
        "Ann went on with the work order and sent Bo.",
        "Bo reported the work done.",
        "Ann closed the work order.",
        "Ann reopened the work order and sent Tao.",
        "Ann remarked:",
    ]


def test_everything_that_happened_is_told_in_chinese(eventful):
    assert said(eventful, "zh") == [
        "Ann开单：水龙头/阀门/水管滴漏，小修。",
        "Ann派单给Tao。答应住户 03-02 13:00–14:30 上门。",
        "Tao接单。",
        "Ann改派给Tao、Bo。",
        "Bo出发了。",
        "Bo到场。",
        "Bo上门，家中无人。",
        "Ann把紧急程度从“小修”改为“急修”。",
        "Ann挂起工单：待料。",
        "Ann解除挂起，派单给Bo。",
        "Bo修好了。",
        "Ann办结了工单。",
        "Ann返修派单，派给Tao。",
        "Ann备注：",
    ]


def test_a_time_told_by_a_phone_is_shown_as_told_and_only_where_it_differs(eventful):
    with force_locale("en"):
        claimed = {entry.sentence: entry.claimed for entry in timeline(eventful) if entry.claimed}

    assert claimed == {"Bo arrived.": "The technician's phone said 12:10."}


def test_a_remark_stands_where_it_was_said(eventful, now):
    last = timeline(eventful)[-1]

    assert (last.at, last.typed) == (now + 38 * MINUTE, "<b>Ring</b> first")


def test_a_window_promised_before_anybody_is_chosen_is_told(work_order, ann, now):
    with writing():
        window = Window(now + 60 * MINUTE, now + 150 * MINUTE)
        promise_window(work_order, window=window, actor=ann, now=now)

    assert said(work_order)[-1] == "The resident was promised 03-02 13:00–14:30."
    assert said(work_order, "zh")[-1] == "答应住户 03-02 13:00–14:30 上门。"


def test_cancelled_and_void_are_told_apart(opened_twice, ann, now):
    withdrawn, void = opened_twice
    with writing():
        cancel_work_order(withdrawn, reason=CancelReason.DUPLICATE, actor=ann, now=now)
    with writing():
        cancel_work_order(void, reason=CancelReason.VOID, actor=ann, now=now)

    assert said(withdrawn)[-1] == "Ann cancelled the work order: Reported twice."
    assert said(void, "zh")[-1] == "Ann作废了这张工单：开错了。"


@pytest.fixture
def opened_twice(work_order, place, ann, category, now):
    from helpdesk.repairs.actions import open_work_order

    with writing():
        second = open_work_order(
            place=place, category=category(), urgency=Urgency.P2, summary="Again", actor=ann, now=now
        )  # fmt: skip
    return work_order, second


def test_every_kind_of_event_about_an_order_has_its_sentence():
    about_orders = {kind for kind in KINDS if kind.startswith(("work_order.", "visit.", "photo."))}

    assert set(SENTENCES) == about_orders


@pytest.mark.parametrize(("sentences", "codes"), [(STEPS, Step), (FAILURES, Setback)], ids=["steps", "setbacks"])
def test_every_step_and_every_setback_has_its_sentence_in_both_languages(sentences, codes):
    assert set(sentences) == set(codes)

    for language in ("zh", "en"):
        with force_locale(language):
            said = {sentence("Tao") for sentence in sentences.values()}
        assert len(said) == len(codes)
        assert all(words.isascii() == (language == "en") for words in said)


def test_a_long_history_takes_as_few_queries_as_a_short_one(eventful, opened_twice, count_queries):
    short = opened_twice[1]
    db.session.refresh(eventful)
    with count_queries() as few:
        timeline(short)
    with count_queries() as many:
        timeline(eventful)

    assert many.count <= few.count + 1  # the remarks
