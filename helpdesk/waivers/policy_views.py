"""The company's waiver policy: its editions, a draft, and what it would do."""

from flask import abort, redirect, render_template, url_for

from helpdesk.core import clock
from helpdesk.core.access import Permission, can, estates, me, needs
from helpdesk.core.chosen_estate import estate_here
from helpdesk.core.errors import Conflict
from helpdesk.core.extensions import db
from helpdesk.core.replays import once
from helpdesk.core.transactions import writing
from helpdesk.waivers import policy as policies
from helpdesk.waivers.forms import SeenForm
from helpdesk.waivers.policy_forms import (
    BeginForm,
    DraftPolicyForm,
    GroundForm,
    LimitsForm,
    NewGroundForm,
)
from helpdesk.waivers.policy_models import PolicyGround, WaiverPolicy
from helpdesk.waivers.queries import lacking
from helpdesk.waivers.simulating import simulate
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
