"""Buildings that are alike, set up by pattern: first what would be added, then the same, added."""

from contextlib import closing

from flask import abort, render_template, request, url_for

from helpdesk.core import clock
from helpdesk.core.access import Permission, me, needs
from helpdesk.core.chosen_estate import estate_here
from helpdesk.core.htmx import answer
from helpdesk.core.replays import once
from helpdesk.core.transactions import writing
from helpdesk.estate import pattern
from helpdesk.estate.community_forms import PatternForm, PatternQuery
from helpdesk.estate.importing import keys, register
from helpdesk.estate.importing.apply import lay_out
from helpdesk.estate.importing.plan import Counts, Plan, make_plan
from helpdesk.estate.models import Estate
from helpdesk.estate.queries import buildings, visible_estates
from helpdesk.estate.views import bp

P = Permission
PAGE = "estate/build.html"


@bp.get("/estate/buildings/new")
@needs(P.MERGE_REGISTER, P.ADMINISTER)
def build():
    estate = _estate(estate_here(P.MERGE_REGISTER, P.ADMINISTER))
    asked = request.args.get("buildings") is not None
    form = PatternQuery(request.args if asked else None, meta={"csrf": False})
    counts = _counts(form, estate) if asked and form.validate() else None
    return render_template(PAGE, form=form, counts=counts, **_around(estate)), form.http_status


@bp.post("/estate/buildings/new")
@needs(P.MERGE_REGISTER, P.ADMINISTER)
def lay_out_buildings():
    form = PatternForm()
    estate = _estate(form.estate_id.data)
    if form.validate():
        plan = _plan(form, estate)
        with closing(plan.spool), form.keeping_typed():
            with writing():
                once(me(), form, lambda: _laid_out(plan))
            keys.complete(plan.estate_id)
    return answer(form, PAGE, PAGE, url=url_for(".built", estate=estate.id), counts=None, **_around(estate))


@bp.get("/estate/buildings/added")
@needs(P.MERGE_REGISTER, P.ADMINISTER)
def built():
    estate = _estate(estate_here(P.MERGE_REGISTER, P.ADMINISTER))
    homes = sum(line.homes for line in buildings(estate))
    return render_template("estate/built.html", estate=estate, buildings=len(buildings(estate)), homes=homes)


def _laid_out(plan: Plan) -> int:
    lay_out(plan, actor=me(), now=clock.now())
    return plan.counts.places_new


def _plan(form: PatternQuery, estate: Estate) -> Plan:
    homes, today = pattern.homes_of(form.pattern), clock.local_date(clock.now())
    return make_plan(homes, register.load(estate.id), as_of=today)


def _counts(form: PatternQuery, estate: Estate) -> Counts:
    plan = _plan(form, estate)
    with closing(plan.spool):
        return plan.counts


def _around(estate: Estate) -> dict:
    return {"estate": estate, "estates": _estates(), "apply": PatternForm(formdata=None)}


def _estates() -> list[Estate]:
    """Where this user may set up buildings: by either right."""
    both = [one for right in (P.MERGE_REGISTER, P.ADMINISTER) for one in visible_estates(me(), right)]
    return list(dict.fromkeys(both))


def _estate(asked) -> Estate:
    mine = _estates()
    found = next((one for one in mine if str(one.id) == str(asked)), None if asked else next(iter(mine), None))
    return found or abort(404)
