"""Fees, months and openings to the fen; the balance of an account, whatever happens in it."""

from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from helpdesk.billing.balance import Owed, allot, balance
from helpdesk.billing.lines import Span, lines_of
from helpdesk.billing.models import FeeRule, FeeUse
from helpdesk.billing.rules import (
    Opening,
    age_of,
    collected_bp,
    days_of,
    fee,
    months,
    next_month,
    opening,
    use_of,
)
from helpdesk.estate.models import PlaceKind, Use
from helpdesk.tariff.reductions import Reduction
from helpdesk.tariff.rules import Cost, cost, rounded, share

JUNE, JULY = date(2026, 6, 1), date(2026, 7, 1)
FEN = st.integers(0, 10_000_000)


@pytest.mark.parametrize(
    ("area", "price", "use_bp", "from_on", "until_on", "fen"),
    [
        (11_230, 3_500, 10_000, JUNE, JULY, 3_931),  # 112.30 m² × 0.35 yuan = 39.305 yuan
        (8_550, 3_500, 10_000, JUNE, JULY, 2_993),  # 29.925 yuan: half a fen rounds up
        (8_800, 3_500, 7_000, JUNE, JULY, 2_156),  # 30.80 yuan × 70 %
        (8_800, 3_500, 10_000, date(2026, 6, 16), JULY, 1_540),  # 15 of 30 days
        (8_800, 3_500, 10_000, date(2028, 2, 29), date(2028, 3, 1), 106),  # 1 of 29 days: 1.062 yuan
        (8_800, 0, 10_000, JUNE, JULY, 0),
    ],
)
def test_a_fee_is_area_times_price_by_use_and_days(area, price, use_bp, from_on, until_on, fen):
    assert fee(area, price, use_bp, from_on, until_on) == fen


@pytest.mark.parametrize(
    ("amount", "rate_bp", "cap", "off"),
    [
        (3_931, 3_000, None, 1_179),  # 11.793: 39.31 − 11.79 = 27.52 to pay
        (3_931, 10_000, None, 3_931),
        (3_931, 10_000, 1_000, 1_000),
        (1, 5_000, None, 1),  # half a fen rounds up
        (0, 10_000, None, 0),
        (3_931, 0, None, 0),
    ],
)
def test_what_is_taken_off(amount, rate_bp, cap, off):
    assert share(amount, rate_bp, cap) == off


@given(FEN, st.integers(0, 10_000), st.none() | FEN)
def test_nothing_is_ever_reduced_below_nothing_or_above_its_cap(amount, rate_bp, cap):
    off = share(amount, rate_bp, cap)

    assert 0 <= off <= amount
    assert cap is None or off <= cap
    assert cap is not None or abs(off * 10_000 - amount * rate_bp) <= 5_000  # never more than half a fen wrong


@given(st.integers(1, 50_000), st.integers(0, 100_000), st.integers(1, 27))
def test_the_days_of_a_month_cut_in_two_differ_from_the_whole_by_rounding_only(area, price, day):
    cut = JUNE + timedelta(days=day)

    parts = fee(area, price, 10_000, JUNE, cut) + fee(area, price, 10_000, cut, JULY)

    assert abs(parts - fee(area, price, 10_000, JUNE, JULY)) <= 1


@given(st.integers(-(10**12), 10**12), st.integers(1, 10**6))
def test_half_rounds_up(numerator, denominator):
    whole = rounded(numerator, denominator)
    assert -denominator < 2 * (numerator - whole * denominator) * 1 <= denominator or (
        2 * (numerator - whole * denominator) == -denominator
    )


def test_months_and_days():
    assert list(months(date(2025, 12, 1), date(2026, 3, 1))) == [
        date(2025, 12, 1), date(2026, 1, 1), date(2026, 2, 1),
    ]  # fmt: skip
    assert next_month(date(2025, 12, 31)) == date(2026, 1, 1)
    assert days_of(JUNE, date(2026, 6, 10), None) == (date(2026, 6, 10), JULY)
    assert days_of(JUNE, date(2020, 1, 1), date(2026, 6, 5)) == (JUNE, date(2026, 6, 5))
    assert days_of(JUNE, JULY, None) is None
    assert days_of(JUNE, date(2020, 1, 1), JUNE) is None  # the midnight of the first belongs to the next month


@pytest.mark.parametrize(
    ("kind", "use", "rule"),
    [
        (PlaceKind.DWELLING, Use.OWN, FeeUse.OWN),
        (PlaceKind.DWELLING, None, FeeUse.OWN),
        (PlaceKind.DWELLING, Use.LET, FeeUse.LET),
        (PlaceKind.DWELLING, Use.VACANT, FeeUse.VACANT),
        (PlaceKind.GARAGE, None, FeeUse.GARAGE),
        (PlaceKind.SHOP, None, FeeUse.SHOP),
        (PlaceKind.COMMON_AREA, None, None),
    ],
)
def test_by_which_rule_a_place_pays(kind, use, rule):
    assert use_of(kind, use) is rule


AS_OF = date(2026, 5, 20)


@pytest.mark.parametrize(
    ("paid_until", "arrears", "begins"),
    [
        (None, 0, Opening(JUNE, AS_OF)),
        (None, 12_345, Opening(JUNE, AS_OF, 12_345)),  # what is owed contains May
        (date(2026, 5, 31), 0, Opening(JUNE, AS_OF)),
        (date(2026, 3, 31), 0, Opening(date(2026, 4, 1), AS_OF)),  # owed nothing, paid until March: April is charged
        (date(2026, 4, 14), 0, Opening(date(2026, 4, 15), AS_OF)),  # and part of April by days
        (date(2026, 3, 31), 5_000, Opening(JUNE, AS_OF, 5_000)),
        (date(2026, 12, 31), 0, Opening(JUNE, AS_OF, 0, (JUNE, date(2027, 1, 1)))),  # an annual prepayer
    ],
)
def test_how_an_account_begins(paid_until, arrears, begins):
    assert opening(paid_until, arrears, AS_OF) == begins


@pytest.mark.parametrize(("days", "column"), [(1, 0), (90, 0), (91, 1), (365, 1), (366, 2), (1_095, 2), (1_096, 3)])
def test_the_age_of_arrears(days, column):
    assert age_of(JUNE, JUNE + timedelta(days=days)) == column


def test_what_is_waived_is_never_unpaid():
    assert collected_bp(7_400, 10_000, 0) == 7_400
    assert collected_bp(7_400, 10_000, 2_600) == 10_000
    assert collected_bp(0, 100, 100) is None


def test_a_month_of_eight_differing_homes_reckoned_by_hand():
    """June 2026, 0.35 yuan: whole, half let rate, vacant 70 %, garage, shop at its own price, part, reduced, free."""
    rules = {
        use: FeeRule(applies_to=use, rate_bp=rate, unit_price=3_500, due_days=31)
        for use, rate in zip(FeeUse, (10_000, 12_000, 7_000, 5_000, 20_000), strict=True)
    }
    begun = date(2020, 1, 1)
    spans = [
        Span(1, 1, begun, None, 11_230, None, FeeUse.OWN),  # 39.305 → 39.31
        Span(2, 2, begun, None, 6_800, 3_500, FeeUse.LET),  # 23.80 × 1.2 = 28.56
        Span(3, 3, begun, None, 7_800, 3_500, FeeUse.VACANT),  # 27.30 × 0.7 = 19.11
        Span(4, 4, begun, None, 1_350, 3_500, FeeUse.GARAGE),  # 4.725 × 0.5 = 2.3625 → 2.36
        Span(5, 5, begun, None, 4_500, 12_000, FeeUse.SHOP),  # 45 × 1.20 × 2 = 108.00
        Span(6, 6, date(2026, 6, 21), None, 8_800, None, FeeUse.OWN),  # 30.80 × 10 ÷ 30 = 10.2667 → 10.27
        Span(7, 7, begun, None, 11_230, None, FeeUse.OWN),  # 39.31 − 30 % (11.79) = 27.52
        Span(8, 8, begun, date(2026, 6, 16), 9_800, None, FeeUse.OWN),  # sold: 34.30 × 15 ÷ 30 = 17.15; all waived
    ]
    waived = {7: Reduction(71, 3_000, None, 1), 8: Reduction(81, 10_000, None, 1)}

    lines = list(lines_of(spans, JUNE, rules, waived))

    assert [(line.gross_fen, line.reduced_fen, line.net_fen) for line in lines] == [
        (3_931, 0, 3_931), (2_856, 0, 2_856), (1_911, 0, 1_911), (236, 0, 236), (10_800, 0, 10_800),
        (1_027, 0, 1_027), (3_931, 1_179, 2_752), (1_715, 1_715, 0),
    ]  # fmt: skip
    assert sum(line.net_fen for line in lines) == 23_513
    assert {line.due_on for line in lines} == {date(2026, 7, 2)}


def test_no_line_without_area_rule_or_day():
    rules = {FeeUse.OWN: FeeRule(rate_bp=10_000, unit_price=3_500, due_days=31)}
    begun = date(2020, 1, 1)
    spans = [
        Span(1, 1, begun, None, None, None, FeeUse.OWN), Span(2, 2, begun, None, 100, None, FeeUse.SHOP),
        Span(3, 3, begun, JUNE, 100, None, FeeUse.OWN), Span(4, 4, JULY, None, 100, None, FeeUse.OWN),
        Span(5, 5, begun, None, 100, None, None),
    ]  # fmt: skip

    assert list(lines_of(spans, JUNE, rules, {})) == []


def test_money_covers_what_the_receipt_says_and_the_rest_the_oldest():
    charges = [(1, date(2026, 1, 1), 1_000), (2, date(2026, 2, 1), 1_000), (3, date(2026, 3, 1), 1_000)]

    found = balance(charges, {}, 1_500, {3: 1_000}, {})

    assert [(line.charge_id, line.open_fen) for line in found.lines] == [(1, 500), (2, 1_000), (3, 0)]
    assert (found.balance_fen, found.credit_fen) == (1_500, 0)
    assert found.arrears_fen(date(2026, 2, 1)) == 500  # due on the day itself is not overdue yet


def test_what_a_later_reduction_sets_free_covers_other_lines_then_becomes_credit():
    charges = [(1, date(2026, 1, 1), 1_000), (2, date(2026, 2, 1), 300)]

    found = balance(charges, {1: -600}, 1_000, {1: 1_000}, {})

    assert [line.open_fen for line in found.lines] == [0, 0]
    assert (found.credit_fen, found.balance_fen) == (300, -300)


AMOUNTS = st.dictionaries(st.integers(1, 6), st.integers(0, 500))


CHARGE = st.tuples(st.integers(1, 6), st.dates(date(2025, 1, 1), date(2026, 12, 1)), FEN)


@given(st.lists(CHARGE, unique_by=lambda charge: charge[0]), AMOUNTS, AMOUNTS, AMOUNTS, FEN)  # fmt: skip
def test_the_balance_is_the_sum_of_everything(charges, less, allocated, dropped, more):
    known = {charge_id: net for charge_id, _due, net in charges}
    less = {key: -min(value, known[key]) for key, value in less.items() if key in known}
    allocated = {key: value for key, value in allocated.items() if key in known}
    dropped = {key: min(value, known[key] + less.get(key, 0)) for key, value in dropped.items() if key in known}
    paid = sum(allocated.values()) + more

    found = balance(charges, less, paid, allocated, dropped)

    assert found.balance_fen == sum(known.values()) + sum(less.values()) - paid - sum(dropped.values())
    assert found.credit_fen >= 0 and all(line.open_fen >= 0 for line in found.lines)
    assert not (found.credit_fen and any(line.open_fen for line in found.lines))


def test_a_payment_is_for_what_it_was_meant_for_then_the_oldest():
    lines = [Owed(1, JUNE, 300, 300), Owed(2, JULY, 300, 200), Owed(3, JULY, 300, 0)]

    assert allot(lines, 350) == {1: 300, 2: 50}
    assert allot(lines, 350, first=2) == {2: 200, 1: 150}
    assert allot(lines, 900) == {1: 300, 2: 200}  # 400 are credit


def test_what_work_costs():
    assert cost([(2, 1_000, 350), (1, 5_000, 0)], 500) == Cost(7_000, 700, 500)
    assert cost([(2, 1_000, 350), (1, 5_000, 0)], 500).total_fen == 8_200
