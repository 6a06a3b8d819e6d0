"""Where else somebody's name or number was typed: looked for in every column of words there is.

A name that somebody else bears as well is left alone outside of their own rows, because it may be the other who is
meant; numbers that reach nobody else are always theirs, however they are written.
"""

import json
from collections.abc import Iterator
from dataclasses import dataclass

from sqlalchemy import JSON, Column, Enum, String, Table, cast, or_, select, tuple_, update

from helpdesk.accounts.models import User
from helpdesk.core.extensions import db
from helpdesk.estate import phone_numbers
from helpdesk.estate.models import Person
from helpdesk.retention.blanking import DASH
from helpdesk.retention.traces import Traces

OTHERS = {  # names of others, codes, and what is settled elsewhere
    "user", "person", "phone", "search_key", "event", "estate", "session", "throttle", "request", "category",
    "service_level", "task_lease", "worker_beat", "first_administrator_link", "calendar_link", "telephone_line",
    "telephone_extension", "number_consent", "party", "price_item", "price_list", "waiver_ground", "waiver_policy",
    "register_merge", "look", "place", "backup",
}  # fmt: skip
GUARDED = {"waiver_over_grant", "allocation"}  # hold no words
FREED = {  # of guarded tables only these columns let go
    "charge": {"words"}, "adjustment": {"reason"}, "write_off": {"reason"}, "hand_in": {"words"},
    "day_closing": {"words"}, "payment": {"paid_by", "reversal_reason"}, "waiver_act": {"reason"},
    "one_off_waiver": {"reason"}, "waiver_notice_row": {"masked_name"},
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Mention:
    table: Table
    column: Column
    key: tuple


def words_to_erase(traces: Traces) -> list[str]:
    names = {traces.person.name, *db.session.scalars(select(Person.name).where(Person.id.in_(traces.people)))}
    of_others = set(
        db.session.scalars(select(Person.name).where(Person.name.in_(names), Person.id.not_in(traces.people)))
    )
    of_staff = set(db.session.scalars(select(User.name).where(User.name.in_(names))))
    own = {name for name in names - of_others - of_staff if len(name) > 1 and not name.startswith("#")}
    numbers = {text for digits in traces.digits for text in phone_numbers.spellings(digits)}
    return sorted(own | numbers, key=len, reverse=True)


def find(words: list[str]) -> list[Mention]:
    """Where these words stand. It reads every row of words, so it is done before the lock is taken."""
    found = []
    for table, column in _columns():
        here = [_text(column).contains(form, autoescape=True) for word in words for form in _forms(word)]
        rows = db.session.execute(select(*table.primary_key.columns).where(or_(*here))) if here else ()
        found += [Mention(table, column, tuple(row)) for row in rows]
    return found


def erase(mentions: list[Mention], words: list[str]) -> int:
    """Put a dash in their place, inside `erasing()`; returns in how many fields."""
    for one in mentions:
        here = tuple_(*one.table.primary_key.columns) == tuple_(*one.key)
        value = db.session.scalar(select(one.column).where(here))
        if value is not None:
            db.session.execute(update(one.table).where(here).values({one.column: _without(value, words)}))
    return len(mentions)


def _columns() -> Iterator[tuple[Table, Column]]:
    for table in db.metadata.sorted_tables:
        for column in table.columns:
            free = table.name not in FREED or column.name in FREED[table.name]
            wordy = isinstance(column.type, (String, JSON)) and not isinstance(column.type, Enum)
            if table.name not in OTHERS | GUARDED and free and wordy and not column.primary_key:
                yield table, column


def _text(column: Column):
    return cast(column, String) if isinstance(column.type, JSON) else column


def _forms(word: str) -> set[str]:
    """As it is, and as JSON may write it."""
    return {word, json.dumps(word)[1:-1]}


def _without(value, words: list[str]):
    text = value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)
    for word in words:
        text = text.replace(word, DASH)
    return text if isinstance(value, str) else json.loads(text)
