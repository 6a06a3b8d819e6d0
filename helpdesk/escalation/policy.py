"""The company's policy of escalation: minutes and texts, by estate, urgency and term of validity."""

from collections.abc import Collection
from datetime import date

from sqlalchemy import or_, select

from helpdesk.core.extensions import db
from helpdesk.duty.queries import CHAIN
from helpdesk.escalation.models import EscalationPolicy
from helpdesk.estate.models import Estate
from helpdesk.repairs.models import Urgency

NOBODY_ZH = "所有人都没联系上。打经理家里电话；有人身危险先打 119、120、110，漏水先关楼道总阀，漏电先拉总闸。"
NOBODY_EN = (
    "Nobody could be reached. Ring the manager at home; if people are in danger, 119, 120 or 110 first; for water "
    "close the stairwell's stop valve, for electricity pull the main breaker."
)
SHIPPED = {Urgency.P0: 2, Urgency.P1: 5}  # minutes until somebody must have acknowledged
Policies = dict[tuple[int, Urgency], EscalationPolicy]


def install_defaults(estate: Estate, *, valid_from: date) -> None:
    """Give a new estate the policy the product comes with, in force from this local date."""
    db.session.add_all(_shipped(estate.id, urgency, valid_from) for urgency in SHIPPED)
    db.session.flush()


def policies_in_force(estate_ids: Collection[int], on: date) -> Policies:
    """The policy of each estate and urgency on a local date. An estate without one is not left alone at night: the
    shipped minutes count there. Urgencies that have none ask for no acknowledgement.
    """
    in_force = (
        EscalationPolicy.estate_id.in_(estate_ids),
        EscalationPolicy.valid_from <= on,
        or_(EscalationPolicy.valid_until.is_(None), EscalationPolicy.valid_until > on),
    )
    rows = db.session.scalars(select(EscalationPolicy).where(*in_force).order_by(EscalationPolicy.valid_from))
    found = {(row.estate_id, row.urgency): row for row in rows}
    for estate_id in set(estate_ids) - {known for known, _urgency in found}:
        found |= {(estate_id, urgency): _shipped(estate_id, urgency, on) for urgency in SHIPPED}
    return found


def _shipped(estate_id: int, urgency: Urgency, valid_from: date) -> EscalationPolicy:
    return EscalationPolicy(
        estate_id=estate_id, urgency=urgency, acknowledge_minutes=SHIPPED[urgency], posts=",".join(CHAIN),
        version=0, nobody_reached_zh=NOBODY_ZH, nobody_reached_en=NOBODY_EN, valid_from=valid_from,
    )  # fmt: skip
