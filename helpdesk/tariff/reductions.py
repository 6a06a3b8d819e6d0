"""Where it is asked how much of a charge a home need not pay. Whoever grants reductions puts a source into `SOURCES`.

A source is asked for many places at once and answers with one query; it says nothing of why.
"""

from collections.abc import Callable, Collection
from dataclasses import dataclass
from datetime import date
from enum import StrEnum

from helpdesk.tariff.rules import WHOLE, share


class Scope(StrEnum):
    """What of a bill a reduction is for."""

    PROPERTY_FEE = "property_fee"
    LABOUR = "labour"
    MATERIALS = "materials"
    CALL_OUT = "call_out"


@dataclass(frozen=True)
class Reduction:
    """`cap_fen` is the most it takes off the fee of a month, or off labour, materials or call-out of one order.

    `policy_id` is the version of the policy it was granted under.
    With `granted_on` it is for whoever paid for the home on that day, and not for an owner who came later.
    """

    waiver_id: int
    rate_bp: int
    cap_fen: int | None
    policy_id: int
    granted_on: date | None = None

    def is_for(self, took_over_on: date | None) -> bool:
        """Whether it is for an account that took the place over from another on this day; None for the first one."""
        return self.granted_on is None or took_over_on is None or self.granted_on >= took_over_on

    @property
    def is_whole(self) -> bool:
        """Whatever it costs; a free part up to a cap is not free."""
        return self.rate_bp == WHOLE and self.cap_fen is None

    def of(self, amount_fen: int, taken_fen: int = 0) -> int:
        """What it takes off an amount, if so much of its cap was used up before, by another line of the order."""
        left = None if self.cap_fen is None else max(self.cap_fen - taken_fen, 0)
        return share(amount_fen, self.rate_bp, left)


Source = Callable[[Collection[int], Scope, date], dict[int, Reduction]]
SOURCES: list[Source] = []  # see reactions


def reductions_of(place_ids: Collection[int], scope: Scope, on: date) -> dict[int, Reduction]:
    """The reduction of each of these places on a local date; the highest rate, never added."""
    found: dict[int, Reduction] = {}
    for source in SOURCES:
        for place_id, reduction in source(place_ids, scope, on).items():
            if place_id not in found or reduction.rate_bp > found[place_id].rate_bp:
                found[place_id] = reduction
    return found
