"""How an outage ends: its orders with it, and everybody who rang is rung back. And that it was not over."""

from collections.abc import Collection
from dataclasses import replace
from datetime import date, datetime
from functools import partial

from flask_babel import gettext as _
from sqlalchemy import func, select
from sqlalchemy.orm import joinedload

from helpdesk.accounts.models import User
from helpdesk.audit.actions import record
from helpdesk.callbacks.actions import ask_to_ring, give_up
from helpdesk.callbacks.lists import SOURCES, CallList, Source
from helpdesk.callbacks.models import Callback, Reason
from helpdesk.callbacks.rules import ring_many_by
from helpdesk.callbacks.states import CallbackStatus
from helpdesk.core import clock
from helpdesk.core.access import Permission, estates, require
from helpdesk.core.errors import Conflict
from helpdesk.core.extensions import db
from helpdesk.estate.models import PlaceKind
from helpdesk.estate.ringing import departures, silent_numbers
from helpdesk.outages.actions import heard_by, take_out_order
from helpdesk.outages.models import Outage, OutageCallback
from helpdesk.outages.queries import callers_of, orders_in
from helpdesk.outages.rules import Rung, once_each
from helpdesk.outages.states import OutageStatus, move
from helpdesk.outages.words import rings_said
from helpdesk.repairs.actions import cancel_work_order, close_work_order
from helpdesk.repairs.models import CancelReason, WorkOrder
from helpdesk.repairs.states import OPEN, Status


def end_outage(
    outage: Outage, *, taken_out: Collection[str] = (), words: str, actor: User, now: datetime
) -> list[Callback]:
    """It is over: its orders end with it, and every household that rang is to be rung back once, with these words.

    `taken_out` are the numbers of orders that remain, each on its own. What was done is closed; what was still to be
    done was the same fault, and is cancelled as reported twice. Conflict while somebody is at work on one of them.
    """
    require(actor, Permission.DISPATCH, outage.estate_id)
    for work_order in orders_in(outage):
        if work_order.number in taken_out:
            take_out_order(outage, work_order, actor=actor, now=now)
    topics, orders = heard_by(outage), orders_in(outage)
    callbacks = [_ask(outage, rung, words, actor, now) for rung in once_each(_who_rang(outage, orders, now))]
    for work_order in orders:
        _end(work_order, actor, now)
    old = move(outage, OutageStatus.OVER)
    outage.over_at = max(now, outage.starts_at)
    db.session.add_all(OutageCallback(outage_id=outage.id, callback=callback) for callback in callbacks)
    record(
        "outage.over", outage, actor=actor, now=now, topics=topics, from_status=old, orders=len(orders),
        call_backs=len(callbacks),
    )  # fmt: skip
    return callbacks


def reopen_outage(outage: Outage, *, actor: User, now: datetime) -> None:
    """It was not over: it runs again, and nobody is rung for now. Conflict once somebody was rung.

    Its orders stay as they ended: what is still to be done begins with a new one.
    """
    require(actor, Permission.DISPATCH, outage.estate_id)
    rung = [ring.callback for ring in rings_of(outage)]
    if any(callback.attempts or callback.status is CallbackStatus.REACHED for callback in rung):
        raise Conflict(_("Somebody was rung already that it is over. Open a new outage."))
    waiting = [callback for callback in rung if callback.status is CallbackStatus.OPEN]
    for callback in waiting:
        give_up(callback, because=_("The outage was not over yet."), actor=actor, now=now)
    move(outage, OutageStatus.RUNNING)
    outage.over_at = None
    db.session.execute(db.delete(OutageCallback).where(OutageCallback.outage_id == outage.id))
    record("outage.reopened", outage, actor=actor, now=now, topics=heard_by(outage), call_backs=len(waiting))


def rings_of(outage: Outage) -> list[OutageCallback]:
    """The call-backs that its end asked for."""
    whole = joinedload(OutageCallback.callback)
    more = (whole.joinedload(Callback.place), whole.joinedload(Callback.person), whole.selectinload(Callback.attempts))
    found = select(OutageCallback).where(OutageCallback.outage_id == outage.id).order_by(OutageCallback.id)
    return list(db.session.scalars(found.options(*more)))


def unfinished_rings(user: User) -> list[CallList]:
    """The outages that are over and of which somebody is still to be told: each is one line."""
    rung = Callback.status == CallbackStatus.OPEN
    reached = func.count().filter(Callback.status == CallbackStatus.REACHED)
    waiting = func.count().filter(rung)
    mine = Callback.estate_id.in_(estates(user, Permission.WORK_HOTLINE))
    found = db.session.execute(
        select(OutageCallback.outage_id, func.count(), reached, waiting, func.min(Callback.due_at).filter(rung))
        .join(Callback, Callback.id == OutageCallback.callback_id)
        .where(mine)
        .group_by(OutageCallback.outage_id)
        .having(waiting > 0)
    ).all()
    outages = select(Outage).where(Outage.id.in_([row.outage_id for row in found]))
    by_id = {outage.id: outage for outage in db.session.scalars(outages)}
    return [
        CallList(
            id=id_, estate_id=by_id[id_].estate_id, reason=Reason.OUTAGE_OVER, path=f"/outages/{id_}",
            said=partial(rings_said, by_id[id_].category, people, reached, waiting), waiting=waiting, due_at=due_at,
        )
        for id_, people, reached, waiting, due_at in found
    ]  # fmt: skip


SOURCES.append(Source(unfinished_rings, select(OutageCallback.callback_id)))


def _end(work_order: WorkOrder, actor: User, now: datetime) -> None:
    if work_order.status is Status.IN_PROGRESS:
        raise Conflict(
            _("Somebody is at work on %(number)s. Take it out, or wait until it is done.", number=work_order.number)
        )
    if work_order.status is Status.DONE:
        close_work_order(work_order, actor=actor, now=now)
    elif work_order.status in OPEN:
        cancel_work_order(work_order, reason=CancelReason.DUPLICATE, actor=actor, now=now)


def _who_rang(outage: Outage, orders: list[WorkOrder], now: datetime) -> list[Rung]:
    """Everybody by whom we know of it: who reported its orders, then who was added, each with a way to reach them.

    Of whoever died or left in the meantime only the home remains.
    """
    reported = [
        Rung(
            order.place if order.place.kind is PlaceKind.DWELLING else None, order.reporter,
            order.phone.digits if order.phone else "", None, order,
        )
        for order in orders
    ]  # fmt: skip
    callers = callers_of(outage)
    added = [
        Rung(caller.place if caller.place and caller.place.kind is PlaceKind.DWELLING else None, caller.person,
             caller.number, caller.call_id, caller.work_order)
        for caller in callers
    ]  # fmt: skip
    everybody, today = [*reported, *added], clock.local_date(now)
    rang = [(order.phone.digits, clock.local_date(order.reported_at)) for order in orders if order.phone]
    rang += [(caller.number, clock.local_date(caller.rang_at)) for caller in callers if caller.number]
    silent = silent_numbers(outage.estate_id, rang, today=today)
    left = departures(today, people=[rung.person for rung in everybody if rung.person])
    return [
        replace(
            rung, person=None if left.gone(rung.person) else rung.person,
            number="" if rung.number in silent else rung.number,
        )
        for rung in everybody
    ]  # fmt: skip


def _ask(outage: Outage, rung: Rung, words: str, actor: User, now: datetime) -> Callback:
    return ask_to_ring(
        estate_id=outage.estate_id, reason=Reason.OUTAGE_OVER, due_at=ring_many_by(now), number=rung.number,
        person=rung.person, place=rung.place, call_id=rung.call_id, work_order=rung.work_order, words=words,
        actor=actor, now=now,
    )  # fmt: skip


def not_to_ring(outage: Outage, now: datetime) -> set[str]:
    """The numbers noted with an outage whose people died or left since: shown nowhere as one to ring."""
    rang = [(caller.number, clock.local_date(caller.rang_at)) for caller in callers_of(outage) if caller.number]
    asked = [ring.callback for ring in rings_of(outage)]
    rang += [(callback.number, date.min) for callback in asked if callback.number]
    return silent_numbers(outage.estate_id, rang, today=clock.local_date(now))
