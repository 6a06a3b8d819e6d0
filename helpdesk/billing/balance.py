"""What an account owes. The one place where it is reckoned, for pages, exports and `flask billing verify` alike.

Balance = charges + adjustments − payments that were not reversed − write-offs. A payment covers what its receipt says;
what is left of it, and what a later reduction set free, covers the oldest open lines.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date


@dataclass(frozen=True)
class Owed:
    """One charge as it is now: what it comes to after adjustments, and what of that nobody has paid."""

    charge_id: int
    due_on: date
    amount_fen: int
    open_fen: int


@dataclass(frozen=True)
class Balance:
    """`credit_fen` was paid and covers nothing yet. One of open lines and credit is always nothing."""

    lines: list[Owed] = field(default_factory=list)
    credit_fen: int = 0

    @property
    def balance_fen(self) -> int:
        """What is owed, in fen; negative for a credit."""
        return sum(line.open_fen for line in self.lines) - self.credit_fen

    def overdue(self, today: date) -> list[Owed]:
        return [line for line in self.lines if line.open_fen and line.due_on < today]

    def arrears_fen(self, today: date) -> int:
        return sum(line.open_fen for line in self.overdue(today))


def balance(
    charges: Iterable[tuple[int, date, int]], adjusted: Mapping[int, int], payments_fen: int,
    allocated: Mapping[int, int], written_off: Mapping[int, int],
) -> Balance:  # fmt: skip
    """The balance of one account: charges as (id, due_on, net fen); the rest by the id of the charge.

    `allocated` are allocations of payments that count; `payments_fen` is the sum of those payments.
    """
    free = payments_fen - sum(allocated.values())
    still: list[list] = []
    for charge_id, due_on, net_fen in sorted(charges, key=lambda one: (one[1], one[0])):
        amount = net_fen + adjusted.get(charge_id, 0) - written_off.get(charge_id, 0)
        left = amount - allocated.get(charge_id, 0)
        free += max(-left, 0)
        still.append([charge_id, due_on, amount, max(left, 0)])
    lines = []
    for charge_id, due_on, amount, left in still:
        covered = min(free, left)
        free -= covered
        lines.append(Owed(charge_id, due_on, amount, left - covered))
    return Balance(lines, free)


def allot(lines: Iterable[Owed], amount_fen: int, first: int | None = None) -> dict[int, int]:
    """For which lines a payment is: the one it was meant for, then the oldest. What is left over is credit."""
    found: dict[int, int] = {}
    for line in sorted(lines, key=lambda one: (one.charge_id != first, one.due_on, one.charge_id)):
        if part := min(line.open_fen, amount_fen):
            found[line.charge_id] = part
            amount_fen -= part
    return found
