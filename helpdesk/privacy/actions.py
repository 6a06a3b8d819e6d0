"""Asking that a resident be erased, and deciding about it: never one person alone."""

from datetime import datetime

from flask_babel import gettext as _

from helpdesk.accounts.models import User
from helpdesk.audit.actions import record
from helpdesk.core import clock
from helpdesk.core.access import Permission, require
from helpdesk.core.errors import Conflict, NotAllowed, Refused
from helpdesk.core.extensions import db
from helpdesk.estate.models import Person
from helpdesk.privacy.models import ErasureRequest
from helpdesk.privacy.queries import waiting_for
from helpdesk.privacy.states import ErasureStatus, move
from helpdesk.retention.files import Files
from helpdesk.retention.persons import Plan, forget_person, is_forgotten, why_not_yet


def ask_erasure(person: Person, *, reason: str, actor: User, now: datetime) -> ErasureRequest:
    """Write down that somebody wants to be erased. Refused while something with them is still open."""
    require(actor, Permission.HANDLE_PERSON_REQUESTS, person.estate_id)
    if is_forgotten(person) or waiting_for(person):
        raise Conflict(_("This was asked before, or is done already. Look at the list of requests."))
    _check(person, now)
    request = ErasureRequest(
        estate_id=person.estate_id, person_id=person.id, reason=reason.strip(), asked_by_id=actor.id, asked_at=now,
        version=0,
    )  # fmt: skip
    db.session.add(request)
    db.session.flush()
    record("erasure.asked", request, actor=actor, now=now, person_id=person.id)
    return request


def consent(request: ErasureRequest, plan: Plan, *, actor: User, now: datetime) -> Files:
    """Erase. Whoever asked may not consent; the files that are returned go once this is committed."""
    require(actor, Permission.CONSENT_TO_ERASURE, request.estate_id)
    if actor.id == request.asked_by_id:
        raise NotAllowed(_("You wrote this request down yourself. Somebody else has to consent."))
    person = request.person
    move(request, ErasureStatus.DONE)
    request.decided_by_id, request.decided_at = actor.id, now
    _check(person, now)
    counts, files = forget_person(person, plan, actor=actor, now=now)
    record("erasure.done", request, actor=actor, now=now, person_id=request.person_id, **counts)
    return files


def refuse(request: ErasureRequest, *, answer: str, actor: User, now: datetime) -> None:
    require(actor, Permission.CONSENT_TO_ERASURE, request.estate_id)
    move(request, ErasureStatus.REFUSED)
    request.answer, request.decided_by_id, request.decided_at = answer.strip(), actor.id, now
    record("erasure.refused", request, actor=actor, now=now, person_id=request.person_id)


def withdraw(request: ErasureRequest, *, actor: User, now: datetime) -> None:
    """The resident thought better of it."""
    require(actor, Permission.HANDLE_PERSON_REQUESTS, request.estate_id)
    move(request, ErasureStatus.WITHDRAWN)
    request.decided_by_id, request.decided_at = actor.id, now
    record("erasure.withdrawn", request, actor=actor, now=now, person_id=request.person_id)


def _check(person: Person, now: datetime) -> None:
    if reasons := why_not_yet(person, clock.local_date(now)):
        raise Refused(_("This cannot be erased yet.") + " " + " ".join(reasons))
