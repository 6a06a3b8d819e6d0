"""From the form of a call to what follows from its outcome, and what that form offers."""

from collections.abc import Iterable
from datetime import datetime

from flask_babel import gettext as _
from werkzeug.exceptions import NotFound

from helpdesk.accounts.models import User
from helpdesk.cases.models import CaseKind, Team
from helpdesk.cases.praising import staff_of
from helpdesk.cases.queries import get_worker, usual_owner, workers
from helpdesk.cases.rules import level_of
from helpdesk.core import clock
from helpdesk.core.errors import Refused
from helpdesk.core.extensions import db
from helpdesk.hotline.forms import CallForm
from helpdesk.hotline.models import Outcome
from helpdesk.hotline.outcomes import FollowUp, GoesOn
from helpdesk.repairs.models import WorkOrder
from helpdesk.repairs.policy import deadlines_of, service_level_in_force
from helpdesk.repairs.queries import NUMBER, get_work_order, visible_work_orders
from helpdesk.repairs.states import OPEN


def about_of(form: CallForm, user) -> WorkOrder | None:
    """The order somebody asks after: the number that was typed, the one chosen on the card, or the one looked up."""
    chases = form.outcome.data is Outcome.CHASE
    if chases and form.chased_number.data:
        return _numbered(form.chased_number.data, user, "chased_number")
    chosen = (form.chased.data if chases else "") or form.about.data
    return _numbered(chosen, user, "chased" if chases else "about") if chosen else None


def _numbered(typed: str, user, field: str) -> WorkOrder:
    """A whole number, or the last digits of one that is not over yet (0007)."""
    number = typed.strip().upper()
    if number.isascii() and number.isdigit():
        ends = WorkOrder.number.endswith(f"-{int(number):04d}")
        found = list(db.session.scalars(visible_work_orders(user).where(ends, WorkOrder.status.in_(OPEN)).limit(2)))
        if len(found) == 1:
            return found[0]
        if found:
            raise Refused(_("Several open work orders end in this. Write the whole number."), field=field)
    try:
        return get_work_order(user, number) if NUMBER.fullmatch(number) else _none(field)
    except NotFound:
        return _none(field)


def _none(field: str) -> WorkOrder:
    raise Refused(_("There is no work order with this number."), field=field) from None


def follow_up_of(form: CallForm, estate_id: int) -> FollowUp:
    """What was decided; Refused if it names somebody who does not work there."""
    user, team = _praised(form, estate_id) if form.outcome.data is Outcome.PRAISE else (None, None)
    return FollowUp(
        owner=_owner(form, estate_id),
        is_complex=form.is_complex.data,
        goes_on=form.goes_on.data,
        praised=user,
        team=team,
    )


def _owner(form: CallForm, estate_id: int) -> User | None:
    kind = {Outcome.COMPLAINT: CaseKind.COMPLAINT, Outcome.HELP: CaseKind.HELP}.get(form.outcome.data)
    if not form.owner_id.data or kind is None or (kind is CaseKind.HELP and form.goes_on.data is not GoesOn.CASE):
        return None
    owner = get_worker(form.owner_id.data, estate_id=estate_id, kind=kind)
    if owner is None:
        raise Refused(_("Choose somebody who may work on this."), field="owner_id")
    return owner


def _praised(form: CallForm, estate_id: int) -> tuple[User | None, Team | None]:
    typed = form.praised.data
    if not typed or typed in set(Team):
        return None, Team(typed) if typed else Team.EVERYBODY
    found = [user for user in staff_of(estate_id) if typed == f"u{user.id}"]
    if not found:
        raise Refused(_("Choose somebody who works here."), field="praised")
    return found[0], None


def follow_up_choices(estate_ids: Iterable[int], now: datetime) -> dict:
    """Who may answer for a complaint, who may be praised, and by when a complaint is answered."""
    mine = sorted(estate_ids)
    usual = usual_owner(mine[0], now) if mine else None
    return {
        "owners": workers(mine), "usual_owner": usual.id if usual else None, "staff": staff_of(*mine),
        "teams": list(Team), "goes_on": list(GoesOn),
        "reply_by": [_reply_by(mine[0], is_complex, now) for is_complex in (False, True)] if mine else [None, None],
    }  # fmt: skip


def _reply_by(estate_id: int, is_complex: bool, now: datetime) -> datetime | None:
    name = level_of(CaseKind.COMPLAINT, is_complex=is_complex)
    try:
        level = service_level_in_force(estate_id, name, clock.local_date(now))
    except Refused:  # an estate without service levels promises nothing
        return None
    return deadlines_of(level, counted_from=now).done_by
