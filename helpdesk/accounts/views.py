from datetime import timedelta
from functools import wraps

from flask import Blueprint, abort, current_app, g, make_response, redirect, render_template, request, session, url_for
from flask_babel import gettext as _
from flask_wtf.csrf import generate_csrf

from helpdesk.accounts import passwords, second_step
from helpdesk.accounts.actions import choose, end_session, open_door, pass_second_step
from helpdesk.accounts.forms import CodeForm, LanguageForm, PinForm, SignInForm, ThemeForm
from helpdesk.accounts.limits import limits_of_door, tries_counted
from helpdesk.accounts.lock_views import AGAIN, lock_page, phone_here, pin_page
from helpdesk.accounts.models import Session, SignInStep
from helpdesk.accounts.queries import has_demo_accounts, sign_in_step, user_named
from helpdesk.accounts.sessions import hashed
from helpdesk.accounts.throttle import Limit, forgive, here, minutes_of, remember_address
from helpdesk.audit.actions import record
from helpdesk.core import clock
from helpdesk.core.access import Guard, me, needs
from helpdesk.core.extensions import db, login
from helpdesk.core.local_paths import local_path
from helpdesk.core.transactions import aside, writing

bp = Blueprint("accounts", __name__)


def throttled(limits_of):
    """Only whoever has a try left comes to this view."""

    def decorator(view):
        @tries_counted(limits_of)
        @wraps(view)
        def stopped(*args, **kwargs):
            return _too_often(g.wait) if g.wait > timedelta(0) else view(*args, **kwargs)

        return stopped

    return decorator


def _limits_of_code() -> list[Limit]:
    """Five tries for whoever knows the password; a few more for the account from everywhere."""
    step = _step()
    return [Limit(f"code {step.user_id} {here()}", 5), Limit(f"code {step.user_id}", 20)] if step else []


def _step() -> SignInStep | None:
    return sign_in_step(hashed(session.number), clock.now())


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
@throttled(limits_of_door)
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
        number = open_door(user, proved=proved, renewed=renewed, now=clock.now())
        forgive(g.limits)
        user.second_step_since or remember_address(user, here(), clock.now())
    return _entered(number, form) if number else _shown(form)


@bp.get("/sign-in/code")
@needs(Guard.PUBLIC)
def code():
    form = CodeForm(formdata=None, next=request.args.get("next", ""))
    return _code_page(form, 200) if _step() else _start_again()


@bp.post("/sign-in/code")
@needs(Guard.PUBLIC)
@throttled(_limits_of_code)
def enter_code():
    form, number, step = CodeForm(), None, _step()
    if step is None:
        return _start_again()
    user, step_id = step.user, step.token_hash
    if form.validate():
        typed = second_step.read(form.code.data, user.id)
        with form.keeping_typed(), writing():
            number = pass_second_step(step_id, typed, now=clock.now())
            forgive(g.limits)
            remember_address(user, here(), clock.now())
    return _entered(number, form) if number else _wrong_code(form, user)


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
    return make_response(render_template("accounts/sign_in.html", form=form, demo=has_demo_accounts()), status, headers)


def _refused(form: SignInForm, user=None):
    """Nobody learns whether the account exists, is disabled, or the password was wrong."""
    message = _("The account or the password is not right.")
    if user is not None:
        aside(lambda: record("session.refused", user, actor=None, now=clock.now(), raises_version=False))
    form.form_errors, form.http_status = [message], 422
    return _shown(form)


def _shown(form: SignInForm):
    """The form again, with why; only the reason for the dialog."""
    if AGAIN in request.headers:
        return form.form_errors[0], form.http_status, {"Content-Type": "text/plain; charset=utf-8"}
    return _sign_in_page(form, form.http_status)


def _code_page(form: CodeForm, status: int, **headers):
    return make_response(render_template("accounts/code.html", form=form), status, headers)


def _wrong_code(form: CodeForm, user):
    aside(lambda: record("session.refused", user, actor=None, now=clock.now(), raises_version=False))
    if AGAIN in request.headers:
        errors = [*form.form_errors, *form.code.errors]
        return str(errors[0]), form.http_status, {"Content-Type": "text/plain; charset=utf-8"}
    form.code.data = ""
    return _code_page(form, form.http_status)


def _start_again():
    """The right password was too long ago, or never was."""
    message = _("That took too long. Sign in again.")
    if AGAIN in request.headers:
        return message, 409, {"Content-Type": "text/plain; charset=utf-8"}
    form = SignInForm(formdata=None)
    form.form_errors = [message]
    return _sign_in_page(form, 409)


def _too_often(wait: timedelta):
    minutes = minutes_of(wait)
    message = _("Too many tries. Wait %(minutes)d minutes, then try again.", minutes=minutes)
    headers = {"Retry-After": str(int(wait.total_seconds()) + 1)}
    if AGAIN in request.headers:
        return message, 429, {"Content-Type": "text/plain; charset=utf-8", **headers}
    code = request.endpoint == "accounts.enter_code"
    form = CodeForm() if code else SignInForm()
    form.form_errors = [message]
    return (_code_page if code else _sign_in_page)(form, 429, **headers)


def _entered(number: str, form: SignInForm | CodeForm):
    """On with the new number: to the question for the code, or to where the person wanted to be."""
    session.renew(number)
    g.pop("csrf_token", None)  # made for the number before
    asks_code, onward = _step() is not None, local_path(form.next.data)
    if AGAIN in request.headers:
        return "", 202 if asks_code else 204, {"X-CSRF-Token": generate_csrf()}
    return redirect(url_for(".code", next=onward) if asks_code else onward, 303)
