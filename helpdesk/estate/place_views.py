"""Adding and correcting places: what they are, their numbers, who lives there, and the crib of a stairwell."""

from flask import render_template, url_for

from helpdesk.core import clock
from helpdesk.core.access import Permission, me, needs, require
from helpdesk.core.chosen_estate import estate_here
from helpdesk.core.fields import with_own_ids
from helpdesk.core.htmx import answer
from helpdesk.core.replays import once
from helpdesk.core.transactions import writing
from helpdesk.estate.forms import CribForm, NewPersonForm, NewPlaceForm, NoNumberForm, NumberForm, PlaceForm
from helpdesk.estate.models import Place, PlaceKind
from helpdesk.estate.numbers import add_number, remove_number
from helpdesk.estate.people_actions import add_person
from helpdesk.estate.place_actions import add_place, change_crib, change_place
from helpdesk.estate.queries import chosen_estate, get_phone, get_place, phones_of_place, residents_of, visible_estates
from helpdesk.estate.views import bp

P = Permission
NEW, PAGE = "estate/new_place.html", "estate/edit_place.html"


@bp.get("/estate/places/new")
@needs(P.EDIT_REGISTER)
def new_place():
    form = NewPlaceForm(formdata=None, estate_id=chosen_estate(me(), estate_here(P.EDIT_REGISTER), P.EDIT_REGISTER).id)
    return render_template(NEW, form=form, estates=visible_estates(me(), P.EDIT_REGISTER))


@bp.post("/estate/places")
@needs(P.EDIT_REGISTER)
def add():
    form, place_id = NewPlaceForm(), None
    if form.validate():
        estate_id = chosen_estate(me(), form.estate_id.data, P.EDIT_REGISTER).id
        said = {"flood": form.flood_mark, "estate_id": estate_id, "actor": me(), "now": clock.now()}
        with form.keeping_typed(), writing():
            place_id = once(me(), form, lambda: add_place(form.spot, form.facts, **said).id)
    url = url_for(".edit_place", place_id=place_id) if place_id else ""
    return answer(form, NEW, NEW, url=url, estates=visible_estates(me(), P.EDIT_REGISTER))


@bp.get("/estate/places/<int:place_id>/edit")
@needs(P.EDIT_REGISTER)
def edit_place(place_id: int):
    return render_template(PAGE, **_around(place_id))


@bp.post("/estate/places/<int:place_id>/facts")
@needs(P.EDIT_REGISTER)
def change(place_id: int):
    form = PlaceForm(get_place(me(), place_id))
    if form.validate():
        with form.keeping_typed(), writing():
            place = get_place(me(), place_id, seen_version=form.version.data)
            change_place(place, form.spot, form.facts, flood=form.flood_mark, actor=me(), now=clock.now())
    return _answered(form, "facts", place_id, url_for(".place", place_id=place_id))


@bp.post("/estate/places/<int:place_id>/crib")
@needs(P.EDIT_REGISTER)
def crib(place_id: int):
    form = CribForm(get_place(me(), place_id))
    if form.validate():
        with form.keeping_typed(), writing():
            place = get_place(me(), place_id, seen_version=form.version.data)
            change_crib(place, form.facts, actor=me(), now=clock.now())
    return _answered(form, "crib", place_id, url_for(".place", place_id=place_id))


@bp.post("/estate/places/<int:place_id>/numbers")
@needs(P.EDIT_REGISTER)
def add_place_number(place_id: int):
    form = NumberForm()

    def act() -> int:
        return add_number(get_place(me(), place_id), form.number.data, actor=me(), now=clock.now()).id

    get_place(me(), place_id)
    if form.validate():
        with form.keeping_typed(), writing():
            once(me(), form, act)
    return _answered(form, "number", place_id, url_for(".edit_place", place_id=place_id, _anchor="numbers"))


@bp.post("/estate/places/<int:place_id>/numbers/removed")
@needs(P.EDIT_REGISTER)
def remove_place_number(place_id: int):
    form = NoNumberForm()
    get_place(me(), place_id)
    if form.validate():
        with form.keeping_typed(), writing():
            place = get_place(me(), place_id, seen_version=form.version.data)
            remove_number(place, get_phone(me(), form.phone_id.data), actor=me(), now=clock.now())
    return _answered(form, "gone", place_id, url_for(".edit_place", place_id=place_id, _anchor="numbers"))


@bp.post("/estate/places/<int:place_id>/people")
@needs(P.EDIT_REGISTER)
def settle(place_id: int):
    form = NewPersonForm()
    get_place(me(), place_id)
    if form.validate():
        with form.keeping_typed(), writing():
            once(me(), form, lambda: _settled(form, place_id))
    return _answered(form, "newcomer", place_id, url_for(".edit_place", place_id=place_id, _anchor="people"))


def _settled(form: NewPersonForm, place_id: int) -> int:
    """Somebody new, with the number that they gave: both or neither."""
    at = {"actor": me(), "now": clock.now()}
    role, since = form.role.chosen, form.from_on.data
    person = add_person(get_place(me(), place_id), name=form.name.data, role=role, from_on=since, **at)
    if form.number.data:
        add_number(person, form.number.data, **at)
    return person.id


def _answered(form, name: str, place_id: int, url: str):
    return answer(form, PAGE, PAGE, url=url, **_around(place_id, **{name: form if form.http_status != 200 else None}))


def _around(place_id: int, **shown) -> dict:
    """All forms of one place; the one that was refused as it was sent."""
    place, today = get_place(me(), place_id), clock.local_date(clock.now())
    require(me(), P.EDIT_REGISTER, place.estate_id)
    fresh = {
        "facts": PlaceForm(place, formdata=None), "crib": CribForm(place, formdata=None) if has_crib(place) else None,
        "number": NumberForm(formdata=None), "gone": NoNumberForm(formdata=None),
        "newcomer": NewPersonForm(formdata=None, from_on=today),
    }  # fmt: skip
    forms = with_own_ids(fresh | {name: form for name, form in shown.items() if form is not None})
    living = residents_of([place.id], on=today)
    return {"place": place, "forms": forms, "phones": phones_of_place(place), "living": living, "today": today}


def has_crib(place: Place) -> bool:
    """Whether valves and breakers are noted here: at the stairs, not at each home."""
    return place.kind is PlaceKind.COMMON_AREA and place.unit_no is not None
