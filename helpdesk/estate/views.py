from flask import Blueprint, render_template, request

from helpdesk.core import clock
from helpdesk.core.access import Permission, me, needs
from helpdesk.core.chosen_estate import estate_here
from helpdesk.estate.models import PlaceKind
from helpdesk.estate.queries import buildings, chosen_estate, places_in, residents_in, visible_estates
from helpdesk.estate.rules import grid_of

bp = Blueprint("estate", __name__)


@bp.get("/estate")
@needs(Permission.SEE_REGISTER)
def index():
    mine = visible_estates(me())
    estate = chosen_estate(me(), estate_here(Permission.SEE_REGISTER))
    lines = buildings(estate)
    building_no = next((b.building_no for b in lines if str(b.building_no) == request.args.get("building")), None)
    kind = next((kind for kind in PlaceKind if kind == request.args.get("kind")), None)
    places = [p for p in places_in(estate, building_no) if kind in (None, p.kind)]
    living = residents_in(estate, building_no, on=clock.local_date(clock.now())) if building_no else {}
    return render_template(
        "estate/index.html", estates=mine, estate=estate, buildings=lines, building_no=building_no, kind=kind,
        kinds=list(PlaceKind), units=grid_of(places), others=[p for p in places if p.kind != PlaceKind.DWELLING],
        living=living,
    )  # fmt: skip
