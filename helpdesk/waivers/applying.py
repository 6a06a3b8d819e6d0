"""Entering an application for a resident: by telephone, at the door, at the desk; broken off and gone on with."""

from dataclasses import dataclass
from datetime import date, datetime

from flask_babel import gettext as _

from helpdesk.accounts.models import User
from helpdesk.audit.actions import record
from helpdesk.core import clock
from helpdesk.core.access import Permission, require
from helpdesk.core.errors import Conflict, NotAllowed, Refused
from helpdesk.core.extensions import db
from helpdesk.estate.models import Person, Place
from helpdesk.waivers.acts import act_on
from helpdesk.waivers.codes import ActKind, Channel, ConsentHow, ProofType
from helpdesk.waivers.models import WaiverApplication, WaiverNumber
from helpdesk.waivers.policy import ground_of, policy_on
from helpdesk.waivers.rules import fee_from
from helpdesk.waivers.scans import forget_with_draft
from helpdesk.waivers.states import OPEN, WaiverStatus

S = WaiverStatus
PREFIX = "JM"


@dataclass(frozen=True, kw_only=True)
class Told:
    """What was typed about an application; nothing of it has to be complete before it is handed in.

    `is_mine` says that the member of staff asks for it themselves; who only passed on a tip is `tip_by_name`.
    """

    beneficiary: Person | None = None
    payer: Person | None = None
    payer_name: str = ""
    asked_by_name: str = ""
    tip_by_name: str = ""
    is_mine: bool = False
    ground_code: str = ""
    words: str = ""
    consent_how: ConsentHow | None = None
    consent_to_notice: bool = False
    proof_type: ProofType | None = None
    proof_issuer: str = ""
    proof_tail: str = ""
    proof_seen_on: date | None = None
    proof_valid_until: date | None = None


PLAIN = ("payer_name", "asked_by_name", "tip_by_name", "words", "consent_to_notice")
PROOF = ("proof_type", "proof_issuer", "proof_tail", "proof_seen_on", "proof_valid_until")


def begin_application(
    *, place: Place, channel: Channel, beneficiary: Person | None = None, call_id: int | None = None,
    renews: WaiverApplication | None = None, actor: User, now: datetime,
) -> WaiverApplication:  # fmt: skip
    """Begin a draft for a home. The day it begins is the day of the application: our slowness costs nobody a month."""
    require(actor, Permission.APPLY_FOR_WAIVER, place.estate_id)
    if beneficiary is not None and beneficiary.estate_id != place.estate_id:
        raise Refused(_("This belongs to another estate."))
    policy = policy_on(place.estate_id, clock.local_date(now))
    application = WaiverApplication(
        number=_next_number(now), estate_id=place.estate_id, status=S.DRAFT, place=place, beneficiary=beneficiary,
        channel=channel, call_id=call_id, entered_by_id=actor.id, entered_at=now, policy=policy, words="",
        renews_id=renews.id if renews else None, payer_name="", asked_by_name="", tip_by_name="", ground_code="",
        consent_to_notice=False, proof_issuer="", proof_tail="", passed_up=False, reviewed=False, version=0,
    )  # fmt: skip
    db.session.add(application)
    db.session.flush()
    return application


def begin_again(old: WaiverApplication, *, actor: User, now: datetime) -> WaiverApplication:
    """Begin a draft that follows an older one, filled in from it.

    After a death nobody is chosen, and no ground: those who stay have their own. Consent and proof are asked anew.
    """
    require(actor, Permission.WORK_WAIVERS, old.estate_id)
    died = old.beneficiary is None or old.beneficiary.died_on is not None
    person = None if died else old.beneficiary
    draft = begin_application(
        place=old.place, channel=Channel.DESK, beneficiary=person, renews=old, actor=actor, now=now
    )  # fmt: skip
    payer = old.payer if old.payer and not old.payer.died_on else None
    known = {ground.code for ground in draft.policy.grounds}
    ground_code = "" if died or old.ground_code not in known else old.ground_code
    told = Told(beneficiary=person, payer=payer, payer_name=old.payer_name, ground_code=ground_code)
    write_draft(draft, told, actor=actor, now=now)
    return draft


def write_draft(application: WaiverApplication, told: Told, *, actor: User, now: datetime) -> None:
    """Keep what was typed so far. Only whoever began it writes in it, and it leaves no event: nobody else sees it."""
    if application.status is not S.DRAFT:
        raise Conflict(_("This application was handed in already."))
    if application.entered_by_id != actor.id:
        raise NotAllowed(_("Only whoever began this draft goes on with it."))
    application.requester_id = actor.id if told.is_mine else None
    _write(application, told, actor, now)
    application.version += 1
    db.session.flush()


def submit(application: WaiverApplication, *, actor: User, now: datetime) -> None:
    """Hand a draft in. Refused without a person, a ground, and their consent to keep what it needs to be decided."""
    require(actor, Permission.APPLY_FOR_WAIVER, application.estate_id)
    if application.status is not S.DRAFT:
        raise Conflict(_("This application was handed in already."))
    application.applied_on = clock.local_date(application.entered_at)
    application.policy = policy_on(application.estate_id, application.applied_on)
    ground = _complete(application)
    to = S.SUBMITTED if ground.is_verified else S.VERIFIED
    act_on(application, ActKind.SUBMITTED, to=to, actor=actor, now=now)


def edit(application: WaiverApplication, told: Told, *, actor: User, now: datetime) -> None:
    """Correct what was handed in. Whatever was approved of it no longer counts, and whoever corrects decides nothing.

    Another person or ground has to be verified again.
    """
    require(actor, Permission.WORK_WAIVERS, application.estate_id)
    if application.status not in OPEN:
        raise Conflict(_("This application is decided: it can no longer be changed."))
    before = (application.ground_code, application.beneficiary_id)
    _write(application, told, actor, now)
    db.session.flush()
    ground = _complete(application)
    is_other = before != (application.ground_code, application.beneficiary_id)
    to = S.SUBMITTED if is_other and ground.is_verified and application.status is S.VERIFIED else None
    act_on(application, ActKind.EDITED, to=to, actor=actor, now=now)


def bring_papers(application: WaiverApplication, told: Told, *, actor: User, now: datetime) -> None:
    """Note the papers that were asked for; it goes on where it stood."""
    require(actor, Permission.WORK_WAIVERS, application.estate_id)
    if application.status is not S.MORE_PAPERS:
        raise Conflict(_("No papers are waited for."))
    _write_proof(application, told, actor, now)
    application.papers_by = None
    ground = _complete(application)
    was_verified = any(act.kind is ActKind.VERIFIED for act in application.acts)
    to = S.VERIFIED if was_verified or not ground.is_verified else S.SUBMITTED
    act_on(application, ActKind.PAPERS_BROUGHT, to=to, actor=actor, now=now)


def discard_draft(application: WaiverApplication, *, actor: User, now: datetime) -> None:
    if application.status is not S.DRAFT or application.entered_by_id != actor.id:
        raise Conflict(_("Only one's own draft can be thrown away."))
    record("waiver.discarded", application, actor=actor, now=now)
    forget_with_draft(application, actor=actor, now=now)
    db.session.delete(application)


def _complete(application: WaiverApplication):
    """The ground, if everything is there that a decision needs."""
    if application.beneficiary is None:
        raise Refused(_("Choose whom it is for."), field="beneficiary_id")
    if application.beneficiary.died_on:
        raise Refused(_("This person has died. The survivor may apply in their own name."), field="beneficiary_id")
    ground = ground_of(application.policy, application.ground_code)
    if ground is None:
        raise Refused(_("Choose the ground."), field="ground_code")
    if application.consent_at is None:
        raise Refused(_("Read the sentence out, and note how they agreed."), field="consent_how")
    return ground


def _write(application: WaiverApplication, told: Told, actor: User, now: datetime) -> None:
    people = [one for one in (told.beneficiary, told.payer) if one is not None]
    if any(person.estate_id != application.estate_id for person in people):
        raise Refused(_("This belongs to another estate."))
    application.beneficiary, application.payer = told.beneficiary, told.payer
    application.ground_code = told.ground_code
    for name in PLAIN:
        setattr(application, name, getattr(told, name))
    if told.consent_how is not application.consent_how:
        application.consent_how = told.consent_how
        application.consent_at = now if told.consent_how else None
    _write_proof(application, told, actor, now)


def _write_proof(application: WaiverApplication, told: Told, actor: User, now: datetime) -> None:
    if len(told.proof_tail) > 4:
        raise Refused(_("Only the last four characters are kept."), field="proof_tail")
    if told.proof_seen_on and told.proof_seen_on > clock.local_date(now):
        raise Refused(_("This lies in the future."), field="proof_seen_on")
    is_new = any(getattr(application, name) != getattr(told, name) for name in PROOF)
    for name in PROOF:
        setattr(application, name, getattr(told, name))
    if is_new:
        seen = told.proof_type is not None
        application.proof_seen_by_id = actor.id if seen else None
        application.proof_seen_on = (told.proof_seen_on or clock.local_date(now)) if seen else None


def _next_number(now: datetime) -> str:
    """Draw the next number of this Shanghai day. Under the write lock, so it has no gap and no twin."""
    day = clock.local_date(now)
    drawn = db.session.get(WaiverNumber, day)
    if drawn is None:
        drawn = WaiverNumber(day=day, last=0)
        db.session.add(drawn)
    drawn.last += 1
    return f"{PREFIX}{day:%Y%m%d}-{drawn.last:04}"


def month_it_begins(application: WaiverApplication) -> date:
    """From when the property fee would be less, if it is granted."""
    return fee_from(clock.local_date(application.entered_at))
