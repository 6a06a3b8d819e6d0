"""What the two people at the desk do when one shift ends and the next begins."""

from collections.abc import Mapping
from dataclasses import asdict
from datetime import datetime

from flask_babel import gettext as _

from helpdesk.accounts.models import User
from helpdesk.audit.actions import record
from helpdesk.core.access import Permission, can, require
from helpdesk.core.errors import Conflict, NotAllowed, Refused
from helpdesk.core.extensions import db
from helpdesk.handover.models import Handover, HandoverLine
from helpdesk.handover.queries import open_handover, who_hands_over
from helpdesk.handover.sections import SectionRow, digest_of
from helpdesk.repairs.timeline import list_names


def begin_handover(*, estate_id: int, actor: User, now: datetime) -> Handover:
    """Open the sheet of the shift that ends. Conflict while another waits for its signatures.

    Whoever is on duty hands over; for somebody who is absent a manager does. Refused for anybody else, unless the
    roster names nobody.
    """
    require(actor, Permission.WORK_HOTLINE, estate_id)
    if not may_hand_over(actor, estate_id, now):
        names = list_names([user.name for user in who_hands_over(estate_id, now)])
        raise Refused(_("On duty: %(names)s. They hand over; if they are absent, a manager does.", names=names))
    if open_handover(actor, estate_id) is not None:
        raise Conflict(_("A hand-over is open already. It has to be signed or called off first."))
    handover = Handover(estate_id=estate_id, outgoing=actor, opened_at=now, version=0)
    db.session.add(handover)
    record("handover.opened", handover, actor=actor, now=now, topics=handover.topics)
    return handover


def may_hand_over(user: User, estate_id: int, now: datetime) -> bool:
    on = who_hands_over(estate_id, now)
    return not on or user in on or can(user, Permission.PLAN_DUTY, estate_id)


def write_notes(handover: Handover, *, notes: str, actor: User, now: datetime) -> None:
    """What the lines do not say. Only whoever hands over writes it, and only until they have signed."""
    _require_open(handover, actor)
    _require_outgoing(handover, actor)
    if handover.outgoing_signed_at is not None:
        raise Conflict(_("You have signed this: the notes stay as they are."))
    handover.notes = notes
    record("handover.noted", handover, actor=actor, now=now, topics=handover.topics)


def sign_outgoing(
    handover: Handover, *, notes: str, seen: str, sections: Mapping[str, list[SectionRow]], actor: User, now: datetime
) -> None:
    """Whoever goes says that this is everything. Conflict when signed before, or when the list is not what they saw."""
    _require_open(handover, actor)
    _require_outgoing(handover, actor)
    if handover.outgoing_signed_at is not None:
        raise Conflict(_("You have signed this hand-over already."))
    _check_seen(seen, sections)
    handover.notes, handover.outgoing_signed_at = notes, now
    _signed(handover, sections, outgoing=True, actor=actor, now=now)


def sign_incoming(
    handover: Handover, *, seen: str, sections: Mapping[str, list[SectionRow]], actor: User, now: datetime
) -> None:
    """Whoever comes takes it over. NotAllowed for whoever hands over; Conflict as with the other signature."""
    _require_open(handover, actor)
    if actor.id == handover.outgoing_id:
        raise Refused(_("Nobody hands over to themselves: somebody else has to take over."), field="username")
    if handover.incoming_signed_at is not None:
        raise Conflict(_("%(name)s has taken over already.", name=handover.incoming.name))
    _check_seen(seen, sections)
    handover.incoming, handover.incoming_signed_at = actor, now
    _signed(handover, sections, outgoing=False, actor=actor, now=now)


def call_off_handover(handover: Handover, *, actor: User, now: datetime) -> None:
    """It was opened by mistake: whoever opened it, or who plans the roster, puts it away. Conflict once it ended."""
    _require_open(handover, actor)
    if actor.id != handover.outgoing_id and not can(actor, Permission.PLAN_DUTY, handover.estate_id):
        raise NotAllowed(_("Only whoever opened it, or who plans the roster, can call a hand-over off."))
    handover.called_off_at = now
    record("handover.called_off", handover, actor=actor, now=now, topics=handover.topics)


def _require_open(handover: Handover, actor: User) -> None:
    require(actor, Permission.WORK_HOTLINE, handover.estate_id)
    if handover.frozen_at is not None:
        raise Conflict(_("Both have signed this hand-over: it stays as it is."))
    if handover.called_off_at is not None:
        raise Conflict(_("This hand-over was called off."))


def _require_outgoing(handover: Handover, actor: User) -> None:
    if actor.id != handover.outgoing_id:
        raise NotAllowed(_("Only whoever hands over can do this."))


def _check_seen(seen: str, sections: Mapping[str, list[SectionRow]]) -> None:
    if seen != digest_of(sections):
        raise Conflict(_("The list has changed while you were reading it. Look at it again, then sign."))


def _signed(
    handover: Handover, sections: Mapping[str, list[SectionRow]], *, outgoing: bool, actor: User, now: datetime
) -> None:
    """One signature; with the second the lines are kept as they stand."""
    both = handover.outgoing_signed_at is not None and handover.incoming_signed_at is not None
    if not both:
        record("handover.signed", handover, actor=actor, now=now, topics=handover.topics, outgoing=outgoing)
        return
    handover.frozen_at = now
    lines = [
        HandoverLine(handover_id=handover.id, section=code, **asdict(line))
        for code, of_section in sections.items()
        for line in of_section
    ]
    db.session.add_all(lines)
    record(
        "handover.frozen", handover, actor=actor, now=now, topics=handover.topics, outgoing=outgoing, rows=len(lines)
    )
