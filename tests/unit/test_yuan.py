"""Amounts as people type them: read once, and never as another amount than was meant."""

import pytest

from helpdesk.core.money import MOST_FEN, read_yuan


@pytest.mark.parametrize(
    ("typed", "fen"),
    [
        ("27.52", 2_752), ("¥1,027.5", 102_750), ("1，027元", 102_700), (" 27 ", 2_700), ("0", 0),
        ("1,000,000", MOST_FEN), ("1000000.00", MOST_FEN),
    ],
)  # fmt: skip
def test_an_amount_is_read_in_whole_fen(typed, fen):
    assert read_yuan(typed) == fen


@pytest.mark.parametrize("typed", ["27,52", "27，5", "5,5,5", ",500", "1,0000", "1000,000", "1,027,5"])
def test_a_comma_that_parts_no_thousands_is_asked_about(typed):
    assert read_yuan(typed) is None


@pytest.mark.parametrize("typed", ["1000000.01", "9999999", "99999999.99", "1,000,001", "1e3", "１２", "-5", "NaN"])
def test_more_than_a_million_and_what_is_no_figure_are_none(typed):
    assert read_yuan(typed) is None
