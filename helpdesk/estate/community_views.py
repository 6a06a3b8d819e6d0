"""Leads of stairwells and buildings, and grids with their workers: one list, and a page for each."""

from flask import render_template, request, url_for
from flask_babel import gettext as _

from helpdesk.core import clock
from helpdesk.core.access import Permission, me, needs, require
from helpdesk.core.chosen_estate import estate_here
from helpdesk.core.errors import Refused
from helpdesk.core.extensions import db
from helpdesk.core.fields import with_own_ids
from helpdesk.core.htmx import answer
from helpdesk.core.ids import read_id
from helpdesk.core.replays import once
from helpdesk.core.transactions import writing
from helpdesk.estate.community import Grid, LeadRole
from helpdesk.estate.community_actions import LeadWish, change_lead, keep_grid, name_lead
from helpdesk.estate.community_forms import GridForm, LeadForm, NewGridForm, NewLeadForm
from helpdesk.estate.community_queries import get_grid, get_lead, leads_of, visible_grids
from helpdesk.estate.models import Estate, Person
from helpdesk.estate.numbers import digits_of
from helpdesk.estate.pattern import written
from helpdesk.estate.queries import chosen_estate, place_at, visible_estates, visible_people
from helpdesk.estate.views import bp

P = Permission
bp.add_app_template_filter(written, "building_numbers")
PAGE, LEAD, GRID = "estate/leads.html", "estate/lead.html", "estate/grid.html"


@bp.get("/estate/leads")
@needs(P.SEE_REGISTER)
def leads():
    return render_template(
        PAGE, **_listed(chosen_estate(me(), estate_here(P.SEE_REGISTER)), asked=request.args.get("person"))
    )


@bp.post("/estate/leads")
@needs(P.EDIT_REGISTER)
def add_lead():
    form = NewLeadForm()
    estate = chosen_estate(me(), form.estate_id.data, P.EDIT_REGISTER)
    form.offer(_grids(estate))
    if form.validate():
        at = {"estate_id": estate.id, "actor": me(), "now": clock.now()}
        with form.keeping_typed(), writing():
            once(me(), form, lambda: name_lead(_wish(form, estate.id), **at).id)
    listed = _listed(estate, lead=form if form.http_status != 200 else None)
    return answer(form, PAGE, PAGE, url=url_for(".leads", estate=estate.id), **listed)


@bp.get("/estate/leads/<int:lead_id>")
@needs(P.EDIT_REGISTER)
def lead(lead_id: int):
    found = get_lead(me(), lead_id)
    require(me(), P.EDIT_REGISTER, found.estate_id)
    return render_template(LEAD, lead=found, form=_offered(LeadForm(found), found.estate_id))


@bp.post("/estate/leads/<int:lead_id>/facts")
@needs(P.EDIT_REGISTER)
def correct_lead(lead_id: int):
    found = get_lead(me(), lead_id)
    estate_id, form = found.estate_id, _offered(LeadForm(found), found.estate_id)
    if form.validate():
        with form.keeping_typed(), writing():
            found = get_lead(me(), lead_id, seen_version=form.version.data)
            change_lead(found, _wish(form, estate_id, found.person), actor=me(), now=clock.now())
    return answer(form, LEAD, LEAD, url=url_for(".leads", estate=estate_id), lead=get_lead(me(), lead_id))


@bp.post("/estate/grids")
@needs(P.EDIT_REGISTER)
def add_grid():
    form = NewGridForm()
    estate = chosen_estate(me(), form.estate_id.data, P.EDIT_REGISTER)
    if form.validate():
        said = {"name": form.name.data, "buildings": form.numbers, "estate_id": estate.id}
        with form.keeping_typed(), writing():
            once(me(), form, lambda: keep_grid(None, **said, actor=me(), now=clock.now()).id)
    listed = _listed(estate, grid=form if form.http_status != 200 else None)
    return answer(form, PAGE, PAGE, url=url_for(".leads", estate=estate.id), **listed)


@bp.get("/estate/grids/<int:grid_id>")
@needs(P.EDIT_REGISTER)
def grid(grid_id: int):
    found = get_grid(me(), grid_id)
    require(me(), P.EDIT_REGISTER, found.estate_id)
    return render_template(GRID, grid=found, form=GridForm(found))


@bp.post("/estate/grids/<int:grid_id>/facts")
@needs(P.EDIT_REGISTER)
def correct_grid(grid_id: int):
    found = get_grid(me(), grid_id)
    estate_id, form = found.estate_id, GridForm(found)
    if form.validate():
        said = {"name": form.name.data, "buildings": form.numbers, "estate_id": estate_id}
        with form.keeping_typed(), writing():
            found = get_grid(me(), grid_id, seen_version=form.version.data)
            keep_grid(found, **said, actor=me(), now=clock.now())
    return answer(form, GRID, GRID, url=url_for(".leads", estate=estate_id), grid=get_grid(me(), grid_id))


def _wish(form, estate_id: int, person: Person | None = None) -> LeadWish:
    """What the form means, read under the lock; Refused for a stairwell, a number or a resident that is not there."""
    if person is None and form.person_id.data:
        here = visible_people(me()).where(Person.id == form.person_id.data, Person.estate_id == estate_id)
        person = db.session.scalar(here)
        if person is None:
            raise Refused(_("This resident is not in the register any more. Look them up again."))
    place = place_at(me(), form.stairwell, estate_id=estate_id) if form.stairwell else None
    if form.stairwell and place is None:
        raise Refused(_("There is no such stairwell in the register."), field="where")
    number = digits_of(form.number.data, estate_id=estate_id) if form.number.data else ""
    chosen = form.grid_id.chosen
    return LeadWish(
        role=form.role.chosen, duty=form.duty.data, person=person, name="" if person else form.name.data,
        number=number, place=place, building_no=form.building_no, grid=get_grid(me(), int(chosen)) if chosen else None,
        from_on=form.from_on.data, until_on=form.until_on.data,
    )  # fmt: skip


def _listed(estate: Estate, *, asked=None, **refused) -> dict:
    """The list, and both forms; a resident who was `asked` for stands in the form already."""
    today = clock.local_date(clock.now())
    here = Person.id == read_id(asked), Person.estate_id == estate.id
    person = db.session.scalar(visible_people(me()).where(*here))
    home = next((h.place for h in person.occupancies if h.holds_on(today)), None) if person else None
    where = home.stairwell.address if home and home.stairwell else ""
    fresh = {
        "lead": NewLeadForm(
            formdata=None, estate_id=estate.id, from_on=today, where=where, role=LeadRole.STAIR_LEAD,
            person_id=person.id if person else None,
        ),
        "grid": NewGridForm(formdata=None, estate_id=estate.id),
    }  # fmt: skip
    forms = fresh | {name: form for name, form in refused.items() if form is not None}
    if "lead" not in refused or refused["lead"] is None:
        forms["lead"].offer(_grids(estate))
    elif forms["lead"].person_id.data:
        person = db.session.scalar(visible_people(me()).where(Person.id == forms["lead"].person_id.data))
    return {
        "estate": estate, "estates": visible_estates(me()), "lines": leads_of(me(), estate.id, today=today),
        "grids": _grids(estate), "forms": with_own_ids(forms), "person": person, "today": today,
    }  # fmt: skip


def _offered(form: LeadForm, estate_id: int) -> LeadForm:
    form.offer(_grids(db.session.get_one(Estate, estate_id)))
    return form


def _grids(estate: Estate) -> list[Grid]:
    return list(db.session.scalars(visible_grids(me()).where(Grid.estate_id == estate.id).order_by(Grid.name)))
