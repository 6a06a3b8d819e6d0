"""People who are rung about one thing, sixty of them perhaps: one line that leads to their list, not sixty.

A feature that rings many adds its `Source` here. Whoever is on such a list is not shown one by one, so its line stays
until nobody of it waits any more: neither for a call, nor for somebody who knocks.
"""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime

from flask_babel import force_locale
from sqlalchemy import ColumnElement, Select, false, or_

from helpdesk.accounts.models import User
from helpdesk.callbacks.models import Callback, Reason


@dataclass(frozen=True, slots=True)
class CallList:
    """A list as it stands: how many are still to be rung or visited, and when the first of them is due."""

    id: int
    estate_id: int
    reason: Reason
    path: str
    said: Callable[[], str]  # in the reader's language
    waiting: int
    due_at: datetime

    def said_in(self, language: str) -> str:
        with force_locale(language):
            return self.said()


@dataclass(frozen=True, slots=True)
class Source:
    """Where to find the lists on which somebody waits; `members` are the ids of the call-backs of all of them."""

    unfinished: Callable[[User], list[CallList]]
    members: Select[tuple[int]]


SOURCES: list[Source] = []


def unfinished_lists(user: User) -> list[CallList]:
    """Of the hotlines this user works, the one due first on top."""
    found = [one for source in SOURCES for one in source.unfinished(user)]
    return sorted(found, key=lambda one: (one.due_at, one.path))


def of_a_list() -> ColumnElement[bool]:
    """Whether a call-back stands on a list, and is rung from there."""
    return or_(false(), *(Callback.id.in_(source.members) for source in SOURCES))
