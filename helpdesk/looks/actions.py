"""Noting a look. A page that shows something private is a GET: its look is kept aside, when the page is made."""

from datetime import datetime

from flask import has_request_context, request
from flask_babel import gettext as _

from helpdesk.core.errors import Refused
from helpdesk.core.extensions import db
from helpdesk.core.transactions import aside
from helpdesk.looks.models import Look, Looked, Purpose


def note_look(
    *, estate_id: int, what: Looked, subject_id: int, place_id: int | None = None, person_id: int | None = None,
    purpose: Purpose, words: str = "", actor, now: datetime,
) -> Look:  # fmt: skip
    """Keep that somebody saw this, inside `writing()`. Refused without words where only words say why."""
    if purpose is Purpose.OTHER and not words.strip():
        raise Refused(_("Write why you need to see it."), field="words")
    address = (request.remote_addr or "")[:45] if has_request_context() else ""
    look = Look(
        estate_id=estate_id, at=now, user_id=actor.id, what=what, subject_id=subject_id, place_id=place_id,
        person_id=person_id, purpose=purpose, words=words.strip(), address=address,
    )  # fmt: skip
    db.session.add(look)
    db.session.flush()
    return look


def note_look_aside(**seen) -> None:
    """The same for a page that only reads: kept after it, before the answer leaves."""
    aside(lambda: note_look(**seen))
