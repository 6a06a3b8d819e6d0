"""Work that comes round, for pages that need some of it."""

from datetime import timedelta

from helpdesk.core import clock
from helpdesk.core.access import Role
from helpdesk.core.transactions import writing
from helpdesk.repairs.models import WorkOrderKind
from helpdesk.routines.actions import Rhythm, begin_routine, end_routine, note_outcome, open_turn
from helpdesk.routines.models import Basis, Outcome, Unit


def something_of_everything(users, place, person, category, now) -> dict[str, list]:
    """A care round with a turn that found nobody and one that is open, and an inspection that has ended."""
    desk, here = users[Role.OPERATOR], {"place": place, "title": "Look in", "steps": "Stairs\nLight", "now": now}
    weekly = Rhythm(1, Unit.WEEK, Basis.COMPLETION, clock.local_date(now) + timedelta(days=1), 1)
    with writing():
        care = begin_routine(
            kind=WorkOrderKind.CARE, person=person, category=category("ELDER_CHECK"), rhythm=weekly, actor=desk, **here
        )
        lights = begin_routine(
            kind=WorkOrderKind.INSPECTION, person=None, category=category("STAIR_LIGHT"), rhythm=weekly, actor=desk,
            **here,
        )  # fmt: skip
        first = open_turn(care, now=now)
        note_outcome(first, Outcome.NO_CONTACT, words="They knocked long", actor=desk, now=now)
        second = open_turn(care, now=now)
        end_routine(lights, actor=desk, now=now)
    turns = [{"routine_id": care.id, "turn_id": turn.id} for turn in (second, first)]
    return {"routine_id": [care.id, lights.id], "turns": turns, "kind": ["care", "inspection"]}
