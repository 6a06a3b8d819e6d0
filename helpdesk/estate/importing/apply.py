"""Writing a plan: all of it in the caller's `writing()`, or nothing."""

from datetime import datetime

from flask_babel import gettext as _
from sqlalchemy import bindparam, delete, update

from helpdesk.audit.actions import record
from helpdesk.core import bulk
from helpdesk.core.errors import Conflict
from helpdesk.core.extensions import db
from helpdesk.estate.importing import keys
from helpdesk.estate.importing.plan import Plan
from helpdesk.estate.importing.register import fingerprint
from helpdesk.estate.models import Estate, Occupancy, OpeningPosition, Person, Place, SearchKey

ORDER = (
    "place",
    "person",
    "phone",
    "occupancy",
    "phone_person",
    "phone_place",
    "opening_position",
)  # fmt: skip - what others point to goes first
PLACE = ("floor_no", "use", "home_no", "area", "unit_price", "stairwell_id")
PERSON = ("birth_year", "hearing", "mobility", "dialect", "lives_alone", "emergency_contact")
OCCUPANCY = ("role", "from_on")
OPENING = ("paid_until", "arrears_fen", "as_of")


def import_register(plan: Plan, *, actor, now: datetime) -> None:
    """Write what a file says, with one event that counts it. Whoever asks has been let in before.

    Raises Conflict if the register changed since the plan was made: its ids may be taken.
    A plan without changes leaves no trace.
    """
    if _write(plan):
        counts = plan.counts
        record(
            "register.imported", _estate(plan), actor=actor, now=now,
            places_added=counts.places_new + counts.stairwells_new, places_changed=counts.places_changed,
            people_added=counts.people_new, people_changed=counts.people_changed, phones_added=counts.phones_new,
        )  # fmt: skip


def lay_out(plan: Plan, *, actor, now: datetime) -> None:
    """Write the places of buildings that were set up by pattern; Conflict as in `import_register`."""
    if _write(plan):
        added = plan.counts.places_new + plan.counts.stairwells_new
        record(
            "register.laid_out", _estate(plan), actor=actor, now=now,
            places_added=added,
        )  # fmt: skip


def _estate(plan: Plan) -> Estate:
    return db.session.get_one(Estate, plan.estate_id)


def _write(plan: Plan) -> bool:
    """Whether there was anything to write."""
    if fingerprint() != plan.fingerprint:
        raise Conflict(_("The register changed while the file was read. Nothing was imported; try again."))
    if not plan.counts.changes:
        return False
    _change(plan)
    _add(plan)
    return True


def _add(plan: Plan) -> None:
    connection = db.session.connection()
    for name in ORDER:
        if plan.spool.counts.get(name):
            bulk.insert(connection, db.metadata.tables[name], plan.spool.rows(name))
    keys.write(plan.spool.rows("search_key"))
    bulk.catch_up_sequences(connection, plan.last_ids)


def _change(plan: Plan) -> None:
    """Home numbers are given back before they are given out, so that two homes can exchange theirs."""
    moved = [{"wanted": place_id} for place_id in plan.home_nos_changed]
    _each(update(Place.__table__).where(Place.id == bindparam("wanted")).values(home_no=None), moved)
    _each(delete(SearchKey.__table__).where(SearchKey.place_id == bindparam("wanted")), moved)
    _rows(Place.__table__, "id", PLACE, plan.places_changed, version=Place.version + 1)
    _rows(Person.__table__, "id", PERSON, plan.people_changed, version=Person.version + 1)
    _rows(Occupancy.__table__, "id", OCCUPANCY, plan.occupancies_changed)
    _rows(OpeningPosition.__table__, "place_id", OPENING, plan.openings_changed)


def _rows(table, key: str, names: tuple[str, ...], rows: list[tuple], **more) -> None:
    statement = update(table).where(table.c[key] == bindparam("wanted"))
    statement = statement.values({name: bindparam(f"new_{name}") for name in names} | more)
    _each(statement, [dict(zip((*(f"new_{name}" for name in names), "wanted"), row, strict=True)) for row in rows])


def _each(statement, parameters: list[dict]) -> None:
    if parameters:
        db.session.connection().execute(statement, parameters)
