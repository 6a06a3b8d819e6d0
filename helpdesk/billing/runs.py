"""Billing runs: looked at beforehand, started by a person, done piece by piece, each piece once."""

import time
from collections import Counter
from datetime import date, datetime, timedelta

from flask_babel import gettext as _
from sqlalchemy import func, select

from helpdesk.accounts.models import User
from helpdesk.audit.actions import record
from helpdesk.billing.accounts import open_accounts, openings, places_without_account
from helpdesk.billing.fees import fee_rules, lines_for, spans_after, write_lines
from helpdesk.billing.lines import Span, Sums
from helpdesk.billing.models import BillingRun
from helpdesk.billing.rules import first_of, months, next_month, use_of
from helpdesk.billing.states import RunStatus, move_run
from helpdesk.core import clock
from helpdesk.core.access import Permission, require
from helpdesk.core.errors import Refused
from helpdesk.core.extensions import db
from helpdesk.core.transactions import writing
from helpdesk.estate.models import Estate, Place, PlaceKind

PIECE = 250  # lines in one transaction: some twenty milliseconds
MOST_MONTHS, AHEAD = 36, timedelta(days=366)
EVERYBODY = 1_000_000
A_WHILE_S = 2.0  # of the worker's time


def preview(estate: Estate, month_from: date, month_until: date, today: date) -> dict:
    """What a run would make, by month and by use, and what it would leave out; reads only."""
    fresh = _spans_to_come(estate.id, today)
    per_month, uses, sums = [], Counter(), Sums()
    for month in months(month_from, month_until):
        of_month = Sums()
        spans = spans_after(estate.id, month, after=0, limit=EVERYBODY) + fresh
        for line in lines_for(estate.id, spans, month):
            of_month.add(line)
            sums.add(line)
            uses[line.span.use] += line.net_fen
        per_month.append([month.isoformat(), of_month.lines, of_month.gross_fen, of_month.reduced_fen])
    return {
        "months": per_month, "uses": dict(uses), "lines": sums.lines, "net_fen": sums.net_fen, "accounts": len(fresh),
        "without_area": _without_area(estate.id),
    }  # fmt: skip


def _spans_to_come(estate_id: int, today: date) -> list[Span]:
    """The accounts that a run will open first."""
    places = list(db.session.scalars(places_without_account(estate_id)))
    begins = openings([place.id for place in places], today)
    return [
        Span(p.id, None, begins[p.id].billed_from, None, p.area, p.unit_price, use_of(p.kind, p.use)) for p in places
    ]


def _without_area(estate_id: int) -> int:
    lacking = Place.area.is_(None) | (Place.area == 0)
    asked = select(func.count()).select_from(Place)
    return db.session.scalar(asked.where(Place.estate_id == estate_id, Place.kind != PlaceKind.COMMON_AREA, lacking))


def check_months(month_from: date, month_until: date, today: date) -> None:
    """Refused for no month, for too many at once, and for a time that is too far off."""
    if month_until <= month_from:
        raise Refused(_("The last month is before the first."), field="until")
    if len(list(months(month_from, month_until))) > MOST_MONTHS:
        raise Refused(_("At most %(count)d months at once.", count=MOST_MONTHS), field="until")
    if month_until > next_month(today + AHEAD):
        raise Refused(_("This is more than a year ahead."), field="until")


def ask_run(
    estate: Estate, *, month_from: date, month_until: date, found: dict, actor: User, now: datetime
) -> BillingRun:  # fmt: skip
    """Keep what a run would make, to be looked at; nobody owes anything yet."""
    require(actor, Permission.RUN_BILLING, estate.id)
    check_months(month_from, month_until, clock.local_date(now))
    if not fee_rules(estate.id, first_of(month_from)):
        raise Refused(_("No rule says how fees are reckoned in this month. Set the rules first."), field="since")
    run = BillingRun(
        estate_id=estate.id, month_from=first_of(month_from), month_until=month_until, preview=found,
        asked_by_id=actor.id, asked_at=now, version=0,
    )  # fmt: skip
    db.session.add(run)
    record(
        "run.previewed", run, actor=actor, now=now, month_from=clock.start_of_day(run.month_from),
        month_until=clock.start_of_day(month_until), lines=found["lines"], net_fen=found["net_fen"],
    )  # fmt: skip
    return run


def start_run(run: BillingRun, *, actor: User, now: datetime) -> None:
    """Let a run begin. Conflict if it did already."""
    require(actor, Permission.RUN_BILLING, run.estate_id)
    move_run(run, RunStatus.RUNNING)
    record("run.started", run, actor=actor, now=now)


def drop_run(run: BillingRun, *, actor: User, now: datetime) -> None:
    """Nobody wants this run. Conflict once it has begun."""
    require(actor, Permission.RUN_BILLING, run.estate_id)
    move_run(run, RunStatus.DROPPED)
    record("run.dropped", run, actor=actor, now=now)


def go_on(run_id: int, now: datetime) -> bool:
    """Do the next piece of a run in one short transaction; whether there is more. Any number may do it at once."""
    with writing():
        run = db.session.get(BillingRun, run_id)
        if run is None or run.status is not RunStatus.RUNNING:
            return False
        if run.cursor_month is None:
            last = open_accounts(run.estate, after=run.cursor, actor=None, now=now)
            run.cursor, run.cursor_month = last or 0, None if last else run.month_from
        else:
            _bill(run, now)
        return run.status is RunStatus.RUNNING


def _bill(run: BillingRun, now: datetime) -> None:
    month = run.cursor_month
    spans = spans_after(run.estate_id, month, after=run.cursor, limit=PIECE)
    sums = Sums(run.lines, run.gross_fen, run.reduced_fen)
    lines = lines_for(run.estate_id, spans, month) if spans else []
    for line in lines:
        sums.add(line)
    write_lines(run.estate_id, lines, run_id=run.id, actor=run.asked_by, now=now)
    run.lines, run.gross_fen, run.reduced_fen = sums.lines, sums.gross_fen, sums.reduced_fen
    run.cursor = spans[-1].account_id if spans else run.cursor
    if len(spans) < PIECE:
        run.cursor, run.cursor_month = 0, next_month(month)
        if run.cursor_month >= run.month_until:
            move_run(run, RunStatus.DONE)
            run.done_at = now
            told = {"lines": run.lines, "gross_fen": run.gross_fen, "reduced_fen": run.reduced_fen}
            record("run.done", run, actor=run.asked_by, now=now, **told)


def finish(run_id: int, now: datetime, *, within_s: float | None = None) -> None:
    """Go on to the end, or for a while. It rests as long as it works, so that whoever wants to write comes in."""
    began = time.monotonic()
    while True:
        piece = time.monotonic()
        if not go_on(run_id, now):
            return
        worked = time.monotonic() - piece
        if within_s is not None and time.monotonic() - began > within_s:
            return
        time.sleep(worked)


def tend_runs(now: datetime) -> None:
    """Go on with runs that were started, a little at a time; the worker calls it."""
    running = list(db.session.scalars(select(BillingRun.id).where(BillingRun.status == RunStatus.RUNNING)))
    db.session.rollback()
    for run_id in running:
        finish(run_id, now, within_s=A_WHILE_S)
