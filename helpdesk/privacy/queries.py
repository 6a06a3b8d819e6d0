from collections.abc import Sequence

from flask import abort
from sqlalchemy import Select, select
from sqlalchemy.orm import joinedload

from helpdesk.core.access import Permission, estates
from helpdesk.core.extensions import db
from helpdesk.estate.models import Person
from helpdesk.privacy.models import ErasureRequest
from helpdesk.privacy.states import ErasureStatus

P = Permission
ROWS = 100


def visible_requests(user) -> Select[tuple[ErasureRequest]]:
    mine = estates(user, P.HANDLE_PERSON_REQUESTS) | estates(user, P.CONSENT_TO_ERASURE)
    return select(ErasureRequest).where(ErasureRequest.estate_id.in_(mine)).order_by(ErasureRequest.id.desc())


def newest_requests(user, estate_id: int) -> Sequence[ErasureRequest]:
    with_people = joinedload(ErasureRequest.person), joinedload(ErasureRequest.asked_by)
    found = visible_requests(user).where(ErasureRequest.estate_id == estate_id).options(*with_people)
    return db.session.scalars(found.limit(ROWS)).all()


def get_request(user, request_id: int) -> ErasureRequest:
    return db.session.scalar(visible_requests(user).where(ErasureRequest.id == request_id)) or abort(404)


def visible_subjects(user) -> Select[tuple[Person]]:
    """Residents whose data this user may look up on their behalf."""
    return select(Person).where(Person.estate_id.in_(estates(user, P.HANDLE_PERSON_REQUESTS)))


def get_subject(user, person_id: int) -> Person:
    return db.session.scalar(visible_subjects(user).where(Person.id == person_id)) or abort(404)


def waiting_for(person: Person) -> ErasureRequest | None:
    waiting = ErasureRequest.person_id == person.id, ErasureRequest.status == ErasureStatus.WAITING
    return db.session.scalar(select(ErasureRequest).where(*waiting))
