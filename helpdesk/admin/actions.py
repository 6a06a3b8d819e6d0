"""Setting up an estate, done once by whoever installs the product; accounts and roles, of which others hear."""

from datetime import datetime

from helpdesk.accounts.actions import add_user, set_roles
from helpdesk.accounts.models import User
from helpdesk.accounts.queries import who_must_hear
from helpdesk.billing import policy as billing
from helpdesk.core import clock
from helpdesk.core.access import GRANTS, Permission, Role
from helpdesk.escalation import policy as escalation
from helpdesk.estate.actions import add_estate
from helpdesk.estate.models import Estate
from helpdesk.estate.queries import estate_named
from helpdesk.notify.actions import post
from helpdesk.notify.models import Template
from helpdesk.repairs import policy as repairs
from helpdesk.waivers import policy as waivers
from helpdesk.windows import queries as windows

MUCH = (Permission.SEE_WAIVERS, Permission.ADMINISTER)  # who gets one of these may read, or let others read, grounds


def estate_to_begin_with(name: str, *, now: datetime) -> Estate:
    """The estate of this name; a new one comes with the categories and service levels of the product."""
    estate = estate_named(name)
    if estate is None:
        estate = add_estate(name=name, now=now)
        for feature in (repairs, escalation, windows, billing, waivers):
            feature.install_defaults(estate, valid_from=clock.local_date(now))
    return estate


def add_account(*, roles: set[Role], estate_id: int, actor: User, now: datetime, **told) -> User:
    """An account for a member of staff; managers and owner hear of one that sees much."""
    user = add_user(roles=roles, estate_id=estate_id, actor=actor, now=now, **told)
    _tell(user, roles, estate_id, actor, now)
    return user


def give_roles(user: User, *, roles: set[Role], estate_id: int, proved: bool, actor: User, now: datetime) -> None:
    """The roles of an account; managers and owner hear of one that sees much from now on."""
    new = set_roles(user, roles=roles, estate_id=estate_id, proved=proved, actor=actor, now=now)
    _tell(user, new, estate_id, actor, now)


def _tell(user: User, new: set[Role], estate_id: int, actor: User, now: datetime) -> None:
    """An administrator sees no ground of a waiver, but could make an account that does: never without being heard."""
    if not any(permission in GRANTS[role] for role in new for permission in MUCH):
        return
    for person in who_must_hear(estate_id, besides=(user.id, actor.id)):
        post(
            estate_id=estate_id, template=Template.RIGHTS_GIVEN, recipient=person, hurries=False, now=now,
            user=user.id, by=actor.id,
        )  # fmt: skip
