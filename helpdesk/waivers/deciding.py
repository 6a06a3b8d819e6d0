"""Deciding: approve, approve with changes, refuse, ask for papers, pass up; and one look more after a refusal."""

from collections.abc import Mapping
from dataclasses import replace
from datetime import date, datetime

from flask_babel import gettext as _

from helpdesk.accounts.models import User
from helpdesk.accounts.proof import require_proof
from helpdesk.billing.actions import credit_reduced_months
from helpdesk.core import clock
from helpdesk.core.access import Permission, can, require
from helpdesk.core.errors import Conflict, NotAllowed, Refused
from helpdesk.core.words import word
from helpdesk.tariff.rules import share
from helpdesk.waivers import rules
from helpdesk.waivers.acts import act_on
from helpdesk.waivers.codes import APPROVALS, ActKind, Flow
from helpdesk.waivers.facts import Facts, Terms, facts_of, needs_two
from helpdesk.waivers.models import WaiverAct, WaiverApplication
from helpdesk.waivers.policy_models import CAPS, RATES, WORK
from helpdesk.waivers.queries import Power, deciders, power_of, power_over
from helpdesk.waivers.rules import Step
from helpdesk.waivers.states import OPEN, WaiverStatus

S = WaiverStatus


def approve(
    application: WaiverApplication, *, seen: str, reason: str, until_on: date | None = None, proved: bool = False,
    actor: User, now: datetime, **rates: int | None,
) -> Step:  # fmt: skip
    """Let a home pay less, as the policy has it or (with other `rates`) less of it; both figures are kept.

    Above the limit the first approval only counts together with a second one of somebody above. Refused while the
    policy leaves this home out, for more than the policy gives, and without fresh proof above its limit; Conflict when
    something changed since it was shown.
    """
    today = clock.local_date(now)
    power, facts = _decide(application, seen, reason, actor, today)
    if facts.walls:
        raise Refused(" ".join(word(wall) for wall in facts.walls))
    given = _given(facts, rates, until_on, today)
    monthly = share(facts.month_fee_fen, given.property_fee_bp, given.property_fee_cap_fen)
    if monthly * 12 > application.policy.proof_above_fen:
        require_proof(proved)
    first = first_approval_of(application)
    by_two = needs_two(application, monthly * 12)
    step = _step(application, power, by_two=by_two)
    if step is Step.NEEDS_OWNER:
        raise Refused(above(by_two))
    if first is not None and step is Step.COUNTS and by_two:
        _check_same(first, given)
    figures = _figures(facts, given, monthly, power, seen)
    if step is Step.FIRST_OF_TWO:
        application.passed_up = True
        act_on(application, ActKind.FIRST_APPROVAL, reason=reason, actor=actor, now=now, **figures)
        return step
    _grant(application, facts, given, monthly, today)
    kind = ActKind.APPROVED if given == facts.terms else ActKind.APPROVED_WITH_CHANGES
    act_on(application, kind, to=S.APPROVED, reason=reason, actor=actor, now=now, **figures)
    if given.property_fee_bp and application.flow is not Flow.PAY_THEN_SUBSIDY:
        credit_reduced_months(application.place_id, application.fee_from, actor=actor, now=now)
    return step


def refuse(application: WaiverApplication, *, seen: str, reason: str, actor: User, now: datetime) -> None:
    """Say no, with a reason that the resident is told. One look more by somebody else can be asked for."""
    power, facts = _decide(application, seen, reason, actor, clock.local_date(now))
    figures = {
        "asked_bp": facts.terms.property_fee_bp,
        "asked_fen": facts.monthly_fen,
        "asked_until": facts.terms.until_on,
    }
    act_on(
        application, ActKind.REFUSED, to=S.REFUSED, reason=reason, actor=actor, now=now, shown_hash=seen,
        as_owner=power.as_owner, stands_in_for_id=power.for_user_id, **figures, given_bp=0, given_fen=0,
    )  # fmt: skip


def ask_papers(application: WaiverApplication, *, reason: str, by: date | None, actor: User, now: datetime) -> None:
    """Send it back for papers, with a day until which they are waited for. Refused without the day or which papers."""
    if not _may_work(actor, application, clock.local_date(now)):
        raise NotAllowed()
    _still_open(application)
    if not reason.strip():
        raise Refused(_("Write which papers are missing."), field="reason")
    if by is None:  # without a day nobody could ever decide without them
        raise Refused(_("Give a day."), field="papers_by")
    if by < clock.local_date(now):
        raise Refused(_("This day is past."), field="papers_by")
    application.papers_by = by
    act_on(application, ActKind.PAPERS_ASKED, to=S.MORE_PAPERS, reason=reason, actor=actor, now=now)


def pass_up(application: WaiverApplication, *, reason: str, actor: User, now: datetime) -> None:
    """Leave it to whoever stands above. Refused without saying why."""
    if not _may_work(actor, application, clock.local_date(now)):
        raise NotAllowed()
    _still_open(application)
    if not reason.strip():
        raise Refused(_("Write why somebody above should decide."), field="reason")
    application.passed_up = True
    act_on(application, ActKind.PASSED_UP, reason=reason, actor=actor, now=now)


def ask_review(application: WaiverApplication, *, reason: str, actor: User, now: datetime) -> None:
    """After a refusal the resident may have it looked at once more, by somebody else. Conflict the second time."""
    require(actor, Permission.WORK_WAIVERS, application.estate_id)
    if application.status is not S.REFUSED:
        raise Conflict(_("Only a refusal is looked at once more."))
    if application.reviewed:
        raise Conflict(_("It was looked at once more already: the second answer stands."))
    if not reason.strip():
        raise Refused(_("Write what they say against the refusal."), field="reason")
    application.reviewed = True
    act_on(application, ActKind.REVIEW_ASKED, to=S.VERIFIED, reason=reason, actor=actor, now=now)


def first_approval_of(application: WaiverApplication) -> WaiverAct | None:
    """The approval that waits for a second one; an edit or a refusal has voided what was before it."""
    last_change = max((act.id for act in application.acts if act.kind in (ActKind.EDITED, ActKind.REFUSED)), default=0)
    standing = [act for act in application.acts if act.kind in APPROVALS and act.id > last_change]
    return standing[-1] if standing else None


def was_passed_up(application: WaiverApplication) -> bool:
    """Whether somebody left it to whoever stands above, who has to approve it then."""
    handed_in = max((act.id for act in application.acts if act.kind is ActKind.SUBMITTED), default=0)
    return any(act.kind is ActKind.PASSED_UP and act.id > handed_in for act in application.acts)


def who_approves(application: WaiverApplication, facts: Facts, on: date) -> list[User]:
    """Whose approval would come to something on a local date, by name; nobody's while the policy leaves it out."""
    ways = ((user, *power_over(user, application, on)) for user in deciders(application.estate_id, on))
    return [user for user, power, barred in ways if not barred and comes_to_something(application, facts, power)]


def comes_to_something(application: WaiverApplication, facts: Facts, power: Power) -> bool:
    """Whether any approval as this somebody would, for what the policy gives or for less."""
    limits = {facts.needs_two, needs_two(application, 0)}
    steps = {_step(application, power, by_two=by_two) for by_two in limits}
    return not facts.walls and steps != {Step.NEEDS_OWNER}


def _step(application: WaiverApplication, power: Power, *, by_two: bool) -> Step:
    first = first_approval_of(application)
    return rules.approval(
        needs_two=by_two, approved_before=first is not None, owner_before=bool(first and first.as_owner),
        as_owner=power.as_owner, passed_up=was_passed_up(application),
    )  # fmt: skip


def above(by_two: bool) -> str:
    """Why it is for the one above."""
    if by_two:
        return _("The second approval above the limit is the owner's, or of whoever stands in for the owner.")
    return _("It was passed up: the owner approves it, or whoever stands in for the owner.")


def _decide(application: WaiverApplication, seen: str, reason: str, actor: User, today: date) -> tuple[Power, Facts]:
    """Whether this person may decide this, now, and about what they saw."""
    power, found = power_over(actor, application, today)
    if found:
        raise NotAllowed(" ".join(word(bar) for bar in found))
    if application.status is not S.VERIFIED:
        raise Conflict(_("This does not wait for a decision: it is “%(status)s”.", status=word(application.status)))
    facts = facts_of(application, today)
    if seen != facts.digest:
        raise Conflict(_("Something it rests on changed since you opened it. Read it again, then decide."))
    if not reason.strip():
        raise Refused(_("Write why."), field="reason")
    return power, facts


def _given(facts: Facts, rates: Mapping[str, int | None], until_on: date | None, today: date) -> Terms:
    """What is granted: the policy's terms, or less. More would be another policy."""
    asked = facts.terms
    chosen = {name: rate for name, rate in rates.items() if rate is not None}
    for name, rate in chosen.items():
        if not 0 <= rate <= getattr(asked, name):
            raise Refused(_("The policy gives no more than this."), field=name.removesuffix("_bp"))
    if until_on is not None and not today < until_on <= asked.until_on:
        raise Refused(_("It ends after today, and not later than the policy has it."), field="until_on")
    return replace(asked, **chosen, until_on=until_on or asked.until_on)


def _check_same(first: WaiverAct, given: Terms) -> None:
    work = tuple(getattr(first, f"given_{what}_bp") for what in WORK)
    if (first.given_bp, *work, first.given_until) != (*given.rates, given.until_on):
        raise Refused(_("The first approval was for other figures. Approve the same, or ask them to decide again."))


def _figures(facts: Facts, given: Terms, monthly: int, power: Power, seen: str) -> dict:
    return {
        "shown_hash": seen, "as_owner": power.as_owner, "stands_in_for_id": power.for_user_id,
        "asked_bp": facts.terms.property_fee_bp, "given_bp": given.property_fee_bp,
        "asked_until": facts.terms.until_on, "given_until": given.until_on,
        "asked_fen": facts.monthly_fen, "given_fen": monthly,
        **{f"asked_{what}_bp": getattr(facts.terms, f"{what}_bp") for what in WORK},
        **{f"given_{what}_bp": getattr(given, f"{what}_bp") for what in WORK},
    }  # fmt: skip


def _grant(application: WaiverApplication, facts: Facts, given: Terms, monthly: int, today: date) -> None:
    """Copy the figures: a later policy does not change what was granted."""
    for name in (*RATES, *CAPS, "until_on"):
        setattr(application, name, getattr(given, name))
    application.approved_on, application.fee_from = today, facts.fee_from
    application.yearly_fen = monthly * 12
    application.bearer, application.flow = facts.ground.bearer, facts.ground.flow


def _may_work(actor: User, application: WaiverApplication, today: date) -> bool:
    works = can(actor, Permission.WORK_WAIVERS, application.estate_id)
    return works or power_of(actor, application.estate_id, today).may_decide


def _still_open(application: WaiverApplication) -> None:
    if application.status not in OPEN:
        raise Conflict(_("This application is no longer open. Look at it again."))
