"""The front door: everyone's first page, the navigation, and the answer to the monitor."""

from dataclasses import dataclass

from flask import Blueprint, Flask, redirect, render_template, request, url_for
from flask_babel import lazy_gettext as _l

from helpdesk import health
from helpdesk.core.access import Guard, Permission, can_anywhere, me, needs
from helpdesk.core.extensions import db
from helpdesk.estate import phone_numbers
from helpdesk.estate.models import Estate

bp = Blueprint("home", __name__)
PAGES = (
    (Permission.WORK_HOTLINE, "hotline.console", _l("Console")),
    (Permission.WORK_HOTLINE, "callbacks.index", _l("Call-backs")),
    (Permission.DO_VISITS, "scheduling.jobs", _l("My day")),
    (Permission.SEE_WORK_ORDERS, "repairs.index", _l("Work orders")),
    (Permission.SEE_WORK_ORDERS, "dispatch.index", _l("Schedule board")),
    (Permission.SEE_WORK_ORDERS, "outages.index", _l("Outages")),
    (Permission.SEE_CASES, "cases.index", _l("Cases")),
    (Permission.SEE_REGISTER, "estate.index", _l("Register")),
    (Permission.LOG_CALL, "duty.index", _l("Duty roster")),
    (Permission.IMPORT_REGISTER, "imports.index", _l("Import")),
    (Permission.SEE_EXPORTS, "exports.index", _l("Exports")),
    (Permission.ADMINISTER, "admin.users", _l("Accounts")),
    (Permission.ADMINISTER, "telephony.lines", _l("Telephone systems")),
    (Permission.ADMINISTER, "estate.build", _l("Set up buildings")),
    (Permission.ADMINISTER, "notify.index", _l("Messages")),
    (Permission.ADMINISTER, "workdays.index", _l("Working days")),
)


@dataclass(frozen=True)
class Link:
    label: str
    url: str
    active: bool


@bp.get("/")
@needs(Guard.SIGNED_IN)
def index():
    links = nav()
    return redirect(links[0].url) if links else render_template("accounts/no_role.html")


@bp.get("/healthz")
@needs(Guard.PUBLIC)
def healthz():
    wrong = health.problems()
    reasons = {"problems": wrong} if wrong and health.may_know_why() else {}
    return {"ok": not wrong, **reasons}, 503 if wrong else 200


def nav() -> list[Link]:
    """The pages this person may open, in the order of the navigation; the first is their home."""
    here = request.blueprint
    allowed = [(endpoint, label) for permission, endpoint, label in PAGES if can_anywhere(me(), permission)]
    return [Link(str(label), url_for(endpoint), endpoint.split(".")[0] == here) for endpoint, label in allowed]


def current_estate() -> Estate | None:
    """The estate whose name stands in the header: the first in which this person holds a role."""
    held = sorted(role.estate_id for role in me().roles) if me().is_authenticated else []
    return db.session.get(Estate, held[0]) if held else None


def theme() -> str:
    return me().theme if me().is_authenticated else "auto"


def init_app(app: Flask) -> None:
    app.jinja_env.globals |= {"nav": nav, "current_estate": current_estate, "theme": theme}
    app.jinja_env.filters |= {"phone": phone_numbers.display, "tel_link": phone_numbers.tel_link}
    app.jinja_env.filters["masked"] = phone_numbers.mask
