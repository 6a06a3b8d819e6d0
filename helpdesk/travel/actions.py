"""Where buildings stand, and what was learned of the ways between them."""

from collections.abc import Iterable, Mapping
from datetime import datetime

from helpdesk.accounts.models import User
from helpdesk.audit.actions import record
from helpdesk.core.access import Permission, require
from helpdesk.core.extensions import db
from helpdesk.estate.models import Estate
from helpdesk.travel.models import BuildingPosition, Leg, Mode
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
