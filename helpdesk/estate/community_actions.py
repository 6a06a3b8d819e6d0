"""What people do about leads, grids and guarantees: name somebody for a stairwell, say what is still guaranteed."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime

from flask_babel import gettext as _
from sqlalchemy import select

from helpdesk.accounts.models import User
from helpdesk.audit.actions import record
from helpdesk.core.access import Permission, require
from helpdesk.core.errors import Refused
from helpdesk.core.extensions import db
from helpdesk.estate.community import Grid, Guarantee, Lead, LeadRole
from helpdesk.estate.facts import Fact, write
from helpdesk.estate.models import Person, Place


@dataclass(frozen=True, kw_only=True)
class LeadWish:
    """What stands in the form of a lead: who, as what, since and until when, and one thing that they look after."""

    role: LeadRole
    duty: str
    person: Person | None
    name: str
    number: str
    place: Place | None
    building_no: int | None
    grid: Grid | None
    from_on: date
    until_on: date | None


def name_lead(wish: LeadWish, *, estate_id: int, actor: User, now: datetime) -> Lead:
    """Let somebody look after a stairwell, a building or a grid. Refused without somebody, or without one of these."""
    require(actor, Permission.EDIT_REGISTER, estate_id)
    _check_lead(wish, estate_id)
    lead = Lead(
        estate_id=estate_id, role=wish.role, duty=wish.duty, person=wish.person, name=wish.name, number=wish.number,
        place=wish.place, building_no=wish.building_no, grid=wish.grid, from_on=wish.from_on, until_on=wish.until_on,
        version=0,
    )  # fmt: skip
    db.session.add(lead)
    person_id = wish.person.id if wish.person else None
    record("lead.named", lead, actor=actor, now=now, role=wish.role, person_id=person_id)
    return lead


def change_lead(lead: Lead, wish: LeadWish, *, actor: User, now: datetime) -> None:
    """Correct who looks after what, or end it (`until_on`)."""
    require(actor, Permission.EDIT_REGISTER, lead.estate_id)
    _check_lead(wish, lead.estate_id)
    told = {
        Fact.ROLE: wish.role, Fact.DUTY: wish.duty, Fact.NAME: wish.name, Fact.NUMBER: wish.number,
        Fact.FROM_ON: wish.from_on, Fact.UNTIL_ON: wish.until_on,
    }  # fmt: skip
    changed = write(lead, told)
    where = (wish.place, wish.building_no, wish.grid)
    if where != (lead.place, lead.building_no, lead.grid):
        lead.place, lead.building_no, lead.grid = where
        changed.append(Fact.WHERE)
    if changed:
        record("lead.changed", lead, actor=actor, now=now, fields=changed)


def _check_lead(wish: LeadWish, estate_id: int) -> None:
    if wish.person is None and not wish.name:
        raise Refused(_("Say who it is."), field="name")
    if [wish.place, wish.building_no, wish.grid].count(None) != 2:
        raise Refused(_("Name one stairwell, one building, or one grid."), field="where")
    if any(thing is not None and thing.estate_id != estate_id for thing in (wish.person, wish.place, wish.grid)):
        raise Refused(_("This belongs to another estate."))
    if wish.until_on and wish.until_on < wish.from_on:
        raise Refused(_("This day is before the day it began."), field="until_on")
    if wish.role is LeadRole.OTHER and not wish.duty:
        raise Refused(_("Say in your own words what they do."), field="duty")


def keep_grid(
    grid: Grid | None, *, name: str, buildings: list[int], estate_id: int, actor: User, now: datetime
) -> Grid:  # fmt: skip
    """Add a grid, or correct one. Refused if the name is taken."""
    require(actor, Permission.EDIT_REGISTER, estate_id)
    same_name = db.session.scalar(select(Grid).where(Grid.estate_id == estate_id, Grid.name == name))
    if same_name is not None and same_name is not grid:
        raise Refused(_("There is a grid with this name already."), field="name")
    if grid is None:
        grid = Grid(estate_id=estate_id, name=name, buildings=buildings, version=0)
        db.session.add(grid)
        record("grid.added", grid, actor=actor, now=now)
    elif changed := write(grid, {Fact.NAME: name, Fact.BUILDINGS: buildings}):
        record("grid.changed", grid, actor=actor, now=now, fields=changed)
    return grid


def add_guarantee(facts: Mapping[Fact, object], *, estate_id: int, actor: User, now: datetime) -> Guarantee:
    """Keep what a contractor answers for, and until when."""
    require(actor, Permission.EDIT_REGISTER, estate_id)
    guarantee = Guarantee(estate_id=estate_id, version=0, **{fact.value: value for fact, value in facts.items()})
    db.session.add(guarantee)
    record("guarantee.added", guarantee, actor=actor, now=now)
    return guarantee


def change_guarantee(guarantee: Guarantee, facts: Mapping[Fact, object], *, actor: User, now: datetime) -> None:
    require(actor, Permission.EDIT_REGISTER, guarantee.estate_id)
    if changed := write(guarantee, facts):
        record("guarantee.changed", guarantee, actor=actor, now=now, fields=changed)
