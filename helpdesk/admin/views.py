from datetime import datetime

from flask import Blueprint, redirect, render_template, session, url_for

from helpdesk.accounts import passwords
from helpdesk.accounts.actions import (
    add_first_administrator,
    open_session,
    set_active,
    set_password,
    set_phone,
)
from helpdesk.accounts.limits import guessed_at_most, no_such_link
from helpdesk.accounts.models import User
from helpdesk.accounts.proof import is_fresh, proved_by
from helpdesk.accounts.queries import (
    administers,
    first_administrator_link,
    get_user,
    reset_asked_for,
    visible_users,
)
from helpdesk.accounts.second_actions import agree_to_reset as agree
from helpdesk.accounts.second_actions import ask_reset
from helpdesk.admin.actions import add_account, estate_to_begin_with
from helpdesk.admin.beginning import steps_left
from helpdesk.admin.forms import FirstAdministratorForm, PasswordForm, PhoneForm, UserForm
from helpdesk.admin.handout import Handout, handout_for
from helpdesk.core import clock
from helpdesk.core.access import Guard, Permission, me, needs
from helpdesk.core.chosen_estate import estate_here
from helpdesk.core.extensions import db
from helpdesk.core.htmx import answer, page_or_part
from helpdesk.core.replays import once
from helpdesk.core.transactions import writing
from helpdesk.entry.forms import ProofForm

bp = Blueprint("admin", __name__)
bp.add_app_template_global(administers)
USERS = "admin/users.html"


@bp.get("/first-administrator/<token>")
@needs(Guard.PUBLIC)
@guessed_at_most("MOST_GUESSES")
def first_administrator(token: str):
    first_administrator_link(token, clock.now()) or no_such_link()
    return render_template("admin/first_administrator.html", form=FirstAdministratorForm(), token=token)


@bp.post("/first-administrator/<token>")
@needs(Guard.PUBLIC)
@guessed_at_most("MOST_GUESSES")
def begin(token: str):
    first_administrator_link(token, clock.now()) or no_such_link()
    form, number = FirstAdministratorForm(), None
    if form.validate():
        password_hash = passwords.hash_password(form.password.data)
        with form.keeping_typed(), writing():
            user = _first(form, token, password_hash)
            number = open_session(user, now=clock.now())
    if number is None:
        page = render_template("admin/first_administrator.html", form=form, token=token)
        return page, form.http_status
    session.renew(number)
    return redirect(url_for(".users"), 303)


@bp.get("/admin/users")
@needs(Permission.ADMINISTER)
def users():
    return render_template(USERS, form=UserForm(), **_users())


@bp.post("/admin/users")
@needs(Permission.ADMINISTER)
def add():
    """The first password stands in this answer and nowhere else, so there is no redirect."""
    form, now, handout = UserForm(), clock.now(), None
    if form.validate():
        password_hash = passwords.hash_password(form.password.data)
        with form.keeping_typed(), _proved(form, now), writing():
            user_id = once(me(), form, lambda: _added(form, password_hash, now))
    status = form.http_status
    if status == 200:
        handout, form = handout_for(get_user(me(), user_id), form.password.data), UserForm(formdata=None)
    return page_or_part(USERS, "admin/_users.html", status, form=form, **_users(handout))


@bp.get("/admin/users/<int:user_id>")
@needs(Permission.ADMINISTER)
def user(user_id: int):
    context = _account(user_id)
    return render_template("admin/user.html", form=PasswordForm(context["user"], formdata=None), **context)


@bp.post("/admin/users/<int:user_id>/password")
@needs(Permission.ADMINISTER)
def new_password(user_id: int):
    form, now = PasswordForm(get_user(me(), user_id)), clock.now()
    if form.validate():
        new = passwords.hash_password(form.password.data)
        with form.keeping_typed(), _proved(form, now), writing():
            set_password(get_user(me(), user_id), password_hash=new, proved=is_fresh(now), actor=me(), now=now)
    context = _account(user_id)
    if form.http_status == 200:
        context["handout"] = handout_for(context["user"], form.password.data)
    return page_or_part("admin/user.html", "admin/_user.html", form.http_status, form=form, **context)


@bp.post("/admin/users/<int:user_id>/phone")
@needs(Permission.ADMINISTER)
def new_phone(user_id: int):
    form, now = PhoneForm(), clock.now()
    if form.validate():
        with form.keeping_typed(), _proved(form, now), writing():
            account = get_user(me(), user_id, seen_version=form.version.data)
            set_phone(account, phone=form.digits, proved=is_fresh(now), actor=me(), now=now)
    if form.http_status == 200:
        return redirect(url_for(".user", user_id=user_id), 303)
    context = _account(user_id, form)
    page = render_template("admin/user.html", form=PasswordForm(context["user"], formdata=None), **context)
    return page, form.http_status


@bp.post("/admin/users/<int:user_id>/second-step/reset")
@needs(Permission.ADMINISTER)
def ask_for_reset(user_id: int):
    form, now = ProofForm(), clock.now()
    if form.validate():
        with form.keeping_typed(), proved_by(form.password.data, me(), now), writing():
            ask_reset(get_user(me(), user_id), proved=is_fresh(now), actor=me(), now=now)
    return _after_reset(user_id, form)


@bp.post("/admin/users/<int:user_id>/second-step/reset/agreement")
@needs(Permission.ADMINISTER)
def agree_to_reset(user_id: int):
    form, now = ProofForm(), clock.now()
    if form.validate():
        with form.keeping_typed(), proved_by(form.password.data, me(), now), writing():
            agree(get_user(me(), user_id), proved=is_fresh(now), actor=me(), now=now)
    return _after_reset(user_id, form)


@bp.post("/admin/users/<int:user_id>/disabled")
@needs(Permission.ADMINISTER)
def disable(user_id: int):
    with writing():
        set_active(get_user(me(), user_id), active=False, actor=me(), now=clock.now())
    return _shown(user_id)


@bp.post("/admin/users/<int:user_id>/enabled")
@needs(Permission.ADMINISTER)
def enable(user_id: int):
    with writing():
        set_active(get_user(me(), user_id), active=True, actor=me(), now=clock.now())
    return _shown(user_id)


@bp.get("/admin/style")
@needs(Guard.SIGNED_IN)
def style():
    return render_template("admin/style.html")


def _shown(user_id: int):
    context, url = _account(user_id), url_for(".user", user_id=user_id)
    form = PasswordForm(context["user"], formdata=None)
    return answer(form, "admin/user.html", "admin/_user.html", url=url, **context)


def _proved(form: PasswordForm | PhoneForm | UserForm, now: datetime):
    """These forms have a field of that name for the other person's password, or none."""
    return proved_by(form.own_password.data, me(), now, field="own_password")


def _after_reset(user_id: int, form: ProofForm):
    if form.http_status == 200:
        return redirect(url_for(".user", user_id=user_id), 303)
    context = _account(user_id) | {"reset_form": form}
    page = render_template("admin/user.html", form=PasswordForm(context["user"], formdata=None), **context)
    return page, form.http_status


def _account(user_id: int, phone_form: PhoneForm | None = None) -> dict:
    """The account, and the form of its number, which knows how the account stands now."""
    account = get_user(me(), user_id)
    if phone_form is None:
        phone_form = PhoneForm(formdata=None, phone=account.phone or "", version=account.version)
    else:
        phone_form.version.data, phone_form.version.raw_data = account.version, None
    asked, proof = reset_asked_for(user_id, clock.now()), ProofForm(formdata=None)
    proven = {"needs_proof": not is_fresh(clock.now()), "reset_form": proof, "handout": None}
    return {"user": account, "phone_form": phone_form, "reset": asked, **proven}


def _users(handout: Handout | None = None) -> dict:
    now, found = clock.now(), list(db.session.scalars(visible_users(me())))
    left = steps_left(me(), estate_here(Permission.ADMINISTER), now)
    return {"users": found, "needs_proof": not is_fresh(now), "handout": handout, "left": left}


def _added(form: UserForm, password_hash: str, now: datetime) -> int:
    user = add_account(
        username=form.username.data, name=form.name.data, phone=form.phone.data or None, roles=set(form.roles.data),
        password_hash=password_hash, estate_id=estate_here(Permission.ADMINISTER),
        proved=is_fresh(now), actor=me(), now=now,
    )  # fmt: skip
    return user.id


def _first(form: FirstAdministratorForm, token: str, password_hash: str) -> User:
    now = clock.now()
    estate = estate_to_begin_with(form.estate_name.data, now=now)
    return add_first_administrator(
        token, username=form.username.data, name=form.name.data, password_hash=password_hash,
        estate_id=estate.id, now=now,
    )  # fmt: skip
