"""The pages of a resident's request: what is kept, a copy of it, asking to be erased and consenting."""

import json

from flask import Blueprint, Response, render_template, url_for
from flask_babel import gettext as _

from helpdesk.core import clock
from helpdesk.core.access import Permission, me, needs
from helpdesk.core.chosen_estate import estate_here
from helpdesk.core.errors import Conflict
from helpdesk.core.htmx import go_on
from helpdesk.core.replays import once
from helpdesk.core.transactions import writing
from helpdesk.estate.models import Person
from helpdesk.looks.actions import note_look_aside
from helpdesk.looks.models import Looked, Purpose
from helpdesk.privacy.actions import ask_erasure, consent, refuse, withdraw
from helpdesk.privacy.copying import copy_of
from helpdesk.privacy.forms import AskForm, ErasureForm, NoErasureForm
from helpdesk.privacy.models import ErasureRequest
from helpdesk.privacy.queries import get_request, get_subject, newest_requests, waiting_for
from helpdesk.retention.files import Files, forget_log
from helpdesk.retention.persons import is_forgotten, look_through, why_not_yet
from helpdesk.retention.traces import traces_of

bp = Blueprint("privacy", __name__, url_prefix="/privacy")
P = Permission


@bp.get("")
@needs(P.HANDLE_PERSON_REQUESTS, P.CONSENT_TO_ERASURE)
def index():
    estate_id = estate_here(P.HANDLE_PERSON_REQUESTS, P.CONSENT_TO_ERASURE)
    return render_template("privacy/index.html", requests=newest_requests(me(), estate_id))


@bp.get("/residents/<int:person_id>")
@needs(P.HANDLE_PERSON_REQUESTS)
def resident(person_id: int):
    return _resident(get_subject(me(), person_id), AskForm(formdata=None))


@bp.get("/residents/<int:person_id>/copy")
@needs(P.HANDLE_PERSON_REQUESTS)
def copy(person_id: int):
    person = get_subject(me(), person_id)
    _note_look(person)
    page = {"person": person, "sections": copy_of(person), "now": clock.now()}
    return render_template("privacy/copy.html", **page)


@bp.get("/residents/<int:person_id>/copy.json")
@needs(P.HANDLE_PERSON_REQUESTS)
def copy_as_file(person_id: int):
    person = get_subject(me(), person_id)
    _note_look(person)
    body = json.dumps(copy_of(person), ensure_ascii=False, indent=2)
    name = f'attachment; filename="resident-{person.id}.json"'
    return Response(body, mimetype="application/json", headers={"Content-Disposition": name})


@bp.post("/residents/<int:person_id>/erasure")
@needs(P.HANDLE_PERSON_REQUESTS)
def ask(person_id: int):
    form, request_id = AskForm(), None
    if form.validate():
        with form.keeping_typed(), writing():
            person, told = get_subject(me(), person_id), {"actor": me(), "now": clock.now()}
            request_id = once(me(), form, lambda: ask_erasure(person, reason=form.reason.data, **told).id)
    if request_id:
        return go_on(url_for(".show", request_id=request_id))
    return _resident(get_subject(me(), person_id), form)


@bp.get("/requests/<int:request_id>")
@needs(P.HANDLE_PERSON_REQUESTS, P.CONSENT_TO_ERASURE)
def show(request_id: int):
    return _request(get_request(me(), request_id), ErasureForm(formdata=None))


@bp.post("/requests/<int:request_id>/consent")
@needs(P.CONSENT_TO_ERASURE)
def give_consent(request_id: int):
    form, files = ErasureForm(), Files()
    plan = look_through(get_request(me(), request_id).person)
    if form.validate():
        with form.keeping_typed(), writing():
            files = consent(_fresh(request_id, form), plan, actor=me(), now=clock.now())
    files.remove()
    forget_log()
    return _answer(request_id, form)


@bp.post("/requests/<int:request_id>/refusal")
@needs(P.CONSENT_TO_ERASURE)
def give_refusal(request_id: int):
    form = NoErasureForm()
    if form.validate():
        with form.keeping_typed(), writing():
            refuse(_fresh(request_id, form), answer=form.answer.data, actor=me(), now=clock.now())
    return _answer(request_id, form)


@bp.post("/requests/<int:request_id>/withdrawal")
@needs(P.HANDLE_PERSON_REQUESTS)
def take_back(request_id: int):
    form = ErasureForm()
    if form.validate():
        with form.keeping_typed(), writing():
            withdraw(_fresh(request_id, form), actor=me(), now=clock.now())
    return _answer(request_id, form)


def _fresh(request_id: int, form) -> ErasureRequest:
    found = get_request(me(), request_id)
    if found.version != form.version.data:
        raise Conflict(_("Somebody decided about this while you were looking at it."))
    return found


def _answer(request_id: int, form):
    if form.http_status == 200:
        return go_on(url_for(".show", request_id=request_id))
    return _request(get_request(me(), request_id), form)


def _request(found: ErasureRequest, form):
    no = form if isinstance(form, NoErasureForm) else NoErasureForm(formdata=None)
    today = clock.local_date(clock.now())
    open_ = why_not_yet(found.person, today) if not found.decided_at else []
    page = {"asked": found, "traces": traces_of(found.person), "form": form, "no": no, "open": open_}
    return render_template("privacy/request.html", **page), form.http_status


def _resident(person: Person, form: AskForm):
    _note_look(person)
    page = {"person": person, "traces": traces_of(person), "form": form, "waiting": waiting_for(person)}
    open_ = why_not_yet(person, clock.local_date(clock.now()))
    page |= {"open": open_, "gone": is_forgotten(person)}
    return render_template("privacy/resident.html", **page), form.http_status


def _note_look(person: Person) -> None:
    seen = {"estate_id": person.estate_id, "what": Looked.PERSON_DATA, "subject_id": person.id, "person_id": person.id}
    note_look_aside(**seen, purpose=Purpose.ANSWERING, actor=me(), now=clock.now())
