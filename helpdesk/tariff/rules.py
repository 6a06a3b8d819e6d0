"""What work costs, as plain decisions about whole fen."""

from collections.abc import Iterable
from dataclasses import dataclass

WHOLE = 10_000  # basis points


def rounded(numerator: int, denominator: int) -> int:
    """A fraction of fen as whole fen; half a fen rounds up. Once for each amount that somebody reads."""
    return (2 * numerator + denominator) // (2 * denominator)


def share(amount_fen: int, rate_bp: int, cap_fen: int | None = None) -> int:
    """How much of an amount a rate is, in fen, never more than its cap nor than the amount."""
    part = min(rounded(amount_fen * rate_bp, WHOLE), amount_fen)
    return part if cap_fen is None else min(part, cap_fen)


@dataclass(frozen=True)
class Cost:
    """What an order costs by what may be waived apart: labour, materials, call-out."""

    labour_fen: int = 0
    materials_fen: int = 0
    call_out_fen: int = 0

    @property
    def total_fen(self) -> int:
        return self.labour_fen + self.materials_fen + self.call_out_fen


def cost(lines: Iterable[tuple[int, int, int]], call_out_fen: int) -> Cost:
    """The cost of (quantity, labour for one, material for one) and a call-out."""
    kept = list(lines)
    labour = sum(quantity * labour_fen for quantity, labour_fen, _ in kept)
    return Cost(labour, sum(quantity * material_fen for quantity, _, material_fen in kept), call_out_fen)
