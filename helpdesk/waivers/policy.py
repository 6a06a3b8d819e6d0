"""The company's policy: what the product comes with, which edition counts on a day, and how a new one begins."""

import json
from collections.abc import Mapping
from datetime import date, datetime
from pathlib import Path

from flask_babel import gettext as _
from sqlalchemy import func, or_, select
from sqlalchemy.orm import selectinload

from helpdesk.accounts.models import User
from helpdesk.audit.actions import record
from helpdesk.core import clock
from helpdesk.core.access import Permission, can, estates, require
from helpdesk.core.errors import Conflict, Refused
from helpdesk.core.extensions import db
from helpdesk.core.terms import check_begins
from helpdesk.estate.models import Estate
from helpdesk.waivers.codes import Bearer, Flow, PolicyField, PolicyState
from helpdesk.waivers.policy_models import CAPS, RATES, PolicyGround, WaiverPolicy

SHIPPED = Path(__file__).with_name("shipped.json")
LIMITS = ("second_above_fen", "proof_above_fen", "one_off_limit_fen")
TOLD = (
    "name_zh", "name_en", "definition", "proof", "is_verified", "needs_owner", "min_age", *RATES,
    *CAPS, "validity_months", "bearer", "flow",
)  # fmt: skip
P = Permission


def install_defaults(estate: Estate, *, valid_from: date) -> None:
    """Give a new estate the policy the product comes with, in force from this local date."""
    shipped = json.loads(SHIPPED.read_text(encoding="utf-8"))
    limits = {name: shipped[name] for name in LIMITS}
    policy = WaiverPolicy(estate_id=estate.id, number=1, state=PolicyState.DRAFT, words="", version=0, **limits)
    db.session.add(policy)
    db.session.flush()
    for position, one in enumerate(shipped["grounds"], 1):
        told = {name: one[name] for name in ("code", "name_zh", "name_en", "definition", "proof", "is_verified")}
        rates = dict(zip(RATES, one["rates"], strict=True))
        more = {"needs_owner": one.get("needs_owner", False), "min_age": one.get("min_age")}
        flow = {"validity_months": 12, "bearer": Bearer.COMPANY, "flow": Flow.COMPANY_WAIVER}
        db.session.add(PolicyGround(policy_id=policy.id, position=position, **told, **rates, **more, **flow))
    db.session.flush()
    policy.state, policy.valid_from = PolicyState.IN_FORCE, valid_from
    db.session.flush()


def policy_on(estate_id: int, day: date) -> WaiverPolicy:
    """The edition in force on a local date, with its grounds; before there was any, the first. Refused without one."""
    begun = select(WaiverPolicy).where(WaiverPolicy.estate_id == estate_id, WaiverPolicy.state != PolicyState.DRAFT)
    counts = (WaiverPolicy.valid_from <= day, or_(WaiverPolicy.valid_until.is_(None), WaiverPolicy.valid_until > day))
    found = db.session.scalar(begun.where(*counts)) or db.session.scalar(begun.order_by(WaiverPolicy.valid_from))
    if found is None:
        raise Refused(_("This estate has no waiver policy yet."))
    return found


def ground_of(policy: WaiverPolicy, code: str) -> PolicyGround | None:
    return next((ground for ground in policy.grounds if ground.code == code), None)


def visible_policies(user):
    """Editions of the policy this user may read."""
    mine = estates(user, P.SEE_WAIVERS) | estates(user, P.SET_WAIVER_POLICY)
    return select(WaiverPolicy).where(WaiverPolicy.estate_id.in_(mine)).options(selectinload(WaiverPolicy.grounds))


def draft_policy(estate_id: int, *, actor: User, now: datetime) -> WaiverPolicy:
    """Begin a new edition as a copy of the one in force. Conflict while there is another draft."""
    require(actor, P.SET_WAIVER_POLICY, estate_id)
    of_estate = WaiverPolicy.estate_id == estate_id
    if db.session.scalar(select(WaiverPolicy.id).where(of_estate, WaiverPolicy.state == PolicyState.DRAFT)):
        raise Conflict(_("There is a draft already: go on with that one."))
    model = policy_on(estate_id, clock.local_date(now))
    number = db.session.scalar(select(func.max(WaiverPolicy.number)).where(of_estate)) + 1
    limits = {name: getattr(model, name) for name in (*LIMITS, "keeps_scans")}
    policy = WaiverPolicy(
        estate_id=estate_id, number=number, state=PolicyState.DRAFT, words="", made_by_id=actor.id, made_at=now,
        version=0, **limits,
    )  # fmt: skip
    db.session.add(policy)
    db.session.flush()
    for ground in model.grounds:
        told = {name: getattr(ground, name) for name in TOLD}
        db.session.add(PolicyGround(policy_id=policy.id, code=ground.code, position=ground.position, **told))
    record("waiver_policy.drafted", policy, actor=actor, now=now, topics=policy.topics, number=number)
    return policy


def change_limits(policy: WaiverPolicy, values: Mapping[str, object], *, actor: User, now: datetime) -> None:
    """Change the limits, or the words, of a draft."""
    _may_change(policy, actor)
    for name, value in values.items():
        setattr(policy, name, value)
    fields = [PolicyField(name) for name in values]
    record("waiver_policy.changed", policy, actor=actor, now=now, topics=policy.topics, fields=fields)


def change_ground(ground: PolicyGround, values: Mapping[str, object], *, actor: User, now: datetime) -> None:
    """Write a ground of a draft anew. Refused for rates beyond the whole."""
    _may_change(ground.policy, actor)
    for name in RATES:
        if not 0 <= values.get(name, 0) <= 10_000:
            raise Refused(_("A rate lies between 0 and 100 percent."), field=name)
    for name, value in values.items():
        setattr(ground, name, value)
    policy = ground.policy
    record("waiver_policy.changed", policy, actor=actor, now=now, topics=policy.topics, fields=[PolicyField.GROUNDS])


def add_ground(policy: WaiverPolicy, values: Mapping[str, object], *, actor: User, now: datetime) -> PolicyGround:
    """A ground of the company's own. Its code is drawn, because codes are for machines."""
    _may_change(policy, actor)
    taken = {ground.code for ground in policy.grounds}
    code = next(name for name in (f"OWN_{number}" for number in range(1, 1_000)) if name not in taken)
    ground = PolicyGround(code=code, position=len(policy.grounds) + 1, policy=policy)
    db.session.add(ground)
    with db.session.no_autoflush:
        change_ground(ground, values, actor=actor, now=now)
    return ground


def begin_policy(policy: WaiverPolicy, *, valid_from: date, actor: User, now: datetime) -> None:
    """Let a draft come into force on a local date; the edition before it ends there.

    Waivers that were granted keep their figures. Refused for a day that is past, or before another edition that is
    still to begin; and for anybody but the owner, if it lets one person decide what took two before.
    """
    _may_change(policy, actor)
    check_begins(valid_from, clock.local_date(now))
    begun = (WaiverPolicy.estate_id == policy.estate_id, WaiverPolicy.state != PolicyState.DRAFT)
    for other in db.session.scalars(select(WaiverPolicy).where(*begun, WaiverPolicy.valid_until.is_(None))).all():
        if other.valid_from >= valid_from:
            why = _("Edition %(number)d begins on %(day)s: this one has to begin later.", number=other.number,
                    day=other.valid_from)  # fmt: skip
            raise Refused(why, field="valid_from")
        if _frees_from_a_second(policy, other) and not can(actor, P.DECIDE_WAIVERS_ABOVE, policy.estate_id):
            raise Refused(_("It lets one person decide what took two before: the owner lets it begin."))
        other.valid_until, other.state = valid_from, PolicyState.REPLACED
    db.session.flush()
    policy.state, policy.valid_from, policy.begun_by_id = PolicyState.IN_FORCE, valid_from, actor.id
    begins_at = clock.start_of_day(valid_from)
    record("waiver_policy.begun", policy, actor=actor, now=now, topics=policy.topics, valid_from=begins_at)


def _frees_from_a_second(policy: WaiverPolicy, before: WaiverPolicy) -> bool:
    """Whether something that took two people would be decided by one: a higher limit, or a ground that needs no owner.

    Whoever decides alone up to a limit could else raise it themselves, and nobody would have been asked.
    """
    asks_owner = {ground.code for ground in before.grounds if ground.needs_owner}
    let_go = any(ground.code in asks_owner and not ground.needs_owner for ground in policy.grounds)
    limits = ("second_above_fen", "one_off_limit_fen")
    return let_go or any(getattr(policy, name) > getattr(before, name) for name in limits)


def discard_policy(policy: WaiverPolicy, *, actor: User, now: datetime) -> None:
    """Throw a draft away. Conflict once it is in force."""
    _may_change(policy, actor)
    record("waiver_policy.discarded", policy, actor=actor, now=now, topics=policy.topics)
    for ground in list(policy.grounds):
        db.session.delete(ground)
    db.session.flush()
    db.session.delete(policy)


def _may_change(policy: WaiverPolicy, actor: User) -> None:
    require(actor, P.SET_WAIVER_POLICY, policy.estate_id)
    if policy.state is not PolicyState.DRAFT:
        raise Conflict(_("This edition is in force: begin a new draft to change something."))


def changed() -> str:
    return _("Someone changed this while you were looking at it. Check, then save again.")
