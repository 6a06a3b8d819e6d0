"""The pages of public notices and of objections to them."""

from collections.abc import Sequence
from datetime import timedelta

from flask import Blueprint, abort, redirect, render_template, url_for
from sqlalchemy import Select, select
from sqlalchemy.orm import joinedload, selectinload

from helpdesk.core import clock
from helpdesk.core.access import Permission, estates, me, needs
from helpdesk.core.chosen_estate import estate_here
from helpdesk.core.extensions import db
from helpdesk.core.forms import Form
from helpdesk.core.replays import once
from helpdesk.core.transactions import writing
from helpdesk.estate.models import Estate
from helpdesk.notices.actions import answer_objection, note_objection, post_notice, take_down
from helpdesk.notices.forms import AnswerForm, ObjectionForm, PostForm
from helpdesk.notices.models import Objection, WaiverNotice
from helpdesk.waivers.rules import add_months

bp = Blueprint("notices", __name__, url_prefix="/waiver-notices")
P = Permission
HANGS = timedelta(days=7)


@bp.get("")
@needs(P.SEE_WAIVERS)
def index():
    return _index(_post_form(formdata=None))


@bp.post("")
@needs(P.WORK_WAIVERS)
def post():
    form, made = _post_form(), None
    if form.validate():
        with form.keeping_typed(), writing():
            made = once(me(), form, lambda: _posted(form))
    return redirect(url_for(".show", notice_id=made), 303) if made else _index(form)


@bp.get("/<int:notice_id>")
@needs(P.SEE_WAIVERS)
def show(notice_id: int):
    return _show(notice_id)


@bp.get("/<int:notice_id>/paper")
@needs(P.SEE_WAIVERS)
def paper(notice_id: int):
    notice = get_notice(me(), notice_id)
    estate = db.session.get_one(Estate, notice.estate_id)
    return render_template("notices/paper.html", notice=notice, estate=estate)


@bp.post("/<int:notice_id>/end")
@needs(P.WORK_WAIVERS)
def down(notice_id: int):
    form = Form()
    if form.validate():
        with form.keeping_typed(), writing():
            take_down(get_notice(me(), notice_id), actor=me(), now=clock.now())
    return redirect(url_for(".show", notice_id=notice_id), 303)


@bp.post("/<int:notice_id>/objections")
@needs(P.WORK_WAIVERS)
def object_to(notice_id: int):
    form = ObjectionForm()
    if form.validate():
        with form.keeping_typed(), writing():
            once(me(), form, lambda: _objected(form, notice_id))
    return redirect(url_for(".show", notice_id=notice_id), 303) if form.http_status == 200 else _show(notice_id, form)


@bp.post("/objections/<int:objection_id>")
@needs(P.WORK_WAIVERS)
def answer(objection_id: int):
    form, notice_id = AnswerForm(), get_objection(me(), objection_id).notice_id
    if form.validate():
        with form.keeping_typed(), writing():
            answer_objection(get_objection(me(), objection_id), answer=form.answer.data, actor=me(), now=clock.now())
    if form.http_status == 200:
        return redirect(url_for(".show", notice_id=notice_id), 303)
    return _show(notice_id, answered=(objection_id, form))


def visible_notices(user) -> Select[tuple[WaiverNotice]]:
    return select(WaiverNotice).where(WaiverNotice.estate_id.in_(estates(user, P.SEE_WAIVERS)))


def get_notice(user, notice_id: int) -> WaiverNotice:
    """One notice with its rows and objections; 404 if there is none for this user."""
    more = (
        selectinload(WaiverNotice.rows), joinedload(WaiverNotice.made_by),
        selectinload(WaiverNotice.objections).options(
            joinedload(Objection.taken_by), joinedload(Objection.answered_by), joinedload(Objection.row)
        ),
    )  # fmt: skip
    found = visible_notices(user).where(WaiverNotice.id == notice_id).options(*more)
    return db.session.scalar(found) or abort(404)


def get_objection(user, objection_id: int) -> Objection:
    mine = visible_notices(user).with_only_columns(WaiverNotice.id)
    found = select(Objection).where(Objection.id == objection_id, Objection.notice_id.in_(mine))
    return db.session.scalar(found) or abort(404)


def latest_notices(user, estate_id: int) -> Sequence[WaiverNotice]:
    found = visible_notices(user).where(WaiverNotice.estate_id == estate_id)
    return db.session.scalars(found.order_by(WaiverNotice.id.desc()).limit(50)).all()


def _post_form(**kwargs) -> PostForm:
    today = clock.local_date(clock.now())
    month = today.replace(day=1)
    days = {"posted_on": today, "until_on": today + HANGS}
    return PostForm(first_month=month.replace(month=1), last_month=month, **days, **kwargs)


def _posted(form: PostForm) -> int:
    estate = db.session.get_one(Estate, estate_here(P.WORK_WAIVERS))
    months = (form.first_month.data, add_months(form.last_month.data, 1))
    posted = (form.posted_on.data, form.until_on.data)
    return post_notice(estate, form.style.data, months=months, posted=posted, actor=me(), now=clock.now()).id


def _objected(form: ObjectionForm, notice_id: int) -> int:
    told = {"words": form.words.data, "by_name": form.by_name.data, "row_id": form.row_id.data}
    return note_objection(get_notice(me(), notice_id), **told, actor=me(), now=clock.now()).id


def _index(form: PostForm):
    notices = latest_notices(me(), estate_here(P.SEE_WAIVERS))
    today = clock.local_date(clock.now())
    return render_template("notices/index.html", form=form, notices=notices, today=today), form.http_status


def _show(notice_id: int, form: ObjectionForm | None = None, answered=(0, None)):
    notice = get_notice(me(), notice_id)
    shown = {"form": form or ObjectionForm(formdata=None), "answered": answered, "blank": AnswerForm(formdata=None)}
    status = answered[1].http_status if answered[1] else form.http_status if form else 200
    return render_template("notices/show.html", notice=notice, **shown), status
