"""Setting prices, and quotes: what work will cost, and that somebody agreed to it."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date, datetime

from flask_babel import gettext as _
from sqlalchemy import func, select

from helpdesk.accounts.models import User
from helpdesk.audit.actions import record
from helpdesk.core import clock
from helpdesk.core.access import Permission, can, require
from helpdesk.core.errors import Conflict, NotAllowed, Refused
from helpdesk.core.extensions import db
from helpdesk.core.money import MOST_FEN
from helpdesk.core.terms import check_begins
from helpdesk.estate.models import PlaceKind
from helpdesk.repairs.models import WorkOrder
from helpdesk.repairs.states import Status
from helpdesk.tariff.models import Agreed, MaterialPolicy, PriceItem, PriceList, Quote, QuoteLine
from helpdesk.tariff.queries import cost_of, list_in_force, quotes_of
from helpdesk.tariff.states import ListStatus, QuoteStatus, move_list, move_quote

AFTER_ACCEPTING: list[Callable[..., None]] = []  # called with the quote, in the transaction of the agreement
MOST_ITEMS = 200


@dataclass(frozen=True)
class ItemFacts:
    """One line of a price list, as somebody typed it."""

    name_zh: str
    name_en: str
    unit: str
    category_code: str | None
    labour_fen: int
    material_policy: MaterialPolicy
    material_fen: int = 0
    code: str = ""


def draft_list(estate_id: int, *, actor: User, now: datetime) -> PriceList:
    """A new draft, copied from the list in force. Conflict if there is a draft already."""
    require(actor, Permission.SET_TARIFF, estate_id)
    drafts = select(PriceList.id).where(PriceList.estate_id == estate_id, PriceList.status == ListStatus.DRAFT)
    if db.session.scalar(drafts):
        raise Conflict(_("There is a draft already. Change that one."))
    last = db.session.scalar(select(func.max(PriceList.edition)).where(PriceList.estate_id == estate_id)) or 0
    old = list_in_force(estate_id, clock.local_date(now))
    draft = PriceList(
        estate_id=estate_id, edition=last + 1, call_out_fen=old.call_out_fen if old else 0, version=0
    )  # fmt: skip
    columns = [column.key for column in PriceItem.__table__.columns if column.key not in ("id", "price_list_id")]
    for item in old.items if old else ():
        draft.items.append(PriceItem(**{name: getattr(item, name) for name in columns}))
    db.session.add(draft)
    record("price_list.drafted", draft, actor=actor, now=now, items=len(draft.items))
    return draft


def change_list(
    price_list: PriceList, items: Sequence[ItemFacts], *, call_out_fen: int, actor: User, now: datetime
) -> None:  # fmt: skip
    """Set all lines of a draft. Conflict once it is in force: what was agreed to at those prices stays."""
    require(actor, Permission.SET_TARIFF, price_list.estate_id)
    if price_list.status is not ListStatus.DRAFT:
        raise Conflict(_("Only a draft can be changed. Copy it to a new draft."))
    if len(items) > MOST_ITEMS:
        raise Refused(_("At most %(count)d lines.", count=MOST_ITEMS))
    for item in price_list.items:
        db.session.delete(item)
    db.session.flush()
    db.session.expire(price_list, ["items"])
    for position, facts in enumerate(items, start=1):
        _check(facts)
        price_list.items.append(
            PriceItem(
                code=f"L{position:03d}", name_zh=facts.name_zh, name_en=facts.name_en or facts.name_zh,
                category_code=facts.category_code, unit=facts.unit, labour_fen=facts.labour_fen,
                material_policy=facts.material_policy, material_fen=facts.material_fen, position=position,
            )
        )  # fmt: skip
    price_list.call_out_fen = call_out_fen
    record("price_list.changed", price_list, actor=actor, now=now, items=len(items))


def _check(facts: ItemFacts) -> None:
    if not facts.name_zh:
        raise Refused(_("Each line needs a name."))
    if facts.material_policy is not MaterialPolicy.COMPANY_SELLS and facts.material_fen:
        raise Refused(_("“%(name)s”: a price for material only where we sell it.", name=facts.name_zh))


def put_in_force(price_list: PriceList, *, valid_from: date, actor: User, now: datetime) -> None:
    """Let a draft hold from a day on; the list before it ends then. Refused for a past day and an empty list."""
    require(actor, Permission.SET_TARIFF, price_list.estate_id)
    check_begins(valid_from, clock.local_date(now))
    if not price_list.items:
        raise Refused(_("A price list without lines tells nobody anything."))
    open_ended = select(PriceList).where(
        PriceList.estate_id == price_list.estate_id, PriceList.status == ListStatus.IN_FORCE,
        PriceList.valid_until.is_(None),
    )  # fmt: skip
    before = db.session.scalar(open_ended)
    if before and before.valid_from > valid_from:
        raise Refused(_("The list before begins later. Choose a later day."), field="valid_from")
    if before:
        before.valid_until = valid_from
        db.session.flush()
    move_list(price_list, ListStatus.IN_FORCE)
    price_list.valid_from = valid_from
    record("price_list.put_in_force", price_list, actor=actor, now=now, valid_from=clock.start_of_day(valid_from))


def drop_list(price_list: PriceList, *, actor: User, now: datetime) -> None:
    require(actor, Permission.SET_TARIFF, price_list.estate_id)
    move_list(price_list, ListStatus.DROPPED)
    record("price_list.dropped", price_list, actor=actor, now=now)


def may_quote(user: User, work_order: WorkOrder) -> bool:
    """The desk for any order of the estate, a technician for the orders they are sent to."""
    if not can(user, Permission.QUOTE, work_order.estate_id):
        return False
    was_sent = any(user.id == one.id for visit in work_order.visits for one in visit.crew)
    return was_sent or can(user, Permission.SEE_WORK_ORDERS, work_order.estate_id)


def make_quote(
    work_order: WorkOrder, picked: Sequence[tuple[PriceItem, int]], *, with_call_out: bool, actor: User, now: datetime
) -> Quote:  # fmt: skip
    """Say what the work will cost, at the prices of today; one that nobody agreed to yet is replaced.

    Refused for what all share, for an order that is over without a repair, for more than anybody pays, and for one that
    came back after it was paid for: what was not done well is put right for nothing.
    """
    _require(work_order, actor)
    if work_order.place.kind is PlaceKind.COMMON_AREA:
        raise Refused(_("What all share is repaired for nothing; there is nobody to charge."))
    if work_order.status is Status.CANCELLED:
        raise Refused(_("This work order was cancelled."))
    before = quotes_of(work_order)
    _not_rework(work_order)
    prices = list_in_force(work_order.estate_id, clock.local_date(now))
    if prices is None:
        raise Refused(_("No price list is in force. Ask the office."))
    if not picked or any(item.price_list_id != prices.id for item, _quantity in picked):
        raise Refused(_("Choose at least one line of the price list."), field="lines")
    for quote in before:
        if quote.status is QuoteStatus.OPEN:
            move_quote(quote, QuoteStatus.REPLACED)
    db.session.flush()
    quote = Quote(
        estate_id=work_order.estate_id, work_order=work_order, price_list_id=prices.id, made_by_id=actor.id,
        made_at=now, call_out_fen=prices.call_out_fen if with_call_out else 0, version=0,
        lines=[
            QuoteLine(item=item, quantity=quantity, labour_fen=item.labour_fen, material_fen=item.material_fen)
            for item, quantity in picked
        ],
    )  # fmt: skip
    db.session.add(quote)
    total = cost_of(quote).total_fen
    if total > MOST_FEN:
        raise Refused(_("That comes to more than a million yuan. Check the quantities."), field="lines")
    told = {"work_order_id": work_order.id, "total_fen": total, "lines": len(picked)}
    record("quote.made", quote, actor=actor, now=now, topics=work_order.topics, **told)
    return quote


def accept_quote(quote: Quote, *, by: str, how: Agreed, actor: User, now: datetime) -> None:
    """Note who agreed, and how; a finished order is charged at once. Conflict if it was answered or replaced.

    Refused once the work came back after another quote was agreed to, however old this one is.
    """
    _require(quote.work_order, actor)
    _not_rework(quote.work_order)
    if not by:
        raise Refused(_("Say who agreed."), field="accepted_by")
    move_quote(quote, QuoteStatus.ACCEPTED)
    quote.accepted_by, quote.accepted_how, quote.accepted_at, quote.noted_by_id = by, how, now, actor.id
    order = quote.work_order
    record("quote.accepted", quote, actor=actor, now=now, topics=order.topics, work_order_id=order.id, how=how)
    for effect in AFTER_ACCEPTING:
        effect(quote, actor=actor, now=now)


def decline_quote(quote: Quote, *, actor: User, now: datetime) -> None:
    """They do not want it at this price."""
    _require(quote.work_order, actor)
    move_quote(quote, QuoteStatus.DECLINED)
    order = quote.work_order
    record("quote.declined", quote, actor=actor, now=now, topics=order.topics, work_order_id=order.id)


def _not_rework(work_order: WorkOrder) -> None:
    if work_order.reopened and any(quote.status is QuoteStatus.ACCEPTED for quote in quotes_of(work_order)):
        raise Refused(_("This work came back: it is put right for nothing. Open another order for anything new."))


def _require(work_order: WorkOrder, actor: User) -> None:
    require(actor, Permission.QUOTE, work_order.estate_id)
    if not may_quote(actor, work_order):
        raise NotAllowed(_("Only who is sent to this order, or the desk, can do this."))
