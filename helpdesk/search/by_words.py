"""Finding work orders by what was said: plain LIKE, in a bounded number of the newest ones, so that it stays flat.

A database cannot look into the middle of a text by an index. So the newest orders of each estate are taken by theirs
and only these are read, however many there are. Source: domain.md 9.4.
"""

import re
from datetime import date
from enum import StrEnum

from flask import url_for
from flask_babel import ngettext
from sqlalchemy import Select, select, union_all

from helpdesk.accounts.models import User
from helpdesk.core.access import Permission, estates
from helpdesk.core.extensions import db
from helpdesk.core.words import day_name
from helpdesk.estate.models import Place
from helpdesk.repairs.models import WorkOrder
from helpdesk.repairs.queries import visible_work_orders
from helpdesk.search.registry import AT_MOST, Hit, add_group

NEWEST = 5_000  # of each estate
_HAN = re.compile(r"[㐀-䶿一-鿿豈-﫿\U00020000-\U0003ffff]")


class InOrders(StrEnum):
    WORDS = "order_words"


def worth_looking(typed: str) -> bool:
    """Whether words are meant: two Chinese characters, or three letters that are not the number of an order."""
    letters = sum(sign.isalpha() for sign in typed)
    return len(_HAN.findall(typed)) >= 2 or (letters >= 3 and not re.match(r"GD[0-9]", typed, re.I))


def newest_with(column, typed: str, *, of, visible: Select, estate_ids: frozenset[int]) -> Select[tuple[int]]:
    """The ids of those of the newest records of each estate in whose column this stands, the newest first.

    `visible` is what this user may see of the table `of`, in which an index has `estate_id` and `id` together. Each
    estate is asked for apart: asked for all of them at once, a database would sort everything it has.
    """
    parts = []
    for estate_id in sorted(estate_ids):
        newest = visible.order_by(None).where(of.estate_id == estate_id).order_by(of.id.desc()).limit(NEWEST)
        parts.append(select(newest.with_only_columns(of.id, column.label("words")).subquery()))
    recent = union_all(*parts).subquery()
    found = select(recent.c.id).where(recent.c.words.icontains(typed, autoescape=True))
    return found.order_by(recent.c.id.desc()).limit(AT_MOST + 1)


def orders_with(user: User, typed: str, _on: date) -> list[Hit]:
    """Work orders in whose summary these words stand."""
    mine = estates(user, Permission.SEE_WORK_ORDERS)
    if not (mine and worth_looking(typed)):
        return []
    ids = newest_with(WorkOrder.summary, typed, of=WorkOrder, visible=visible_work_orders(user), estate_ids=mine)
    shown = (WorkOrder.number, WorkOrder.summary, WorkOrder.reported_at, Place.address)
    found = select(*shown).join(WorkOrder.place).where(WorkOrder.id.in_(list(db.session.scalars(ids))))
    return [
        Hit(url_for("repairs.show", number=number), number, address, excerpt(summary, typed), day_name(reported_at))
        for number, summary, reported_at, address in db.session.execute(found.order_by(WorkOrder.id.desc()))
    ]


def within() -> str:
    """In what part it was looked for, said beside the answer."""
    return ngettext("among the newest %(num)d", "among the newest %(num)d", NEWEST)


def excerpt(words: str, typed: str, *, around: int = 18) -> str:
    """The piece of the words in which what was typed stands."""
    text = " ".join(words.split())
    at = max(text.casefold().find(typed.casefold()), 0)
    begin, end = max(at - around, 0), at + len(typed) + around
    return f"{'…' if begin else ''}{text[begin:end]}{'…' if end < len(text) else ''}"


add_group(InOrders.WORDS, orders_with, note=within)
