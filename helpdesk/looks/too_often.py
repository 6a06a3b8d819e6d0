"""Who looks at private things far more often than their work asks for is stopped for the day, and the managers hear."""

from datetime import datetime, timedelta

from flask import current_app
from flask_babel import gettext as _
from sqlalchemy import func, select

from helpdesk.accounts.models import User
from helpdesk.accounts.queries import who_must_hear
from helpdesk.audit.actions import record
from helpdesk.core import clock
from helpdesk.core.errors import TooOften
from helpdesk.core.extensions import db
from helpdesk.core.transactions import aside
from helpdesk.looks.models import Look, Looked
from helpdesk.notify.actions import post
from helpdesk.notify.models import Template


def stop_who_looks_too_often(what: Looked, *, estate_id: int, actor: User, now: datetime) -> None:
    """Raises TooOften once today's looks of this kind are used up; the first time, managers and owner get a message."""
    today = clock.start_of_day(clock.local_date(now))
    mine = select(func.count(Look.id)).where(Look.user_id == actor.id, Look.what == what, Look.at >= today)
    if db.session.scalar(mine) < current_app.config["MOST_REVEALS_A_DAY"]:
        return
    actor_id = actor.id
    aside(lambda: _tell(actor_id, estate_id, today, now))
    raise TooOften(
        _("You looked at very many homes today. Ask your manager; tomorrow it goes on."),
        today + timedelta(days=1) - now,
    )


def _tell(actor_id: int, estate_id: int, today: datetime, now: datetime) -> None:
    actor = db.session.get_one(User, actor_id)
    if actor.looks_stopped_at is not None and actor.looks_stopped_at >= today:
        return
    actor.looks_stopped_at = now
    record("looks.too_often", actor, actor=actor, now=now, raises_version=False)
    for person in who_must_hear(estate_id, besides=[actor_id]):
        post(
            estate_id=estate_id, template=Template.LOOKS_TOO_OFTEN, recipient=person, hurries=False, now=now,
            user=actor_id,
        )  # fmt: skip
