"""The second step and the first password. Who has to come here first sees nothing else until it is done (`gate`)."""

from flask import Blueprint, g, make_response, redirect, render_template, session, url_for
from flask_babel import gettext as _

from helpdesk.accounts import passwords
from helpdesk.accounts import second_step as steps
from helpdesk.accounts.actions import change_password, renew_number
from helpdesk.accounts.models import SecondFactor, Session
from helpdesk.accounts.proof import is_fresh, proved_by
from helpdesk.accounts.second_actions import (
    begin_second_step,
    confirm_second_step,
    give_up_second_step,
    renew_recovery_codes,
)
from helpdesk.core import clock, qr
from helpdesk.core.access import Guard, me, needs
from helpdesk.core.extensions import db
from helpdesk.core.forms import Form
from helpdesk.core.transactions import writing
from helpdesk.entry.forms import CodeForm, OwnPasswordForm, ProofForm

bp = Blueprint("entry", __name__, url_prefix="/me")
STEP, CODES, PASSWORD = "entry/second_step.html", "entry/codes.html", "entry/first_password.html"  # noqa: S105 - names of pages


@bp.get("/second-step")
@needs(Guard.SIGNED_IN)
def second_step():
    return _step_page(CodeForm(formdata=None))


@bp.post("/second-step")
@needs(Guard.SIGNED_IN)
def begin():
    form = Form()
    with form.keeping_typed(), writing():
        begin_second_step(actor=me())
    return redirect(url_for(".second_step"), 303)


@bp.post("/second-step/confirmation")
@needs(Guard.SIGNED_IN)
def confirm():
    form, number, row_id = CodeForm(), None, g.session_row.id
    if form.validate():
        typed, codes = steps.read(form.code.data, me().id), steps.make_codes()
        with form.keeping_typed(), writing():
            confirm_second_step(typed, codes, actor=me(), now=clock.now())
            number = renew_number(db.session.get_one(Session, row_id))
    return _codes_page(codes, number) if number else _step_page(form)


@bp.post("/second-step/codes")
@needs(Guard.SIGNED_IN)
def renew_codes():
    form, codes, now, done = ProofForm(), steps.make_codes(), clock.now(), False
    if form.validate():
        with form.keeping_typed(), proved_by(form.password.data, me(), now), writing():
            renew_recovery_codes(codes, proved=is_fresh(now), actor=me(), now=now)
            done = True
    return _codes_page(codes) if done else _step_page(CodeForm(formdata=None), form)


@bp.post("/second-step/removal")
@needs(Guard.SIGNED_IN)
def give_up():
    form, now, done = ProofForm(), clock.now(), False
    if form.validate():
        with form.keeping_typed(), proved_by(form.password.data, me(), now), writing():
            give_up_second_step(proved=is_fresh(now), actor=me(), now=now)
            done = True
    return redirect(url_for(".second_step"), 303) if done else _step_page(CodeForm(formdata=None), form)


@bp.get("/first-password")
@needs(Guard.SIGNED_IN)
def first_password():
    return _password_page(OwnPasswordForm(me(), formdata=None)) if me().password_expires_at else redirect("/")


@bp.post("/first-password")
@needs(Guard.SIGNED_IN)
def choose_password():
    """A password of one's own in place of one that an administrator chose; whoever else uses that one is out."""
    form, now, number, row_id = OwnPasswordForm(me()), clock.now(), None, g.session_row.id
    if form.validate():
        new = passwords.hash_password(form.new_password.data)
        with form.keeping_typed(), proved_by(form.password.data, me(), now), writing():
            row = db.session.get_one(Session, row_id)
            change_password(password_hash=new, keep=row, actor=me(), now=now)
            number = renew_number(row)
    if number is None:
        return _password_page(form)
    session.renew(number)
    return redirect("/", 303)


def _step_page(form: CodeForm, proof: ProofForm | None = None):
    """Set up: since when, and how many codes are left. Begun: what the app is to know. Otherwise how to begin."""
    user, proof = me(), proof or ProofForm(formdata=None)
    factor = db.session.get(SecondFactor, user.id) if user.second_step_since is None else None
    secret = steps.secret_of(factor) if factor else ""
    code = qr.path(steps.address_of(secret, user.username, _("Property Service Desk"))) if secret else None
    page = render_template(
        STEP, form=form, proof=proof, secret=secret, code=code, must=steps.must_have(user),
        left=steps.codes_left(user.id), needs_proof=not is_fresh(clock.now()),
    )  # fmt: skip
    return make_response(page, max(form.http_status, proof.http_status))


def _codes_page(codes: steps.Codes, number: str | None = None):
    """Shown once: nobody, we included, can read them again. A new number for who has more rights now."""
    if number:
        session.renew(number)
        g.pop("csrf_token", None)
    return render_template(CODES, codes=codes.shown)


def _password_page(form: OwnPasswordForm):
    return render_template(PASSWORD, form=form), form.http_status
