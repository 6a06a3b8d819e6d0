"""Where buildings stand, and what was learned of the ways between them."""

from collections.abc import Iterable, Mapping
from datetime import datetime

from flask_babel import gettext as _

from helpdesk.accounts.models import User
from helpdesk.audit.actions import record
from helpdesk.core.access import Permission, can, require
from helpdesk.core.errors import Refused
from helpdesk.core.extensions import db
from helpdesk.estate.models import Estate
from helpdesk.travel.models import BuildingPosition, Leg, Mode, TechnicianMode
from helpdesk.travel.queries import learned_legs, positions_of
from helpdesk.travel.rules import learned


def place_buildings(
    estate: Estate, positions: Mapping[int, tuple[int, int] | None], *, actor: User, now: datetime
) -> None:  # fmt: skip
    """Let these buildings stand there, in metres east and north; None takes one off. Others stay where they are."""
    require(actor, Permission.PLAN_DUTY, estate.id)
    there = {row.building_no: row for row in positions_of(estate.id)}
    for number, spot in positions.items():
        row = there.get(number)
        if spot is None and row:
            db.session.delete(row)
        elif spot and row:
            row.east_m, row.north_m = spot
        elif spot:
            db.session.add(BuildingPosition(estate_id=estate.id, building_no=number, east_m=spot[0], north_m=spot[1]))
    placed = sum(spot is not None for spot in positions.values())
    record("buildings.placed", estate, actor=actor, now=now, placed=placed)


def set_mode(user: User, *, mode: Mode, estate_id: int, actor: User, now: datetime) -> None:
    """Somebody goes on foot or by e-bike from now on; ways of theirs count so. Refused if nothing changes."""
    require(actor, Permission.PLAN_DUTY, estate_id)
    if not can(user, Permission.DO_VISITS, estate_id):
        raise Refused(_("Choose a technician of this estate."))
    row = db.session.get(TechnicianMode, (estate_id, user.id))
    if (row.mode if row else Mode.WALK) is mode:
        raise Refused(_("It is so already; nothing changes."), field="mode")
    if row:
        row.mode = mode
    else:
        db.session.add(TechnicianMode(estate_id=estate_id, user_id=user.id, mode=mode))
    topics = {f"orders:{estate_id}", f"jobs:{user.id}"}
    record(
        "technician.mode_set", user, actor=actor, now=now, topics=topics, raises_version=False, estate_id=estate_id,
        mode=mode,
    )  # fmt: skip


def keep_learned(estate_id: int, ways: Iterable[tuple[int, int, int]], *, now: datetime) -> int:
    """Keep how long the ways of an estate took, each as (from building, to building, seconds); how many were learned.

    No event: nobody acts, and it is counted anew each day. What can no longer be learned goes.
    """
    there = {(leg.from_building, leg.to_building): leg for leg in learned_legs(estate_id)}
    found = learned(ways)
    for pair, leg in there.items():
        if pair not in found:
            db.session.delete(leg)
    for pair, (seconds, samples) in found.items():
        leg = there.get(pair)
        if leg is None:
            leg = Leg(estate_id=estate_id, from_building=pair[0], to_building=pair[1], mode=Mode.WALK)
            db.session.add(leg)
        leg.seconds, leg.samples, leg.learned_at = seconds, samples, now
    return len(found)
