"""What is sealed here, in one list: whoever keeps something sealed registers it, so that its key can be changed.

A column is registered with one line, `sealed.register_column(SecondFactor.__table__.c.secret)`; its place is
"table:row id:column". Anything else registers a `Sealed` of its own.
"""

from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass

from sqlalchemy import Column, func, select, update

from helpdesk.core.extensions import db
from helpdesk.core.sealing import ID_BYTES, SealBroken, key_id_of, seal, unseal
from helpdesk.core.transactions import writing

CHUNK = 50  # rows or files that are sealed anew at once


@dataclass(frozen=True)
class Sealed:
    """One kind of sealed thing.

    `uses` counts how many each key sealed, by its id. `renew` takes the id of the newest key and the last row it was
    given, seals up to CHUNK later ones anew that another key sealed, and returns how it went.
    """

    name: str
    uses: Callable[[], Counter]
    renew: Callable[[str, int], "Piece"]


@dataclass(frozen=True)
class Piece:
    """A part of sealing anew: the last row looked at (none: there are no more), how many are done, how many broken."""

    last: int | None
    done: int = 0
    broken: int = 0


SEALED: list[Sealed] = []


def register(kind: Sealed) -> None:
    SEALED.append(kind)


def register_column(column: Column) -> None:
    register(of_column(column))


def of_column(column: Column) -> Sealed:
    """A sealed column of a table with one number as its key; empty rows hold nothing."""
    table = column.table
    (key,) = table.primary_key.columns

    def uses() -> Counter:
        head = func.substr(column, 1, ID_BYTES)
        counted = select(head, func.count()).where(column.is_not(None)).group_by(head)
        return Counter({key_id_of(bytes(found)): number for found, number in db.session.execute(counted)})

    def renew(newest: str, after: int) -> Piece:
        done = broken = 0
        with writing():
            others = func.substr(column, 1, ID_BYTES) != f"{newest}:".encode()
            found = select(key, column).where(column.is_not(None), others, key > after).order_by(key).limit(CHUNK)
            rows = db.session.execute(found).all()
            for row_id, sealed in rows:
                place = place_of(column, row_id)
                try:
                    again = seal(unseal(bytes(sealed), place=place), place=place)
                except SealBroken:
                    broken += 1
                    continue
                db.session.execute(update(table).where(key == row_id).values({column.name: again}))
                done += 1
        return Piece(rows[-1][0] if rows else None, done, broken)

    return Sealed(f"{table.name}.{column.name}", uses, renew)


def place_of(column: Column, row_id: int) -> str:
    return f"{column.table.name}:{row_id}:{column.name}"
