"""The guarantees of the works of 2021. Their addresses are the register's; they are here for the kinds of orders."""

from flask import render_template, url_for

from helpdesk.core import clock
from helpdesk.core.access import Permission, me, needs, require
from helpdesk.core.chosen_estate import estate_here
from helpdesk.core.extensions import db
from helpdesk.core.htmx import answer
from helpdesk.core.replays import once
from helpdesk.core.transactions import writing
from helpdesk.core.words import locale
from helpdesk.estate.community import Guarantee
from helpdesk.estate.community_actions import add_guarantee, change_guarantee
from helpdesk.estate.community_forms import GuaranteeForm, NewGuaranteeForm, building_numbers
from helpdesk.estate.community_queries import get_guarantee, visible_guarantees
from helpdesk.estate.facts import Fact
from helpdesk.estate.models import Estate
from helpdesk.estate.numbers import digits_of
from helpdesk.estate.queries import chosen_estate, visible_estates
from helpdesk.estate.views import bp
from helpdesk.repairs.queries import categories_of

P = Permission
PAGE, ONE = "estate/guarantees.html", "estate/guarantee.html"


@bp.get("/estate/guarantees")
@needs(P.SEE_REGISTER)
def guarantees():
    estate = chosen_estate(me(), estate_here(P.SEE_REGISTER))
    return render_template(PAGE, **_listed(estate, NewGuaranteeForm(formdata=None, estate_id=estate.id, codes=[])))


@bp.post("/estate/guarantees")
@needs(P.EDIT_REGISTER)
def guarantee():
    form = NewGuaranteeForm()
    estate = chosen_estate(me(), form.estate_id.data, P.EDIT_REGISTER)
    form.offer(_codes(estate.id))
    if form.validate():
        at = {"estate_id": estate.id, "actor": me(), "now": clock.now()}
        with form.keeping_typed(), writing():
            once(me(), form, lambda: add_guarantee(_facts(form, estate.id), **at).id)
    listed = _listed(estate, form)
    return answer(listed.pop("form"), PAGE, PAGE, url=url_for(".guarantees", estate=estate.id), **listed)


@bp.get("/estate/guarantees/<int:guarantee_id>")
@needs(P.EDIT_REGISTER)
def one_guarantee(guarantee_id: int):
    found = get_guarantee(me(), guarantee_id)
    require(me(), P.EDIT_REGISTER, found.estate_id)
    return render_template(ONE, form=GuaranteeForm(found), **_about(found))


@bp.post("/estate/guarantees/<int:guarantee_id>/facts")
@needs(P.EDIT_REGISTER)
def correct_guarantee(guarantee_id: int):
    found = get_guarantee(me(), guarantee_id)
    estate_id, form = found.estate_id, GuaranteeForm(found)
    form.offer(_codes(estate_id) | set(found.codes))
    if form.validate():
        with form.keeping_typed(), writing():
            found = get_guarantee(me(), guarantee_id, seen_version=form.version.data)
            change_guarantee(found, _facts(form, estate_id), actor=me(), now=clock.now())
    url = url_for(".guarantees", estate=estate_id)
    return answer(form, ONE, ONE, url=url, **_about(get_guarantee(me(), guarantee_id)))


def _facts(form, estate_id: int) -> dict[Fact, object]:
    number = digits_of(form.number.data, estate_id=estate_id) if form.number.data else ""
    return {
        Fact.ITEM: form.item.data, Fact.CONTRACTOR: form.contractor.data, Fact.NUMBER: number,
        Fact.LAST_ON: form.last_on.data, Fact.CODES: sorted(set(form.codes.data)),
        Fact.BUILDINGS: building_numbers(form.buildings.data or "") or [], Fact.STAIRWELLS: form.stairs,
    }  # fmt: skip


def _listed(estate: Estate, form) -> dict:
    here = visible_guarantees(me()).where(Guarantee.estate_id == estate.id)
    return {
        "form": form, "estate": estate, "estates": visible_estates(me()), "today": clock.local_date(clock.now()),
        "guarantees": list(db.session.scalars(here.order_by(Guarantee.last_on.desc(), Guarantee.id))),
        "groups": _groups(estate.id), "named": _named(estate.id),
    }  # fmt: skip


def _about(found: Guarantee) -> dict:
    return {"guarantee": found, "groups": _groups(found.estate_id), "today": clock.local_date(clock.now())}


def _groups(estate_id: int) -> dict[tuple[str, str], list[tuple[str, str]]]:
    """Each group of kinds, by code and name, with the codes and names in it."""
    zh, groups = locale() == "zh", {}
    for category in categories_of(estate_id, on=clock.local_date(clock.now())):
        group = (category.group_code, category.group_zh if zh else category.group_en)
        groups.setdefault(group, []).append((category.code, category.name_zh if zh else category.name_en))
    return groups


def _named(estate_id: int) -> dict[str, str]:
    groups = _groups(estate_id)
    return {code: name for group, kinds in groups.items() for code, name in [*kinds, group]}


def _codes(estate_id: int) -> set[str]:
    return set(_named(estate_id))
