from datetime import timedelta
from functools import wraps

from flask import Blueprint, abort, current_app, g, make_response, redirect, render_template, request, session, url_for
from flask_babel import gettext as _
from flask_wtf.csrf import generate_csrf

from helpdesk.accounts import passwords
from helpdesk.accounts.actions import choose, end_session, open_session
from helpdesk.accounts.forms import LanguageForm, PinForm, SignInForm, ThemeForm
from helpdesk.accounts.lock_views import AGAIN, lock_page, phone_here, pin_page
from helpdesk.accounts.models import Session
from helpdesk.accounts.queries import user_named
from helpdesk.accounts.throttle import forgive, sign_in_limits, wait_needed
from helpdesk.audit.actions import record
from helpdesk.core import clock
from helpdesk.core.access import Guard, me, needs
from helpdesk.core.extensions import db, login
from helpdesk.core.local_paths import local_path
from helpdesk.core.transactions import aside, writing

bp = Blueprint("accounts", __name__)


def throttled(view):
    """Count this try, and commit the count, before anything about the password is found out."""

    @wraps(view)
    def counted(*args, **kwargs):
        g.limits = sign_in_limits(request.form.get("username", ""), request.remote_addr or "")
        with writing():
            wait = wait_needed(g.limits, clock.now())
        return _too_often(wait) if wait > timedelta(0) else view(*args, **kwargs)

    return counted


@bp.get("/sign-in")
@needs(Guard.PUBLIC)
def sign_in():
    next_page = request.args.get("next", "")
    if me().is_authenticated:
        return redirect(local_path(next_page))
    phone = phone_here() if request.args.get("with") != "password" else None
    if phone:
        return pin_page(PinForm(formdata=None, next=next_page), phone)
    return _sign_in_page(SignInForm(formdata=None, next=next_page), 200)


@bp.get("/sign-in/token")
@needs(Guard.PUBLIC)
def token():
    return generate_csrf(), {"Content-Type": "text/plain; charset=utf-8"}


@bp.post("/sign-in")
@needs(Guard.PUBLIC)
@throttled
def enter():
    form, number = SignInForm(), None
    if not form.validate():
        return _refused(form)
    user = user_named(form.username.data)
    proved = user.password_hash if user else None
    if not passwords.matches(proved, form.password.data) or not user.active:
        return _refused(form, user)
    renewed = passwords.hash_password(form.password.data) if passwords.is_outdated(proved) else proved
    with form.keeping_typed(), writing():
        number = open_session(user, proved=proved, renewed=renewed, now=clock.now())
        forgive(g.limits)
    return _entered(number, form) if number else _refused(form)


@bp.post("/sign-out")
@needs(Guard.PUBLIC)
def sign_out():
    """Also of a session that is locked or may only read."""
    row = g.session_row or g.locked_row or g.reading_row if session.from_cookie else None
    row_id = row.id if row else None
    with writing():
        if row_id:
            row = db.session.get(Session, row_id)
            end_session(row, actor=row.user, now=clock.now())
    answer = redirect(url_for(".sign_in"), 303)
    answer.delete_cookie(current_app.config["SESSION_COOKIE_NAME"], secure=current_app.config["HTTPS"], httponly=True)
    answer.headers["Clear-Site-Data"] = '"cache", "storage"'
    return answer


@bp.post("/me/language")
@needs(Guard.SIGNED_IN)
def choose_language():
    form = LanguageForm()
    form.validate() or abort(422)
    with writing():
        choose(me(), language=form.language.data)
    return redirect(local_path(form.next.data), 303)


@bp.post("/me/theme")
@needs(Guard.SIGNED_IN)
def choose_theme():
    form = ThemeForm()
    form.validate() or abort(422)
    with writing():
        choose(me(), theme=form.theme.data)
    return redirect(local_path(form.next.data), 303)


@login.unauthorized_handler
def ask_to_sign_in():
    """A page leads to signing in, or says that it is locked; a part or a form stays, with what was typed."""
    if request.headers.get("HX-Request") == "true" or "X-Refresh" in request.headers:
        return "", 401, {"HX-Trigger": "unlock-needed" if g.locked_row else "sign-in-needed"}
    typed = [words for name, words in request.form.items() if name != "csrf_token" and len(words.strip()) > 1]
    if g.locked_row:
        return lock_page(typed)
    if request.method == "GET":
        return redirect(url_for("accounts.sign_in", next=request.path))  # what was looked up stays out of it
    return render_template("accounts/signed_out.html", typed=typed), 401, {"HX-Trigger": "sign-in-needed"}


def _sign_in_page(form: SignInForm, status: int, **headers):
    return make_response(render_template("accounts/sign_in.html", form=form), status, headers)


def _refused(form: SignInForm, user=None):
    """Nobody learns whether the account exists, is disabled, or the password was wrong."""
    message = _("The account or the password is not right.")
    if user is not None:
        aside(lambda: record("session.refused", user, actor=None, now=clock.now(), raises_version=False))
    if AGAIN in request.headers:
        return message, 422, {"Content-Type": "text/plain; charset=utf-8"}
    form.form_errors = [message]
    return _sign_in_page(form, 422)


def _too_often(wait: timedelta):
    minutes = -(-int(wait.total_seconds()) // 60)
    message = _("Too many tries. Wait %(minutes)d minutes, then try again.", minutes=minutes)
    headers = {"Retry-After": str(int(wait.total_seconds()) + 1)}
    if AGAIN in request.headers:
        return message, 429, {"Content-Type": "text/plain; charset=utf-8", **headers}
    form = SignInForm()
    form.form_errors = [message]
    return _sign_in_page(form, 429, **headers)


def _entered(number: str, form: SignInForm):
    session.renew(number)
    g.pop("csrf_token", None)  # made for the number before
    if AGAIN in request.headers:
        return "", 204, {"X-CSRF-Token": generate_csrf()}
    return redirect(local_path(form.next.data), 303)
