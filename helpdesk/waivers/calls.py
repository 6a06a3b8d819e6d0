"""Ringing people about a waiver: they hear by telephone, before the bill says so, that they pay the full price."""

from datetime import date, datetime, time, timedelta

from flask_babel import force_locale
from flask_babel import gettext as _
from sqlalchemy import select

from helpdesk.callbacks.actions import ask_to_ring, let_go
from helpdesk.callbacks.models import Callback, Reason
from helpdesk.callbacks.states import CallbackStatus
from helpdesk.core import clock
from helpdesk.core.extensions import db
from helpdesk.waivers.life_models import WaiverReminder
from helpdesk.waivers.models import WaiverApplication

RING_AT = time(10)


def ring(application: WaiverApplication, words: str, now: datetime) -> Callback:
    """Somebody has to ring them the next morning. `words` name no ground and no paper: whoever rings may not know."""
    person = application.beneficiary
    due_on = clock.local_date(now) + timedelta(days=1)
    return ask_to_ring(
        estate_id=application.estate_id, reason=Reason.TELL, words=words, person=person, place=application.place,
        number=person.phones[0].digits if person.phones else "", actor=None, now=now,
        due_at=clock.from_local(datetime.combine(due_on, RING_AT)),
    )  # fmt: skip


def tell_of_end(application: WaiverApplication, now: datetime) -> None:
    """That it ends, before its time and not by a death."""
    with force_locale("zh"):  # kept with the call-back, whoever ended it
        words = _("What they pay less for ends: the last day is %(day)s, then the bill is the full price.",
                  day=application.until_on - timedelta(days=1))  # fmt: skip
    ring(application, words, now)


def tell_of_rest(application: WaiverApplication, begins_on: date, now: datetime) -> None:
    with force_locale("zh"):
        words = _("What they pay less for rests from %(day)s: until it goes on the bill is the full price.",
                  day=begins_on)  # fmt: skip
    ring(application, words, now)


def forget_calls(application: WaiverApplication, *, because: str, now: datetime, of_reminders: bool = True) -> None:
    """Nobody is rung any more about a waiver: what is still to be said became untrue."""
    asked = select(Callback).where(
        Callback.reason == Reason.TELL, Callback.asked_by_id.is_(None), Callback.status == CallbackStatus.OPEN,
        Callback.person_id == application.beneficiary_id, Callback.place_id == application.place_id,
    )  # fmt: skip
    if not of_reminders:
        asked = asked.where(Callback.id.not_in(select(WaiverReminder.callback_id).where(
            WaiverReminder.application_id == application.id, WaiverReminder.callback_id.is_not(None)
        )))  # fmt: skip
    for callback in db.session.scalars(asked).all():
        let_go(callback, because=because, now=now)
