from flask import Blueprint, redirect, request, url_for

from helpdesk.accounts.limits import looks_at_most
from helpdesk.core import clock
from helpdesk.core.access import Permission, can_anywhere, me, needs
from helpdesk.core.htmx import page_or_part, wants_part
from helpdesk.estate.phone_numbers import PhoneKind, normalise
from helpdesk.search.queries import LONGEST_QUERY, Group, Match, exact_home, exact_phone, find
from helpdesk.search.registry import others

bp = Blueprint("search", __name__)


@bp.get("/search")
@needs(Permission.SEE_REGISTER, Permission.SEE_WORK_ORDERS)
@looks_at_most("MOST_SEARCHES")
def search():
    answer = _answer()
    known, typed = exact_phone(me(), answer["typed"]), answer["typed"]
    number = normalise(typed)
    if number and number.kind is PhoneKind.SHORT and not known:
        number = None  # half a number, a home number or an address
    wider = {} if wants_part() else {"others": _others(typed)}
    return page_or_part(
        "search/show.html", "search/_matches.html", **answer, **wider, number=number, known=known,
        home=exact_home(me(), typed),
    )  # fmt: skip


@bp.get("/search/box")
@needs(Permission.SEE_REGISTER, Permission.SEE_WORK_ORDERS)
@looks_at_most("MOST_SEARCHES")
def box():
    """What the box in the header shows while somebody types: everything, each with the address of its page."""
    if not wants_part():
        return redirect(url_for(".search"))
    answer = _answer()
    return page_or_part("search/_box_answer.html", "search/_box_answer.html", **answer, others=_others(answer["typed"]))


@bp.app_template_global()
def match_url(group: Group, match: Match) -> str:
    """The page of what was found; empty where this user may not open it."""
    if match.work_order:
        return url_for("repairs.show", number=match.work_order.number)
    if not can_anywhere(me(), Permission.SEE_REGISTER):
        return ""
    if match.person and (group is Group.PEOPLE or not match.place):
        return url_for("estate.resident", person_id=match.person.id)
    return url_for("estate.place", place_id=match.place.id) if match.place else ""


def _answer() -> dict:
    typed = request.args.get("q", "").strip()
    found = find(me(), typed, on=clock.local_date(clock.now()))
    return {"typed": typed, "found": found, "too_long": len(typed) > LONGEST_QUERY}


def _others(typed: str) -> list:
    return others(me(), typed, on=clock.local_date(clock.now())) if len(typed) <= LONGEST_QUERY else []
