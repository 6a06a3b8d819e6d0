"""Finding cases. Every query starts from what this user may know about."""

import re
from datetime import datetime

from flask import abort
from flask_babel import gettext as _
from sqlalchemy import Select, and_, func, or_, select
from sqlalchemy.orm import joinedload, selectinload

from helpdesk.accounts.models import User
from helpdesk.accounts.queries import holding
from helpdesk.cases.models import Case, CaseKind
from helpdesk.cases.rules import PREFIX
from helpdesk.cases.states import CaseStatus
from helpdesk.core import clock
from helpdesk.core.access import Permission, Role, can, estates, roles_with
from helpdesk.core.errors import Conflict
from helpdesk.core.extensions import db
from helpdesk.duty.models import Post
from helpdesk.duty.queries import on_duty
from helpdesk.estate.models import Person, Place
from helpdesk.estate.ringing import Reach, reach

NUMBER = re.compile(rf"(?:{'|'.join(PREFIX.values())})[0-9]{{8}}-[0-9]{{4,8}}", re.ASCII)
P = Permission
WHOLE = (
    joinedload(Case.place), joinedload(Case.person).selectinload(Person.phones), joinedload(Case.phone),
    joinedload(Case.work_order), joinedload(Case.owner), joinedload(Case.opened_by), selectinload(Case.extensions),
)  # fmt: skip
AS_ROW = (joinedload(Case.place).load_only(Place.address), joinedload(Case.owner).load_only(User.name))


def visible_cases(user) -> Select[tuple[Case]]:
    """Cases this user may know about. Of an enquiry about waivers only those do who answer or oversee them, and whoever
    took the call.
    """
    asks_for_waiver = Case.kind == CaseKind.WAIVER_ENQUIRY
    of_waivers = estates(user, P.ANSWER_WAIVER_ENQUIRIES) | estates(user, P.OVERSEE_CASES)
    mine = estates(user, P.SEE_CASES)
    visible = (
        and_(Case.estate_id.in_(mine), ~asks_for_waiver),
        and_(Case.estate_id.in_(mine & of_waivers), asks_for_waiver),
        and_(Case.estate_id.in_(mine), Case.opened_by_id == user.id),
    )
    return select(Case).where(or_(*visible))


def get_case(user, number: str, *, seen_version: int | None = None) -> Case:
    """One case; 404 if there is none for this user, Conflict if it changed since they looked."""
    if not NUMBER.fullmatch(number):
        abort(404)
    found = visible_cases(user).where(Case.number == number).options(*WHOLE)
    case = db.session.scalar(found) or abort(404)
    if seen_version is not None and seen_version != case.version:
        raise Conflict(_("Someone changed this case while you were looking at it. Check, then save again."))
    return case


def knows_words(user, case: Case) -> bool:
    """Whether this user may read what it is about, and whom: of a waiver only who answers it, or took the call."""
    if case.kind is not CaseKind.WAIVER_ENQUIRY or case.opened_by_id == user.id:
        return True
    return can(user, P.ANSWER_WAIVER_ENQUIRIES, case.estate_id)


def reach_of_case(case: Case, now: datetime) -> Reach:
    """Where whoever waits for the answer may be rung."""
    days = {"rang_on": clock.local_date(case.received_at), "today": clock.local_date(now)}
    return reach(case.phone, case.person, **days)


def permission_for(kind: CaseKind) -> Permission:
    """What somebody must hold to work on a case of this kind, and to answer for it."""
    return P.ANSWER_WAIVER_ENQUIRIES if kind is CaseKind.WAIVER_ENQUIRY else P.WORK_CASES


def may_work(user, case: Case) -> bool:
    return can(user, permission_for(case.kind), case.estate_id)


def workers(estate_ids, kind: CaseKind = CaseKind.COMPLAINT) -> list[User]:
    """Who may answer for a case of this kind in one of these estates, by name; disabled accounts are left out."""
    able = holding(roles_with(permission_for(kind)), estate_ids)
    return list(db.session.scalars(able.order_by(User.name, User.id)))


def get_worker(user_id: int, *, estate_id: int, kind: CaseKind) -> User | None:
    return next((one for one in workers([estate_id], kind) if one.id == user_id), None)


def usual_owner(estate_id: int, now: datetime) -> User | None:
    """Who answers for a complaint when nobody is named: whoever leads now, else the manager who is here longest."""
    able = {one.id: one for one in workers([estate_id])}
    leads = [shift.user_id for shift in on_duty(estate_id, now) if shift.post is Post.LEAD and shift.user_id in able]
    managers = sorted(
        user.id
        for user in able.values()
        if any(held.role is Role.MANAGER and held.estate_id == estate_id for held in user.roles)
    )
    first = next(iter([*leads, *managers]), None)
    return able.get(first) if first else None


def twin_of(estate_id: int, kind: CaseKind, external_ref: str) -> Case | None:
    """The case that has this number of the same sender already: the caller may work on sheets of this estate."""
    if not external_ref:
        return None
    here = (Case.estate_id == estate_id, Case.kind == kind, Case.external_ref == external_ref)
    return db.session.scalar(select(Case).where(*here))


def open_cases_at(user, place: Place, *, limit: int = 5) -> list[Case]:
    """What somebody of this home still waits to have answered, the one due first on top."""
    waiting = visible_cases(user).where(Case.place_id == place.id, Case.status == CaseStatus.OPEN)
    return list(db.session.scalars(waiting.order_by(Case.reply_by, Case.id).limit(limit)))


def due_counts(user, now: datetime) -> dict[str, int]:
    """How many cases wait for their reply, how many of them are late, and how many are due today."""
    ends_at = clock.day_range(clock.local_date(now))[1]
    waiting = visible_cases(user).where(Case.status == CaseStatus.OPEN)
    late = func.count().filter(Case.reply_by < now)
    today = func.count().filter(Case.reply_by >= now, Case.reply_by < ends_at)
    row = db.session.execute(waiting.with_only_columns(func.count(), late, today)).one()
    return dict(zip(("open", "late", "today"), row, strict=True))


def cases_of_order(user, work_order) -> list[Case]:
    """The cases that led to an order, as far as this user may know of them."""
    return list(db.session.scalars(visible_cases(user).where(Case.work_order_id == work_order.id).order_by(Case.id)))
