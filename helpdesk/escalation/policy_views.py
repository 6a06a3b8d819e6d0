"""The policy of escalation: what counts, what is planned, and a sentence that says what will happen."""

from flask import abort, redirect, render_template, request, url_for

from helpdesk.core import clock
from helpdesk.core.access import Permission, me, needs
from helpdesk.core.chosen_estate import estate_here
from helpdesk.core.htmx import wants_part
from helpdesk.core.transactions import writing
from helpdesk.duty.models import Post
from helpdesk.escalation.policy import SHIPPED
from helpdesk.escalation.policy_actions import LONGEST, newest_policy, set_policy
from helpdesk.escalation.policy_forms import PolicyForm
from helpdesk.escalation.rules import RUNG_FOR
from helpdesk.escalation.views import bp
from helpdesk.escalation.words import what_happens
from helpdesk.repairs.models import Urgency

P = Permission
PAGE = "escalation/policy.html"


@bp.get("/policies/escalation")
@needs(P.SET_ESCALATION)
def policy():
    return render_template(PAGE, **_page())


@bp.get("/policies/escalation-preview")
@needs(P.SET_ESCALATION)
def preview():
    """The sentence of what is in the fields, while somebody changes them."""
    if not wants_part():
        return redirect(url_for(".policy"))
    asked = request.args
    typed = asked.get("acknowledge_minutes", "")
    minutes = int(typed) if typed in map(str, range(1, LONGEST + 1)) else None
    posts = [Post(asked[name]) for name in ("first", "second", "third") if asked.get(name) in list(Post)]
    return render_template("escalation/_preview.html", minutes=minutes, posts=posts)


@bp.post("/policies/escalation/<urgency>")
@needs(P.SET_ESCALATION)
def change(urgency: str):
    chosen = next((one for one in RUNG_FOR if one == urgency), None) or abort(404)
    form, estate_id = PolicyForm(chosen), estate_here(P.SET_ESCALATION)
    if form.validate():
        with form.keeping_typed(), writing():
            seen = form.seen_id.data, form.seen_version.data
            what = {"estate_id": estate_id, "urgency": chosen, "valid_from": form.valid_from.data, "seen": seen}
            set_policy(form.terms, **what, actor=me(), now=clock.now())
    if form.http_status == 200:
        return redirect(url_for(".policy", estate=estate_id, saved=1), 303)
    return render_template(PAGE, **_page(chosen, form)), form.http_status


def _page(changed: Urgency | None = None, refused: PolicyForm | None = None) -> dict:
    estate_id, today = estate_here(P.SET_ESCALATION), clock.local_date(clock.now())
    rows = []
    for urgency in SHIPPED:
        newest = newest_policy(estate_id, urgency)
        form = refused if urgency is changed else None
        if form and form.http_status == 409 and newest:  # what they typed, above how it stands now
            form.seen_id.data, form.seen_version.data = newest.id, newest.version
            form.seen_id.raw_data = form.seen_version.raw_data = None
        rows.append((urgency, newest, form or PolicyForm(urgency, newest, formdata=None, valid_from=today)))
    return {"rows": rows, "estate_id": estate_id, "today": today, "saved": request.args.get("saved")}


bp.add_app_template_global(what_happens)
