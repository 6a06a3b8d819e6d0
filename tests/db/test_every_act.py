"""Every act in every state as every role, for work orders, visits, cases, call-backs and waivers.

What is allowed stands here as tables: who may, and what becomes of which state. Anything else is refused, and leaves
the row and the history as they were. Each act begins with the same: what an allowed one did is taken back as well.
"""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta
from itertools import count

import pytest
from sqlalchemy import func, select

from helpdesk.audit.models import Event
from helpdesk.callbacks import actions as callbacks
from helpdesk.callbacks.models import Answer, Callback, Reason
from helpdesk.callbacks.states import CallbackStatus
from helpdesk.cases import actions as cases
from helpdesk.cases.models import Case, CaseKind, ReplyWay
from helpdesk.cases.states import CaseStatus
from helpdesk.core import clock
from helpdesk.core.access import GRANTS, Permission, Role
from helpdesk.core.errors import Conflict, NotAllowed, Refused
from helpdesk.core.extensions import db
from helpdesk.core.transactions import writing
from helpdesk.repairs import actions as orders
from helpdesk.repairs.models import CancelReason, HoldReason, Urgency, Visit, WorkOrder
from helpdesk.repairs.states import Setback, Status, Step, VisitStatus
from helpdesk.repairs.visit_actions import hand_over_visit, rearrange_visit, schedule_visit
from helpdesk.scheduling.actions import fail_visit, finish_visit, take_step
from helpdesk.waivers import applying, deciding, life_actions
from helpdesk.waivers.acts import act_on
from helpdesk.waivers.codes import ActKind, Channel, EndReason
from helpdesk.waivers.models import WaiverAct, WaiverApplication
from helpdesk.waivers.states import WaiverStatus
from helpdesk.windows.rules import Window
from tests.waivers import a_home, seen, told

pytestmark = pytest.mark.proves("AC-08")
P, S, V, C, K, W = Permission, Status, VisitStatus, CaseStatus, CallbackStatus, WaiverStatus
GROUND = "RIGID_EXPENSE"  # has to be verified
HOUR, DAY = timedelta(hours=1), timedelta(days=1)
HOW = [
    pytest.param(False, id="some", marks=pytest.mark.sqlite_only),  # one who may and one who may not, by turns
    pytest.param(True, id="all", marks=pytest.mark.soak),
]


class TakenBack(Exception):
    """Ends a transaction in which something was done."""


@dataclass
class Act:
    """`do` it to a row, for somebody at a time; who may, and what it makes of which state."""

    do: Callable
    may: frozenset[Role]
    becomes: dict
    says_no: type = NotAllowed


def holders(*permissions: Permission) -> frozenset[Role]:
    return frozenset(role for role in Role if all(one in GRANTS[role] for one in permissions))


def stays(*states) -> dict:
    return {state: state for state in states}


def to(end, *states) -> dict:
    return dict.fromkeys(states, end)


def picture(table, row_id: int) -> tuple:
    """The row and the history as they are kept."""
    row = db.session.execute(select(table.__table__).where(table.id == row_id)).one()
    newest = db.session.scalar(select(func.max(Event.seq)))
    return row._asdict(), newest, db.session.scalar(select(func.count(WaiverAct.id)))


def tried(table, row_id: int, act: Act, user, now):
    """What came of it: the state it led to, or how it was refused."""
    try:
        with writing():
            row = db.session.get_one(table, row_id)
            act.do(row, actor=db.session.merge(user), now=now)
            raise TakenBack(row.status)
    except TakenBack as done:
        return done.args[0]
    except Exception as no:  # a fault of the server would be one too
        return type(no)


class Asked:
    """Asks for every act on rows in every state, and keeps where something else came of it than the tables say."""

    def __init__(self, users, now, *, everybody: bool):
        self.users, self.now, self.everybody, self.turn = users, now, everybody, count()
        self.wrong, self.many = {}, 0

    def roles(self, act: Act) -> list[Role]:
        may, not_ = [role for role in Role if role in act.may], [role for role in Role if role not in act.may]
        turn = next(self.turn)
        return [*Role] if self.everybody else [some[turn % len(some)] for some in (may, not_) if some]

    def __call__(self, table, rows: dict, acts: dict[str, Act]) -> None:
        for state, row_id in rows.items():
            before = picture(table, row_id)
            assert before[0]["status"] is state
            for name, act in acts.items():
                for role in self.roles(act):
                    self.many += 1
                    came = tried(table, row_id, act, self.users[role], self.now)
                    if role in act.may:
                        expected = [act.becomes[state]] if state in act.becomes else [Conflict, Refused]
                    else:  # or, in a state for which there is no such act, that there is none
                        expected = [act.says_no, *(() if state in act.becomes else (Conflict, Refused))]
                    if came not in expected:
                        self.wrong[f"{table.__name__} {state} {name} {role}"] = came
                    if picture(table, row_id) != before:
                        self.wrong[f"{table.__name__} {state} {name} {role} left something"] = came
            db.session.rollback()


@pytest.fixture
def asked(person, now):
    users = {role: person(role.value.capitalize(), role) for role in Role}
    return lambda everybody: Asked(users, now, everybody=everybody)


@pytest.mark.parametrize("everybody", HOW)
def test_work_orders(everybody, asked, place, category, tao, ann, bo, now):
    ask = asked(everybody)
    leak = category("WATER_LEAK")
    by = {"actor": ann, "now": now}

    def opened() -> WorkOrder:
        return orders.open_work_order(place=place, category=leak, urgency=leak.urgency, summary="It drips", **by)

    with writing():
        made = {state: opened() for state in S}
        visits = {
            state: schedule_visit(made[state], crew=[tao], **by)
            for state in (S.ASSIGNED, S.IN_PROGRESS, S.DONE, S.CLOSED)
        }
        take_step(visits[S.IN_PROGRESS], Step.DEPART, actor=tao, now=now)
        for state in (S.DONE, S.CLOSED):
            finish_visit(visits[state], work_done="Tight", no_photo_reason="Dark", actor=tao, now=now)
        orders.close_work_order(made[S.CLOSED], **by)
        orders.hold_work_order(made[S.ON_HOLD], reason=HoldReason.PARTS, **by)
        orders.cancel_work_order(made[S.CANCELLED], reason=CancelReason.DUPLICATE, **by)
    rows = {state: order.id for state, order in made.items()}
    going, sends = (S.REPORTED, S.ASSIGNED, S.IN_PROGRESS, S.ON_HOLD), holders(P.DISPATCH)
    window = Window(now, now + 2 * HOUR)
    bo_id = bo.id

    ask(WorkOrder, rows, {
        "send": Act(lambda row, **who: schedule_visit(row, crew=[db.session.get_one(type(bo), bo_id)], **who), sends,
                    to(S.ASSIGNED, S.REPORTED, S.ASSIGNED, S.ON_HOLD, S.DONE, S.CLOSED)),
        "hold": Act(lambda row, **who: orders.hold_work_order(row, reason=HoldReason.OUTSIDE, **who), sends,
                    to(S.ON_HOLD, *going)),
        "cancel": Act(lambda row, **who: orders.cancel_work_order(row, reason=CancelReason.DUPLICATE, **who), sends,
                      to(S.CANCELLED, S.REPORTED, S.ASSIGNED, S.ON_HOLD)),
        "close": Act(orders.close_work_order, holders(P.CLOSE_WORK_ORDER), to(S.CLOSED, S.DONE)),
        "urgency": Act(lambda row, **who: orders.change_urgency(row, urgency=Urgency.P3, **who), sends, stays(*going)),
        "promise": Act(lambda row, **who: orders.promise_window(row, window=window, **who), holders(P.OPEN_WORK_ORDER),
                       stays(S.REPORTED)),
        "chase": Act(orders.chase_work_order, holders(P.LOG_CALL), stays(*going)),
        "remark": Act(lambda row, **who: orders.add_remark(row, words="Ring", **who),
                      holders(P.LOG_CALL, P.SEE_WORK_ORDERS), stays(*S)),
    })  # fmt: skip
    assert ask.wrong == {} and ask.many > 100


@pytest.mark.parametrize("everybody", HOW)
def test_visits(everybody, asked, place, category, ann, bo, now):
    ask = asked(everybody)
    leak, tao, by = category("WATER_LEAK"), ask.users[Role.TECHNICIAN], {"actor": ann, "now": now}
    mine = {"actor": tao, "now": now}
    with writing():
        made = {}
        for state in V:
            order = orders.open_work_order(place=place, category=leak, urgency=leak.urgency, summary="It drips", **by)
            made[state] = schedule_visit(order, crew=[tao], planned_at=now + HOUR, **by)
        take_step(made[V.ACCEPTED], Step.ACCEPT, **mine)
        take_step(made[V.ON_THE_WAY], Step.DEPART, **mine)
        take_step(made[V.ON_SITE], Step.ARRIVE, **mine)
        finish_visit(made[V.DONE], work_done="Tight", no_photo_reason="Dark", **mine)
        fail_visit(made[V.NOBODY_HOME], reason=Setback.NOBODY_HOME, no_photo_reason="Dark", **mine)
        fail_visit(made[V.FAILED], reason=Setback.HELP, **mine)
        orders.hold_work_order(made[V.CANCELLED].work_order, reason=HoldReason.OUTSIDE, **by)
    rows = {state: visit.id for state, visit in made.items()}
    crew, sends = frozenset({Role.TECHNICIAN}), holders(P.DISPATCH)
    coming = (V.PLANNED, V.ACCEPTED, V.ON_THE_WAY, V.ON_SITE)
    bo_id, kind = bo.id, type(bo)

    def step(which):
        return lambda row, **who: take_step(row, which, **who)

    ask(Visit, rows, {
        "accept": Act(step(Step.ACCEPT), crew, to(V.ACCEPTED, *coming[:1])),
        "depart": Act(step(Step.DEPART), crew, to(V.ON_THE_WAY, *coming[:2])),
        "arrive": Act(step(Step.ARRIVE), crew, to(V.ON_SITE, *coming[:3])),
        "finish": Act(lambda row, **who: finish_visit(row, work_done="x", no_photo_reason="y", **who), crew,
                      to(V.DONE, *coming)),
        "fail": Act(lambda row, **who: fail_visit(row, reason=Setback.HELP, **who), crew, to(V.FAILED, *coming)),
        "nobody": Act(lambda row, **who: fail_visit(row, reason=Setback.NOBODY_HOME, no_photo_reason="y", **who), crew,
                      to(V.NOBODY_HOME, *coming)),
        "hand over": Act(lambda row, **who: hand_over_visit(row, crew=[db.session.get_one(kind, bo_id)], **who), sends,
                         to(V.PLANNED, *coming[:3])),
        "move": Act(lambda row, **who: rearrange_visit(row, crew=row.crew, planned_at=now + 3 * HOUR, **who), sends,
                    stays(*coming[:2])),
    })  # fmt: skip
    assert ask.wrong == {} and ask.many > 100


@pytest.mark.parametrize("kind", [CaseKind.COMPLAINT, CaseKind.CASE_12345, CaseKind.WAIVER_ENQUIRY])
@pytest.mark.parametrize("everybody", HOW)
def test_cases(everybody, kind, asked, place, estate, category, mei, now):
    ask = asked(everybody)
    by, is_sheet, states = {"actor": mei, "now": now}, kind is CaseKind.CASE_12345, [C.OPEN, C.ANSWERED, C.CLOSED]
    if is_sheet:
        states.append(C.RETURNED)
    with writing():
        made = {}
        for number, state in enumerate(states):
            sheet = {"external_ref": f"TZ{number}", "received_from": "x", "due_at": now + DAY} if is_sheet else {}
            made[state] = cases.open_case(estate_id=estate.id, kind=kind, words="Too loud", place=place, **sheet, **by)
        for state in (C.ANSWERED, C.CLOSED):
            cases.reply_to_case(made[state], words="Sorry", way=ReplyWay.PHONE, **by)
        cases.close_case(made[C.CLOSED], satisfaction=None, **by)
        if is_sheet:
            cases.return_case(made[C.RETURNED], reason="Not ours", **by)
    rows = {state: case.id for state, case in made.items()}
    works = holders(P.ANSWER_WAIVER_ENQUIRIES if kind is CaseKind.WAIVER_ENQUIRY else P.WORK_CASES)
    officer, leak, here = ask.users[Role.OFFICER].id, category("WATER_LEAK").id, place.id
    users, leaks, homes = type(mei), type(category("WATER_LEAK")), type(place)

    def open_order(row, **who):
        about = {"place": db.session.get_one(homes, here), "category": db.session.get_one(leaks, leak)}
        return cases.open_order_for(row, urgency=Urgency.P2, summary="It drips", **about, **who)

    ask(Case, rows, {
        "assign": Act(lambda row, **who: cases.assign_case(row, owner=db.session.get_one(users, officer), **who), works,
                      stays(C.OPEN)),
        "complex": Act(cases.make_complex, works, stays(C.OPEN) if kind is CaseKind.COMPLAINT else {}),
        "more time": Act(lambda row, **who: cases.ask_extension(row, until=now + 2 * DAY, reason="x", **who), works,
                         stays(C.OPEN) if is_sheet else {}),
        "decided": Act(lambda row, **who: cases.decide_extension(row, granted=True, **who), works, {}),
        "reply": Act(lambda row, **who: cases.reply_to_case(row, words="x", way=ReplyWay.PHONE, **who), works,
                     to(C.ANSWERED, C.OPEN)),
        "return": Act(lambda row, **who: cases.return_case(row, reason="x", **who), works,
                      to(C.RETURNED, C.OPEN) if is_sheet else {}),
        "close": Act(lambda row, **who: cases.close_case(row, satisfaction=None, **who), works,
                     to(C.CLOSED, C.ANSWERED)),
        "reopen": Act(lambda row, **who: cases.reopen_case(row, reason="x", due_at=now + DAY, **who), works,
                      to(C.OPEN, C.ANSWERED, C.RETURNED, C.CLOSED)),
        "note": Act(lambda row, **who: cases.add_note(row, words="x", **who), works, stays(*states)),
        "order": Act(open_order, works & holders(P.OPEN_WORK_ORDER), stays(C.OPEN)),
    })  # fmt: skip
    assert ask.wrong == {} and ask.many > 50


@pytest.mark.parametrize("everybody", HOW)
def test_call_backs(everybody, asked, place, estate, ann, now):
    ask = asked(everybody)
    by = {"actor": ann, "now": now}
    with writing():
        about = {"estate_id": estate.id, "reason": Reason.PROMISED, "due_at": now + HOUR, "place": place}
        made = {state: callbacks.ask_to_ring(**about, **by) for state in K}
        callbacks.note_attempt(made[K.REACHED], answer=Answer.ANSWERED, **by)
        callbacks.give_up(made[K.GIVEN_UP], because="Moved", **by)
    rows = {state: callback.id for state, callback in made.items()}
    desk = holders(P.WORK_HOTLINE)

    def ring(answer):
        return lambda row, **who: callbacks.note_attempt(row, answer=answer, **who)

    ask(Callback, rows, {
        "say instead": Act(lambda row, **who: callbacks.say_instead(row, words="x", due_at=now + HOUR, **who),
                           holders(P.LOG_CALL), stays(K.OPEN)),
        "take on": Act(lambda row, **who: callbacks.take_on(row, owner=None, **who), desk, stays(K.OPEN)),
        "in vain": Act(ring(Answer.NO_ANSWER), desk, stays(K.OPEN)),
        "reach": Act(ring(Answer.ANSWERED), desk, to(K.REACHED, K.OPEN)),
        "give up": Act(lambda row, **who: callbacks.give_up(row, because="x", **who), desk, to(K.GIVEN_UP, K.OPEN)),
        "reopen": Act(lambda row, **who: callbacks.reopen(row, due_at=now + HOUR, **who), holders(P.REOPEN_CALLBACK),
                      to(K.OPEN, K.GIVEN_UP)),
        "they rang": Act(callbacks.note_they_rang, desk, to(K.REACHED, K.OPEN)),
        "tell": Act(lambda row, **who: callbacks.write_what_came(row, words="x", **who), desk, stays(K.REACHED)),
    })  # fmt: skip
    assert ask.wrong == {} and ask.many > 40


@pytest.mark.parametrize("everybody", HOW)
def test_waivers(everybody, asked, estate, mei, now):
    """Entered by one of the desk, verified by an officer, decided by somebody who is none of those who ask here."""
    ask = asked(everybody)
    desk, officer = ask.users[Role.OPERATOR], ask.users[Role.OFFICER]
    today, homes = clock.local_date(now), {state: a_home(estate, f"{n}01") for n, state in enumerate(W, start=1)}
    papers, made = {}, {}
    with writing():
        for state, (home, resident) in homes.items():
            one = made[state] = applying.begin_application(place=db.session.merge(home), channel=Channel.DESK,
                                                           actor=desk, now=now)  # fmt: skip
            papers[state] = resident.id
            applying.write_draft(one, told(db.session.merge(resident), GROUND), actor=desk, now=now)
            if state is not W.DRAFT:
                applying.submit(one, actor=desk, now=now)
    decided = (W.VERIFIED, W.APPROVED, W.SUSPENDED, W.REFUSED, W.ENDED, W.REVOKED)
    with writing():
        made = {state: db.session.get_one(WaiverApplication, one.id) for state, one in made.items()}
        for state in (W.VERIFYING, *decided):
            act_on(made[state], ActKind.VERIFICATION_ASKED, to=W.VERIFYING, actor=officer, now=now)
        for state in decided:
            act_on(made[state], ActKind.VERIFIED, to=W.VERIFIED, actor=officer, now=now)
        deciding.ask_papers(made[W.MORE_PAPERS], reason="x", by=today, actor=officer, now=now)
    shown = {state: seen(one, now) for state, one in made.items() if state in decided}
    by = {"actor": mei, "now": now}
    with writing():
        made = {state: db.session.get_one(WaiverApplication, one.id) for state, one in made.items()}
        for state in (W.APPROVED, W.SUSPENDED, W.ENDED, W.REVOKED):
            deciding.approve(made[state], seen=shown[state], reason="x", proved=True, **by)
        deciding.refuse(made[W.REFUSED], seen=shown[W.REFUSED], reason="x", **by)
    with writing():
        made = {state: db.session.get_one(WaiverApplication, one.id) for state, one in made.items()}
        life_actions.suspend(made[W.SUSPENDED], reason="x", **by)
        life_actions.end(made[W.ENDED], EndReason.OTHER, since=today, reason="x", **by)
        life_actions.revoke(made[W.REVOKED], since=None, reason="x", **by)
    rows = {state: one.id for state, one in made.items()}
    works, decides = holders(P.WORK_WAIVERS), holders(P.DECIDE_WAIVERS)
    waiting, hers = (W.SUBMITTED, W.VERIFYING, W.MORE_PAPERS, W.VERIFIED), frozenset({Role.OPERATOR})
    digest = shown[W.VERIFIED]

    def typed(row):
        return told(row.beneficiary, GROUND, words="x")

    ask(WaiverApplication, rows, {
        "write": Act(lambda row, **who: applying.write_draft(row, typed(row), **who), hers, stays(W.DRAFT)),
        "discard": Act(applying.discard_draft, hers, stays(W.DRAFT), Conflict),
        "submit": Act(applying.submit, holders(P.APPLY_FOR_WAIVER), to(W.SUBMITTED, W.DRAFT)),
        "edit": Act(lambda row, **who: applying.edit(row, typed(row), **who), works, stays(*waiting)),
        "papers": Act(lambda row, **who: applying.bring_papers(row, typed(row), **who), works,
                      to(W.SUBMITTED, W.MORE_PAPERS)),
        "approve": Act(lambda row, **who: deciding.approve(row, seen=digest, reason="x", proved=True, **who), decides,
                       to(W.APPROVED, W.VERIFIED)),
        "refuse": Act(lambda row, **who: deciding.refuse(row, seen=digest, reason="x", **who), decides,
                      to(W.REFUSED, W.VERIFIED)),
        "ask papers": Act(lambda row, **who: deciding.ask_papers(row, reason="x", by=today, **who), works | decides,
                          to(W.MORE_PAPERS, *waiting)),
        "pass up": Act(lambda row, **who: deciding.pass_up(row, reason="x", **who), works | decides, stays(*waiting)),
        "look again": Act(lambda row, **who: deciding.ask_review(row, reason="x", **who), works,
                          to(W.VERIFIED, W.REFUSED)),
        "rest": Act(lambda row, **who: life_actions.suspend(row, reason="x", **who), works,
                    to(W.SUSPENDED, W.APPROVED)),
        "go on": Act(lambda row, **who: life_actions.resume(row, reason="x", **who), decides,
                     to(W.APPROVED, W.SUSPENDED)),
        "end": Act(lambda row, **who: life_actions.end(row, EndReason.OTHER, since=today, reason="x", **who), works,
                   to(W.ENDED, W.APPROVED, W.SUSPENDED, *waiting)),
        "revoke": Act(lambda row, **who: life_actions.revoke(row, since=None, reason="x", **who), decides,
                      to(W.REVOKED, W.APPROVED, W.SUSPENDED)),
    })  # fmt: skip
    assert ask.wrong == {} and ask.many > 200
