"""People on duty and hand-overs, for tests."""

from datetime import timedelta
from types import SimpleNamespace

from helpdesk.accounts.models import User
from helpdesk.core.access import Role
from helpdesk.core.extensions import db
from helpdesk.core.transactions import writing
from helpdesk.duty.actions import Planned, add_shift, call_off, note_stand_in
from helpdesk.duty.models import Post, Shift
from helpdesk.duty.number_actions import publish_number, withdraw_number
from helpdesk.duty.rules import Span
from helpdesk.handover.actions import begin_handover, call_off_handover, sign_incoming, sign_outgoing, write_notes
from helpdesk.handover.models import Handover
from helpdesk.handover.sections import digest_of, listed

HOUR = timedelta(hours=1)


def put_on(estate, user, starts_at, ends_at, *, post=Post.HOTLINE, position=1, stands_in_for=None) -> Shift:
    """A shift as it stands in the roster, however it came there."""
    shift = Shift(
        estate_id=estate.id, post=post, user_id=user.id, starts_at=starts_at, ends_at=ends_at, position=position,
        stands_in_for_id=stands_in_for.id if stands_in_for else None, version=0,
    )  # fmt: skip
    with writing():
        db.session.add(shift)
    return shift


def hand_over(estate, outgoing, incoming, now, *, notes="The key is in the drawer") -> Handover:
    """Signed by both."""
    with writing():
        handover = begin_handover(estate_id=estate.id, actor=outgoing, now=now)
        lines = listed(outgoing, estate.id, now)
        seen = digest_of(lines)
        sign_outgoing(handover, notes=notes, seen=seen, sections=lines, actor=outgoing, now=now)
        sign_incoming(handover, seen=seen, sections=lines, actor=incoming, now=now)
    return handover


def something_of_everything(users: dict[Role, User], estate, now) -> SimpleNamespace:
    """A roster with a stand-in and a shift called off, numbers given and taken back, hand-overs of each kind."""
    mei, ann, tao = users[Role.MANAGER], users[Role.OPERATOR], users[Role.TECHNICIAN]
    with writing():
        plan = [
            Planned(Post.HOTLINE, ann, 1, Span(now - HOUR, now + 8 * HOUR)),
            Planned(Post.HOTLINE, mei, 1, Span(now + 7 * HOUR, now + 9 * HOUR)),
            Planned(Post.ON_CALL, tao, 1, Span(now - HOUR, now + 20 * HOUR)),
            Planned(Post.LEAD, mei, 1, Span(now - HOUR, now + 20 * HOUR)),
            Planned(Post.HOTLINE, ann, 1, Span(now + 30 * HOUR, now + 38 * HOUR)),
        ]
        shifts = [add_shift(one, estate_id=estate.id, actor=mei, now=now) for one in plan]
        part = Span(now + 4 * HOUR, now + 6 * HOUR)
        shifts.append(note_stand_in(shifts[0], user=mei, part=part, actor=ann, now=now))
        call_off(shifts[4], actor=mei, now=now)
        for user in (ann, tao):
            user.phone = f"1200000{user.id:04}"
            publish_number(user, actor=user, now=now)
        withdraw_number(ann, actor=ann, now=now)
    signed = hand_over(estate, ann, mei, now)
    with writing():
        mistaken = begin_handover(estate_id=estate.id, actor=ann, now=now)
        call_off_handover(mistaken, actor=ann, now=now)
        waiting = begin_handover(estate_id=estate.id, actor=ann, now=now)
        write_notes(waiting, notes="The lift was stuck", actor=ann, now=now)
    return SimpleNamespace(shifts=[shift.id for shift in shifts], handovers=[waiting.id, signed.id, mistaken.id])
