"""The company's waiver policy: its editions, a draft and what it would do, and who decides in whose place."""

from flask import abort, redirect, render_template, url_for
from sqlalchemy import select

from helpdesk.core import clock
from helpdesk.core.access import Permission, can, estates, me, needs
from helpdesk.core.chosen_estate import estate_here
from helpdesk.core.errors import Conflict
from helpdesk.core.extensions import db
from helpdesk.core.forms import Form
from helpdesk.core.replays import once
from helpdesk.core.transactions import writing
from helpdesk.estate.models import Person
from helpdesk.waivers import policy as policies
from helpdesk.waivers.deputies import call_off_stand_in, remove_tie
from helpdesk.waivers.forms import SeenForm
from helpdesk.waivers.models import StaffTie, StandIn
from helpdesk.waivers.policy_forms import (
    BeginForm,
    DraftPolicyForm,
    GroundForm,
    LimitsForm,
    NewGroundForm,
    StandInForm,
    TieForm,
)
from helpdesk.waivers.policy_models import PolicyGround, WaiverPolicy
from helpdesk.waivers.queries import deciders, lacking, standing_in, ties_here, workers_here
from helpdesk.waivers.simulating import simulate
from helpdesk.waivers.stand_ins import named, tied
from helpdesk.waivers.views import bp

P = Permission
READS = (P.SEE_WAIVERS, P.SET_WAIVER_POLICY)


@bp.get("/waiver-policies")
@needs(*READS)
def policy_list():
    estate_id = estate_here(*READS)
    found = db.session.scalars(
        policies.visible_policies(me()).where(WaiverPolicy.estate_id == estate_id).order_by(WaiverPolicy.number.desc())
    ).all()
    shown = {"policies": found, "form": DraftPolicyForm(formdata=None), "lacks": lacking(estate_id)}
    return render_template("waivers/policies.html", **shown, estate_id=estate_id)


@bp.post("/waiver-policies")
@needs(P.SET_WAIVER_POLICY)
def draft_policy():
    form, estate_id, made = DraftPolicyForm(), estate_here(P.SET_WAIVER_POLICY), None
    if form.validate():
        with form.keeping_typed(), writing():
            made = once(me(), form, lambda: policies.draft_policy(estate_id, actor=me(), now=clock.now()).id)
    return redirect(url_for(".policy", policy_id=made) if made else url_for(".policy_list"), 303)


@bp.get("/waiver-policies/<int:policy_id>")
@needs(*READS)
def policy(policy_id: int):
    return _page(_policy(policy_id))


@bp.post("/waiver-policies/<int:policy_id>/limits")
@needs(P.SET_WAIVER_POLICY)
def limits(policy_id: int):
    form = LimitsForm(_policy(policy_id))
    if form.validate():
        with form.keeping_typed(), writing():
            seen = _policy(policy_id, form.version.data)
            policies.change_limits(seen, form.values, actor=me(), now=clock.now())
    return _done(form, policy_id, limits_form=form)


@bp.get("/waiver-grounds/<int:ground_id>")
@needs(P.SET_WAIVER_POLICY)
def ground(ground_id: int):
    found = _ground(ground_id)
    form = GroundForm(found.policy, found, formdata=None)
    return render_template("waivers/ground.html", form=form, ground=found, policy=found.policy)


@bp.post("/waiver-grounds/<int:ground_id>")
@needs(P.SET_WAIVER_POLICY)
def change_ground(ground_id: int):
    found = _ground(ground_id)
    form, policy_id = GroundForm(found.policy, found), found.policy_id
    if form.validate():
        with form.keeping_typed(), writing():
            _policy(policy_id, form.version.data)
            policies.change_ground(_ground(ground_id), form.values, actor=me(), now=clock.now())
    if form.http_status == 200:
        return redirect(url_for(".policy", policy_id=policy_id), 303)
    found = _ground(ground_id)
    shown = {"form": form, "ground": found, "policy": found.policy}
    return render_template("waivers/ground.html", **shown), form.http_status


@bp.get("/waiver-policies/<int:policy_id>/grounds/new")
@needs(P.SET_WAIVER_POLICY)
def new_ground(policy_id: int):
    policy = _policy(policy_id)
    return render_template("waivers/ground.html", form=NewGroundForm(policy, formdata=None), ground=None, policy=policy)


@bp.post("/waiver-policies/<int:policy_id>/grounds")
@needs(P.SET_WAIVER_POLICY)
def add_ground(policy_id: int):
    form = NewGroundForm(_policy(policy_id))

    def act() -> int:
        return policies.add_ground(_policy(policy_id, form.version.data), form.values, actor=me(), now=clock.now()).id

    if form.validate():
        with form.keeping_typed(), writing():
            once(me(), form, act)
    if form.http_status == 200:
        return redirect(url_for(".policy", policy_id=policy_id), 303)
    shown = {"form": form, "ground": None, "policy": _policy(policy_id)}
    return render_template("waivers/ground.html", **shown), form.http_status


@bp.get("/waiver-policies/<int:policy_id>/simulation")
@needs(P.SET_WAIVER_POLICY)
def simulation(policy_id: int):
    found = _policy(policy_id)
    today = clock.local_date(clock.now())
    return render_template("waivers/simulation.html", policy=found, simulated=simulate(found, today))


@bp.post("/waiver-policies/<int:policy_id>/beginning")
@needs(P.SET_WAIVER_POLICY)
def beginning(policy_id: int):
    _policy(policy_id)
    form = BeginForm()
    if form.validate():
        with form.keeping_typed(), writing():
            seen = _policy(policy_id, form.version.data)
            policies.begin_policy(seen, valid_from=form.valid_from.data, actor=me(), now=clock.now())
    return _done(form, policy_id, begin_form=form)


@bp.post("/waiver-policies/<int:policy_id>/discarding")
@needs(P.SET_WAIVER_POLICY)
def discard_policy(policy_id: int):
    _policy(policy_id)
    form = SeenForm()
    if form.validate():
        with form.keeping_typed(), writing():
            policies.discard_policy(_policy(policy_id, form.version.data), actor=me(), now=clock.now())
    if form.http_status == 200:
        return redirect(url_for(".policy_list"), 303)
    return _page(_policy(policy_id), discard_form=form), form.http_status


@bp.get("/waiver-deciders")
@needs(*READS)
def who_decides():
    estate_id = estate_here(*READS)
    return _deciders_page(estate_id, StandInForm(formdata=None))


@bp.post("/waiver-deciders")
@needs(P.DECIDE_WAIVERS)
def name_stand_in():
    estate_id, form = estate_here(P.DECIDE_WAIVERS), StandInForm()
    if form.validate():
        with form.keeping_typed(), writing():
            once(me(), form, lambda: named(form, estate_id, me(), clock.now()).id)
    return redirect(url_for(".who_decides"), 303) if form.http_status == 200 else _deciders_page(estate_id, form)


@bp.post("/waiver-deciders/ties")
@needs(P.WORK_WAIVERS, P.DECIDE_WAIVERS)
def note_tie():
    estate_id, form = estate_here(P.WORK_WAIVERS, P.DECIDE_WAIVERS), TieForm()
    if form.validate():
        with form.keeping_typed(), writing():
            once(me(), form, lambda: tied(form, estate_id, me(), clock.now()).user_id)
    if form.http_status == 200:
        return redirect(url_for(".who_decides"), 303)
    return _deciders_page(estate_id, StandInForm(formdata=None), form)


@bp.post("/waiver-deciders/<int:stand_in_id>/calling-off")
@needs(P.DECIDE_WAIVERS)
def call_off(stand_in_id: int):
    form, mine = Form(), StandIn.estate_id.in_(estates(me(), P.DECIDE_WAIVERS))
    if form.validate():
        with form.keeping_typed(), writing():
            row = db.session.scalar(select(StandIn).where(StandIn.id == stand_in_id, mine)) or abort(404)
            call_off_stand_in(row, actor=me(), now=clock.now())
    return _deciders_again(form)


@bp.post("/waiver-deciders/ties/<int:user_id>/<int:person_id>/removal")
@needs(P.DECIDE_WAIVERS)
def tie_removal(user_id: int, person_id: int):
    form, mine = Form(), Person.estate_id.in_(estates(me(), P.DECIDE_WAIVERS))
    one = (StaffTie.user_id == user_id, StaffTie.person_id == person_id)
    if form.validate():
        with form.keeping_typed(), writing():
            row = db.session.scalar(select(StaffTie).join(StaffTie.person).where(mine, *one)) or abort(404)
            remove_tie(row, actor=me(), now=clock.now())
    return _deciders_again(form)


def _policy(policy_id: int, seen: int | None = None) -> WaiverPolicy:
    found = db.session.scalar(policies.visible_policies(me()).where(WaiverPolicy.id == policy_id)) or abort(404)
    if seen is not None and seen != found.version:
        raise Conflict(policies.changed())
    return found


def _ground(ground_id: int) -> PolicyGround:
    mine = WaiverPolicy.estate_id.in_(estates(me(), P.SET_WAIVER_POLICY))
    found = db.session.query(PolicyGround).join(WaiverPolicy).where(mine, PolicyGround.id == ground_id)
    return found.one_or_none() or abort(404)


def _done(form, policy_id: int, **forms):
    if form.http_status == 200:
        return redirect(url_for(".policy", policy_id=policy_id), 303)
    return _page(_policy(policy_id), **forms), form.http_status


def _page(
    policy: WaiverPolicy, limits_form: LimitsForm | None = None, begin_form: BeginForm | None = None,
    discard_form: SeenForm | None = None,
):  # fmt: skip
    shown = {
        "discard_form": discard_form or SeenForm(formdata=None),
        "limits_form": limits_form or LimitsForm(policy, formdata=None),
        "begin_form": begin_form or BeginForm(formdata=None),
        "sets": can(me(), P.SET_WAIVER_POLICY, policy.estate_id),
    }  # fmt: skip
    return render_template("waivers/policy.html", policy=policy, **shown)


def _deciders_again(form: Form):
    if form.http_status == 200:
        return redirect(url_for(".who_decides"), 303)
    page, _status = _deciders_page(estate_here(P.DECIDE_WAIVERS), StandInForm(formdata=None), refused=form)
    return page, form.http_status


def _deciders_page(estate_id: int, form: StandInForm, tie_form: TieForm | None = None, refused=None):
    today = clock.local_date(clock.now())
    able, workers = deciders(estate_id, today), workers_here(estate_id)
    form.user_id.choices = [(one.id, one.name) for one in workers]
    form.for_user_id.choices = [(one.id, one.name) for one in able]
    rows: list[StandIn] = standing_in(estate_id, today)
    tie_form = tie_form or TieForm(formdata=None)
    tie_form.user_id.choices = [(one.id, one.name) for one in workers]
    ties = {"ties": ties_here(estate_id), "tie_form": tie_form}
    may = {"names_one": can(me(), P.DECIDE_WAIVERS, estate_id), "refused": refused}
    shown = {**ties, **may, "able": able, "lacks": lacking(estate_id), "rows": rows, "form": form}
    status = form.http_status if form.http_status != 200 else tie_form.http_status
    return render_template("waivers/deciders.html", **shown, estate_id=estate_id), status
