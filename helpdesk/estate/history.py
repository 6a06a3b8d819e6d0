"""What was done to a place or a person of the register, in whole sentences, the newest first.

Built from the events alone: which facts changed and who changed them, never what they were.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from flask_babel import gettext as _
from sqlalchemy import and_, or_, select

from helpdesk.accounts.models import User
from helpdesk.audit.models import Event
from helpdesk.core.extensions import db
from helpdesk.core.words import locale, word
from helpdesk.estate.facts import Fact
from helpdesk.estate.models import OccupancyEnd, Person, Place

ROWS = 30
COMINGS = ("person.added", "person.moved_in", "person.moved_out", "person.occupancy_changed")


@dataclass(frozen=True)
class Entry:
    at: datetime
    sentence: str


def register_history(of: Place | Person, *, people: Iterable[int] = ()) -> list[Entry]:
    """The newest acts on a record the caller has loaded through a permission: two queries, however many there are.

    `people` are who lives or lived at a place: their coming and going there belongs to it.
    """
    about = and_(Event.subject_type == of.__tablename__, Event.subject_id == of.id)
    ids = set(people)
    if ids:
        about = or_(about, and_(Event.subject_type == "person", Event.subject_id.in_(ids), Event.kind.in_(COMINGS)))
    events = [
        event
        for event in db.session.scalars(select(Event).where(about).order_by(Event.seq.desc()).limit(10 * ROWS))
        if event.subject_type == of.__tablename__ or event.data.get("place_id") == of.id
    ][:ROWS]
    actors = {event.actor_id for event in events if event.actor_id}
    names = dict(db.session.execute(select(User.id, User.name).where(User.id.in_(actors))).all()) if actors else {}
    return [Entry(event.at, _sentence(event, names.get(event.actor_id or 0) or _("The system"))) for event in events]


def _sentence(event: Event, name: str) -> str:
    say = SENTENCES.get(event.kind, lambda name, **_data: _("%(name)s changed something", name=name))
    return say(name, **{key: value for key, value in event.data.items() if key in ("fields", "reason")})


def _facts(fields: Iterable[str]) -> str:
    known = [word(Fact(field)) for field in fields if field in set(Fact)]
    return ("、" if locale() == "zh" else ", ").join(known)


def _changed(name: str, fields=()) -> str:
    return _("%(name)s corrected: %(facts)s", name=name, facts=_facts(fields))


SENTENCES = {
    "place.added": lambda name: _("%(name)s added this place", name=name),
    "place.changed": _changed,
    "place.crib_changed": _changed,
    "place.number_added": lambda name: _("%(name)s noted a number", name=name),
    "place.number_removed": lambda name: _("%(name)s took a number away", name=name),
    "person.added": lambda name: _("%(name)s noted a new resident", name=name),
    "person.changed": _changed,
    "person.number_added": lambda name: _("%(name)s noted a number", name=name),
    "person.number_removed": lambda name: _("%(name)s took a number away", name=name),
    "person.moved_in": lambda name: _("%(name)s noted that a resident moved in", name=name),
    "person.moved_out": lambda name, reason=None: _(
        "%(name)s noted an end: %(reason)s", name=name, reason=word(OccupancyEnd(reason))
    ),
    "person.occupancy_changed": _changed,
    "person.died": lambda name: _("%(name)s noted that this person died", name=name),
    "person.death_taken_back": lambda name: _("%(name)s took back that this person died", name=name),
    "person.unmerged": lambda name: _("%(name)s undid the merge with another record", name=name),
    "person.merged": lambda name: _("%(name)s merged another record into this one", name=name),
}
