"""What people do about cases, and that nothing happened where it is refused."""

from datetime import timedelta

import pytest
from sqlalchemy import select

from helpdesk.audit.models import Event
from helpdesk.cases.actions import (
    add_note,
    ask_extension,
    assign_case,
    close_case,
    decide_extension,
    make_complex,
    open_case,
    open_order_for,
    reopen_case,
    reply_to_case,
    return_case,
)
from helpdesk.cases.models import Case, CaseKind, Note, PraiseReader, ReplyWay, Satisfaction, Team
from helpdesk.cases.praising import pass_on_praise, praise_of, read_praise, unread_praise
from helpdesk.cases.queries import due_counts, knows_words, usual_owner, visible_cases
from helpdesk.cases.states import CaseStatus
from helpdesk.cases.timeline import SENTENCES, case_timeline
from helpdesk.cases.words import due_explained
from helpdesk.core import clock
from helpdesk.core.access import Role
from helpdesk.core.errors import Conflict, NotAllowed, Refused
from helpdesk.core.extensions import db
from helpdesk.core.transactions import writing
from helpdesk.duty.models import Post, Shift
from helpdesk.repairs.actions import cancel_work_order, chase_work_order, close_work_order, open_work_order
from helpdesk.repairs.models import CancelReason
from helpdesk.repairs.queries import open_orders
from helpdesk.repairs.rules import chases_now

DAY, HOUR = timedelta(days=1), timedelta(hours=1)


@pytest.fixture
def opened(estate, mei, now):
    """Open a case: `opened()` is a complaint that Mei answers for, `opened(kind, …)` another one."""

    def _open(kind=CaseKind.COMPLAINT, *, actor=mei, at=now, **more):
        sheet = {"external_ref": "TZ1", "received_from": "城南办事处", "due_at": now + 3 * DAY}
        values = (sheet if kind in (CaseKind.CASE_12345, CaseKind.COMMUNITY_SHEET) else {}) | {"words": "Too loud"}
        with writing():
            return open_case(estate_id=estate.id, kind=kind, actor=actor, now=at, **(values | more))

    return _open


def act(action, *things, **values):
    with writing():
        return action(*things, **values)


def kinds() -> list[str]:
    return list(db.session.scalars(select(Event.kind).order_by(Event.seq)))


def local(moment) -> str:
    return f"{clock.local(moment):%m-%d %H:%M}"


@pytest.mark.parametrize(
    ("kind", "is_complex", "respond_by", "reply_by"),
    [
        (CaseKind.COMPLAINT, False, "03-02 14:00", "03-03 12:00"),
        (CaseKind.COMPLAINT, True, "03-02 14:00", "03-05 17:30"),  # three working days after Monday
        (CaseKind.CASE_12345, False, "03-02 14:00", "03-05 12:00"),  # as typed
        (CaseKind.WAIVER_ENQUIRY, False, "03-02 14:00", "03-05 17:30"),
    ],
)
def test_a_case_is_promised_on_two_clocks(kind, is_complex, respond_by, reply_by, opened):
    case = opened(kind, is_complex=is_complex)

    assert (local(case.respond_by), local(case.reply_by)) == (respond_by, reply_by)


def test_numbers_count_through_the_day_whatever_the_kind(opened, now):
    numbers = [
        opened().number, opened(CaseKind.CASE_12345).number, opened(CaseKind.HELP, at=now + DAY).number,
    ]  # fmt: skip

    assert numbers == ["TS20260302-0001", "ZB20260302-0002", "QZ20260303-0001"]


@pytest.mark.parametrize(
    ("kind", "wrong", "field"),
    [
        (CaseKind.COMPLAINT, {"words": "  "}, "words"),
        (CaseKind.CASE_12345, {"due_at": None}, "due_on"),
        (CaseKind.CASE_12345, {"external_ref": ""}, "external_ref"),
        (CaseKind.COMPLAINT, {"received_at": "later"}, "received_at"),
    ],
)
def test_a_case_that_cannot_be_is_refused(kind, wrong, field, opened, now):
    wrong = {name: now + HOUR if value == "later" else value for name, value in wrong.items()}

    with pytest.raises(Refused) as refused:
        opened(kind, **wrong)

    assert (refused.value.field, kinds()) == (field, [])


def test_the_same_number_of_one_sender_is_told_and_that_of_another_is_not(opened):
    first = opened(CaseKind.CASE_12345)

    with pytest.raises(Refused) as refused:
        opened(CaseKind.CASE_12345)
    opened(CaseKind.COMMUNITY_SHEET)

    assert first.number in refused.value.message
    assert kinds() == ["case.opened"] * 2


def test_a_case_of_another_estate_belongs_elsewhere(opened, new_estate, add):
    from helpdesk.estate.models import Place, PlaceKind

    other = add(Place, estate_id=new_estate("康宁苑").id, kind=PlaceKind.COMMON_AREA, address="1-1")

    with pytest.raises(Refused):
        opened(place=other)


def test_only_somebody_who_may_work_on_it_answers_for_it(opened, person, ann, tao, mei, now):
    finance = person("Fay", Role.FINANCE)
    case, waiver = opened(), opened(CaseKind.WAIVER_ENQUIRY)

    for one, owner in ((case, tao), (case, finance), (waiver, ann)):
        with pytest.raises(Refused):
            act(assign_case, one, owner=owner, actor=mei, now=now)
    act(assign_case, case, owner=ann, actor=mei, now=now)

    assert (case.owner_id, case.responded_at, waiver.owner_id) == (ann.id, None, None)


def test_the_first_thing_its_owner_does_is_the_response(opened, ann, mei, now):
    case = opened(owner=ann)
    before = case.responded_at

    act(add_note, case, words="I look at it", actor=mei, now=now + HOUR)
    others = case.responded_at
    act(add_note, case, words="I was there", actor=ann, now=now + 2 * HOUR)

    assert (before, others, case.responded_at) == (None, None, now + 2 * HOUR)


def test_who_opens_a_case_for_themselves_has_it_in_hand(opened, mei, now):
    assert opened(owner=mei).responded_at == now


def test_a_complaint_called_complex_has_working_days_from_when_it_came(opened, mei, now):
    case = opened()

    act(make_complex, case, actor=mei, now=now + 20 * HOUR)

    assert local(case.reply_by) == "03-05 17:30"
    assert due_explained(case) == "从 周一 2 日 12:00 起按工作日算，当天不算"
    with pytest.raises(Refused):
        act(make_complex, case, actor=mei, now=now)


def test_more_time_counts_once_it_is_granted(opened, mei, now):
    case = opened(CaseKind.CASE_12345, owner=mei)

    act(ask_extension, case, until=now + 9 * DAY, reason="It has to dry", actor=mei, now=now + HOUR)
    asked = case.reply_by
    act(decide_extension, case, granted=True, actor=mei, now=now + 2 * HOUR)

    assert (asked, case.reply_by) == (now + 3 * DAY, now + 9 * DAY)
    assert due_explained(case) == "已延期（13:00 申请）"


def test_more_time_that_was_not_granted_changes_nothing_and_may_be_asked_for_again(opened, mei, now):
    case = opened(CaseKind.CASE_12345)
    act(ask_extension, case, until=now + 9 * DAY, reason="Rain", actor=mei, now=now)

    act(decide_extension, case, granted=False, actor=mei, now=now)
    act(ask_extension, case, until=now + 5 * DAY, reason="Rain", actor=mei, now=now)

    assert (case.reply_by, len(case.extensions)) == (now + 3 * DAY, 2)


@pytest.mark.parametrize(
    ("kind", "until", "reason", "at", "error"),
    [
        (CaseKind.COMPLAINT, 9 * DAY, "Rain", HOUR, Refused),
        (CaseKind.CASE_12345, 9 * DAY, "Rain", 3 * DAY + HOUR, Refused),  # the due date is over
        (CaseKind.CASE_12345, 3 * DAY, "Rain", HOUR, Refused),  # no later than it
        (CaseKind.CASE_12345, 9 * DAY, " ", HOUR, Refused),
    ],
)
def test_more_time_that_cannot_be_asked_for_is_refused(kind, until, reason, at, error, opened, mei, now):
    case = opened(kind)

    with pytest.raises(error):
        act(ask_extension, case, until=now + until, reason=reason, actor=mei, now=now + at)

    assert (case.extensions, kinds()) == ([], ["case.opened"])


def test_two_questions_for_more_time_do_not_wait_at_once(opened, mei, now):
    case = opened(CaseKind.CASE_12345)
    act(ask_extension, case, until=now + 9 * DAY, reason="Rain", actor=mei, now=now)

    with pytest.raises(Conflict):
        act(ask_extension, case, until=now + 9 * DAY, reason="Rain", actor=mei, now=now)
    act(decide_extension, case, granted=False, actor=mei, now=now)
    with pytest.raises(Conflict):
        act(decide_extension, case, granted=True, actor=mei, now=now)


def test_no_case_ends_without_a_reply(opened, mei, now):
    case = opened()

    with pytest.raises(Refused):
        act(reply_to_case, case, words=" \n", way=ReplyWay.PHONE, actor=mei, now=now)
    with pytest.raises(Conflict):
        act(close_case, case, satisfaction=None, actor=mei, now=now)

    assert case.status is CaseStatus.OPEN


def test_a_case_is_answered_closed_and_opened_again_with_all_that_was_said(opened, mei, now):
    case = opened(owner=mei)

    act(reply_to_case, case, words="We are sorry", way=ReplyWay.VISIT, actor=mei, now=now + HOUR)
    act(close_case, case, satisfaction=Satisfaction.DISSATISFIED, actor=mei, now=now + DAY)
    act(reopen_case, case, reason="It goes on", actor=mei, now=now + 2 * DAY)

    assert (case.status, case.reopened, case.reply_text, case.satisfaction) == (CaseStatus.OPEN, 1, "", None)
    assert local(case.reply_by) == "03-05 12:00"  # counted anew
    assert list(db.session.scalars(select(Note.words).order_by(Note.id))) == ["We are sorry", "It goes on"]
    last = case_timeline(case, with_words=True)[-1]
    assert last.typed == "It goes on\n之前：We are sorry"
    assert case.version == 4


def test_a_sheet_goes_back_with_a_reason_and_comes_again_with_a_new_date(opened, mei, now):
    case = opened(CaseKind.CASE_12345)

    with pytest.raises(Refused):
        act(return_case, case, reason="", actor=mei, now=now)
    act(return_case, case, reason="Not in this estate", actor=mei, now=now)
    with pytest.raises(Refused):
        act(reopen_case, case, reason="They insist", actor=mei, now=now)
    act(reopen_case, case, reason="They insist", due_at=now + 7 * DAY, actor=mei, now=now)

    assert (case.status, case.return_reason, case.reply_by) == (CaseStatus.OPEN, "", now + 7 * DAY)


def test_what_a_resident_said_is_not_sent_back(opened, mei, now):
    with pytest.raises(Refused):
        act(return_case, opened(), reason="Not ours", actor=mei, now=now)


def test_what_is_over_is_no_longer_acted_on(opened, mei, ann, now):
    case = opened(CaseKind.CASE_12345)
    act(reply_to_case, case, words="Done", way=ReplyWay.WRITTEN, actor=mei, now=now)

    for late in (
        lambda: act(assign_case, case, owner=ann, actor=mei, now=now),
        lambda: act(reply_to_case, case, words="Again", way=ReplyWay.PHONE, actor=mei, now=now),
        lambda: act(return_case, case, reason="x", actor=mei, now=now),
        lambda: act(ask_extension, case, until=now + 9 * DAY, reason="x", actor=mei, now=now),
    ):
        with pytest.raises(Conflict):
            late()

    assert kinds() == ["case.opened", "case.replied"]


def test_a_work_order_is_opened_for_a_case_and_only_one_at_a_time(opened, place, category, mei, now):
    case, leak = opened(CaseKind.CASE_12345), category("WATER_LEAK")
    what = {"place": place, "category": leak, "urgency": leak.urgency, "summary": "Look at it", "actor": mei}

    order = act(open_order_for, case, now=now, **what)
    with pytest.raises(Conflict):
        act(open_order_for, case, now=now, **what)
    act(cancel_work_order, order, reason=CancelReason.DUPLICATE, actor=mei, now=now)
    second = act(open_order_for, case, now=now, **what)

    assert (case.work_order, case.place) == (second, place)
    assert kinds() == [
        "case.opened", "work_order.opened", "case.order_opened", "work_order.cancelled", "work_order.opened",
        "case.order_opened",
    ]  # fmt: skip


def test_nobody_works_on_what_is_not_theirs(opened, ann, person, now):
    officer, owner = person("Odd", Role.OFFICER), person("Olive", Role.OWNER)
    waiver, complaint = opened(CaseKind.WAIVER_ENQUIRY), opened()

    for case, actor in ((waiver, ann), (complaint, owner)):
        with pytest.raises(NotAllowed):
            act(reply_to_case, case, words="Yes", way=ReplyWay.PHONE, actor=actor, now=now)
    act(reply_to_case, waiver, words="Come on Monday", way=ReplyWay.PHONE, actor=officer, now=now)

    assert (waiver.status, waiver.owner_id, complaint.status) == (CaseStatus.ANSWERED, officer.id, CaseStatus.OPEN)


def test_who_asks_about_waivers_is_known_to_few(opened, person, ann, mei, tao, now):
    bea, auditor, officer = person("Bea", Role.OPERATOR), person("Aud", Role.AUDITOR), person("Odd", Role.OFFICER)
    case = opened(CaseKind.WAIVER_ENQUIRY, actor=mei)
    taken = opened(CaseKind.WAIVER_ENQUIRY, actor=mei)
    with writing():
        taken.opened_by_id = ann.id

    seen = {user.name: [one.id for one in db.session.scalars(visible_cases(user).order_by(Case.id))]
            for user in (ann, bea, auditor, officer, mei, tao)}  # fmt: skip

    both = [case.id, taken.id]
    assert seen == {"Ann": [taken.id], "Bea": [], "Aud": both, "Odd": both, "Mei": both, "Tao": []}
    assert [knows_words(user, taken) for user in (ann, bea, auditor, officer, mei)] == [True, False, False, True, True]


def test_a_timeline_without_words_says_none(opened, mei, now):
    case = opened(CaseKind.WAIVER_ENQUIRY)
    act(add_note, case, words="A widow", actor=mei, now=now)
    act(reply_to_case, case, words="Bring the paper", way=ReplyWay.PHONE, actor=mei, now=now)

    told = [[entry.typed for entry in case_timeline(case, with_words=known)] for known in (True, False)]

    assert told == [["", "A widow", "Bring the paper"], ["", "", ""]]


def test_every_kind_of_event_about_a_case_has_its_sentence():
    from helpdesk.audit.kinds import KINDS

    assert set(SENTENCES) == {kind for kind in KINDS if kind.startswith("case.")}


def test_what_waits_is_counted_late_and_due_today(opened, ann, now):
    opened(CaseKind.CASE_12345, external_ref="1", due_at=now - HOUR)
    opened(CaseKind.CASE_12345, external_ref="2", due_at=now + HOUR)
    opened()

    assert due_counts(ann, now) == {"open": 3, "late": 1, "today": 1}


def test_whoever_leads_answers_for_a_complaint_else_the_manager(estate, person, mei, ann, add, now):
    second = person("Max", Role.MANAGER)
    alone = usual_owner(estate.id, now)
    add(
        Shift,
        estate_id=estate.id,
        post=Post.LEAD,
        user_id=second.id,
        starts_at=now - HOUR,
        ends_at=now + HOUR,
        version=0,
    )

    assert (alone.id, usual_owner(estate.id, now).id) == (mei.id, second.id)


def test_an_order_that_is_chased_counts_it_and_rises_when_chased_again(place, category, ann, now):
    leak = category("WATER_LEAK")
    what = {"place": place, "category": leak, "urgency": leak.urgency, "summary": "It drips", "actor": ann}
    first, second = (act(open_work_order, now=now, **what) for _ in range(2))

    act(chase_work_order, second, actor=ann, now=now + HOUR)
    once = [order.id for order in open_orders(ann)]
    act(chase_work_order, second, actor=ann, now=now + 2 * HOUR)

    assert (once, [order.id for order in open_orders(ann)]) == ([first.id, second.id], [second.id, first.id])
    assert len(chases_now(second)) == 2


def test_an_order_that_is_over_is_not_chased(work_order, ann, tao, now):
    from helpdesk.repairs.visit_actions import schedule_visit
    from helpdesk.scheduling.actions import finish_visit

    visit = act(schedule_visit, work_order, crew=[tao], actor=ann, now=now)
    act(chase_work_order, work_order, actor=ann, now=now)
    act(finish_visit, visit, work_done="Tightened", no_photo_reason="Dark", actor=tao, now=now)
    act(close_work_order, work_order, actor=ann, now=now)

    with pytest.raises(Refused):
        act(chase_work_order, work_order, actor=ann, now=now + HOUR)
    act(schedule_visit, work_order, crew=[tao], actor=ann, now=now + DAY)

    assert chases_now(work_order) == []  # what was asked before the reopening is settled


def test_praise_is_read_by_whom_it_is_for_and_by_nobody_else(estate, ann, tao, bo, now):
    praised = {"estate_id": estate.id, "call_id": None, "actor": ann, "now": now}
    act(pass_on_praise, words="Kind", user=tao, team=None, **praised)
    act(pass_on_praise, words="All of you", user=None, team=Team.TECHNICIANS, **praised)

    before = [unread_praise(user) for user in (tao, bo, ann)]
    act(read_praise, tao, now=now + HOUR)
    act(read_praise, tao, now=now + 2 * HOUR)

    assert (before, unread_praise(tao)) == ([2, 1, 0], 0)
    assert [reader.praise.words for reader in praise_of(bo)] == ["All of you"]
    assert {
        reader.seen_at for reader in db.session.scalars(select(PraiseReader).where(PraiseReader.user_id == tao.id))
    } == {now + HOUR}
    assert kinds() == ["praise.passed_on", "praise.passed_on", "praise.read"]


def test_nobody_is_praised_who_does_not_work_here(estate, new_estate, person, ann, now):
    stranger = person("Sue", Role.TECHNICIAN, at=new_estate("康宁苑"))

    with pytest.raises(Refused):
        act(
            pass_on_praise,
            estate_id=estate.id,
            words="Kind",
            user=stranger,
            team=None,
            call_id=None,
            actor=ann,
            now=now,
        )
