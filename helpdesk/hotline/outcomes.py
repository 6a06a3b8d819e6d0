"""What follows from the outcome of a call, in the same save: all of it, or nothing."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from flask_babel import gettext as _
from sqlalchemy import select

from helpdesk.accounts.models import User
from helpdesk.cases.actions import open_case
from helpdesk.cases.models import Case, CaseKind, Praise, Team
from helpdesk.cases.praising import pass_on_praise
from helpdesk.cases.queries import usual_owner, visible_cases
from helpdesk.core.errors import Refused
from helpdesk.core.extensions import db
from helpdesk.hotline.models import Call, Outcome
from helpdesk.repairs.actions import chase_work_order
from helpdesk.repairs.models import Category, Urgency
from helpdesk.repairs.queries import running_visit
from helpdesk.repairs.rules import chases_now
from helpdesk.repairs.states import OPEN

ELDER_CHECK = "ELDER_CHECK"  # nobody has heard of somebody old who lives alone: a danger
CARES = {ELDER_CHECK, "HURT", "AT_EDGE", "STUCK"}  # somebody goes for a person, not for a thing


class GoesOn(StrEnum):
    """What becomes of somebody who asked for help."""

    NOTHING_MORE = "nothing_more"
    ORDER = "order"
    CASE = "case"


@dataclass(frozen=True, kw_only=True)
class FollowUp:
    """What was decided besides the outcome itself: who answers for a complaint, who is praised, how help goes on."""

    owner: User | None = None
    is_complex: bool = False
    goes_on: GoesOn | None = None
    praised: User | None = None
    team: Team | None = None


KINDS = {
    Outcome.COMPLAINT: CaseKind.COMPLAINT, Outcome.WAIVER: CaseKind.WAIVER_ENQUIRY, Outcome.HELP: CaseKind.HELP,
}  # fmt: skip
RINGS_BACK = {*KINDS, Outcome.REPAIR, Outcome.NUISANCE}  # the number has to be known again


def tells_of_danger(category: Category | None, urgency: Urgency | None) -> bool:
    """Whether somebody has to go at once: the kind is a danger by itself, or something in the words made it one."""
    return Urgency.P0 in (category.urgency if category else None, urgency)


def opens_order(typed) -> bool:
    """Whether somebody goes: for a repair, and for some help. Refused if help is left open, or a danger unattended."""
    if typed.outcome is Outcome.REPAIR:
        return True
    if typed.outcome is not Outcome.HELP:
        return False
    danger = tells_of_danger(typed.category, typed.urgency)
    if danger and typed.after.goes_on in (GoesOn.NOTHING_MORE, GoesOn.CASE):
        raise Refused(_why_somebody_goes(typed.category), field="goes_on")
    if danger or typed.after.goes_on is GoesOn.ORDER:
        return True
    if typed.after.goes_on is not GoesOn.CASE and not typed.answer:
        raise Refused(_("Write who was asked to go, or what was arranged."), field="answer")
    return False


def _why_somebody_goes(category: Category | None) -> str:
    if category and category.code == ELDER_CHECK:
        return _("Nobody can reach an elder who lives alone: somebody has to go. If it is not so, choose what it is.")
    return _("This is a danger: somebody has to go. If it is none, choose what it is.")


def follow(call: Call, typed, *, actor: User, now: datetime) -> None:
    """Do what the outcome asks for besides keeping the call and its work order."""
    if call.outcome is Outcome.CHASE:
        if typed.about is None:
            raise Refused(_("Choose the work order they ask after, or write its number."), field="chased")
        chase_work_order(typed.about, call_id=call.id, actor=actor, now=now)
    elif call.outcome is Outcome.PRAISE:
        pass_on_praise(
            estate_id=call.estate_id, words=call.words, user=typed.after.praised,
            team=typed.after.team or Team.EVERYBODY, call_id=call.id, actor=actor, now=now,
        )  # fmt: skip
    elif call.outcome in (Outcome.COMPLAINT, Outcome.WAIVER) or (
        call.outcome is Outcome.HELP and typed.after.goes_on is GoesOn.CASE
    ):
        _open_case(call, typed, actor, now)


def _open_case(call: Call, typed, actor: User, now: datetime) -> None:
    kind = KINDS[call.outcome]
    owner = None if kind is CaseKind.WAIVER_ENQUIRY else typed.after.owner or usual_owner(call.estate_id, now)
    open_case(
        estate_id=call.estate_id, kind=kind, words=call.words, owner=owner, is_complex=typed.after.is_complex,
        place=call.place, person=call.person, phone=call.phone, call_id=call.id,
        work_order=typed.about if call.outcome is Outcome.COMPLAINT else None,
        received_at=min(call.happened_at, now), actor=actor, now=now,
    )  # fmt: skip


@dataclass(frozen=True)
class Followed:
    """What came of a saved call, for whoever saved it."""

    case: Case | None = None
    chases: int = 0
    nobody_sent: bool = False
    praised: str = ""


def followed(user, call: Call) -> Followed:
    """The case this user may see, how often an order was chased, whether anybody is sent, and who was praised."""
    if call.outcome is Outcome.CHASE and call.work_order:
        runs = call.work_order.status in OPEN
        return Followed(
            chases=len(chases_now(call.work_order)), nobody_sent=runs and not running_visit(call.work_order)
        )
    if call.outcome is Outcome.PRAISE:
        praise = db.session.scalar(select(Praise).where(Praise.call_id == call.id))
        named = praise.readers[0].user.name if praise and praise.readers and not praise.team else ""
        return Followed(praised=named)
    case = db.session.scalar(visible_cases(user).where(Case.call_id == call.id)) if call.outcome in KINDS else None
    return Followed(case=case)
