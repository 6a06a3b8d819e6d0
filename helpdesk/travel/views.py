"""Where the buildings stand, and what was learned of the ways between them."""

from dataclasses import dataclass

from flask import Blueprint, render_template, request, url_for

from helpdesk.core import clock
from helpdesk.core.access import Permission, me, needs
from helpdesk.core.htmx import answer
from helpdesk.core.terms import check_seen, digest
from helpdesk.core.transactions import writing
from helpdesk.estate.queries import chosen_estate, visible_estates
from helpdesk.travel.actions import place_buildings, set_mode
from helpdesk.travel.forms import ModeForm, TypedForm, positions_form
from helpdesk.travel.models import BuildingPosition
from helpdesk.travel.queries import building_numbers, get_goer, learned_legs, mode_of, modes_of, positions_of

bp = Blueprint("travel", __name__, url_prefix="/ways")
P = Permission
bp.add_app_template_global(modes_of)
PAGE = "travel/index.html"
LEGS_SHOWN, MARGIN = 30, 30


@dataclass(frozen=True)
class Drawing:
    """The estate from above: its frame in metres, and each building as (number, x, y) with y downwards."""

    view_box: str
    spots: dict[int, tuple[int, int]]


@bp.get("")
@needs(P.PLAN_DUTY)
def index():
    return render_template(PAGE, **_page(_estate().id))


@bp.post("/positions")
@needs(P.PLAN_DUTY)
def place():
    estate_id = _estate().id
    form = positions_form(building_numbers(estate_id))
    if form.validate():
        with form.keeping_typed(), writing():
            check_seen(form.seen.data, _seen(positions_of(estate_id)))
            place_buildings(_estate(), form.positions, actor=me(), now=clock.now())
    return _answered(form, "table", estate_id)


@bp.post("/positions/typed")
@needs(P.PLAN_DUTY)
def place_typed():
    form, estate_id = TypedForm(), _estate().id
    if form.validate():
        with form.keeping_typed(), writing():
            place_buildings(_estate(), form.positions, actor=me(), now=clock.now())
    return _answered(form, "typed", estate_id)


@bp.post("/technicians/<int:user_id>")
@needs(P.PLAN_DUTY)
def goes(user_id: int):
    form, estate_id = ModeForm(), _estate().id
    user = get_goer(user_id, estate_id)
    if form.validate():
        with form.keeping_typed(), writing():
            check_seen(form.seen.data, mode_of(user_id, estate_id))
            set_mode(user, mode=form.mode.data, estate_id=estate_id, actor=me(), now=clock.now())
    url = url_for("technicians.show", technician_id=user_id, estate=estate_id)
    shown = {"technician": user, "estate_id": estate_id, "seen": mode_of(user_id, estate_id)}
    return answer(form, "travel/mode.html", "travel/mode.html", url=url, **shown)


@bp.app_template_global()
def mode_form(user_id: int, estate_id: int) -> ModeForm:
    """The form of how somebody gets about, as it is now."""
    mode = mode_of(user_id, estate_id)
    return ModeForm(formdata=None, mode=mode, seen=mode)


def _answered(form, name: str, estate_id: int):
    shown = {name: form} if form.http_status != 200 else {}
    return answer(form, PAGE, PAGE, url=url_for(".index", estate=estate_id), **_page(estate_id, **shown))


def _page(estate_id: int, **shown) -> dict:
    rows = positions_of(estate_id)
    known = {f"east{row.building_no}": str(row.east_m) for row in rows}
    known |= {f"north{row.building_no}": str(row.north_m) for row in rows}
    forms = {
        "table": positions_form(building_numbers(estate_id), formdata=None, **known),
        "typed": TypedForm(formdata=None),
    }
    return {
        **forms, **shown, "estate_id": estate_id, "estates": visible_estates(me(), P.PLAN_DUTY), "seen": _seen(rows),
        "drawing": _drawing(rows), "legs": learned_legs(estate_id)[:LEGS_SHOWN],
    }  # fmt: skip


def _seen(rows: list[BuildingPosition]) -> str:
    return digest((row.building_no, row.east_m, row.north_m) for row in rows)


def _drawing(rows: list[BuildingPosition]) -> Drawing | None:
    """North is up; None while fewer than two buildings stand anywhere."""
    if len(rows) < 2:
        return None
    spots = {row.building_no: (row.east_m, -row.north_m) for row in rows}
    left, top = min(x for x, _y in spots.values()), min(y for _x, y in spots.values())
    width = max(x for x, _y in spots.values()) - left + 2 * MARGIN
    height = max(y for _x, y in spots.values()) - top + 2 * MARGIN
    return Drawing(f"{left - MARGIN} {top - MARGIN} {width} {height}", spots)


def _estate():
    """The estate that the address names, else the first; 404 for one that is not theirs."""
    return chosen_estate(me(), request.args.get("estate"), P.PLAN_DUTY)
