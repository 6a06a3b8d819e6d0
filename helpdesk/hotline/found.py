"""What the search box finds of calls: by the words that were noted, or by the number that rang."""

import re
from datetime import date
from enum import StrEnum

from flask import url_for
from sqlalchemy import func, or_, select

from helpdesk.accounts.models import User
from helpdesk.core.access import Permission, estates
from helpdesk.core.extensions import db
from helpdesk.core.words import day_and_time
from helpdesk.estate.models import Place
from helpdesk.hotline.models import Call, Outcome
from helpdesk.hotline.queries import knows_call_words, visible_hotline_calls
from helpdesk.search.by_words import excerpt, newest_with, within, worth_looking
from helpdesk.search.registry import Hit, add_group

LEAST_DIGITS = 5


class InCalls(StrEnum):
    WORDS = "call_words"


def calls_with(user: User, typed: str, _on: date) -> list[Hit]:
    """Saved calls in whose words this stands, or that came from a number which has these digits.

    What was said about a waiver is found only by whoever took the call: a search must not tell who is poor. What only
    sounds like it has no column of its own, and is left out after the query.
    """
    mine, digits = estates(user, Permission.WORK_HOTLINE), re.sub(r"\D", "", typed)
    by_number = len(digits) >= LEAST_DIGITS and not worth_looking(typed)
    if not mine or not (by_number or worth_looking(typed)):
        return []
    column = func.replace(Call.caller_number, " ", "") if by_number else Call.words
    wanted = digits if by_number else typed
    is_mine_to_read = or_(Call.outcome.is_(None), Call.outcome != Outcome.WAIVER, Call.logged_by_id == user.id)
    visible = visible_hotline_calls(user).where(Call.saved_at.is_not(None), is_mine_to_read)
    ids = newest_with(column, wanted, of=Call, visible=visible, estate_ids=mine)
    shown = (Call.id, Call.happened_at, Call.caller_number, Call.words, Place.address)
    shown += (Call.estate_id, Call.outcome, Call.logged_by_id)
    found = select(*shown).outerjoin(Call.place).where(Call.id.in_(list(db.session.scalars(ids))))
    return [
        Hit(
            url_for("hotline.show", call_id=call.id), place=call.address or call.caller_number[:20],
            words=excerpt(call.words, typed), note=day_and_time(call.happened_at),
        )
        for call in db.session.execute(found.order_by(Call.id.desc()))
        if knows_call_words(user, call)
    ]  # fmt: skip


add_group(InCalls.WORDS, calls_with, note=within)
