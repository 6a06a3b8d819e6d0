"""Time of a technician for something that is no visit: put on the board, moved, called off."""

from flask import request

from helpdesk.core import clock
from helpdesk.core.access import Permission, me, needs
from helpdesk.core.htmx import page_or_part
from helpdesk.core.replays import once
from helpdesk.core.transactions import writing
from helpdesk.dispatch.block_actions import add_block, call_off_block, change_block
from helpdesk.dispatch.board import get_block
from helpdesk.dispatch.forms import BlockChangeForm, BlockEndForm, BlockForm, local
from helpdesk.dispatch.placing import asked_place, block_would_break, day_or_today
from helpdesk.dispatch.views import asked_estate, bp, placed_on
from helpdesk.technicians.queries import technicians_of

P = Permission
PAGE, PART = "dispatch/block.html", "dispatch/_block.html"


@bp.get("/schedule/blocks/new")
@needs(P.DISPATCH)
def new_block():
    estate_id, asked = asked_estate(P.DISPATCH), asked_place(request.args)
    who = {"user_id": asked.pop("who")} if "who" in asked else {}
    values = {"starts_at": local(clock.now()).replace(minute=0), "minutes": 30} | asked | who
    return page_or_part(PAGE, PART, **_around(_offered(BlockForm(formdata=None, **values), estate_id), estate_id))


@bp.post("/schedule/blocks")
@needs(P.DISPATCH)
def add_block_view():
    estate_id = asked_estate(P.DISPATCH)
    form = _offered(BlockForm(), estate_id)

    def act() -> int:
        return add_block(estate_id=estate_id, **form.asked, actor=me(), now=clock.now()).id

    if form.validate():
        with form.keeping_typed(), writing():
            once(me(), form, act)
    return _kept(form, estate_id)


@bp.get("/schedule/blocks/<int:block_id>")
@needs(P.DISPATCH)
def show_block(block_id: int):
    block = get_block(me(), block_id)
    form = _offered(BlockChangeForm(block, formdata=None, **asked_place(request.args)), block.estate_id)
    return page_or_part(PAGE, PART, **_around(form, block.estate_id, block))


@bp.post("/schedule/blocks/<int:block_id>")
@needs(P.DISPATCH)
def change_block_view(block_id: int):
    block = get_block(me(), block_id)
    form, estate_id = _offered(BlockChangeForm(block), block.estate_id), block.estate_id
    if form.validate():
        with form.keeping_typed(), writing():
            block = get_block(me(), block_id, seen_version=form.version.data)
            change_block(block, **form.asked, actor=me(), now=clock.now())
    return _kept(form, estate_id, block_id)


@bp.post("/schedule/blocks/<int:block_id>/calling-off")
@needs(P.DISPATCH)
def end_block(block_id: int):
    estate_id = get_block(me(), block_id).estate_id
    form = BlockEndForm()
    if form.validate():
        with form.keeping_typed(), writing():
            call_off_block(get_block(me(), block_id, seen_version=form.version.data), actor=me(), now=clock.now())
    return _ended(form, estate_id, block_id)


def _offered(form, estate_id: int):
    form.offer(technicians_of(estate_id))
    return form


def _kept(form, estate_id: int, block_id: int | None = None):
    if form.http_status == 200:
        return placed_on(day_or_today(form, clock.now()), estate_id)
    block = get_block(me(), block_id) if block_id else None
    return page_or_part(PAGE, PART, form.http_status, **_around(form, estate_id, block))


def _ended(form, estate_id: int, block_id: int):
    block = get_block(me(), block_id)
    if form.http_status == 200:
        return placed_on(clock.local_date(block.starts_at), estate_id)
    shown = _offered(BlockChangeForm(block, formdata=None), estate_id)
    shown.form_errors = [*form.form_errors, *(error for field in form for error in field.errors)]
    return page_or_part(PAGE, PART, form.http_status, **_around(shown, estate_id, block))


def _around(form, estate_id: int, block=None) -> dict:
    return {
        "form": form, "block": block, "estate_id": estate_id, "day": day_or_today(form, clock.now()),
        "found": block_would_break(form, estate_id, block, me()),
    }  # fmt: skip
