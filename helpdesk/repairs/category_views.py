"""The kinds of work: how long each takes, beside what experience says, and whom it needs."""

from flask import Blueprint, render_template, request, url_for
from flask_babel import gettext as _

from helpdesk.core import clock
from helpdesk.core.access import Permission, me, needs
from helpdesk.core.errors import Refused
from helpdesk.core.htmx import answer
from helpdesk.core.terms import check_seen
from helpdesk.core.transactions import writing
from helpdesk.estate.queries import chosen_estate, visible_estates
from helpdesk.repairs.category_actions import Takes, change_category
from helpdesk.repairs.category_forms import CategoryForm, MedianForm, seen_terms
from helpdesk.repairs.durations import learned_durations
from helpdesk.repairs.models import Category
from helpdesk.repairs.queries import categories_of, category_terms, in_force, planned_category
from helpdesk.technicians.models import Level, Skill

bp = Blueprint("categories", __name__, url_prefix="/categories")
P = Permission
PAGE, ONE = "repairs/categories.html", "repairs/category.html"


@bp.get("")
@needs(P.SET_CATEGORIES)
def index():
    estate, now = chosen_estate(me(), request.args.get("estate"), P.SET_CATEGORIES), clock.now()
    return render_template(
        PAGE, estate_id=estate.id, estates=visible_estates(me(), P.SET_CATEGORIES), today=clock.local_date(now),
        kinds=categories_of(estate.id, on=clock.local_date(now)), learned=learned_durations(estate.id, now),
    )  # fmt: skip


@bp.get("/<int:category_id>")
@needs(P.SET_CATEGORIES)
def show(category_id: int):
    return render_template(ONE, **_one(category_id))


@bp.post("/<int:category_id>")
@needs(P.SET_CATEGORIES)
def change_kind(category_id: int):
    form = _form(planned_category(me(), category_id))
    if form.validate():
        with form.keeping_typed(), writing():
            found = planned_category(me(), category_id)
            check_seen(form.seen.data, seen_terms(category_terms(found.estate_id, found.code)))
            change_category(found, form.takes, valid_from=form.valid_from.data, actor=me(), now=clock.now())
    return _answered(form, category_id)


@bp.post("/<int:category_id>/median")
@needs(P.SET_CATEGORIES)
def take_median(category_id: int):
    form, now = MedianForm(), clock.now()
    planned_category(me(), category_id)
    if form.validate():
        with form.keeping_typed(), writing():
            found = planned_category(me(), category_id)
            check_seen(form.seen.data, seen_terms(category_terms(found.estate_id, found.code)))
            on = clock.local_date(now)
            change_category(found, _as_learned(in_force(found, on), now), valid_from=on, actor=me(), now=now)
    return _answered(form, category_id)


def _as_learned(category: Category, now) -> Takes:
    learned = learned_durations(category.estate_id, now).get(category.code)
    if learned is None:
        raise Refused(_("There are too few visits with known times to learn from."))
    return Takes(learned.minutes, Skill(category.skill), Level(category.skill_level), category.crew_size)


def _form(category: Category, **kwargs) -> CategoryForm:
    today = clock.local_date(clock.now())
    terms = category_terms(category.estate_id, category.code)
    return CategoryForm(terms, in_force(category, today), today=today, **kwargs)


def _one(category_id: int, **shown) -> dict:
    found, now = planned_category(me(), category_id), clock.now()
    today = clock.local_date(now)
    known = {"change": _form(found, formdata=None), "median": MedianForm(formdata=None)} | shown
    return known | {
        "kind": in_force(found, today), "terms": category_terms(found.estate_id, found.code), "today": today,
        "learned": learned_durations(found.estate_id, now).get(found.code),
        "seen": seen_terms(category_terms(found.estate_id, found.code)),
    }  # fmt: skip


def _answered(form, category_id: int):
    name = "median" if isinstance(form, MedianForm) else "change"
    shown = {name: form} if form.http_status != 200 else {}
    return answer(form, ONE, ONE, url=url_for(".show", category_id=category_id), **_one(category_id, **shown))
