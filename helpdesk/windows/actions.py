"""How an estate offers windows and plans its days, from a day on. One function, one intention, one event."""

from collections.abc import Mapping, Sequence
from datetime import date, datetime

from flask_babel import gettext as _

from helpdesk.accounts.models import User
from helpdesk.audit.actions import record
from helpdesk.core import clock
from helpdesk.core.access import Permission, require
from helpdesk.core.errors import Refused
from helpdesk.core.extensions import db
from helpdesk.core.terms import check_begins, make_room
from helpdesk.estate.models import Estate
from helpdesk.windows.models import Half, Reserve, Rule, SchedulingPolicy, Severity, WindowGrid
from helpdesk.windows.queries import policy_rows, reserve_rows, window_rows

MOST_RESERVED = 480  # minutes of one half-day, of several people of a trade


def set_grid(
    estate: Estate, week: Sequence[Sequence[tuple[int, int]]], *, valid_from: date, actor: User, now: datetime
) -> None:  # fmt: skip
    """Offer these windows on the days of the week; what was told to residents before stays.

    Refused without a window on any day: then nothing could be promised to anybody.
    """
    _may_begin(estate, valid_from, actor, now)
    if not any(week):
        raise Refused(_("There is no window on any day. Give at least one day some."))
    make_room(window_rows(estate.id), valid_from)
    rows = [
        WindowGrid(estate_id=estate.id, weekday=weekday, from_minute=begin, until_minute=end, valid_from=valid_from)
        for weekday, spans in enumerate(week)
        for begin, end in spans
    ]
    db.session.add_all(rows)
    _record("windows.set", estate, rows[0], actor, now, windows=len(rows))


def set_reserves(
    estate: Estate, minutes: Mapping[tuple[str, Half], int], *, valid_from: date, actor: User, now: datetime
) -> None:  # fmt: skip
    """Keep these minutes of each half-day free for emergencies, by skill; 0 keeps none."""
    _may_begin(estate, valid_from, actor, now)
    if any(not 0 <= kept <= MOST_RESERVED for kept in minutes.values()):
        raise Refused(_("At most eight hours of a half-day can be kept free."))
    make_room(reserve_rows(estate.id), valid_from)
    rows = [
        Reserve(estate_id=estate.id, skill=skill, half=half, minutes=kept, valid_from=valid_from)
        for (skill, half), kept in minutes.items()
    ]
    db.session.add_all(rows)
    _record("reserves.set", estate, rows[0], actor, now, minutes=sum(minutes.values()))


def set_rules(
    estate: Estate, policy: SchedulingPolicy, severities: Mapping[Rule, Severity], *, actor: User, now: datetime
) -> None:
    """Let lunch lie there, the day divide there, and each broken rule warn or stop, from a day on.

    `policy` is a row that belongs to no session yet. Refused for a lunch that does not fit between its bounds.
    """
    _may_begin(estate, policy.valid_from, actor, now)
    if policy.lunch_from_minute + policy.lunch_minutes > policy.lunch_until_minute:
        raise Refused(_("Lunch does not fit between its earliest and its latest time."), field="lunch_minutes")
    make_room(policy_rows(estate.id), policy.valid_from)
    policy.estate_id = estate.id
    policy.severities = {rule.value: severity.value for rule, severity in severities.items()}
    db.session.add(policy)
    stops = [rule for rule, severity in severities.items() if severity is Severity.BLOCK]
    _record("rules.set", estate, policy, actor, now, stops=stops)


def _may_begin(estate: Estate, valid_from: date, actor: User, now: datetime) -> None:
    require(actor, Permission.PLAN_DUTY, estate.id)
    check_begins(valid_from, clock.local_date(now))


def _record(kind: str, estate: Estate, row, actor: User, now: datetime, **data) -> None:
    begins = clock.start_of_day(row.valid_from)
    record(kind, estate, actor=actor, now=now, topics=row.topics, valid_from=begins, **data)
