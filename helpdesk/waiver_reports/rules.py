"""Adding up, and hiding what would point at somebody. Pure: values in, values out."""

from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum

FEWEST = 3  # homes: fewer of them are not told apart to who sees only sums


class By(StrEnum):
    GROUND = "by_ground"
    BEARER = "by_bearer"
    BUILDING = "by_building"
    MONTH = "by_month"


@dataclass(frozen=True)
class Sum:
    """So many homes and so much; `key` is None for what is put together because each alone were too few."""

    key: object
    homes: int
    amount_fen: int


def added_up(rows: Iterable[tuple[object, int, int]]) -> list[Sum]:
    """Sums of (key, home, fen), by key."""
    homes: dict[object, set[int]] = {}
    amounts: dict[object, int] = {}
    for key, home, fen in rows:
        homes.setdefault(key, set()).add(home)
        amounts[key] = amounts.get(key, 0) + fen
    return [Sum(key, len(homes[key]), amounts[key]) for key in sorted(homes, key=lambda one: (str(type(one)), one))]


def without_small(rows: Iterable[tuple[object, int, int]]) -> list[Sum]:
    """The same, but groups of fewer than three homes are put together; if that is still too few, with the smallest
    other: from a total and the rest the hidden one must not be reckoned.
    """
    listed = list(rows)
    sums = added_up(listed)
    small = {one.key for one in sums if one.homes < FEWEST}
    if not small:
        return sums
    large = sorted((one for one in sums if one.key not in small), key=lambda one: one.homes)
    while large and len({home for key, home, _fen in listed if key in small}) < FEWEST:
        small.add(large.pop(0).key)
    together = [row for row in listed if row[0] in small]
    rest = Sum(None, len({home for _key, home, _fen in together}), sum(fen for _key, _home, fen in together))
    return [one for one in sums if one.key not in small] + [rest]
