"""One's own account: where one is signed in, the PIN, the password, the devices that are known."""

from flask import Blueprint, current_app, g, redirect, render_template, request, session, url_for

from helpdesk.accounts import passwords
from helpdesk.accounts.actions import change_password, end_session, renew_number, sign_out_elsewhere
from helpdesk.accounts.device_actions import DEVICE_LASTS, device_kind, enrol, revoke
from helpdesk.accounts.device_models import DeviceKind
from helpdesk.accounts.device_queries import (
    devices_of,
    devices_revocable,
    get_device,
    get_session,
    has_pin,
    open_sessions,
)
from helpdesk.accounts.lock_actions import lock_minutes, set_pin
from helpdesk.accounts.models import Session
from helpdesk.accounts.proof import is_fresh, proved_by, require_proof
from helpdesk.accounts.rules import device_of
from helpdesk.accounts.sessions import device_cookie, known_device, locks_itself
from helpdesk.core import clock
from helpdesk.core.access import Guard, me, needs
from helpdesk.core.extensions import db
from helpdesk.core.local_paths import local_path
from helpdesk.core.transactions import writing
from helpdesk.entry.forms import ChangePasswordForm, DeviceForm, NewPinForm

bp = Blueprint("own", __name__)
bp.add_app_template_global(lock_minutes)


@bp.app_template_global()
def known_devices(user) -> list:
    """Of somebody else's page: the devices that whoever reads it may revoke."""
    return devices_revocable(me(), user, clock.now())


@bp.get("/me")
@needs(Guard.SIGNED_IN)
def page():
    return _page()


@bp.post("/me/sessions/<int:session_id>/ended")
@needs(Guard.SIGNED_IN)
def end_one(session_id: int):
    with writing():
        end_session(get_session(me(), session_id), actor=me(), now=clock.now())
    return redirect(url_for(".page"), 303)


@bp.post("/me/sessions/others-ended")
@needs(Guard.SIGNED_IN)
def end_others():
    here = g.session_row.id
    with writing():
        sign_out_elsewhere(me(), but=here, actor=me(), now=clock.now())
    return redirect(url_for(".page"), 303)


@bp.post("/me/pin")
@needs(Guard.SIGNED_IN)
def new_pin():
    form, now = NewPinForm(), clock.now()
    if form.validate():
        pin_hash = passwords.hash_password(form.pin.data)
        with form.keeping_typed(), proved_by(form.password.data, me(), now), writing():
            set_pin(me(), pin=form.pin.data, pin_hash=pin_hash, proved=is_fresh(now), now=now)
    return _done(form, "devices" if device_kind(me()) is DeviceKind.PHONE else "pin", pin=form)


@bp.post("/me/password")
@needs(Guard.SIGNED_IN)
def new_password():
    form, now, number, here = ChangePasswordForm(me()), clock.now(), None, g.session_row.id
    if form.validate():
        password_hash = passwords.hash_password(form.new_password.data)
        with form.keeping_typed(), proved_by(form.password.data, me(), now), writing():
            require_proof(is_fresh(now))
            row = db.session.get(Session, here)
            change_password(
                password_hash=password_hash, keep=row if form.end_others.data else None, actor=me(), now=now
            )  # fmt: skip
            number = renew_number(row)
    if number:
        session.renew(number)
    return _done(form, password=form)


@bp.post("/me/devices")
@needs(Guard.SIGNED_IN)
def know_this_device():
    form, now, number = DeviceForm(), clock.now(), None
    token = request.cookies.get(device_cookie(current_app), "")
    if form.validate():
        with form.keeping_typed(), proved_by(form.password.data, me(), now), writing():
            known, device = known_device(token, now), device_of(request.user_agent.string)
            number = enrol(me(), device=device, former=known, proved=is_fresh(now), now=now)
    answer = _done(form, device=form)
    return _with_device(answer, number) if number else answer


@bp.post("/devices/<int:device_id>/revoked")
@needs(Guard.SIGNED_IN)
def revoke_device(device_id: int):
    """One's own, or that of somebody one looks after."""
    with writing():
        revoke(get_device(me(), device_id), actor=me(), now=clock.now())
    return redirect(local_path(request.form.get("next") or url_for(".page")), 303)


def _page(status: int = 200, **forms):
    now, user = clock.now(), me()
    forms = {"pin": NewPinForm, "device": DeviceForm} | forms
    forms.setdefault("password", ChangePasswordForm(user, formdata=None))
    token = request.cookies.get(device_cookie(current_app), "")
    known = known_device(token, now) if token else None
    shown = render_template(
        "entry/own.html", user=user, sessions=open_sessions(user, now), devices=devices_of(user, now),
        here=g.session_row.id, known=known if known and known.user_id == user.id else None, has_pin=has_pin(user),
        kind=device_kind(user), fresh=is_fresh(now), locks=locks_itself(user),
        forms={name: form(formdata=None) if isinstance(form, type) else form for name, form in forms.items()},
    )  # fmt: skip
    return shown, status


def _done(form, then: str | None = None, **shown):
    """`then` is the region of the page that comes next."""
    if form.http_status != 200:
        return _page(form.http_status, **shown)
    return redirect(url_for(".page", _anchor=then), 303)


def _with_device(answer, number: str):
    answer.set_cookie(
        device_cookie(current_app), number, max_age=DEVICE_LASTS, path="/", httponly=True, samesite="Lax",
        secure=current_app.config["HTTPS"],
    )  # fmt: skip
    return answer
