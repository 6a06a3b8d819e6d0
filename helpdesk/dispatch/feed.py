"""The board as the calendar of the page draws it: plain values, in the reader's words and in Shanghai time."""

from collections.abc import Iterable
from datetime import datetime

from flask import url_for
from flask_babel import gettext as _
from flask_babel import ngettext

from helpdesk.accounts.models import User
from helpdesk.core import clock
from helpdesk.core.access import Permission, can
from helpdesk.core.words import clock_time, locale, word
from helpdesk.dispatch.board import Board, Card, Lane
from helpdesk.dispatch.words import breach_words
from helpdesk.repairs.models import Lock
from helpdesk.repairs.states import STILL_TO_DO, VisitStatus
from helpdesk.repairs.timeline import list_names
from helpdesk.repairs.words import work_name
from helpdesk.windows.models import Severity

UNDER_WAY = (VisitStatus.ON_THE_WAY, VisitStatus.ON_SITE)


def feed_of(board: Board, user: User) -> dict:
    """Lanes, cards and what lies behind them. A card of a crew stands once, and names each of its lanes."""
    may = can(user, Permission.DISPATCH, board.sheet.estate_id)
    cards = {_key(card): card for lane in board.lanes for card in lane.cards}
    begins_at, ends_at = board.shows
    return {
        "day": board.day.isoformat(), "from": _hour(board, begins_at), "until": _hour(board, ends_at),
        "lanes": [_lane(lane) for lane in board.lanes],
        "cards": [_card(key, card, may) for key, card in cards.items()],
        "behind": [spell for lane in board.lanes for spell in _behind(lane, begins_at, ends_at)],
    }  # fmt: skip


def load_words(lane: Lane) -> str:
    """Six visits, 82 % of the hours taken; who has none is said so."""
    if not lane.works_minutes:
        return _("not at work")
    visits = ngettext("%(num)d visit", "%(num)d visits", lane.visits)
    return _("%(visits)s, %(load)d %% taken", visits=visits, load=lane.load)


def card_words(card: Card) -> dict[str, str]:
    """What stands on a card of a visit: what and how far, who goes, and what was told to the resident."""
    visit = card.visit
    told = ""
    if visit.promised_from:
        told = _("told %(window)s", window=f"{clock_time(visit.promised_from)}–{clock_time(visit.promised_until)}")
    if card.late:
        told = _("%(told)s, will be late", told=told)
    return {
        "what": work_name(visit.work_order), "state": word(visit.status), "told": told,
        "people": list_names(user.name for user in visit.crew) if len(visit.crew) > 1 else "",
        "lock": word(visit.lock) if visit.lock is not Lock.NONE else "",
    }  # fmt: skip


def _lane(lane: Lane) -> dict:
    return {"id": str(lane.user.id), "name": lane.user.name, "load": lane.load, "words": load_words(lane)}


def _card(key: str, card: Card, may: bool) -> dict:
    shown = {"id": key, "start": _local(card.starts_at), "end": _local(card.ends_at), "movable": may and card.movable}
    return shown | (_visit(card, may) if card.visit else _block(card, may))


def _visit(card: Card, may: bool) -> dict:
    visit, order = card.visit, card.visit.work_order
    send_to = url_for("dispatch.move", number=order.number, visit_id=visit.id)
    blocked = any(one.severity is Severity.BLOCK for one in card.broken)
    place = url_for("dispatch.place", number=order.number) if may and visit.status in STILL_TO_DO else ""
    return {
        "kind": "visit", "who": [str(user.id) for user in visit.crew], "url": send_to, "version": order.version,
        "form": place, "order": url_for("repairs.show", number=order.number), "place": order.place.address,
        "urgency": order.urgency.value, "lockCode": visit.lock.value, "over": visit.status not in STILL_TO_DO,
        "underWay": visit.status in UNDER_WAY, "takes": visit.duration_minutes, "planned": _local(visit.planned_at),
        "broken": [breach_words(one) for one in card.broken], "blocked": blocked, **card_words(card),
    }  # fmt: skip


def _block(card: Card, may: bool) -> dict:
    block = card.block
    url = url_for("dispatch.change_block_view", block_id=block.id)
    return {
        "kind": "block", "who": [str(block.user_id)], "url": url, "form": url if may else "", "version": block.version,
        "what": block.words, "broken": [], "blocked": False,
    }  # fmt: skip


def _behind(lane: Lane, begins_at: datetime, ends_at: datetime) -> Iterable[dict]:
    """What is no card: hours off, absences, windows that were promised, ways."""
    who = str(lane.user.id)
    spells = [("off", *spell, "") for spell in lane.off(begins_at, ends_at)]
    spells += [("away", gap.starts_at, gap.ends_at, _("away")) for gap in lane.absences]
    spells += [("told", window.starts_at, window.ends_at, "") for window in lane.bands]
    spells += [("short way" if way.short else "way", way.starts_at, way.ends_at, "") for way in lane.ways]
    for kind, begin, end, words in spells:
        yield {"kind": kind, "who": who, "start": _local(begin), "end": _local(end), "words": words}


def _key(card: Card) -> str:
    return f"visit-{card.visit.id}" if card.visit else f"block-{card.block.id}"


def _local(moment: datetime) -> str:
    return f"{clock.local(moment):%Y-%m-%dT%H:%M:%S}"


def _hour(board: Board, moment: datetime) -> str:
    hours = (moment - board.sheet.begins_at).total_seconds() // 3600
    return f"{int(hours):02}:00:00"


def language_tag() -> str:
    """As browsers name the reader's language, for how the calendar writes times."""
    return "zh-CN" if locale() == "zh" else "en-GB"
