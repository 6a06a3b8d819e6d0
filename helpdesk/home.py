"""The front door: everyone's first page, the navigation, and the answer to the monitor."""

from dataclasses import dataclass

from flask import Blueprint, Flask, g, redirect, render_template, request, url_for
from flask_babel import lazy_gettext as _l
from sqlalchemy import select

from helpdesk import health
from helpdesk.core import clock
from helpdesk.core.access import Guard, Permission, can_anywhere, me, needs
from helpdesk.core.chosen_estate import liked_estate
from helpdesk.core.extensions import db
from helpdesk.estate import phone_numbers
from helpdesk.estate.models import Estate

bp = Blueprint("home", __name__)
P = Permission
PAGES = (  # what is opened most comes first; what does not fit stands under "More"
    (P.WORK_HOTLINE, "hotline.console", _l("Console")),
    (P.DO_VISITS, "scheduling.jobs", _l("My day")),
    (P.WORK_HOTLINE, "callbacks.index", _l("Call-backs")),
    (P.SEE_WORK_ORDERS, "repairs.index", _l("Work orders")),
    (P.SEE_WORK_ORDERS, "dispatch.index", _l("Schedule board")),
    (P.SEE_REGISTER, "estate.index", _l("Register")),
    (P.SEE_MONEY, "billing.index", _l("Money")),
    (P.SEE_CASES, "cases.index", _l("Cases")),
    (P.DECIDE_WAIVERS, "waivers.inbox", _l("Waiver inbox")),
    (P.SEE_WAIVERS, "waivers.index", _l("Waivers")),
    (P.SEE_WORK_ORDERS, "outages.index", _l("Outages")),
    (P.SEE_WORK_ORDERS, "routines.index", _l("Rounds")),
    (P.SEE_WORK_ORDERS, "technicians.index", _l("Technicians")),
    (P.SEE_WAIVER_SUMS, "waiver_reports.index", _l("Waiver report")),
    (P.LOG_CALL, "duty.index", _l("Duty roster")),
    (P.SET_TARIFF, "tariff.index", _l("Price lists")),
    (P.ADMINISTER, "admin.users", _l("Accounts")),
    (P.ADMINISTER, "telephony.lines", _l("Telephones")),
    (P.ADMINISTER, "estate.build", _l("Set up buildings")),
    (P.IMPORT_REGISTER, "imports.index", _l("Import")),
    (P.ADMINISTER, "notify.index", _l("Messages")),
    (P.SEE_EXPORTS, "exports.index", _l("Exports")),
    (P.HANDLE_PERSON_REQUESTS, "privacy.index", _l("Requests of residents")),
    (P.SET_RETENTION, "retention.index", _l("How long what is kept")),
    (P.SET_ESCALATION, "escalation.policy", _l("Escalation")),
    (P.SET_WORKDAYS, "workdays.index", _l("Working days")),
)
PLANNERS_FIRST = ("hotline.console", "repairs.index", "cases.index", "duty.index", "estate.index")
MONEY_FIRST = ("billing.index", "tariff.index", "estate.index")  # for who takes payments and plans no duty
PART_OF = {"books": "billing"}  # blueprints that share an entry
IN_LINE, ON_A_PHONE = 6, 2  # links in the line of navigation, "More" among them where there are more; on a phone


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
    told = {"problems": wrong, "warnings": health.warnings()} if health.may_know_why() else {}
    return {"ok": not wrong, **{kind: found for kind, found in told.items() if found}}, 503 if wrong else 200


def nav() -> list[Link]:
    """The pages this person may work on, what they need most first; the first is their home."""
    allowed = [(endpoint, label) for permission, endpoint, label in PAGES if can_anywhere(me(), permission)]
    if first := _first():
        allowed.sort(key=lambda page: (*first, page[0]).index(page[0]))
    return [_link(endpoint, label) for endpoint, label in allowed]


def _link(endpoint: str, label: str) -> Link:
    here = PART_OF.get(request.blueprint, request.blueprint)
    return Link(str(label), url_for(endpoint), endpoint.split(".")[0] == here)


def _first() -> tuple[str, ...]:
    if can_anywhere(me(), P.PLAN_DUTY):
        return PLANNERS_FIRST
    return MONEY_FIRST if can_anywhere(me(), P.TAKE_PAYMENT) else ()


def nav_line() -> tuple[list[Link], int, int]:
    """The links, how many of them stand in the line, and how many on a phone; the others are under "More".

    Who can see what stands last, for everybody who has a role; a technician's phone has it on the page of the account.
    """
    links = nav()
    links += [_link("looks.who_sees_what", _l("Who can see what"))] if links else []
    return links, IN_LINE if len(links) <= IN_LINE else IN_LINE - 1, ON_A_PHONE


def current_estate() -> Estate | None:
    """The estate whose name stands in the header: the chosen one, of those in which this person holds a role."""
    held = sorted({role.estate_id for role in me().roles}) if me().is_authenticated else []
    return db.session.get(Estate, liked_estate(held)) if held else None


@dataclass(frozen=True)
class EstateChoice:
    """The estate that a page is about, and those it could be about."""

    id: int
    estates: list[Estate]


def estate_choice() -> EstateChoice:
    mine, chosen = g.estate_choice
    if len(mine) == 1:
        return EstateChoice(chosen, [])
    found = select(Estate).where(Estate.id.in_(mine)).order_by(Estate.id)
    return EstateChoice(chosen, list(db.session.scalars(found)))


def theme() -> str:
    return me().theme if me().is_authenticated else "auto"


def backup_missed() -> bool:
    """Whether somebody who administers this must be told that nothing was put aside since yesterday."""
    return can_anywhere(me(), P.ADMINISTER) and health.backup_is_missed(clock.now())


def init_app(app: Flask) -> None:
    app.jinja_env.globals |= {
        "nav": nav, "nav_line": nav_line, "current_estate": current_estate, "estate_choice": estate_choice,
        "theme": theme, "backup_missed": backup_missed,
    }  # fmt: skip
    app.jinja_env.filters |= {"phone": phone_numbers.display, "tel_link": phone_numbers.tel_link}
    app.jinja_env.filters["masked"] = phone_numbers.mask
