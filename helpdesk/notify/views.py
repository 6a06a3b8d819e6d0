from flask import Blueprint, current_app, render_template, url_for

from helpdesk.core import clock
from helpdesk.core.access import Permission, me, needs
from helpdesk.core.htmx import answer
from helpdesk.core.transactions import writing
from helpdesk.notify.actions import drop_message, retry_message
from helpdesk.notify.forms import MessageForm
from helpdesk.notify.queries import get_message, unsent

bp = Blueprint("notify", __name__)
PAGE, PART = "notify/index.html", "notify/_messages.html"


@bp.get("/admin/messages")
@needs(Permission.ADMINISTER)
def index():
    return render_template(PAGE, form=MessageForm(formdata=None), **_around())


@bp.post("/admin/messages/<int:message_id>/retry")
@needs(Permission.ADMINISTER)
def retry(message_id: int):
    get_message(me(), message_id)
    form = MessageForm()
    if form.validate():
        with form.keeping_typed(), writing():
            message = get_message(me(), message_id, seen_version=form.version.data)
            retry_message(message, actor=me(), now=clock.now())
    return answer(form, PAGE, PART, url=url_for(".index"), **_around())


@bp.post("/admin/messages/<int:message_id>/drop")
@needs(Permission.ADMINISTER)
def drop(message_id: int):
    get_message(me(), message_id)
    form = MessageForm()
    if form.validate():
        with form.keeping_typed(), writing():
            message = get_message(me(), message_id, seen_version=form.version.data)
            drop_message(message, actor=me(), now=clock.now())
    return answer(form, PAGE, PART, url=url_for(".index"), **_around())


def _around() -> dict:
    return {"messages": unsent(me()), "adapter": current_app.config["MESSAGE_ADAPTER"]}
