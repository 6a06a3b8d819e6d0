"""The cases of the demonstration: alive in every state, told by events, and read as the real ones are."""

from collections import Counter
from datetime import UTC, datetime

import pytest
from sqlalchemy import func, select

from helpdesk.accounts.queries import user_named
from helpdesk.audit.models import Event
from helpdesk.audit.queries import verify_chain
from helpdesk.cases.models import Case, CaseKind, CaseNumber, Extension, PraiseReader
from helpdesk.cases.praising import unread_praise
from helpdesk.cases.queries import due_counts, visible_cases
from helpdesk.cases.states import CaseStatus
from helpdesk.cases.timeline import case_timeline
from helpdesk.core.extensions import db
from helpdesk.hotline.models import Call, CallAnswer, Outcome
from helpdesk.hotline.queries import nuisance_calls
from helpdesk.repairs.models import Chase, WorkOrder
from helpdesk.repairs.rules import chases_now

AS_OF = datetime(2026, 11, 23, 2, 40, tzinfo=UTC)  # 10:40 on a Monday


@pytest.fixture
def demo(demo_at):
    demo_at(AS_OF)


def test_there_are_cases_of_every_kind_and_in_every_state(demo):
    found = Counter((case.kind, case.status) for case in db.session.scalars(select(Case)))

    assert {status for _kind, status in found} == set(CaseStatus)
    assert found[CaseKind.COMPLAINT, CaseStatus.CLOSED] > 50
    assert found[CaseKind.CASE_12345, CaseStatus.OPEN] == 3 and found[CaseKind.CASE_12345, CaseStatus.RETURNED] == 1
    assert (
        found[CaseKind.COMMUNITY_SHEET, CaseStatus.OPEN] == 1 and found[CaseKind.WAIVER_ENQUIRY, CaseStatus.OPEN] >= 1
    )
    assert db.session.scalar(select(func.count()).where(Case.reopened > 0)) > 0
    counts = due_counts(user_named("manager"), AS_OF)
    assert counts["late"] >= 1 and counts["today"] >= 1


def test_the_sheet_of_the_scene_has_its_typed_date_and_its_order(demo):
    sheet = db.session.scalars(select(Case).where(Case.external_ref == "TZ2026-111356")).one()

    assert (sheet.kind, sheet.status, sheet.work_order.category.code) == (CaseKind.CASE_12345, CaseStatus.OPEN, "ROAD")
    assert f"{sheet.reply_by:%m-%d %H:%M}" == "11-28 09:30"  # 17:30 in Shanghai


def test_its_events_make_it_what_it_is(demo):
    assert verify_chain() is None
    for case in db.session.scalars(select(Case)):
        entries = case_timeline(case, with_words=True)
        assert case.version == len(entries) and entries[0].at == case.opened_at <= AS_OF, case.number
        assert case.status is CaseStatus.OPEN or entries[-1].at in (case.replied_at, case.returned_at, case.closed_at)
    drawn = Counter(case.number[2:10] for case in db.session.scalars(select(Case)))
    assert {f"{row.day:%Y%m%d}": row.last for row in db.session.scalars(select(CaseNumber))} == drawn
    assert db.session.scalar(select(func.count()).where(Extension.granted.is_(None))) == 1


def test_praise_is_read_and_unread(demo):
    read, unread = (db.session.scalar(select(func.count()).where(seen)) for seen in (
        PraiseReader.seen_at.is_not(None), PraiseReader.seen_at.is_(None),
    ))  # fmt: skip

    assert read > 10 and unread >= 1
    assert unread_praise(user_named("technician")) == 1


def test_an_order_was_chased_twice_today_and_its_technician_is_warned(demo):
    tao = user_named("technician")
    twice = [
        order
        for order in db.session.scalars(select(WorkOrder).where(WorkOrder.chases.any()))
        if len(chases_now(order)) > 1
    ]

    assert any(tao in visit.crew for order in twice for visit in order.visits)
    chased = select(func.count(Event.seq)).where(Event.kind == "work_order.chased")
    assert db.session.scalar(chased) == db.session.scalar(select(func.count(Chase.id))) > 5


def test_an_operator_sees_only_the_enquiries_about_waivers_they_took(demo):
    operator = user_named("operator2")
    seen = db.session.scalars(visible_cases(operator).where(Case.kind == CaseKind.WAIVER_ENQUIRY)).all()

    assert {case.opened_by_id for case in seen} <= {operator.id}
    assert db.session.scalar(select(func.count()).where(Case.kind == CaseKind.WAIVER_ENQUIRY)) > len(seen)


def test_some_answers_and_a_nuisance_are_known(demo):
    assert db.session.scalar(select(func.count()).select_from(CallAnswer)) > 10
    known = select(Call).where(Call.outcome == Outcome.NUISANCE, Call.phone_id.is_not(None))
    phone = db.session.scalars(known).first().phone
    assert nuisance_calls(user_named("operator"), phone) == 3
