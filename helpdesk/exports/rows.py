"""What stands in each list: titles, and rows that are read a few hundred at a time."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta

from flask_babel import gettext as _
from sqlalchemy import Select, func, select

from helpdesk.accounts.models import User
from helpdesk.core import clock
from helpdesk.core.access import Permission, can, estates
from helpdesk.core.extensions import db
from helpdesk.core.spreadsheets import Cell
from helpdesk.core.words import word
from helpdesk.estate.models import CareFlag, Occupancy, Person, Phone, Place, phone_person, phone_place
from helpdesk.estate.phone_numbers import display
from helpdesk.estate.queries import lives_there, visible_places
from helpdesk.exports import money_rows
from helpdesk.exports.models import OF_MONEY, ExportList, Extra, needed_for
from helpdesk.exports.numbers import numbers_of
from helpdesk.hotline.models import Call
from helpdesk.hotline.queries import known_words, visible_hotline_calls
from helpdesk.repairs.filters import Filter
from helpdesk.repairs.lists import every_order
from helpdesk.repairs.models import Category, WorkOrder
from helpdesk.repairs.words import category_name

AT_ONCE = 1_000


@dataclass(frozen=True)
class Wish:
    """Which list, of which estate, how much of it. Dates are local, both included."""

    what: ExportList
    estate_id: int
    now: datetime
    extras: list[Extra] = field(default_factory=list)
    orders: Filter = field(default_factory=Filter)
    from_on: date | None = None
    until_on: date | None = None

    @property
    def phones(self) -> bool:
        return Extra.PHONES in self.extras

    @property
    def flags(self) -> bool:
        return Extra.FLAGS in self.extras


@dataclass
class Table:
    """A list ready to be written: `rows` may be read once, `found` is what they are read from."""

    titles: list[str]
    found: Select | None  # none for what was reckoned: then it is known how many there are
    rows: Iterator[list[Cell]]
    known: int = 0

    @property
    def count(self) -> int:
        if self.found is None:
            return self.known
        return db.session.scalar(self.found.order_by(None).with_only_columns(func.count(), maintain_column_froms=True))


def table(user: User, wish: Wish) -> Table:
    """The list as this user may see it; empty where they may not."""
    if not can(user, needed_for(wish.what), wish.estate_id) and wish.what in OF_MONEY:
        return Table([], None, iter(()))
    return Table(*LISTS[wish.what](user, wish))


def _residents(user: User, wish: Wish):
    titles = [_("Address"), _("Home number"), _("Name"), _("Role"), _("Since")]
    titles += [_("Phone")] * wish.phones + [_("Care flags")] * wish.flags
    places = visible_places(user).where(Place.estate_id == wish.estate_id).with_only_columns(Place.id)
    flags = [getattr(Person, flag.value) for flag in CareFlag]
    found = (
        select(Person.id, Place.address, Place.home_no, Person.name, Occupancy.role, Occupancy.from_on, *flags)
        .select_from(Occupancy).join(Occupancy.person).join(Occupancy.place)
        .where(Place.id.in_(places), lives_there(clock.local_date(wish.now)))
        .order_by(Place.building_no, Place.unit_no, Place.floor_no, Place.room_no, Occupancy.id)
    )  # fmt: skip

    def rows():
        for some in _in_pieces(found):
            numbers = numbers_of(phone_person.c.person_id, [row[0] for row in some]) if wish.phones else {}
            for row in some:
                told = [row.address, row.home_no, row.name, word(row.role), row.from_on]
                told += [numbers.get(row[0], "")] * wish.phones
                if wish.flags:
                    told.append("、".join(word(f) for f, on in zip(CareFlag, row[6:], strict=True) if on))
                yield told

    return titles, found, rows()


def _places(user: User, wish: Wish):
    titles = [_("Address"), _("Home number"), _("Kind"), _("Use"), _("Floor"), _("Area in m²")]
    titles += [_("Phone")] * wish.phones
    found = (
        visible_places(user).where(Place.estate_id == wish.estate_id)
        .with_only_columns(Place.id, Place.address, Place.home_no, Place.kind, Place.use, Place.floor_no, Place.area)
        .order_by(Place.building_no, Place.unit_no, Place.floor_no, Place.room_no, Place.id)
    )  # fmt: skip

    def rows():
        for some in _in_pieces(found):
            numbers = numbers_of(phone_place.c.place_id, [row[0] for row in some]) if wish.phones else {}
            for row in some:
                area = "" if row.area is None else f"{row.area // 100}.{row.area % 100:02}"
                told = [row.address, row.home_no, word(row.kind), word(row.use), row.floor_no, area]
                yield told + [numbers.get(row[0], "")] * wish.phones

    return titles, found, rows()


def _calls(user: User, wish: Wish):
    titles = [_("When"), _("Address"), _("Name"), _("Outcome"), _("Work order"), _("What was said"), _("Logged by")]
    titles += [_("Phone")] * wish.phones
    calls = visible_hotline_calls(user).where(Call.estate_id == wish.estate_id, Call.saved_at.is_not(None))
    found = calls.where(*_between(Call.happened_at, wish)).with_only_columns(
        Call.happened_at, Place.address, Person.name.label("person"), Call.outcome, WorkOrder.number, Call.words,
        User.name.label("logged_by"), Call.caller_number, Call.estate_id, Call.logged_by_id,
    )  # fmt: skip
    found = found.outerjoin(Call.place).outerjoin(Call.person).outerjoin(Call.work_order).join(Call.logged_by)

    def rows():
        for some in _in_pieces(found.order_by(Call.happened_at, Call.id)):
            for row in some:
                told = [row.happened_at, row.address, row.person, word(row.outcome), row.number, known_words(user, row)]
                yield [*told, row.logged_by] + [row.caller_number] * wish.phones

    return titles, found, rows()


def _orders(user: User, wish: Wish):
    titles = [
        _("Number"), _("Address"), _("Category"), _("Urgency"), _("Status"), _("What was reported"), _("Reported at"),
        _("Arrived at"), _("Done at"), _("Closed at"),
    ]  # fmt: skip
    titles += [_("Phone")] * wish.phones
    seen = every_order(user, wish.orders, now=wish.now).where(
        WorkOrder.estate_id == wish.estate_id, WorkOrder.estate_id.in_(estates(user, Permission.SEE_WORK_ORDERS))
    )
    found = seen.with_only_columns(
        WorkOrder.number, Place.address, WorkOrder.category_id, WorkOrder.urgency, WorkOrder.status, WorkOrder.summary,
        WorkOrder.reported_at, WorkOrder.arrived_at, WorkOrder.done_at, WorkOrder.closed_at, Phone.digits,
    ).join(WorkOrder.place).outerjoin(WorkOrder.phone)  # fmt: skip
    names = {
        one.id: category_name(one)
        for one in db.session.scalars(select(Category).where(Category.estate_id == wish.estate_id))
    }

    def rows():
        for some in _in_pieces(found):
            for row in some:
                told = [row.number, row.address, names.get(row.category_id, ""), word(row.urgency), word(row.status)]
                told += [row.summary, *row[6:10]]
                yield told + [display(row.digits) if row.digits else ""] * wish.phones

    return titles, found, rows()


LISTS = {
    ExportList.RESIDENTS: _residents, ExportList.PLACES: _places, ExportList.CALLS: _calls, ExportList.ORDERS: _orders,
    ExportList.ARREARS: money_rows.overdue, ExportList.COLLECTION: money_rows.collection,
}  # fmt: skip


def _between(column, wish: Wish) -> list:
    """Conditions for local dates, both included."""
    begins = [column >= clock.start_of_day(wish.from_on)] if wish.from_on else []
    ends = [column < clock.start_of_day(wish.until_on + timedelta(days=1))] if wish.until_on else []
    return begins + ends


def _in_pieces(found: Select) -> Iterator[list]:
    return (list(piece) for piece in db.session.execute(found, execution_options={"yield_per": AT_ONCE}).partitions())
