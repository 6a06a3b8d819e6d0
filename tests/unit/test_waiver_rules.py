"""The arithmetic of waivers, their dates, and who may decide: edges as tables, the rest by chance."""

from datetime import date, timedelta
from itertools import product

import pytest
from hypothesis import given
from hypothesis import strategies as st

from helpdesk.tariff.rules import WHOLE, share
from helpdesk.waivers import rules
from helpdesk.waivers.rules import Bar, Case, Offer, Part, Step, Warning
from helpdesk.waivers.states import Standing, WaiverStatus, standing

fen = st.integers(0, 10**9)
rates = st.integers(0, WHOLE)
days = st.dates(date(2020, 1, 1), date(2035, 12, 31))


@pytest.mark.parametrize(
    ("charge_fen", "rate_bp", "cap_fen", "waived_fen"),
    [
        (3_931, 3_000, None, 1_179),  # 39.31, 30 %: 11.793 is 11.79
        (3_931, 5_000, None, 1_966),  # half a fen rounds up
        (3_931, 10_000, None, 3_931),
        (3_931, 0, None, 0),
        (3_931, 5_000, 1_000, 1_000),  # the cap counts
        (1, 5_000, None, 1),
        (1, 4_999, None, 0),
    ],
)
def test_a_part_of_a_charge_is_forgiven(charge_fen, rate_bp, cap_fen, waived_fen):
    assert share(charge_fen, rate_bp, cap_fen) == waived_fen


@given(fen, rates, st.none() | st.integers(1, 10**6))
def test_never_more_is_forgiven_than_is_asked_for_or_the_cap_allows(charge_fen, rate_bp, cap_fen):
    part = share(charge_fen, rate_bp, cap_fen)

    assert 0 <= part <= charge_fen
    assert cap_fen is None or part <= cap_fen
    assert cap_fen is not None or abs(part * WHOLE - charge_fen * rate_bp) <= WHOLE // 2


@given(fen, st.lists(st.tuples(st.integers(1, 99), rates), min_size=1, max_size=5, unique_by=lambda row: row[0]))
def test_the_highest_counts_alone_and_the_order_of_asking_changes_nothing(charge_fen, pairs):
    offers = [Offer(key, rate) for key, rate in pairs]

    found = rules.best(charge_fen, offers)

    assert found == rules.best(charge_fen, list(reversed(offers)))
    assert share(charge_fen, found.rate_bp) == max(share(charge_fen, rate) for _key, rate in pairs)


def test_nothing_is_best_where_nothing_is_offered():
    assert rules.best(3_931, []) is None


@pytest.mark.parametrize(
    ("applied_on", "from_on"),
    [
        (date(2026, 5, 1), date(2026, 6, 1)),  # the first itself is for the month that began
        (date(2026, 5, 31), date(2026, 6, 1)),
        (date(2026, 12, 31), date(2027, 1, 1)),  # midnight of the year
        (date(2028, 2, 29), date(2028, 3, 1)),
    ],
)
def test_the_fee_is_reduced_from_the_first_of_the_month_after_the_application(applied_on, from_on):
    assert rules.fee_from(applied_on) == from_on


@given(days)
def test_it_begins_within_31_days_on_a_first(applied_on):
    begins = rules.fee_from(applied_on)

    assert begins.day == 1 and timedelta(0) < begins - applied_on <= timedelta(31)


@given(days, st.integers(1, 60), st.none() | days)
def test_it_ends_with_its_months_or_the_day_after_the_proof(applied_on, months, proof_until):
    until = rules.valid_until(applied_on, months, proof_until)
    by_policy = rules.add_months(rules.fee_from(applied_on), months)

    assert until == (by_policy if proof_until is None else min(by_policy, proof_until + timedelta(1)))
    assert (by_policy.year * 12 + by_policy.month) - (applied_on.year * 12 + applied_on.month) == months + 1


@pytest.mark.parametrize(
    ("until_on", "month"),
    [
        (date(2026, 6, 1), date(2026, 5, 1)),  # ran out at midnight of the first: June is full
        (date(2026, 6, 2), date(2026, 6, 1)),  # a day into June: June is still less, July is full
        (date(2027, 1, 1), date(2026, 12, 1)),
    ],
)
def test_full_price_returns_with_the_next_period(until_on, month):
    assert rules.last_month_reduced(until_on) == month


@pytest.mark.parametrize(
    ("until_on", "months"),
    [
        (date(2026, 4, 1), 0), (date(2026, 4, 2), 1), (date(2026, 5, 1), 1), (date(2027, 4, 1), 12),
        (date(2026, 1, 1), 0),
    ],
)  # fmt: skip
def test_as_many_months_are_less_as_begin_before_it_ends(until_on, months):
    assert rules.months_reduced(date(2026, 4, 1), until_on) == months


@given(days, days, days)
def test_a_waiver_counts_exactly_within_its_dates(begins_on, until_on, day):
    found = standing(WaiverStatus.APPROVED, begins_on, until_on, day)

    assert (found is Standing.ACTIVE) == (begins_on <= day < until_on)
    assert (found is Standing.NOT_YET) == (day < begins_on)


@pytest.mark.parametrize("status", [one for one in WaiverStatus if one is not WaiverStatus.APPROVED])
def test_what_is_not_granted_or_rests_has_no_standing(status):
    assert standing(status, date(2026, 1, 1), date(2027, 1, 1), date(2026, 6, 1)) is None


def test_every_part_somebody_had_bars_them_from_deciding():
    names = ("entered", "requested", "edited", "verified", "benefits", "related", "refused_it", "approved_first")
    for held in product((False, True), repeat=len(names)):
        part = Part(**dict(zip(names, held, strict=True)))
        assert len(rules.bars(part)) == sum(held)
    assert rules.bars(Part(may_decide=False)) == [Bar.NO_RIGHT]
    assert rules.bars(Part()) == []


@pytest.mark.parametrize(
    ("needs_two", "before", "owner_before", "as_owner", "step"),
    [
        (False, False, False, False, Step.COUNTS),
        (True, False, False, False, Step.FIRST_OF_TWO),
        (True, False, False, True, Step.FIRST_OF_TWO),  # the owner alone is not two people either
        (True, True, False, True, Step.COUNTS),
        (True, True, True, False, Step.COUNTS),
        (True, True, False, False, Step.NEEDS_OWNER),
    ],
)
def test_above_the_limit_two_approve_and_one_of_them_stands_above(needs_two, before, owner_before, as_owner, step):
    found = rules.approval(needs_two=needs_two, approved_before=before, owner_before=owner_before, as_owner=as_owner)
    assert found is step


@pytest.mark.parametrize(("as_owner", "step"), [(False, Step.NEEDS_OWNER), (True, Step.COUNTS)])
def test_what_was_passed_up_is_the_owners(as_owner, step):
    one = {"approved_before": False, "owner_before": False, "as_owner": as_owner}
    assert rules.approval(needs_two=False, passed_up=True, **one) is step


TODAY = date(2026, 3, 2)


@pytest.mark.parametrize(
    ("case", "found"),
    [
        (Case(), []),
        (Case(is_let=True), [Warning.LET]),
        (Case(is_vacant=True), [Warning.VACANT]),
        (Case(is_dwelling=False, lives_there=False), [Warning.NO_DWELLING]),
        (Case(has_area=False), [Warning.NO_AREA]),
        (Case(other_waiver=True), [Warning.SECOND_OF_HOUSEHOLD]),
        (Case(owns_elsewhere=True), [Warning.OWNS_ELSEWHERE]),
        (Case(died=True, lives_there=False), [Warning.PERSON_DIED]),
        (Case(consented=False), [Warning.NO_CONSENT]),
        (Case(has_proof=False), [Warning.PROOF_MISSING]),
        (Case(has_proof=False, needs_proof=False), []),
        (Case(proof_valid_until=TODAY), [Warning.PROOF_EXPIRES_SOON]),  # the last day still counts
        (Case(proof_valid_until=TODAY - timedelta(1)), [Warning.PROOF_EXPIRED]),
        (Case(proof_valid_until=TODAY + timedelta(60)), []),
        (Case(age=79, min_age=80), [Warning.TOO_YOUNG]),
        (Case(age=80, min_age=80), []),
    ],
)
def test_whoever_enters_or_decides_is_warned(case, found):
    assert rules.warnings(case, TODAY) == found


def test_a_flat_elsewhere_is_a_warning_and_no_wall():
    assert Warning.OWNS_ELSEWHERE not in rules.WALLS and Warning.LET in rules.WALLS
