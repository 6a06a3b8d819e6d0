"""The second home of an order, and who went in where. The caller has loaded the order through a permission."""

from datetime import datetime

from sqlalchemy import Select, select

from helpdesk.core import clock
from helpdesk.core.extensions import db
from helpdesk.estate.models import Place
from helpdesk.estate.queries import phones_of_place, residents_of
from helpdesk.estate.ringing import departures
from helpdesk.neighbours.models import Entry, OtherHome, Part
from helpdesk.repairs.models import WorkOrder
from helpdesk.repairs.queries import AS_ROW, visible_work_orders
from helpdesk.repairs.states import OPEN


def other_home_of(work_order: WorkOrder) -> OtherHome | None:
    return db.session.scalar(select(OtherHome).where(OtherHome.work_order_id == work_order.id))


def entries_of(work_order: WorkOrder) -> list[Entry]:
    return list(db.session.scalars(select(Entry).where(Entry.work_order_id == work_order.id).order_by(Entry.id)))


def part_of_first(other: OtherHome) -> Part:
    """What the home that the order was opened for has to do with it: the other half."""
    return Part.AFFECTED if other.part is Part.SOURCE else Part.SOURCE


def number_of(other: OtherHome, now: datetime) -> str:
    """Whom to ring in the second home: the number that was given, else the first that is known there."""
    if other.number:
        return other.number
    today = clock.local_date(now)
    living = residents_of([other.place_id], on=today)
    known = [phone for lives in living for phone in lives.person.phones] + list(phones_of_place(other.place))
    numbers = departures(today, phones=known).only(known, place_id=other.place_id)
    return numbers[0].digits if numbers else ""


def also_about(place_id: int) -> Select[tuple[int]]:
    """The ids of the orders of which this place is the second home."""
    return select(OtherHome.work_order_id).where(OtherHome.place_id == place_id)


def open_orders_from_next_door(user, place: Place) -> list[WorkOrder]:
    """What is unfinished of which this place is the second home."""
    found = visible_work_orders(user).where(WorkOrder.status.in_(OPEN), WorkOrder.id.in_(also_about(place.id)))
    return list(db.session.scalars(found.options(*AS_ROW)))
