"""Finding who looks after a place, and what is still guaranteed there."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from flask import abort
from sqlalchemy import Select, and_, or_, select
from sqlalchemy.orm import joinedload, selectinload

from helpdesk.core.access import Permission, estates
from helpdesk.core.extensions import db
from helpdesk.estate.community import Grid, Guarantee, Lead
from helpdesk.estate.models import Person, Phone, Place
from helpdesk.estate.queries import as_seen
from helpdesk.estate.ringing import Gone, departures
from helpdesk.estate.rules import guarantees


@dataclass(frozen=True)
class LeadLine:
    """A lead as it is shown: `phones` and `number` only while they may be rung; `gone` if they died or left."""

    lead: Lead
    phones: list[Phone]
    gone: Gone | None

    @property
    def numbers(self) -> list[str]:
        own = [self.lead.number] if self.lead.number and not self.gone else []
        return list(dict.fromkeys([*own, *(phone.digits for phone in self.phones)]))


def visible_leads(user) -> Select[tuple[Lead]]:
    return select(Lead).where(Lead.estate_id.in_(estates(user, Permission.SEE_REGISTER)))


def visible_grids(user) -> Select[tuple[Grid]]:
    return select(Grid).where(Grid.estate_id.in_(estates(user, Permission.SEE_REGISTER)))


def visible_guarantees(user) -> Select[tuple[Guarantee]]:
    """Also for whoever sees the work orders on which they are proposed."""
    mine = estates(user, Permission.SEE_REGISTER) | estates(user, Permission.SEE_WORK_ORDERS)
    return select(Guarantee).where(Guarantee.estate_id.in_(mine))


def get_lead(user, lead_id: int, *, seen_version: int | None = None) -> Lead:
    found = db.session.scalar(visible_leads(user).where(Lead.id == lead_id)) or abort(404)
    return as_seen(found, seen_version)


def get_grid(user, grid_id: int, *, seen_version: int | None = None) -> Grid:
    return as_seen(db.session.scalar(visible_grids(user).where(Grid.id == grid_id)) or abort(404), seen_version)


def get_guarantee(user, guarantee_id: int, *, seen_version: int | None = None) -> Guarantee:
    mine = Guarantee.estate_id.in_(estates(user, Permission.SEE_REGISTER))
    found = db.session.scalar(select(Guarantee).where(mine, Guarantee.id == guarantee_id)) or abort(404)
    return as_seen(found, seen_version)


def leads_of(user, estate_id: int, *, today: date) -> list[LeadLine]:
    """All of an estate, those that have ended too: by what they look after, the newest first."""
    found = db.session.scalars(visible_leads(user).where(Lead.estate_id == estate_id).options(*_WITH_PEOPLE))
    in_order = sorted(found, key=lambda lead: (lead.until_on is not None, _where(lead), -lead.from_on.toordinal()))
    return _lines(in_order, today)


def leads_at(user, place: Place, *, today: date) -> list[LeadLine]:
    """Who looks after this place today: its stairwell, its building, its grid."""
    stairs = {place.id, place.stairwell_id} - {None}
    here = or_(
        Lead.place_id.in_(stairs),
        and_(Lead.building_no.is_not(None), Lead.building_no == place.building_no),
        Lead.grid_id.is_not(None),
    )
    now = and_(Lead.from_on <= today, or_(Lead.until_on.is_(None), Lead.until_on > today))
    found = visible_leads(user).where(Lead.estate_id == place.estate_id, here, now).options(*_WITH_PEOPLE)
    mine = [lead for lead in db.session.scalars(found) if not lead.grid or place.building_no in lead.grid.buildings]
    return _lines(sorted(mine, key=lambda lead: (_where(lead) == (2, 0, ""), _where(lead))), today)


def guarantees_at(user, place: Place, codes: Sequence[str], *, on: date) -> list[Guarantee]:
    """What is guaranteed there on a day, for a kind of work order named by its own code and its group's."""
    here = visible_guarantees(user).where(Guarantee.estate_id == place.estate_id, Guarantee.last_on >= on)
    running = db.session.scalars(here.order_by(Guarantee.last_on, Guarantee.id)).all()
    if not running:
        return []
    stairs = place.stairwell or place
    return guarantees(running, codes, building_no=place.building_no, stairwell=stairs.address, on=on)


_WITH_PEOPLE = (joinedload(Lead.person).selectinload(Person.phones), joinedload(Lead.place).load_only(Place.address),
                selectinload(Lead.grid))  # fmt: skip


def _where(lead: Lead) -> tuple:
    if lead.place:
        return (0, lead.place.building_no or 0, lead.place.address)
    return (1, lead.building_no, "") if lead.building_no else (2, 0, lead.grid.name)


def _lines(leads: list[Lead], today: date) -> list[LeadLine]:
    people = [lead.person for lead in leads if lead.person]
    left = departures(today, phones=[phone for person in people for phone in person.phones], people=people)
    return [
        LeadLine(
            lead,
            left.only(lead.person.phones) if lead.person and not left.gone(lead.person) else [],
            left.gone(lead.person) if lead.person else None,
        )
        for lead in leads
    ]
