"""Search keys of what was imported: with the rows themselves, or, of very many, in short pieces right after them.

A key only helps to find what is in the register already, and each can be made again from its row. A large import
makes over a million of them, so writing them all under one lock would keep callers waiting. Whatever was left without
keys, because the program ended in between, gets them with the next import.
"""

from collections.abc import Callable, Iterable, Sequence

from sqlalchemy import func, select

from helpdesk.core import bulk
from helpdesk.core.extensions import db
from helpdesk.core.transactions import writing
from helpdesk.estate import search_keys
from helpdesk.estate.models import Person, Phone, Place, SearchKey
from helpdesk.estate.queries import is_itself

AT_ONCE = 2_000  # people, places or numbers whose keys are written together; about 0.2 s
_FOUND_BY = ("person_id", "place_id", "phone_id")
_Sources = tuple[tuple[type, str, tuple, Callable[[Sequence], Iterable[search_keys.Key]]], ...]
SOURCES: _Sources = (
    (Place, "place_id", (Place.address, Place.room_no, Place.home_no),
     lambda row: search_keys.of_place(row[1], room_no=row[2], home_no=row[3])),
    (Person, "person_id", (Person.name,), lambda row: search_keys.of_name(row[1])),
    (Phone, "phone_id", (Phone.digits,), lambda row: search_keys.of_phone(row[1])),
)  # fmt: skip


def key_rows(estate_id: int, found_by: str, found: int, keys: Iterable[search_keys.Key]) -> Iterable[tuple]:
    """Rows for `write` about one thing."""
    finds = tuple(found if name == found_by else None for name in _FOUND_BY)
    return ((estate_id, kind, key, *finds) for kind, key in keys)


def write(rows: Iterable[Sequence]) -> None:
    """Add keys, in the order of the index; their ids are drawn here. Belongs inside `writing()`."""
    connection = db.session.connection()
    first = (db.session.scalar(select(func.max(SearchKey.id))) or 0) + 1
    numbered = [(number, *row) for number, row in enumerate(sorted(rows, key=lambda row: row[1:3]), start=first)]
    if numbered:
        bulk.insert(connection, SearchKey.__table__, numbered)
        bulk.catch_up_sequences(connection, {"search_key": numbered[-1][0]})


def complete(estate_id: int) -> None:
    """Give keys to everything in an estate that has none, in many short transactions."""
    with bulk.roomy(db.session()):
        for source in SOURCES:
            _complete(estate_id, *source)


def _complete(estate_id: int, model: type, found_by: str, columns: tuple, keys_of) -> None:
    last_id = 0
    while rows := db.session.execute(_without_keys(estate_id, model, found_by, columns, last_id)).all():
        keys = {row.id: list(key_rows(estate_id, found_by, row.id, keys_of(row))) for row in rows}
        with writing():
            still = select(model.id).where(_has_none(model, found_by), model.id.between(rows[0].id, rows[-1].id))
            missing = set(db.session.scalars(still))
            write(row for found, about in keys.items() if found in missing for row in about)
        last_id = rows[-1].id


def _has_none(model, found_by: str):
    return ~select(SearchKey.id).where(getattr(SearchKey, found_by) == model.id).exists()


def _without_keys(estate_id: int, model, found_by: str, columns: tuple, last_id: int):
    return (
        select(model.id, *columns)
        .where(model.estate_id == estate_id, model.id > last_id, _has_none(model, found_by), is_itself(model))
        .order_by(model.id)
        .limit(AT_ONCE)
    )
