"""Correcting what is known of somebody: name, numbers, homes, and that they died."""

from flask import redirect, render_template, url_for
from flask_babel import gettext as _

from helpdesk.core import clock
from helpdesk.core.access import Permission, me, needs, require
from helpdesk.core.errors import Refused
from helpdesk.core.fields import with_own_ids
from helpdesk.core.htmx import answer
from helpdesk.core.replays import once
from helpdesk.core.transactions import writing
from helpdesk.estate.forms import (
    AliveForm,
    DeathForm,
    HomeForm,
    NoNumberForm,
    NumberForm,
    OccupancyForm,
    PersonForm,
)
from helpdesk.estate.models import OccupancyEnd, Person, Place
from helpdesk.estate.numbers import add_number, digits_of, remove_number
from helpdesk.estate.people_actions import change_occupancy, change_person, move_in, note_death, take_back_death
from helpdesk.estate.queries import get_occupancy, get_person, get_phone, person_it_became, place_written
from helpdesk.estate.typed import contact_line, contact_parts
from helpdesk.estate.views import bp

P = Permission
PAGE = "estate/edit_person.html"
bp.add_app_template_filter(contact_parts)


@bp.get("/estate/residents/<int:person_id>/edit")
@needs(P.EDIT_REGISTER)
def edit_person(person_id: int):
    if became := person_it_became(me(), person_id):
        return redirect(url_for(".edit_person", person_id=became))
    return render_template(PAGE, **_around(person_id))


@bp.post("/estate/residents/<int:person_id>/facts")
@needs(P.EDIT_REGISTER)
def correct(person_id: int):
    form = PersonForm(get_person(me(), person_id))
    if form.validate():
        with form.keeping_typed(), writing():
            person = get_person(me(), person_id, seen_version=form.version.data)
            facts = form.facts(_contact(form, person))
            change_person(person, facts, channel=form.channel.chosen, actor=me(), now=clock.now())
    return _answered(form, "facts", person_id, url_for(".resident", person_id=person_id))


@bp.post("/estate/residents/<int:person_id>/numbers")
@needs(P.EDIT_REGISTER)
def add_person_number(person_id: int):
    form = NumberForm()

    def act() -> int:
        return add_number(get_person(me(), person_id), form.number.data, actor=me(), now=clock.now()).id

    get_person(me(), person_id)
    if form.validate():
        with form.keeping_typed(), writing():
            once(me(), form, act)
    return _answered(form, "number", person_id, _edit(person_id, "numbers"))


@bp.post("/estate/residents/<int:person_id>/numbers/removed")
@needs(P.EDIT_REGISTER)
def remove_person_number(person_id: int):
    form = NoNumberForm()
    get_person(me(), person_id)
    if form.validate():
        with form.keeping_typed(), writing():
            person = get_person(me(), person_id, seen_version=form.version.data)
            remove_number(person, get_phone(me(), form.phone_id.data), actor=me(), now=clock.now())
    return _answered(form, "gone", person_id, _edit(person_id, "numbers"))


@bp.post("/estate/residents/<int:person_id>/homes")
@needs(P.EDIT_REGISTER)
def add_home(person_id: int):
    form = HomeForm()

    def act() -> int:
        person, said = get_person(me(), person_id), {"role": form.role.chosen, "from_on": form.from_on.data}
        return move_in(person, _home(form, person), **said, actor=me(), now=clock.now()).id

    get_person(me(), person_id)
    if form.validate():
        with form.keeping_typed(), writing():
            once(me(), form, act)
    return _answered(form, "home", person_id, _edit(person_id, "homes"))


@bp.post("/estate/homes/<int:occupancy_id>")
@needs(P.EDIT_REGISTER)
def change_home(occupancy_id: int):
    held = get_occupancy(me(), occupancy_id)
    person_id, form = held.person_id, OccupancyForm(held)
    if form.validate():
        said = {"role": form.role.chosen, "from_on": form.from_on.data, "until_on": form.until_on.data}
        with form.keeping_typed(), writing():
            get_person(me(), person_id, seen_version=form.version.data)
            held = get_occupancy(me(), occupancy_id)
            change_occupancy(held, **said, reason=form.reason.chosen, actor=me(), now=clock.now())
    return _answered(form, occupancy_id, person_id, _edit(person_id, "homes"))


@bp.post("/estate/residents/<int:person_id>/death")
@needs(P.EDIT_REGISTER)
def die(person_id: int):
    form = DeathForm()
    get_person(me(), person_id)
    if form.validate():
        with form.keeping_typed(), writing():
            person = get_person(me(), person_id, seen_version=form.version.data)
            note_death(person, died_on=form.died_on.data, actor=me(), now=clock.now())
    return _answered(form, "death", person_id, url_for(".resident", person_id=person_id))


@bp.post("/estate/residents/<int:person_id>/death/taken-back")
@needs(P.EDIT_REGISTER)
def live_on(person_id: int):
    form = AliveForm()
    get_person(me(), person_id)
    if form.validate():
        with form.keeping_typed(), writing():
            person = get_person(me(), person_id, seen_version=form.version.data)
            take_back_death(person, actor=me(), now=clock.now())
    return _answered(form, "alive", person_id, url_for(".resident", person_id=person_id))


def _contact(form: PersonForm, person: Person) -> str:
    """The emergency contact as one line; Refused if its number is none, or nobody has it."""
    typed = form.contact_number.data
    if typed and not form.contact_name.data:
        raise Refused(_("Say whose number this is."), field="contact_name")
    digits = digits_of(typed, estate_id=person.estate_id, field="contact_number") if typed else ""
    return contact_line(form.contact_name.data, digits)


def _home(form: HomeForm, person: Person) -> Place:
    place = place_written(me(), form.address.data, estate_id=person.estate_id)
    if place is None:
        raise Refused(_("There is no such place in the register. Write it like 3-2-501."), field="address")
    return place


def _edit(person_id: int, part: str) -> str:
    return url_for(".edit_person", person_id=person_id, _anchor=part)


def _answered(form, name, person_id: int, url: str):
    return answer(form, PAGE, PAGE, url=url, **_around(person_id, name if form.http_status != 200 else None, form))


def _around(person_id: int, refused=None, form=None) -> dict:
    """All forms of one person; the one that was refused as it was sent."""
    person, today = get_person(me(), person_id), clock.local_date(clock.now())
    require(me(), P.EDIT_REGISTER, person.estate_id)
    forms = {
        "facts": PersonForm(person, formdata=None), "number": NumberForm(formdata=None),
        "gone": NoNumberForm(formdata=None), "home": HomeForm(formdata=None, from_on=today),
        "death": DeathForm(formdata=None, died_on=today), "alive": AliveForm(formdata=None),
    }  # fmt: skip
    homes = {
        held.id: OccupancyForm(held, formdata=None)
        for held in person.occupancies
        if held.end_reason is not OccupancyEnd.DIED
    }
    shown = forms | homes | ({refused: form} if refused is not None else {})
    return {"person": person, "forms": with_own_ids(shown), "today": today}
