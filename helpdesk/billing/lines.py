"""The lines that a billing run makes, worked out before anything is written."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date, timedelta

from helpdesk.billing.models import FeeRule, FeeUse
from helpdesk.billing.rules import days_of, fee
from helpdesk.tariff.reductions import Reduction


@dataclass(frozen=True, slots=True)
class Span:
    """An account, or one that is still to be opened, and what its fee depends on."""

    place_id: int
    account_id: int | None
    billed_from: date
    closed_on: date | None
    area: int | None
    unit_price: int | None
    use: FeeUse | None
    took_over_on: date | None = None  # from another account of the place


@dataclass(frozen=True, slots=True)
class Line:
    """One line of one account and month, as `models.Charge` keeps it."""

    span: Span
    month: date
    from_on: date
    until_on: date
    unit_price: int
    use_bp: int
    gross_fen: int
    reduced_fen: int
    reduction: Reduction | None
    due_on: date

    @property
    def net_fen(self) -> int:
        return self.gross_fen - self.reduced_fen


def lines_of(
    spans: Iterable[Span], month: date, rules: Mapping[FeeUse, FeeRule], reductions: Mapping[int, Reduction]
) -> Iterator[Line]:
    """The lines of one month. What has no area, no rule or no day in the month gives none."""
    for span in spans:
        days = days_of(month, span.billed_from, span.closed_on)
        rule = rules.get(span.use)
        if days is None or rule is None or not span.area:
            continue
        price = rule.unit_price if span.unit_price is None else span.unit_price
        gross = fee(span.area, price, rule.rate_bp, *days)
        reduction = reductions.get(span.place_id)
        reduction = reduction if reduction and reduction.is_for(span.took_over_on) else None
        reduced = reduction.of(gross) if reduction else 0
        due_on = month + timedelta(days=rule.due_days)
        yield Line(
            span, month, *days, price, rule.rate_bp, gross, reduced, reduction if reduced else None, due_on
        )  # fmt: skip


@dataclass
class Sums:
    """What a run comes to."""

    lines: int = 0
    gross_fen: int = 0
    reduced_fen: int = 0

    def add(self, line: Line) -> None:
        self.lines += 1
        self.gross_fen += line.gross_fen
        self.reduced_fen += line.reduced_fen

    @property
    def net_fen(self) -> int:
        return self.gross_fen - self.reduced_fen
