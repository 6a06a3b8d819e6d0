"""Finding applications, and who may decide. Every query starts from what this user may know."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date

from flask import abort
from flask_babel import gettext as _
from sqlalchemy import Select, and_, func, or_, select
from sqlalchemy.orm import joinedload, selectinload

from helpdesk.accounts.models import User, UserRole
from helpdesk.accounts.queries import holding
from helpdesk.core.access import GRANTS, Permission, can, estates, roles_with
from helpdesk.core.errors import Conflict
from helpdesk.core.extensions import db
from helpdesk.estate.models import Occupancy, OccupancyRole, Person, Place, PlaceKind
from helpdesk.estate.queries import lives_there
from helpdesk.waivers.codes import APPROVALS, TAKES_PART, VERIFIES, ActKind
from helpdesk.waivers.models import StaffTie, StandIn, WaiverAct, WaiverApplication
from helpdesk.waivers.policy_models import WaiverPolicy
from helpdesk.waivers.rules import Bar, Lack, Part, bars
from helpdesk.waivers.states import WaiverStatus

P = Permission
S = WaiverStatus
WHOLE = (
    joinedload(WaiverApplication.place), joinedload(WaiverApplication.beneficiary), joinedload(WaiverApplication.payer),
    joinedload(WaiverApplication.entered_by), joinedload(WaiverApplication.proof_seen_by),
    joinedload(WaiverApplication.policy).selectinload(WaiverPolicy.grounds),
    selectinload(WaiverApplication.acts).joinedload(WaiverAct.actor),
)  # fmt: skip


def visible_applications(user) -> Select[tuple[WaiverApplication]]:
    """All of an estate for those who see waivers; anybody else only their own drafts."""
    own_drafts = and_(
        WaiverApplication.estate_id.in_(estates(user, P.APPLY_FOR_WAIVER)),
        WaiverApplication.entered_by_id == user.id,
        WaiverApplication.status == S.DRAFT,
    )
    standing_in = estates_standing_in(user)
    seen = estates(user, P.SEE_WAIVERS) | standing_in
    return select(WaiverApplication).where(
        or_(and_(WaiverApplication.estate_id.in_(seen), WaiverApplication.status != S.DRAFT), own_drafts)
    )


def get_application(user, number: str, *, seen_version: int | None = None) -> WaiverApplication:
    """One application; 404 if there is none for this user, Conflict if it changed since they looked."""
    found = visible_applications(user).where(WaiverApplication.number == number).options(*WHOLE)
    application = db.session.scalar(found) or abort(404)
    if seen_version is not None and seen_version != application.version:
        raise Conflict(_("Someone changed this application while you were looking at it. Check, then decide again."))
    return application


def own_drafts(user) -> Sequence[WaiverApplication]:
    """What this user began to enter and did not hand in yet."""
    mine = visible_applications(user).where(
        WaiverApplication.status == S.DRAFT, WaiverApplication.entered_by_id == user.id
    )
    return db.session.scalars(mine.options(joinedload(WaiverApplication.place)).order_by(WaiverApplication.id)).all()


def counting_on(day: date):
    """The condition that a waiver was granted and not ended by a local date: `states.standing` in SQL."""
    return and_(
        WaiverApplication.status == S.APPROVED,
        WaiverApplication.approved_on <= day,
        WaiverApplication.until_on > day,
    )


def estates_standing_in(user, on: date | None = None) -> frozenset[int]:
    """The estates where this user was named to decide for somebody; of any date unless one is given."""
    if not user.is_authenticated or not user.is_active:
        return frozenset()
    named = select(StandIn.estate_id).where(StandIn.user_id == user.id, StandIn.called_off_at.is_(None))
    if on is not None:
        named = named.where(StandIn.from_on <= on, StandIn.until_on > on)
    return frozenset(db.session.scalars(named)) & frozenset(held.estate_id for held in user.roles)


@dataclass(frozen=True)
class Power:
    """As whom somebody decides."""

    may_decide: bool
    as_owner: bool = False
    for_user_id: int | None = None


def power_of(user: User, estate_id: int, on: date) -> Power:
    """The most that this person may decide on a local date, by their own right or as somebody's stand-in."""
    return powers_of(user, estate_id, on)[0]


def power_over(
    user: User, application: WaiverApplication, on: date, *, besides: Bar | None = None
) -> tuple[Power, list[Bar]]:
    """As whom this person decides about an application, and what bars them from it, `besides` left aside.

    As whoever had no part in it, if there is such a way.
    """
    ways = []
    for power in powers_of(user, application.estate_id, on):
        part = part_of(user, application, power, besides=besides)
        ways.append((power, [bar for bar in bars(part) if bar is not besides]))
    return next((way for way in ways if not way[1]), ways[0])


def powers_of(user: User, estate_id: int, on: date) -> list[Power]:
    """As whom this person may decide on a local date: what gives most first, their own right before another's."""
    own = Power(can(user, P.DECIDE_WAIVERS, estate_id), can(user, P.DECIDE_WAIVERS_ABOVE, estate_id))
    named = select(StandIn).where(
        StandIn.estate_id == estate_id, StandIn.user_id == user.id, StandIn.called_off_at.is_(None),
        StandIn.from_on <= on, StandIn.until_on > on,
    )  # fmt: skip
    powers = [own]
    for row in db.session.scalars(named.options(joinedload(StandIn.for_user).selectinload(User.roles))).all():
        decides = can(row.for_user, P.DECIDE_WAIVERS, estate_id)
        powers.append(Power(decides, can(row.for_user, P.DECIDE_WAIVERS_ABOVE, estate_id), row.for_user_id))
    return sorted(powers, key=lambda power: (power.as_owner, power.may_decide), reverse=True)


def deciders(estate_id: int, on: date) -> list[User]:
    """Who may decide here on a local date, by name, in their own right or in somebody's place."""
    roles = roles_with(P.DECIDE_WAIVERS)
    by_role = select(UserRole.user_id).where(UserRole.role.in_(roles), UserRole.estate_id == estate_id)
    standing = select(StandIn.user_id).where(
        StandIn.estate_id == estate_id, StandIn.called_off_at.is_(None), StandIn.from_on <= on, StandIn.until_on > on
    )
    able = or_(User.id.in_(by_role), User.id.in_(standing))
    return list(db.session.scalars(select(User).where(User.active, able).order_by(User.name, User.id)))


def lacking(estate_id: int) -> list[Lack]:
    """Who is missing for every application to find somebody who decides it.

    Only people with a right of their own count: what somebody had a part in is barred for their stand-in as well.
    """
    roles = roles_with(P.DECIDE_WAIVERS)
    held = select(UserRole.user_id, UserRole.role).join(User, User.id == UserRole.user_id)
    found = db.session.execute(held.where(User.active, UserRole.estate_id == estate_id, UserRole.role.in_(roles))).all()
    has_owner = any(P.DECIDE_WAIVERS_ABOVE in GRANTS[row.role] for row in found)
    lacks = {Lack.SECOND: len({row.user_id for row in found}) < 2, Lack.OWNER: not has_owner}
    return [lack for lack, holds in lacks.items() if holds]


def part_of(user: User, application: WaiverApplication, power: Power, *, besides: Bar | None = None) -> Part:
    """What this person, and whoever they stand in for, has to do with an application."""
    ids = {user.id, power.for_user_id or user.id}
    people = [one for one in (application.beneficiary_id, application.payer_id) if one]
    ties = select(StaffTie.user_id).where(StaffTie.user_id.in_(ids), StaffTie.person_id.in_(people))
    tied = set(db.session.scalars(ties))
    own = replace(_part_alone(user.id, application, tied), may_decide=power.may_decide)
    if power.for_user_id is None:
        return own
    theirs = bars(_part_alone(power.for_user_id, application, tied))
    return replace(own, stood_in_for=any(bar is not besides for bar in theirs))


def _part_alone(user_id: int, application: WaiverApplication, tied: set[int]) -> Part:
    """Their own acts, what others did in their place, and who they are to the people in it."""
    mine = [act for act in application.acts if user_id in (act.actor_id, act.stands_in_for_id)]
    kinds = {act.kind for act in mine}
    last_change = max((act.id for act in application.acts if act.kind in (ActKind.EDITED, ActKind.REFUSED)), default=0)
    return Part(
        entered=application.entered_by_id == user_id, requested=application.requester_id == user_id,
        edited=bool(kinds & set(TAKES_PART) - {ActKind.SUBMITTED}), verified=bool(kinds & set(VERIFIES)),
        related=user_id in tied, refused_it=ActKind.REFUSED in kinds,
        approved_first=any(act.kind in APPROVALS and act.id > last_change for act in mine),
    )  # fmt: skip


def household_of(place_id: int, on: date) -> set[int]:
    """The ids of the people who live in a place: tenants too, owners only where they are noted as living there."""
    living = select(Occupancy.person_id).where(
        Occupancy.place_id == place_id, Occupancy.role.in_((OccupancyRole.HEAD, OccupancyRole.MEMBER)), lives_there(on)
    )
    return set(db.session.scalars(living))


def others_of_household(application: WaiverApplication, on: date) -> list[WaiverApplication]:
    """Waivers of the same people, or of those who live with them, for another home; running or about to."""
    people = household_of(application.place_id, on) | {application.beneficiary_id}
    runs = and_(WaiverApplication.status.in_((S.APPROVED, S.SUSPENDED)), WaiverApplication.until_on > on)
    found = select(WaiverApplication).where(
        WaiverApplication.estate_id == application.estate_id, runs, WaiverApplication.id != (application.id or 0),
        WaiverApplication.place_id != application.place_id, WaiverApplication.beneficiary_id.in_(people - {None}),
    )  # fmt: skip
    return list(db.session.scalars(found.order_by(WaiverApplication.id)))


def running_here(place_id: int, on: date, *, besides: int = 0) -> list[WaiverApplication]:
    """Waivers of this home that count, or will."""
    runs = (WaiverApplication.status == S.APPROVED, WaiverApplication.until_on > on)
    found = select(WaiverApplication).where(
        WaiverApplication.place_id == place_id, *runs, WaiverApplication.id != besides
    )
    return list(db.session.scalars(found.order_by(WaiverApplication.id)))


def owns_elsewhere(person_id: int | None, place_id: int, on: date) -> bool:
    owned = select(func.count()).select_from(Occupancy).join(Place, Place.id == Occupancy.place_id)
    elsewhere = owned.where(
        Occupancy.person_id == person_id, Occupancy.role == OccupancyRole.OWNER, lives_there(on),
        Occupancy.place_id != place_id, Place.kind == PlaceKind.DWELLING,
    )  # fmt: skip
    return bool(db.session.scalar(elsewhere))


def people_at(place_id: int, on: date) -> list[Person]:
    """Who lives in or owns a place, for choosing who benefits and who pays."""
    here = select(Occupancy.person_id).where(Occupancy.place_id == place_id, lives_there(on))
    return list(db.session.scalars(select(Person).where(Person.id.in_(here)).order_by(Person.id)))


def similar_cases(application: WaiverApplication, *, limit: int = 5) -> list[WaiverApplication]:
    """The last ones decided on the same ground, so that the same is decided alike."""
    decided = (S.APPROVED, S.SUSPENDED, S.REFUSED, S.ENDED, S.REVOKED)
    found = select(WaiverApplication).where(
        WaiverApplication.estate_id == application.estate_id, WaiverApplication.id != application.id,
        WaiverApplication.ground_code == application.ground_code, WaiverApplication.status.in_(decided),
    )  # fmt: skip
    newest = found.options(joinedload(WaiverApplication.place)).order_by(WaiverApplication.id.desc()).limit(limit)
    return list(db.session.scalars(newest))


def earlier_of(application: WaiverApplication) -> list[WaiverApplication]:
    """What this home or this person asked for before."""
    same = or_(
        WaiverApplication.place_id == application.place_id,
        WaiverApplication.beneficiary_id == application.beneficiary_id,
    )
    found = select(WaiverApplication).where(
        same, WaiverApplication.id != application.id, WaiverApplication.status != S.DRAFT
    )
    return list(db.session.scalars(found.order_by(WaiverApplication.id.desc()).limit(10)))


def workers_here(estate_id: int) -> list[User]:
    """Who works with waivers here, and so may stand in for somebody."""
    works = holding(roles_with(P.WORK_WAIVERS, P.DECIDE_WAIVERS), [estate_id])
    return list(db.session.scalars(works.order_by(User.name, User.id)))


def standing_in(estate_id: int, on: date) -> list[StandIn]:
    """Who stands in for whom now or later."""
    runs = (StandIn.estate_id == estate_id, StandIn.called_off_at.is_(None), StandIn.until_on > on)
    people = (joinedload(StandIn.user), joinedload(StandIn.for_user))
    return list(db.session.scalars(select(StandIn).where(*runs).options(*people).order_by(StandIn.from_on)))


def place_at_desk(estate_id: int, address: str) -> Place | None:
    """The home of exactly this address: for those who work with waivers, the owner too, who sees no register."""
    return db.session.scalar(select(Place).where(Place.estate_id == estate_id, Place.address == address.strip()))


def ties_here(estate_id: int) -> list[StaffTie]:
    """Who of the staff belongs to which resident."""
    here = select(StaffTie).join(Person, Person.id == StaffTie.person_id).where(Person.estate_id == estate_id)
    people = (joinedload(StaffTie.user), joinedload(StaffTie.person))
    return list(db.session.scalars(here.options(*people).order_by(StaffTie.user_id, StaffTie.person_id)))
