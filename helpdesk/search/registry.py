"""What the one search box can find beside the register: each feature adds its own groups, in its `found.py`.

A finder is given the user, what was typed (cleaned, never empty) and today's local date, starts from what this user
may see, and answers at most `AT_MOST` + 1 lines, the newest first, without reading more than a bounded part of a
table. A group's name is what `words` says of its code.
"""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from enum import StrEnum

from helpdesk.accounts.models import User

AT_MOST = 8  # of each group


@dataclass(frozen=True)
class Hit:
    """One line of an answer, and the address of its page. Every part may be missing; `words` were typed by somebody."""

    url: str
    code: str = ""
    place: str = ""
    words: str = ""
    note: str = ""


@dataclass(frozen=True)
class Hits:
    """One group of lines. `more` says that there are others; `note` in what part of them it was looked for."""

    group: StrEnum
    lines: list[Hit]
    more: bool
    note: str = ""


Finder = Callable[[User, str, date], list[Hit]]
_groups: dict[StrEnum, tuple[Finder, Callable[[], str]]] = {}


def add_group(group: StrEnum, finder: Finder, *, note: Callable[[], str] = str) -> None:
    """Let the search box find something more. Groups are shown in the order in which they were added."""
    _groups[group] = (finder, note)


def others(user: User, typed: str, *, on: date) -> list[Hits]:
    """What all the added groups find; empty groups are left out."""
    if not typed:
        return []
    found = [(group, finder(user, typed, on), note) for group, (finder, note) in _groups.items()]
    return [Hits(group, lines[:AT_MOST], len(lines) > AT_MOST, note()) for group, lines, note in found if lines]
