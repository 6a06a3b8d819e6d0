"""Being here, going away for a while, and coming back with a PIN."""

from flask import Blueprint, current_app, g, redirect, render_template, request, session, url_for
from flask_babel import force_locale, ngettext
from flask_babel import gettext as _
from flask_wtf.csrf import generate_csrf

from helpdesk.accounts.device_models import DeviceKind, EnrolledDevice
from helpdesk.accounts.device_queries import has_pin
from helpdesk.accounts.forms import PinForm, UnlockForm
from helpdesk.accounts.locking import PIN, TRIES, lock, open_session_by_pin, opens, stay, try_counted, unlock
from helpdesk.accounts.models import Session
from helpdesk.accounts.sessions import SEEN_EVERY, device_cookie, idle_limit, known_device, locks_itself
from helpdesk.accounts.words import device_words
from helpdesk.core import clock
from helpdesk.core.access import Guard, me, needs
from helpdesk.core.extensions import db
from helpdesk.core.htmx import wants_part
from helpdesk.core.local_paths import local_path
from helpdesk.core.transactions import writing

bp = Blueprint("lock", __name__)
AGAIN = "X-Sign-In-Again"  # asked by a dialog that lets somebody go on without leaving the page
TEXT = {"Content-Type": "text/plain; charset=utf-8"}


@bp.post("/me/here")
@needs(Guard.SIGNED_IN)
def here():
    row_id = g.session_row.id
    with writing():
        stay(db.session.get(Session, row_id), now=clock.now())
    return "", 204


@bp.post("/me/lock")
@needs(Guard.SIGNED_IN)
def lock_screen():
    row_id = g.session_row.id
    with writing():
        lock(db.session.get(Session, row_id), now=clock.now())
    return ("", 204) if wants_part() else redirect(local_path(request.form.get("next")), 303)


@bp.post("/me/unlock")
@needs(Guard.PUBLIC)
def unlock_screen():
    form = UnlockForm()
    if me().is_authenticated or g.locked_row is None:  # unlocked in another tab; or over meanwhile
        return _unlocked(form) if me().is_authenticated else _over()
    row_id = g.locked_row.id
    right = try_counted(Session, row_id) and opens(db.session.get(Session, row_id).user, form.unlocks_with.data or "")
    with writing():
        row = db.session.get(Session, row_id)
        unlock(row, right=right, now=clock.now())
    if row.ended_at:
        return _over()
    return _unlocked(form) if right else _still_locked(form, row)


@bp.post("/sign-in/pin")
@needs(Guard.PUBLIC)
def enter_by_pin():
    form, device, number, now = PinForm(), phone_here(), None, clock.now()
    if device is None or form.username.data not in ("", device.user.username):
        return _no_phone()
    device_id = device.id
    right = try_counted(EnrolledDevice, device_id) and _opens_by_pin(device_id, form.pin.data or "")
    with writing():
        device = db.session.get(EnrolledDevice, device_id)
        number = open_session_by_pin(device, right=right, now=now)
    return _entered(number, form) if number else _no_phone() if device.revoked_at else _wrong_pin(form, device)


def phone_here() -> EnrolledDevice | None:
    """The technician's phone that this is, if it may be opened with a PIN."""
    found = _device_here()
    return found if found and found.kind is DeviceKind.PHONE and has_pin(found.user) else None


def presence() -> dict:
    """What a page tells its script: how long nobody may be heard of before the screen locks, and before it is over."""
    now, row, user = clock.now(), g.session_row, me()
    limit, rested, device = idle_limit(user), now - row.seen_at, _device_here()
    known = device.kind if device and device.user_id == user.id else None
    left = limit if rested >= SEEN_EVERY else limit - rested  # this very request counts, unless one just did
    return {
        "limit_s": int(limit.total_seconds()),
        "left_s": "" if known is DeviceKind.READING else int(left.total_seconds()),  # there a pause ends nothing
        "lock_s": int(g.lock_after.total_seconds()) if locks_itself(user) else "",
        "has_pin": g.has_pin,
        "pin_here": known is DeviceKind.PHONE and g.has_pin,
    }


def lock_page(typed: list[str], form: UnlockForm | None = None, status: int = 401):
    """In place of a page that was asked for while the screen is locked; what was sent to it stands below."""
    form = form or UnlockForm(formdata=None, next=request.path if request.method == "GET" else "/")
    user = g.locked_row.user
    with force_locale(user.language):  # it is known who was here, although nobody is signed in
        page = render_template("accounts/lock.html", form=form, user=user, has_pin=g.has_pin, typed=typed)
    return page, status, {"HX-Trigger": "unlock-needed"}


def pin_page(form: PinForm, device: EnrolledDevice, status: int = 200):
    with force_locale(device.user.language):
        return render_template("accounts/pin.html", form=form, user=device.user), status


def _device_here() -> EnrolledDevice | None:
    token = request.cookies.get(device_cookie(current_app), "")
    return known_device(token, clock.now()) if token else None


def _opens_by_pin(device_id: int, pin: str) -> bool:
    return PIN.fullmatch(pin) is not None and opens(db.session.get(EnrolledDevice, device_id).user, pin)


def _entered(number: str, form: PinForm):
    session.renew(number)
    g.pop("csrf_token", None)  # made for the number before
    return _unlocked(form)


def _unlocked(form: UnlockForm | PinForm):
    if AGAIN in request.headers:
        return "", 204, {"X-CSRF-Token": generate_csrf()}
    return redirect(local_path(form.next.data), 303)


def _over():
    if AGAIN in request.headers:
        return "", 401, {"HX-Trigger": "sign-in-needed"}
    return redirect(url_for("accounts.sign_in"), 303)


def _no_phone():
    """The phone is not known, or not any more: from now on only the password counts."""
    message = _("This phone is no longer known. Sign in with your password.")
    if AGAIN in request.headers:
        return message, 410, TEXT
    return redirect(url_for("accounts.sign_in"), 303)


def _still_locked(form: UnlockForm, row: Session):
    with force_locale(row.user.language):
        message = _wrong(row.tries, g.has_pin)
    if AGAIN in request.headers:
        return message, 422, TEXT
    form.unlocks_with.errors = [message]
    g.locked_row = row
    return lock_page([], form, 422)


def _wrong_pin(form: PinForm, device: EnrolledDevice):
    with force_locale(device.user.language):
        message = _wrong(device.tries, True)
    if AGAIN in request.headers:
        return message, 422, TEXT
    form.pin.errors = [message]
    return pin_page(form, device, 422)


def _wrong(tries: int, pin: bool) -> str:
    left = TRIES - tries
    if pin:
        return ngettext("This is not right. %(num)d try is left.", "This is not right. %(num)d tries are left.", left)
    return ngettext(
        "The password is not right. %(num)d try is left.", "The password is not right. %(num)d tries are left.", left
    )


bp.add_app_template_global(presence)
bp.add_app_template_global(device_words)
