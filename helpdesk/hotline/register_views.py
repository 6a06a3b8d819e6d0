"""The pages of one place and of one person. Their addresses are the register's; they are here for their calls."""

from flask import render_template
from sqlalchemy import or_

from helpdesk.callbacks.queries import about
from helpdesk.core import clock
from helpdesk.core.access import Permission, can, me, needs
from helpdesk.core.extensions import db
from helpdesk.estate.queries import get_person, history_of
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
    return render_template(
        "estate/place.html", card=card, history=history_of(card.place), today=today,
        orders=_orders(_about(place_id)), calls=last_calls(me(), place=card.place, limit=ROWS),
        sees_orders=can(me(), Permission.SEE_WORK_ORDERS, card.place.estate_id),
        rung=about(me(), place=card.place),
    )  # fmt: skip


@bp.get("/estate/residents/<int:person_id>")
@needs(Permission.SEE_REGISTER)
def resident(person_id: int):
    person = get_person(me(), person_id)
    return render_template(
        "estate/resident.html", person=person, today=clock.local_date(clock.now()),
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
