"""Times to offer while somebody is on the telephone; the console asks for them beside the form, saving never waits."""

from flask import abort, redirect, render_template, request, url_for

from helpdesk.core import clock
from helpdesk.core.access import Permission, me, needs
from helpdesk.core.htmx import wants_part
from helpdesk.dayplans.words import why_never
from helpdesk.dispatch.offers import offers_for
from helpdesk.estate.queries import get_place
from helpdesk.hotline.views import bp
from helpdesk.repairs.models import Urgency
from helpdesk.repairs.queries import visible_categories
from helpdesk.windows.rules import window_named, window_value

bp.add_app_template_filter(window_value)


@bp.get("/hotline/offers")
@needs(Permission.WORK_HOTLINE)
def offers():
    now, place_id = clock.now(), request.args.get("place_id", type=int)
    place = get_place(me(), place_id) if place_id and 0 < place_id < 2**31 else None
    code, urgency = request.args.get("category", ""), request.args.get("urgency", "")
    shown = None
    if place and code:
        tree = visible_categories(me(), on=clock.local_date(now), estate_id=place.estate_id)
        category = next((one for one in tree if one.code == code), None) or abort(404)
        level = Urgency(urgency) if urgency in list(Urgency) else category.urgency
        shown = offers_for(me(), place, category, level, now=now)
    why = why_never(shown.reason) if shown and shown.reason else ""
    chosen = window_named(request.args.get("visit_window", ""))
    gone = chosen if shown and chosen in shown.asked - shown.fitting else None
    part = render_template("hotline/_offers.html", offers=shown, why=why, chosen=chosen, gone=gone)
    return part if wants_part() else redirect(url_for(".console"))
