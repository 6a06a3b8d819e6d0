"""Cards for the fridge: the hotline, the staff numbers that are published, and the number of the home."""

from flask import abort, render_template, request

from helpdesk.core import ids
from helpdesk.core.access import Permission, me, needs
from helpdesk.core.chosen_estate import estate_here
from helpdesk.core.extensions import db
from helpdesk.duty.queries import published_numbers
from helpdesk.estate.models import Estate, Place, PlaceKind
from helpdesk.estate.queries import buildings, get_place, places_in
from helpdesk.handover.views import bp

MOST_NUMBERS = 8  # that fit on a card in large type


@bp.get("/fridge-cards")
@needs(Permission.SEE_REGISTER)
def cards():
    estate = _estate()
    numbers = published_numbers(estate.id)
    lines = [line for line in buildings(estate) if line.homes]
    return render_template("handover/cards.html", estate=estate, buildings=lines, numbers=numbers, most=MOST_NUMBERS)


@bp.get("/fridge-cards/print")
@needs(Permission.SEE_REGISTER)
def cards_paper():
    home_id, estate = _asked("home"), _estate()
    if home_id is not None:
        home = get_place(me(), home_id)
        estate = db.session.get_one(Estate, home.estate_id)
        return _paper(estate, [home], None, [])
    numbers = [line.building_no for line in buildings(estate) if line.homes]
    building = _asked("building") or next(iter(numbers), 0)
    return _paper(estate, places_in(estate, building) if building in numbers else abort(404), building, numbers)


def _paper(estate: Estate, places: list[Place], building: int | None, buildings_: list[int]):
    homes = [place for place in places if place.kind is PlaceKind.DWELLING and place.home_no]
    return render_template(
        "handover/cards_paper.html", estate=estate, homes=homes, building=building, buildings=buildings_,
        numbers=published_numbers(estate.id)[:MOST_NUMBERS],
    )  # fmt: skip


def _estate() -> Estate:
    return db.session.get_one(Estate, estate_here(Permission.SEE_REGISTER))


def _asked(name: str) -> int | None:
    """A number from the address; None if there is none, 0 (which nothing has) for nonsense."""
    typed = request.args.get(name, "")
    if not typed:
        return None
    return ids.read_id(typed) or 0
