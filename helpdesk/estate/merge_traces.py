"""What a merge changes, noted while it happens, so that it can be undone row by row."""

from dataclasses import dataclass, field
from datetime import date, datetime

from sqlalchemy import Column, Table, select

from helpdesk.accounts.models import User
from helpdesk.core.extensions import db
from helpdesk.estate.models import Occupancy, Person, Phone, RegisterMerge

FACTS = ("birth_year", "hearing", "mobility", "dialect", "lives_alone", "emergency_contact")


@dataclass(slots=True)
class Trace:
    """Begun before anything moves; `keep` stores it with the merge."""

    moves: list = field(default_factory=list)
    links: list = field(default_factory=list)
    homes: dict = field(default_factory=dict)
    facts: dict = field(default_factory=dict)

    @classmethod
    def of_people(cls, kept: Person, merged: Person) -> "Trace":
        return cls(homes=homes_of(kept.id, merged.id), facts=facts_of(kept))

    def follow(self, column: Column, here) -> None:
        """The rows that are about to point to the kept record, by the rest of their keys."""
        keys = [key for key in column.table.primary_key.columns if key is not column]
        rows = [list(row) for row in db.session.execute(select(*keys).where(here))]
        if rows:
            self.moves.append([column.table.name, column.name, [key.name for key in keys], rows])

    def drop(self, table: Table, doubles) -> None:
        """Links that are about to go, because the kept record has them too."""
        self.links += [[table.name, dict(row._mapping)] for row in db.session.execute(select(table).where(doubles))]

    def keep(self, kept: Person | Phone, merged: Person | Phone, *, actor: User, now: datetime) -> None:
        db.session.flush()
        people = isinstance(kept, Person)
        after = {"homes": homes_of(kept.id, merged.id), "facts": facts_of(kept)} if people else {}
        before = {"links": self.links, "homes": self.homes, "facts": self.facts}
        merge = RegisterMerge(
            estate_id=kept.estate_id, of_people=people, kept_id=kept.id, merged_id=merged.id, moves=self.moves,
            before=before, after=after, merged_by_id=actor.id, merged_at=now,
        )  # fmt: skip
        db.session.add(merge)


def homes_of(*person_ids: int) -> dict[str, dict]:
    """Who lives where by the ids of the rows, as JSON keeps it."""
    found = db.session.execute(select(Occupancy.__table__).where(Occupancy.person_id.in_(person_ids)))
    return {str(row.id): {name: _plain(value) for name, value in row._mapping.items()} for row in found}


def facts_of(person: Person) -> dict:
    channel = person.note.channel if person.note else None
    return {name: getattr(person, name) for name in FACTS} | {"channel": channel}


def _plain(value):
    return value.isoformat() if isinstance(value, date) else value
