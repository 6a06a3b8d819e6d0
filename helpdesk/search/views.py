from flask import Blueprint, request

from helpdesk.core import clock
from helpdesk.core.access import Permission, me, needs
from helpdesk.core.htmx import page_or_part
from helpdesk.estate.phone_numbers import PhoneKind, normalise
from helpdesk.search.queries import LONGEST_QUERY, exact_home, exact_phone, find

bp = Blueprint("search", __name__)


@bp.get("/search")
@needs(Permission.SEE_REGISTER, Permission.SEE_WORK_ORDERS)
def search():
    typed = request.args.get("q", "").strip()
    found = find(me(), typed, on=clock.local_date(clock.now()))
    too_long = len(typed) > LONGEST_QUERY
    known, number = exact_phone(me(), typed), normalise(typed)
    if number and number.kind is PhoneKind.SHORT and not known:
        number = None  # half a number, a home number or an address
    return page_or_part(
        "search/show.html", "search/_matches.html",
        typed=typed, found=found, number=number, known=known, too_long=too_long, home=exact_home(me(), typed),
    )  # fmt: skip
