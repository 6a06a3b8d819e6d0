"""What a change of the register does to waivers, at once; `tend_waivers` sees what came another way, as by an import.

Called by the acts on people and places (see reactions): whoever corrects the register needs no right to see waivers,
and learns nothing of them.
"""

from datetime import date, datetime

from flask_babel import force_locale
from flask_babel import gettext as _
from sqlalchemy import func, select

from helpdesk.accounts.models import User
from helpdesk.billing.models import Account
from helpdesk.callbacks.actions import let_go
from helpdesk.callbacks.models import Callback, Reason
from helpdesk.callbacks.states import CallbackStatus
from helpdesk.core import clock
from helpdesk.core.extensions import db
from helpdesk.estate.models import Occupancy, OccupancyEnd, OccupancyRole, Person, Place, Use
from helpdesk.estate.queries import lives_there
from helpdesk.waivers.codes import EndReason
from helpdesk.waivers.life_actions import RUNNING, ask_officer, end_by_itself
from helpdesk.waivers.life_models import TaskKind
from helpdesk.waivers.models import WaiverApplication
from helpdesk.waivers.queries import household_of
from helpdesk.waivers.states import OPEN, WaiverStatus

LEFT = {OccupancyEnd.MOVED: EndReason.MOVED, OccupancyEnd.SOLD: EndReason.SOLD}


def death_noted(person: Person, *, actor: User | None, now: datetime) -> None:
    """Somebody died: what they had or asked for ends, those who stay are offered their own; or it was a mistake."""
    if person.died_on is None:
        _death_taken_back(person, actor, now)
        return
    for application in _of_person(person.id):
        end_by_itself(application, EndReason.DIED, since=person.died_on, actor=actor, now=now)
        if household_of(application.place_id, clock.local_date(now)) - {person.id}:
            _offer_their_own(application, actor, now)
    _ring_nobody(person, now)


def occupancy_changed(occupancy: Occupancy, *, actor: User | None, now: datetime) -> None:
    """Somebody moved out of a home, or sold it: their own waiver for it ends, and another's there is looked at.

    What ended because the home has another account now (`account_closed`) is over already.
    """
    if occupancy.until_on is None or occupancy.end_reason not in LEFT:
        return
    today = clock.local_date(now)
    for application in _of_place(occupancy.place_id):
        is_theirs = application.beneficiary_id == occupancy.person_id
        if is_theirs and not _still_there(occupancy, max(today, occupancy.until_on)):
            why = LEFT[occupancy.end_reason]
            end_by_itself(application, why, since=occupancy.until_on, actor=actor, now=now)
        elif not is_theirs and occupancy.end_reason is OccupancyEnd.SOLD:
            _look_again(application, f"{application.id}:sold:{occupancy.until_on}", actor, now)


def account_closed(account: Account, *, actor: User | None, now: datetime) -> None:
    """A home is sold: whatever was granted before takes nothing off the next account, so that it ends with that day.

    Whoever stays there all the same is offered an application of their own.
    """
    for application in _of_place(account.place_id):
        _end_if_sold(application, actor, now)


def place_changed(place: Place, *, actor: User | None, now: datetime) -> None:
    """A home is let now: its waiver ends. One that stands empty is looked at: somebody may be in hospital."""
    for application in _of_place(place.id):
        if place.use is Use.LET:
            end_by_itself(application, EndReason.LET, since=clock.local_date(now), actor=actor, now=now)
        elif place.use is Use.VACANT:
            _look_again(application, f"{application.id}:vacant:{clock.local_date(now):%Y-%m}", actor, now)


def look_at(application: WaiverApplication, *, now: datetime) -> bool:
    """Whether an application ended now because of what the register says, however it came to say so."""
    person, today = application.beneficiary, clock.local_date(now)
    if person and person.died_on:
        death_noted(person, actor=None, now=now)
    elif application.place.use is Use.LET:
        place_changed(application.place, actor=None, now=now)
    elif not _end_if_sold(application, None, now):
        left = _left_since(application, today)
        if left is not None:
            occupancy_changed(left, actor=None, now=now)
    return application.status is WaiverStatus.ENDED


def _end_if_sold(application: WaiverApplication, actor: User | None, now: datetime) -> bool:
    """Whether it ended, because another account of the home was closed after it was granted (`effect.counted`)."""
    if application.status not in RUNNING:
        return False
    sold = select(func.min(Account.closed_on)).where(
        Account.place_id == application.place_id, Account.closed_on > application.approved_on
    )
    sold_on = db.session.scalar(sold)
    if sold_on is None or sold_on >= application.until_on:
        return False
    end_by_itself(application, EndReason.SOLD, since=sold_on, at_once=True, actor=actor, now=now)
    if application.beneficiary_id in household_of(application.place_id, max(sold_on, clock.local_date(now))):
        _offer_their_own(application, actor, now)
    return True


def _offer_their_own(application: WaiverApplication, actor: User | None, now: datetime) -> None:
    ask_officer(
        TaskKind.SURVIVOR, estate_id=application.estate_id, key=str(application.id), application=application,
        place_id=application.place_id, actor=actor, now=now,
    )  # fmt: skip


def _left_since(application: WaiverApplication, today: date) -> Occupancy | None:
    """The end of their living there, if it came after they applied: whoever was never noted there, stays as decided."""
    here = select(Occupancy).where(
        Occupancy.place_id == application.place_id, Occupancy.person_id == application.beneficiary_id
    )
    held = list(db.session.scalars(here.order_by(Occupancy.until_on)))
    if not held or any(one.until_on is None or one.until_on > today for one in held):
        return None
    return held[-1] if held[-1].until_on >= application.applied_on else None


def _still_there(occupancy: Occupancy, on: date) -> bool:
    """Whether they live there all the same: who sells may stay, as a member of the household."""
    living = (OccupancyRole.HEAD, OccupancyRole.MEMBER, OccupancyRole.OWNER)
    held = select(Occupancy.id).where(
        Occupancy.person_id == occupancy.person_id, Occupancy.place_id == occupancy.place_id,
        Occupancy.role.in_(living), Occupancy.id != occupancy.id, lives_there(on),
    )  # fmt: skip
    return occupancy.end_reason is not OccupancyEnd.SOLD and db.session.scalar(held) is not None


def _death_taken_back(person: Person, actor: User | None, now: datetime) -> None:
    ended = select(WaiverApplication).where(
        WaiverApplication.beneficiary_id == person.id, WaiverApplication.end_reason == EndReason.DIED
    )
    for application in db.session.scalars(ended.order_by(WaiverApplication.id)):
        ask_officer(
            TaskKind.DEATH_TAKEN_BACK, estate_id=application.estate_id, key=f"{application.id}:{now:%Y%m%d%H%M%S}",
            application=application, place_id=application.place_id, actor=actor, now=now,
        )  # fmt: skip


def _look_again(application: WaiverApplication, key: str, actor: User | None, now: datetime) -> None:
    ask_officer(
        TaskKind.LOOK, estate_id=application.estate_id, key=key, application=application,
        place_id=application.place_id, actor=actor, now=now,
    )  # fmt: skip


def _ring_nobody(person: Person, now: datetime) -> None:
    """No call about a waiver goes to the number of somebody who died."""
    theirs = select(Callback).where(
        Callback.person_id == person.id, Callback.status == CallbackStatus.OPEN,
        Callback.reason == Reason.TELL, Callback.asked_by_id.is_(None),
    )  # fmt: skip
    with force_locale("zh"):  # kept with the call-back, whoever noted it
        because = _("This person has died")
    for callback in db.session.scalars(theirs).all():
        let_go(callback, because=because, now=now)


def _of_person(person_id: int) -> list[WaiverApplication]:
    return _found(WaiverApplication.beneficiary_id == person_id)


def _of_place(place_id: int) -> list[WaiverApplication]:
    return _found(WaiverApplication.place_id == place_id)


def _found(condition) -> list[WaiverApplication]:
    waiting = WaiverApplication.status.in_((*RUNNING, *OPEN))
    return list(db.session.scalars(select(WaiverApplication).where(condition, waiting).order_by(WaiverApplication.id)))
