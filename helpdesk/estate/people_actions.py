"""What people do to those who live here: note them, correct them, let them move in and out, and say that they died."""

from collections.abc import Callable, Mapping
from datetime import date, datetime

from flask_babel import gettext as _

from helpdesk.accounts.models import User
from helpdesk.audit.actions import record
from helpdesk.core import clock
from helpdesk.core.access import Permission, require
from helpdesk.core.errors import Conflict, Refused
from helpdesk.core.extensions import db
from helpdesk.estate.facts import Fact, write
from helpdesk.estate.indexing import index_person
from helpdesk.estate.models import Occupancy, OccupancyEnd, OccupancyRole, Person, PersonNote, Place, PreferredChannel

AFTER_OCCUPANCY: list[Callable[..., None]] = []  # called with who came, went or was corrected; see reactions
AFTER_DEATH: list[Callable[..., None]] = []  # called with who died, or did not after all


def add_person(
    place: Place, *, name: str, role: OccupancyRole, from_on: date, actor: User, now: datetime
) -> Person:  # fmt: skip
    """Note somebody new, with the place that they live in or own."""
    require(actor, Permission.EDIT_REGISTER, place.estate_id)
    person = Person(
        estate_id=place.estate_id, name=name, version=0, hearing=False, mobility=False, dialect=False,
        lives_alone=False, emergency_contact="",
    )  # fmt: skip
    db.session.add(person)
    index_person(person)
    occupancy = _occupy(person, place, role, from_on)
    record("person.added", person, actor=actor, now=now, place_id=place.id, occupancy_id=occupancy.id)
    _tell(occupancy, actor, now)
    return person


def change_person(
    person: Person, facts: Mapping[Fact, object], *, channel: PreferredChannel | None, actor: User, now: datetime
) -> None:
    """Correct what is known of somebody; the same again changes nothing."""
    require(actor, Permission.EDIT_REGISTER, person.estate_id)
    changed = write(person, facts)
    if channel is not (person.note and person.note.channel):
        _note(person).channel = channel
        changed.append(Fact.CHANNEL)
    if Fact.NAME in changed:
        index_person(person)
    if changed:
        record("person.changed", person, actor=actor, now=now, fields=changed)


def move_in(
    person: Person, place: Place, *, role: OccupancyRole, from_on: date, actor: User, now: datetime
) -> Occupancy:
    """Let somebody live in or own one more place. Refused if they do already, or died."""
    require(actor, Permission.EDIT_REGISTER, person.estate_id)
    if place.estate_id != person.estate_id:
        raise Refused(_("This belongs to another estate."), field="address")
    if person.died_on:
        raise Refused(_("This person has died. If that is wrong, take it back first."))
    if any(held.place_id == place.id and held.until_on is None for held in person.occupancies):
        raise Refused(_("This home is noted already."), field="address")
    occupancy = _occupy(person, place, role, from_on)
    record("person.moved_in", person, actor=actor, now=now, place_id=place.id, occupancy_id=occupancy.id)
    _tell(occupancy, actor, now)
    return occupancy


def change_occupancy(
    occupancy: Occupancy, *, role: OccupancyRole, from_on: date, until_on: date | None, reason: OccupancyEnd | None,
    actor: User, now: datetime,
) -> None:  # fmt: skip
    """Correct since when and as what somebody is somewhere, or end it: they moved away, or sold.

    Without `until_on` they are still there, which takes back an end that was wrong.
    """
    person = occupancy.person
    require(actor, Permission.EDIT_REGISTER, person.estate_id)
    if OccupancyEnd.DIED in (reason, occupancy.end_reason):
        raise Refused(_("A death is noted for the person, not for one home."), field="reason")
    if until_on and until_on < from_on:
        raise Refused(_("This day is before the day they moved in."), field="until_on")
    if (until_on is None) != (reason is None):
        raise Refused(_("Give both: until when, and why it ended."), field="reason" if until_on else "until_on")
    ends = until_on is not None and occupancy.until_on is None
    changed = write(occupancy, {Fact.ROLE: role, Fact.FROM_ON: from_on, Fact.UNTIL_ON: until_on})
    if occupancy.end_reason is not reason:
        occupancy.end_reason = reason
        changed = list(dict.fromkeys([*changed, Fact.UNTIL_ON]))
    where = {"place_id": occupancy.place_id, "occupancy_id": occupancy.id}
    if ends:
        record("person.moved_out", person, actor=actor, now=now, reason=reason, **where)
    elif changed:
        record("person.occupancy_changed", person, actor=actor, now=now, fields=changed, **where)
    if ends or changed:
        _tell(occupancy, actor, now)


def note_death(person: Person, *, died_on: date, actor: User, now: datetime) -> None:
    """Say that somebody died: every home of theirs ends, and nobody is to ring them again. Conflict if it is known."""
    require(actor, Permission.EDIT_REGISTER, person.estate_id)
    if person.died_on:
        raise Conflict(_("This is noted already."))
    if died_on > clock.local_date(now):
        raise Refused(_("This day is still to come."), field="died_on")
    _note(person).died_on = died_on
    running = [held for held in person.occupancies if held.until_on is None or held.until_on > died_on]
    for held in running:
        held.until_on, held.end_reason = max(held.from_on, died_on), OccupancyEnd.DIED
    record("person.died", person, actor=actor, now=now, homes=len(running))
    _tell_of(person, actor, now)


def take_back_death(person: Person, *, actor: User, now: datetime) -> None:
    """It was a mistake: they are alive, and live where they lived. Conflict if no death is noted."""
    require(actor, Permission.EDIT_REGISTER, person.estate_id)
    if not person.died_on:
        raise Conflict(_("No death is noted for this person."))
    person.note.died_on = None
    ended = [held for held in person.occupancies if held.end_reason is OccupancyEnd.DIED]
    for held in ended:
        held.until_on, held.end_reason = None, None
    record("person.death_taken_back", person, actor=actor, now=now, homes=len(ended))
    _tell_of(person, actor, now)


def _occupy(person: Person, place: Place, role: OccupancyRole, from_on: date) -> Occupancy:
    occupancy = Occupancy(person=person, place=place, role=role, from_on=from_on)
    db.session.add(occupancy)
    db.session.flush()
    return occupancy


def _tell(occupancy: Occupancy, actor: User, now: datetime) -> None:
    for effect in AFTER_OCCUPANCY:
        effect(occupancy, actor=actor, now=now)


def _tell_of(person: Person, actor: User, now: datetime) -> None:
    for effect in AFTER_DEATH:
        effect(person, actor=actor, now=now)


def _note(person: Person) -> PersonNote:
    if person.note is None:
        person.note = PersonNote()
    return person.note
