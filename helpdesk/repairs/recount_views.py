"""The preview of deadlines counted anew, and confirming it."""

from flask import redirect, render_template, request, url_for
from wtforms import HiddenField

from helpdesk.core import clock
from helpdesk.core.access import Permission, me, needs
from helpdesk.core.forms import Form
from helpdesk.core.transactions import writing
from helpdesk.repairs.recount import digest_of, recount, to_recount
from helpdesk.repairs.views import bp


class RecountForm(Form):
    seen = HiddenField()


@bp.get("/recount")
@needs(Permission.DISPATCH)
def recount_preview():
    return _preview(RecountForm(formdata=None))


@bp.post("/recount")
@needs(Permission.DISPATCH)
def recount_all():
    form, count = RecountForm(), 0
    if form.validate():
        with form.keeping_typed(), writing():
            count = recount(to_recount(me()), seen=form.seen.data or "", actor=me(), now=clock.now())
    if form.http_status == 200:
        return redirect(url_for(".recount_preview", counted=count), 303)
    return _preview(form)


def _preview(form: RecountForm):
    moved, counted = to_recount(me()), request.args.get("counted", "")
    page = render_template(
        "repairs/recount.html", form=form, moved=moved, digest=digest_of(moved),
        counted=int(counted) if counted.isascii() and counted.isdigit() and len(counted) < 6 else None,
    )  # fmt: skip
    return page, form.http_status
