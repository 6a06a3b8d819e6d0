"""What an administrator decides of others' access: roles, where they are signed in, when screens lock."""

from flask import Blueprint, redirect, render_template, url_for
from flask_babel import gettext as _

from helpdesk.accounts.actions import end_session, sign_out_elsewhere
from helpdesk.accounts.device_queries import devices_revocable, get_session, open_sessions
from helpdesk.accounts.lock_actions import lock_minutes, set_lock_minutes
from helpdesk.accounts.proof import is_fresh, proved_by
from helpdesk.accounts.queries import administers, get_user
from helpdesk.admin.access_forms import LockPolicyForm, RolesForm
from helpdesk.admin.actions import give_roles
from helpdesk.core import clock
from helpdesk.core.access import Permission, me, needs
from helpdesk.core.chosen_estate import estate_here
from helpdesk.core.errors import NotAllowed
from helpdesk.core.transactions import writing

bp = Blueprint("access", __name__)
P = Permission


@bp.get("/admin/users/<int:user_id>/access")
@needs(P.ADMINISTER)
def show(user_id: int):
    return _shown(user_id)


@bp.post("/admin/users/<int:user_id>/roles")
@needs(P.ADMINISTER)
def new_roles(user_id: int):
    form, estate_id, now = RolesForm(), estate_here(P.ADMINISTER), clock.now()
    if form.validate():
        with form.keeping_typed(), proved_by(form.own_password.data, me(), now, field="own_password"), writing():
            user = get_user(me(), user_id, seen_version=form.version.data)
            told = {"roles": set(form.roles.data), "proved": is_fresh(now)}
            give_roles(user, **told, estate_id=estate_id, actor=me(), now=now)
    return _done(user_id) if form.http_status == 200 else _shown(user_id, form)


@bp.post("/admin/users/<int:user_id>/sessions/<int:session_id>/ended")
@needs(P.ADMINISTER)
def end_one(user_id: int, session_id: int):
    with writing():
        end_session(get_session(_administered(user_id), session_id), actor=me(), now=clock.now())
    return _done(user_id)


@bp.post("/admin/users/<int:user_id>/sessions/ended")
@needs(P.ADMINISTER)
def end_all(user_id: int):
    with writing():
        sign_out_elsewhere(_administered(user_id), but=None, actor=me(), now=clock.now())
    return _done(user_id)


@bp.get("/admin/lock")
@needs(P.ADMINISTER)
def lock():
    return _lock(LockPolicyForm(formdata=None, minutes=lock_minutes()))


@bp.post("/admin/lock")
@needs(P.ADMINISTER)
def new_lock():
    form = LockPolicyForm()
    if form.validate():
        with form.keeping_typed(), writing():
            set_lock_minutes(form.minutes.data, actor=me(), now=clock.now())
    return redirect(url_for(".lock"), 303) if form.http_status == 200 else _lock(form)


def _administered(user_id: int):
    """Whoever may set the password may also sign out; others only see that there is such an account."""
    user = get_user(me(), user_id)
    if not administers(me(), user):
        raise NotAllowed(_("Whoever administers all estates in which this person works must do this."))
    return user


def _done(user_id: int):
    return redirect(url_for(".show", user_id=user_id), 303)


def _lock(form: LockPolicyForm):
    return render_template("admin/lock.html", form=form), form.http_status


def _shown(user_id: int, form: RolesForm | None = None):
    user, estate_id = get_user(me(), user_id), estate_here(P.ADMINISTER)
    here = [held.role for held in user.roles if held.estate_id == estate_id]
    form = form or RolesForm(formdata=None, roles=here)
    form.version.data, form.version.raw_data = user.version, None
    mine = administers(me(), user)
    page = render_template(
        "admin/access.html", user=user, form=form, mine=mine, sessions=open_sessions(user, clock.now()) if mine else [],
        devices=devices_revocable(me(), user, clock.now()), needs_proof=not is_fresh(clock.now()),
    )  # fmt: skip
    return page, form.http_status
