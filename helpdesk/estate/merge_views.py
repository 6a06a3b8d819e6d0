"""Records that are probably one: the list, what would move, and the merge itself."""

from flask import abort, redirect, render_template, request, url_for

from helpdesk.core import clock
from helpdesk.core.access import Permission, me, needs, require
from helpdesk.core.htmx import page_or_part
from helpdesk.core.ids import read_id
from helpdesk.core.replays import once
from helpdesk.core.transactions import writing
from helpdesk.estate.community_forms import MergeForm, MergeNumbersForm, UndoForm
from helpdesk.estate.duplicates import likely_numbers, likely_people
from helpdesk.estate.merging import merge_numbers, merge_people, preview
from helpdesk.estate.models import Person, Phone
from helpdesk.estate.queries import get_person, get_phone
from helpdesk.estate.rules import contradictions
from helpdesk.estate.unmerging import get_merge, latest_merges, unmerge
from helpdesk.estate.views import bp
from helpdesk.estate.words import moving_words

P = Permission
LIST, MERGES = "estate/duplicates.html", "estate/merges.html"
PEOPLE, NUMBERS = "estate/merge_people.html", "estate/merge_numbers.html"
bp.add_app_template_global(moving_words)


@bp.get("/estate/duplicates")
@needs(P.MERGE_REGISTER)
def duplicates():
    return render_template(LIST, people=likely_people(me()), numbers=likely_numbers(me()))


@bp.get("/estate/merges")
@needs(P.MERGE_REGISTER)
def merges():
    return _merges(UndoForm(formdata=None))


@bp.post("/estate/merges/<int:merge_id>/undoing")
@needs(P.MERGE_REGISTER)
def undo_merge(merge_id: int):
    form, kept = UndoForm(), None
    if form.validate():
        with form.keeping_typed(), writing():
            kept = unmerge(get_merge(me(), merge_id, now=clock.now()), actor=me(), now=clock.now())
    return _merges(form) if kept is None else redirect(url_for(".merges"), 303)


@bp.get("/estate/duplicates/people")
@needs(P.MERGE_REGISTER)
def compare_people():
    kept, merged = _person(_id("keep")), _person(_id("merge"))
    return render_template(PEOPLE, form=MergeForm(formdata=None), **_two(kept, merged))


@bp.post("/estate/duplicates/people")
@needs(P.MERGE_REGISTER)
def merge_two_people():
    form = MergeForm()
    keep_id, merge_id = form.keep_id.data, form.merge_id.data
    kept_id = None
    if form.validate():
        with form.keeping_typed(), writing():
            kept_id = once(me(), form, lambda: _merge_people(form))
    if kept_id:
        return redirect(url_for(".resident", person_id=kept_id), 303)
    kept, merged = _person(keep_id), _person(merge_id)
    return page_or_part(PEOPLE, PEOPLE, form.http_status, form=form, **_two(kept, merged))


@bp.get("/estate/duplicates/numbers")
@needs(P.MERGE_REGISTER)
def compare_numbers():
    kept, merged = _phone(_id("keep")), _phone(_id("merge"))
    form = MergeNumbersForm(formdata=None)
    return render_template(NUMBERS, form=form, kept=kept, merged=merged, moving=preview(merged))


@bp.post("/estate/duplicates/numbers")
@needs(P.MERGE_REGISTER)
def merge_two_numbers():
    form, kept_id = MergeNumbersForm(), None
    if form.validate():
        with form.keeping_typed(), writing():
            kept_id = once(me(), form, lambda: _merge_numbers(form))
    if kept_id:
        return redirect(url_for(".duplicates"), 303)
    kept, merged = _phone(form.keep_id.data), _phone(form.merge_id.data)
    moving = preview(merged)
    return page_or_part(NUMBERS, NUMBERS, form.http_status, form=form, kept=kept, merged=merged, moving=moving)


def _merges(form: UndoForm):
    return page_or_part(MERGES, MERGES, form.http_status, form=form, merges=latest_merges(me(), clock.now()))


def _two(kept: Person, merged: Person) -> dict:
    return {"kept": kept, "merged": merged, "moving": preview(merged), "against": contradictions(kept, merged)}


def _merge_people(form: MergeForm) -> int:
    kept = get_person(me(), form.keep_id.data, seen_version=form.keep_version.data)
    merged = get_person(me(), form.merge_id.data, seen_version=form.merge_version.data)
    merge_people(kept, merged, actor=me(), now=clock.now())
    return kept.id


def _merge_numbers(form: MergeNumbersForm) -> int:
    kept, merged = get_phone(me(), form.keep_id.data), get_phone(me(), form.merge_id.data)
    merge_numbers(kept, merged, actor=me(), now=clock.now())
    return kept.id


def _person(person_id: int | None) -> Person:
    """Somebody whom this user may merge; 404 for anybody else, and for nobody."""
    person = get_person(me(), person_id) if person_id else abort(404)
    require(me(), P.MERGE_REGISTER, person.estate_id)
    return person


def _phone(phone_id: int | None) -> Phone:
    phone = get_phone(me(), phone_id)
    require(me(), P.MERGE_REGISTER, phone.estate_id)
    return phone


def _id(name: str) -> int | None:
    return read_id(request.args.get(name))
