"""Looking at a home ourselves: a visit like any other, which says nothing of why, and what was seen there."""

from collections.abc import Sequence
from datetime import datetime

from flask import abort
from flask_babel import force_locale
from flask_babel import gettext as _
from sqlalchemy import Select, and_, or_, select
from sqlalchemy.orm import joinedload

from helpdesk.accounts.models import User
from helpdesk.audit.actions import record
from helpdesk.core import clock
from helpdesk.core.access import Permission, can, estates, require
from helpdesk.core.errors import Conflict, NotAllowed, Refused
from helpdesk.core.extensions import db
from helpdesk.repairs.actions import cancel_by_consequence, open_by_consequence
from helpdesk.repairs.models import CancelReason, Urgency, Visit, WorkOrder, WorkOrderKind
from helpdesk.repairs.queries import categories_of
from helpdesk.repairs.states import NOT_SET_OUT, OPEN, STILL_TO_DO, Setback
from helpdesk.scheduling.actions import finish_visit
from helpdesk.verification.models import Answer, HomeCheck
from helpdesk.waivers.acts import act_on
from helpdesk.waivers.codes import ActKind
from helpdesk.waivers.models import WaiverApplication
from helpdesk.waivers.states import OPEN as WAITING
from helpdesk.waivers.states import WaiverStatus

P = Permission
PLAIN = "OTHER"  # the kind of work that says nothing of what is the matter
CHECKED = (*WAITING, WaiverStatus.APPROVED, WaiverStatus.SUSPENDED)


def order_home_check(application: WaiverApplication, *, actor: User, now: datetime) -> HomeCheck:
    """Have somebody look at the home. The work order names neither the waiver nor its ground.

    Conflict while another look is still to come, and for what is over.
    """
    require(actor, P.WORK_WAIVERS, application.estate_id)
    if application.status not in CHECKED:
        raise Conflict(_("This application is no longer open. Look at it again."))
    if any(check.is_open for check in checks_of(application)):
        raise Conflict(_("Somebody looks at this home already."))
    kinds = categories_of(application.estate_id, on=clock.local_date(now))
    category = next((one for one in kinds if one.code == PLAIN), None)
    if category is None:
        raise Refused(_("This estate has no kind of work “other”, with which a home check is planned."))
    with force_locale("zh"):  # kept with the order, whoever made it
        words = _("Home check: look who lives there and how, and write down what you see.")
    order = open_by_consequence(
        place=application.place, category=category, urgency=Urgency.P3, summary=words,
        kind=WorkOrderKind.HOME_CHECK, actor=actor, now=now,
    )  # fmt: skip
    check = HomeCheck(
        estate_id=application.estate_id, application_id=application.id, work_order=order, ordered_by_id=actor.id,
        ordered_at=now, words="", version=0,
    )  # fmt: skip
    db.session.add(check)
    record("home_check.ordered", check, actor=actor, now=now, topics=application.topics, work_order_id=order.id)
    return check


def note_home_check(check: HomeCheck, answer: Answer, *, words: str, actor: User, now: datetime) -> None:
    """Write down what was seen: whoever was sent there, or who works with waivers; they decide nothing about it.

    The visit ends with it; where nobody has set out yet, nobody needs to go any more. Refused without words for
    anything but "still so"; Conflict the second time.
    """
    if check.answer is not None:
        raise Conflict(_("What was seen there was noted before. Look at it again."))
    visit = _own_visit(check.work_order, actor)
    if visit is None and not can(actor, P.WORK_WAIVERS, check.estate_id):
        raise NotAllowed(_("Only who was sent there, or who works with waivers, can note this."))
    words = words.strip()
    if answer is not Answer.STILL_SO and not words:
        raise Refused(_("Say in a few words what is different, or why it cannot be said."), field="words")
    act = act_on(check.application, ActKind.HOME_CHECKED, reason=words, actor=actor, now=now)
    check.answer, check.words, check.act_id = answer, words, act.id
    check.answered_at, check.answered_by_id = now, actor.id
    record(
        "home_check.answered", check, actor=actor, now=now, topics=check.application.topics | check.work_order.topics,
        answer=answer,
    )  # fmt: skip
    _end_visit(check.work_order, visit, actor, now)


def visit_ended(visit: Visit, *, setback: Setback | None, actor: User, now: datetime) -> None:
    """A look that ends as any other work would say nothing of what was seen: refused. See `reactions.py`."""
    if setback is None and visit.work_order.kind is WorkOrderKind.HOME_CHECK:
        check = db.session.scalar(select(HomeCheck).where(HomeCheck.work_order_id == visit.work_order_id))
        if check is not None and check.answer is None:
            raise Refused(_("Note on the page of the home check what you saw: the visit ends with it."))


def visible_checks(user) -> Select[tuple[HomeCheck]]:
    """Those of an estate for who works with waivers; of others only what one was sent to."""
    crew = WorkOrder.visits.any(Visit.crew.any(User.id == user.id))
    sent = HomeCheck.work_order.has(and_(WorkOrder.estate_id.in_(estates(user, P.DO_VISITS)), crew))
    whole = HomeCheck.estate_id.in_(estates(user, P.WORK_WAIVERS))
    return select(HomeCheck).where(or_(whole, sent))


def get_check(user, order_number: str, *, seen_version: int | None = None) -> HomeCheck:
    """The home check of a work order; 404 if there is none for this user, Conflict if it changed since they looked."""
    found = visible_checks(user).join(HomeCheck.work_order).where(WorkOrder.number == order_number)
    check = db.session.scalar(found) or abort(404)
    if seen_version is not None and seen_version != check.version:
        raise Conflict(_("Someone changed this while you were looking at it. Check, then save again."))
    return check


def open_checks(user, estate_id: int) -> Sequence[HomeCheck]:
    """Looks that are still to come, the oldest first."""
    waiting = visible_checks(user).join(HomeCheck.work_order).where(
        HomeCheck.estate_id == estate_id, HomeCheck.answer.is_(None), WorkOrder.status.in_(OPEN)
    )  # fmt: skip
    return db.session.scalars(waiting.order_by(HomeCheck.id)).all()


def checks_of(application: WaiverApplication) -> Sequence[HomeCheck]:
    """All looks at the home of an application that was loaded through its own permission, the newest first."""
    found = select(HomeCheck).where(HomeCheck.application_id == application.id)
    with_all = (joinedload(HomeCheck.work_order), joinedload(HomeCheck.answered_by))
    return db.session.scalars(found.options(*with_all).order_by(HomeCheck.id.desc())).all()


def _own_visit(order: WorkOrder, actor: User) -> Visit | None:
    """The visit on which this person was sent there: the one still to do, else the last."""
    if not can(actor, P.DO_VISITS, order.estate_id):
        return None
    own = [visit for visit in order.visits if actor in visit.crew]
    return next((visit for visit in own if visit.status in STILL_TO_DO), own[-1] if own else None)


def _end_visit(order: WorkOrder, visit: Visit | None, actor: User, now: datetime) -> None:
    if visit is not None and visit.status in STILL_TO_DO:
        with force_locale("zh"):
            told = {"work_done": _("Looked at the home"), "no_photo_reason": _("No photos on a home check")}
        finish_visit(visit, **told, actor=actor, now=now)
    elif order.status in OPEN and all(one.status in NOT_SET_OUT for one in order.visits if one.status in STILL_TO_DO):
        cancel_by_consequence(order, reason=CancelReason.WITHDRAWN, actor=actor, now=now)
