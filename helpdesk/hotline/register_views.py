"""The pages of one place and of one person. Their addresses are the register's; they are here for their calls."""

from flask import redirect, render_template, url_for
from sqlalchemy import or_

from helpdesk.callbacks.queries import about
from helpdesk.core import clock
from helpdesk.core.access import Permission, can, me, needs
from helpdesk.core.extensions import db
from helpdesk.estate.history import register_history
from helpdesk.estate.queries import get_person, history_of, person_it_became
from helpdesk.estate.ringing import departures
from helpdesk.estate.rules import channel_of
from helpdesk.estate.views import bp
from helpdesk.hotline.card import card_of
from helpdesk.hotline.queries import last_calls
from helpdesk.neighbours.queries import also_about
from helpdesk.repairs.models import WorkOrder
from helpdesk.repairs.queries import visible_work_orders

ROWS = 20


@bp.get("/estate/places/<int:place_id>")
@needs(Permission.SEE_REGISTER)
def place(place_id: int):
    today = clock.local_date(clock.now())
    card = card_of(me(), on=today, place_id=place_id)
    history = history_of(card.place)
    return render_template(
        "estate/place.html", card=card, history=history, today=today,
        entries=register_history(card.place, people=[held.person_id for held in history]),
        orders=_orders(_about(place_id)), calls=last_calls(me(), place=card.place, limit=ROWS),
        sees_orders=can(me(), Permission.SEE_WORK_ORDERS, card.place.estate_id),
        rung=about(me(), place=card.place),
    )  # fmt: skip


@bp.get("/estate/residents/<int:person_id>")
@needs(Permission.SEE_REGISTER)
def resident(person_id: int):
    if became := person_it_became(me(), person_id):
        return redirect(url_for(".resident", person_id=became))
    person, today = get_person(me(), person_id), clock.local_date(clock.now())
    return render_template(
        "estate/resident.html", person=person, today=today, entries=register_history(person),
        gone=departures(today, people=[person]).gone(person),
        channel=channel_of(person.note and person.note.channel, person.birth_year, this_year=today.year),
        orders=_orders(WorkOrder.reporter_id == person_id), calls=last_calls(me(), person=person, limit=ROWS),
        sees_orders=can(me(), Permission.SEE_WORK_ORDERS, person.estate_id), rung=about(me(), person=person),
    )  # fmt: skip


def _about(place_id: int):
    """What was opened for a place, and what was opened next door and is about it too."""
    return or_(WorkOrder.place_id == place_id, WorkOrder.id.in_(also_about(place_id)))


def _orders(about) -> list[WorkOrder]:
    """The newest work orders about somebody or some place, of those this user may see."""
    newest = visible_work_orders(me()).where(about).order_by(None).order_by(WorkOrder.id.desc())
    return list(db.session.scalars(newest.limit(ROWS)))
