"""Areas, prices and rates as people type them."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from helpdesk.core.decimals import scaled, unscaled


@pytest.mark.parametrize(
    ("text", "places", "value"),
    [("88.5", 2, 8850), ("88", 2, 8800), ("0.35", 4, 3500), ("88.555", 2, None), ("1e9", 2, None), ("-1", 2, None),
     ("٤", 2, None), ("", 2, None), ("nan", 2, None)],
)  # fmt: skip
def test_a_figure_is_read_exactly_or_not_at_all(text, places, value):
    assert scaled(text, places) == value


@given(st.integers(0, 10**7), st.sampled_from([2, 4]))
def test_what_is_shown_of_a_figure_is_read_back_as_the_same(value, places):
    assert scaled(unscaled(value, places), places) == value
