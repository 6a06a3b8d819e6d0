"""What the console makes of the words while somebody types, and what is read aloud."""

from dataclasses import dataclass
from datetime import datetime

from helpdesk.core import clock
from helpdesk.estate.community import Guarantee
from helpdesk.estate.community_queries import guarantees_at
from helpdesk.estate.models import Place
from helpdesk.hotline.card import CallerCard
from helpdesk.hotline.happened import is_late
from helpdesk.hotline.joining import Added
from helpdesk.hotline.meaning import home_estate
from helpdesk.hotline.models import Call, Outcome
from helpdesk.hotline.outcomes import ELDER_CHECK, tells_of_danger
from helpdesk.hotline.promised import Promised, promised_for
from helpdesk.hotline.rules import AT_ONCE, HURRIES, asks_for_waiver, read_back, sets_out_now
from helpdesk.outages.near import Near, near
from helpdesk.repairs.models import Category, Urgency
from helpdesk.repairs.queries import running_visit, visible_categories
from helpdesk.repairs.rules import promised_window
from helpdesk.repairs.suggestions import Suggestion, suggest
from helpdesk.windows.rules import window_named


@dataclass(frozen=True)
class Proposal:
    """What the console makes of the words: proposed, never decided."""

    best: Suggestion | None
    category: Category | None
    urgency: Urgency | None
    sentence: str
    card: CallerCard
    rang_at: datetime
    promised: Promised | None
    guaranteed: list[Guarantee]
    outcome: Outcome | None

    @property
    def hurries(self) -> bool:
        return self.urgency in HURRIES

    @property
    def somebody_goes(self) -> bool:
        """Whoever asks for help in a danger is not answered with words."""
        return tells_of_danger(self.category, self.urgency)

    @property
    def is_entered_late(self) -> bool:
        return self.promised is not None and is_late(self.rang_at, self.promised.now)


def proposal(
    user, words: str, card: CallerCard, *, category: str, urgency: str, visit_window: str, sent: bool,
    now: datetime, rang_at: datetime | None = None,
) -> Proposal | None:  # fmt: skip
    """From the caller's words to a category, how urgent it is, and the sentence to read back; None before any words.

    `category`, `urgency` and `visit_window` are what the operator chose by hand, or empty: that wins. `sent` says
    that a technician is chosen. What does not exist is passed over: the first words of a danger never go away with it.
    """
    if not (words or category):
        return None
    estate_id = card.place.estate_id if card.place else home_estate(user)
    tree = visible_categories(user, on=clock.local_date(now), estate_id=estate_id, with_words=True)
    best = next((found for found in suggest(words, tree) if not found.denied), None)
    by_code = {c.code: c for c in tree}
    meant = by_code.get(category) or by_code.get(best.code if best else "")
    said = best.urgency if best and meant and best.code == meant.code else meant and meant.urgency
    level = Urgency(urgency) if urgency in list(Urgency) else Urgency(said) if said else None
    promised = promised_for(meant, level, counted_from=rang_at or now, now=now) if meant else None
    sentence = _sentence(card.place, meant, level, visit_window, sent, promised, now) if meant else ""
    codes = (meant.code, meant.group_code) if meant else ()
    outcome = _outcome(words, best, level)
    running = guarantees_at(user, card.place, codes, on=clock.local_date(now)) if meant and card.place else []
    return Proposal(best, meant, level, sentence, card, rang_at or now, promised, running, outcome)


def _outcome(words: str, best: Suggestion | None, level: Urgency | None) -> Outcome | None:
    """What becomes of the call by its words: nothing that hurries waits for a talk about fees."""
    if best and best.code == ELDER_CHECK:
        return Outcome.HELP
    if asks_for_waiver(words) and not (best and level in HURRIES):
        return Outcome.WAIVER
    return Outcome.REPAIR if best else None


def near_of(user, card: CallerCard, proposed: Proposal | None, now: datetime, *, call_id: int | None = None) -> Near:
    """Outages and open orders that this call may be about: as soon as a place is chosen or words are recognised."""
    category = proposed.category if proposed else None
    estate_id = card.place.estate_id if card.place else category.estate_id if category else None
    if estate_id is None:
        return Near()
    return near(user, estate_id=estate_id, place=card.place, category=category, call_id=call_id, now=now)


def _sentence(
    place: Place | None, category: Category, urgency: Urgency, window: str, sent: bool, promised: Promised | None,
    now: datetime,
) -> str:  # fmt: skip
    arrive_by = promised.arrive_by if promised else None
    return read_back(
        place, category.name_zh, now=now, arrive_by=arrive_by, window=window_named(window),
        at_once=sets_out_now(urgency, sent=sent, at_once=window == AT_ONCE),
    )  # fmt: skip


def said(call: Call, added: Added | None, now: datetime) -> str:
    """What is read to a resident whose call was just saved: when somebody comes. Empty if nobody does.

    Who was added to a neighbour's order is not told the neighbour's address.
    """
    order = call.work_order
    if order is None or call.outcome is not Outcome.REPAIR or (added and not running_visit(order)):
        return ""
    visit = order.visits[-1] if order.visits else None
    window = promised_window(visit or order)
    at_once = visit is not None and window is None and visit.planned_at <= now
    return read_back(
        None if added else order.place, order.category.name_zh, now=now, arrive_by=order.arrive_by, window=window,
        at_once=at_once, door_code=visit.door_code if visit and not added else "",
    )  # fmt: skip
