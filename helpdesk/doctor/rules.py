"""What is safe, and what is not."""

from collections.abc import Sequence
from datetime import date

LEAST_PYTHON = (3, 11)
LEAST_POSTGRES = 15
OCTOBER = 10  # from then on the plan of the next year may be known


def may_use_wal(version: Sequence[int]) -> bool:
    """SQLite before these versions could damage a file in WAL mode when two connections emptied the log at once."""
    found = tuple(version[:3])
    mended = {(3, 44): 6, (3, 50): 7}
    return found >= (3, 51, 3) or found[2] >= mended.get(found[:2], 10_000)


def next_year_is_missing(today: date, announced: frozenset[int]) -> bool:
    return today.month >= OCTOBER and today.year + 1 not in announced
