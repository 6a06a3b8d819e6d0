"""The look log on the screen, whose matter it was by the address and a masked name; and who can see what, for all."""

from collections.abc import Sequence

from flask import Blueprint, render_template, request
from sqlalchemy import select

from helpdesk.core.access import Guard, Permission, Role, me, needs
from helpdesk.core.chosen_estate import estate_here
from helpdesk.core.extensions import db
from helpdesk.estate.models import Person, Place
from helpdesk.looks.masks import mask_name, mask_tail
from helpdesk.looks.models import Look
from helpdesk.looks.queries import newest_looks
from helpdesk.looks.who_sees_what import KINDS, MASKS, NOTINGS

bp = Blueprint("looks", __name__)
bp.add_app_template_filter(mask_tail, "masked_tail")


@bp.get("/looks")
@needs(Permission.SEE_EXPORTS)
def index():
    estate_id = estate_here(Permission.SEE_EXPORTS)
    found = newest_looks(me(), estate_id, before=request.args.get("before", type=int))
    homes, people = _whose(found)
    return render_template("looks/index.html", looks=found, homes=homes, people=people, estate_id=estate_id)


@bp.get("/who-sees-what")
@needs(Guard.SIGNED_IN)
def who_sees_what():
    return render_template("looks/who_sees_what.html", kinds=KINDS, roles=list(Role), masks=MASKS, notings=NOTINGS)


def _whose(found: Sequence[Look]) -> tuple[dict[int, str], dict[int, str]]:
    """The addresses, and the names as far as whoever checks need know them."""
    places = select(Place.id, Place.address).where(Place.id.in_({look.place_id for look in found if look.place_id}))
    names = select(Person.id, Person.name).where(Person.id.in_({look.person_id for look in found if look.person_id}))
    people = {person_id: mask_name(name) for person_id, name in db.session.execute(names)}
    return dict(db.session.execute(places).all()), people
