"""Finding prices and quotes."""

from collections import Counter
from datetime import date

from flask import abort
from sqlalchemy import Select, select
from sqlalchemy.orm import joinedload, selectinload

from helpdesk.core import clock
from helpdesk.core.access import Permission, estates
from helpdesk.core.extensions import db
from helpdesk.core.terms import counts
from helpdesk.estate.queries import as_seen
from helpdesk.repairs.models import WorkOrder
from helpdesk.tariff.models import PriceItem, PriceList, Quote, QuoteLine
from helpdesk.tariff.reductions import Scope, reductions_of
from helpdesk.tariff.rules import Cost, cost
from helpdesk.tariff.states import ListStatus, QuoteStatus


def visible_lists(user) -> Select[tuple[PriceList]]:
    """Every version, drafts too, for who sets prices."""
    mine = PriceList.estate_id.in_(estates(user, Permission.SET_TARIFF))
    return select(PriceList).where(mine).order_by(PriceList.edition.desc())


def get_list(user, list_id: int, *, seen_version: int | None = None) -> PriceList:
    """One version with its lines; 404 if there is none for this user, Conflict if it changed since."""
    found = visible_lists(user).where(PriceList.id == list_id).options(selectinload(PriceList.items))
    return as_seen(db.session.scalar(found) or abort(404), seen_version)


def lists_of(user, estate_id: int) -> list[PriceList]:
    return list(db.session.scalars(visible_lists(user).where(PriceList.estate_id == estate_id)))


def list_in_force(estate_id: int, day: date) -> PriceList | None:
    """The posted prices of an estate on a local date: anybody may know them."""
    asked = select(PriceList).where(PriceList.estate_id == estate_id, PriceList.status == ListStatus.IN_FORCE)
    lists = db.session.scalars(asked.options(selectinload(PriceList.items)))
    return next((one for one in lists if counts(one, day)), None)


def items_for(work_order: WorkOrder, day: date) -> list[PriceItem]:
    """The lines of the price list that an order may be quoted with: those of its category first."""
    prices = list_in_force(work_order.estate_id, day)
    own = work_order.category.code
    return sorted(prices.items, key=lambda item: (item.category_code != own, item.position)) if prices else []


def quotes_of(work_order: WorkOrder) -> list[Quote]:
    """The quotes of an order, the newest first; for who holds the order."""
    with_all = (selectinload(Quote.lines).joinedload(QuoteLine.item), joinedload(Quote.made_by))
    asked = select(Quote).where(Quote.work_order_id == work_order.id).options(*with_all)
    return list(db.session.scalars(asked.order_by(Quote.id.desc())))


def quote_on(work_order: WorkOrder, quote_id: int, *, seen_version: int | None = None) -> Quote:
    """One quote of an order that was loaded through its own permission; 404 otherwise."""
    found = next((one for one in quotes_of(work_order) if one.id == quote_id), None)
    return as_seen(found or abort(404), seen_version)


def cost_of(quote: Quote) -> Cost:
    lines = ((line.quantity, line.labour_fen, line.material_fen) for line in quote.lines)
    return cost(lines, quote.call_out_fen)


def less_of(quote: Quote, today: date) -> int:
    """What is taken off a quote, on the day it was agreed to or else today; nothing of why."""
    return _less_by_scope(quote, taken_before(quote, today), today).total()


def taken_before(quote: Quote, today: date) -> Counter[Scope]:
    """What was taken off the quotes of the same order that were agreed to before: a cap is for one order."""
    taken: Counter[Scope] = Counter()
    for one in reversed(quotes_of(quote.work_order)):
        if one.status is QuoteStatus.ACCEPTED and one.id < quote.id:
            taken += _less_by_scope(one, taken, today)
    return taken


def _less_by_scope(quote: Quote, taken: Counter[Scope], today: date) -> Counter[Scope]:
    place_id, spent = quote.work_order.place_id, cost_of(quote)
    on = clock.local_date(quote.accepted_at) if quote.accepted_at else today
    parts = {Scope.LABOUR: spent.labour_fen, Scope.MATERIALS: spent.materials_fen, Scope.CALL_OUT: spent.call_out_fen}
    found = {scope: reductions_of([place_id], scope, on).get(place_id) for scope, fen in parts.items() if fen}
    off = {scope: reduction.of(parts[scope], taken[scope]) for scope, reduction in found.items() if reduction}
    return Counter(off)
