"""Rules of the register: what is typed, what is still guaranteed, which numbers look alike, who is told how."""

from datetime import date
from types import SimpleNamespace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from helpdesk.estate import pattern, typed
from helpdesk.estate.models import PlaceKind, PreferredChannel
from helpdesk.estate.rules import channel_of, guarantees, look_alike

TODAY = date(2026, 3, 2)


@pytest.mark.parametrize(
    ("kind", "text", "address", "stairwell"),
    [
        (PlaceKind.DWELLING, "3-2-501", "3-2-501", "3-2"),
        (PlaceKind.DWELLING, "三号楼二单元501", "3-2-501", "3-2"),
        (PlaceKind.GARAGE, "3-车12", "3-车12", None),
        (PlaceKind.COMMON_AREA, "3-2", "3-2", None),
        (PlaceKind.COMMON_AREA, "3幢2单元", "3-2", None),
        (PlaceKind.COMMON_AREA, "小区北门", "小区北门", None),
    ],
)
def test_an_address_is_read_in_every_form(kind, text, address, stairwell):
    spot = typed.spot_of(kind, text)

    assert (spot.kind, spot.address, spot.stairwell) == (kind, address, stairwell)


@pytest.mark.parametrize(
    ("kind", "text"),
    [
        (PlaceKind.DWELLING, "小区北门"),
        (PlaceKind.DWELLING, "3-车12"),
        (PlaceKind.GARAGE, "3-2-501"),
        (PlaceKind.DWELLING, ""),
    ],
)
def test_what_is_no_address_of_this_kind_is_none(kind, text):
    assert typed.spot_of(kind, text) is None


@pytest.mark.parametrize(
    ("contact", "parts"),
    [
        ("女儿 陈红 120 0000 0001", ("女儿 陈红", "120 0000 0001")),
        ("女儿 0523-1000 0012", ("女儿", "0523-1000 0012")),
        ("女儿 陈红", ("女儿 陈红", "")),
        ("女儿, 住 3-2-501", ("女儿, 住 3-2-501", "")),
        ("", ("", "")),
    ],
)
def test_an_emergency_contact_is_taken_apart_and_put_together(contact, parts):
    assert typed.contact_parts(contact) == parts


def test_a_contact_line_is_taken_apart_into_what_it_was_made_of():
    assert typed.contact_parts(typed.contact_line("女儿 陈红", "12000000001")) == ("女儿 陈红", "120 0000 0001")


@given(st.sets(st.integers(1, 60), min_size=1))
def test_building_numbers_are_written_as_they_are_read(numbers):
    assert set(pattern.numbers(pattern.written(numbers))) == numbers


def guarantee(last_on=TODAY, codes=("DRAIN",), buildings=(), stairwells=()):
    return SimpleNamespace(last_on=last_on, codes=codes, buildings=buildings, stairwells=stairwells)


@pytest.mark.parametrize(
    ("given", "runs"),
    [
        (guarantee(), True),  # on its last day, everywhere, by its group
        (guarantee(codes=["DRAIN_BLOCK"]), True),
        (guarantee(codes=["WATER"]), False),
        (guarantee(last_on=date(2026, 3, 1)), False),
        (guarantee(buildings=[3]), True),
        (guarantee(buildings=[4]), False),
        (guarantee(stairwells=["3-2"]), True),
        (guarantee(stairwells=["3-1"]), False),
        (guarantee(buildings=[4], stairwells=["3-2"]), True),
    ],
)
def test_a_guarantee_is_proposed_where_and_while_it_runs(given, runs):
    found = guarantees([given], ("DRAIN_BLOCK", "DRAIN"), building_no=3, stairwell="3-2", on=TODAY)

    assert found == ([given] if runs else [])


@pytest.mark.parametrize(
    ("one", "other", "alike"),
    [
        ("12000000001", "12000000002", True),  # one digit
        ("12000000012", "12000000021", True),  # two swapped
        ("12000000001", "1200000001", True),  # one left out
        ("12000000001", "12000000001", False),  # the same is no slip
        ("12000000011", "12000000022", False),
        ("12000000001", "120000001", False),
    ],
)
def test_numbers_look_alike_after_one_slip(one, other, alike):
    assert (look_alike(one, other), look_alike(other, one)) == (alike, alike)


@pytest.mark.parametrize(
    ("chosen", "birth_year", "channel"),
    [
        (None, 1956, PreferredChannel.CALL),
        (None, 1957, None),
        (None, None, None),
        (PreferredChannel.WECHAT, 1940, PreferredChannel.WECHAT),
    ],
)
def test_whoever_is_seventy_is_rung_unless_they_want_it_otherwise(chosen, birth_year, channel):
    assert channel_of(chosen, birth_year, this_year=2026) is channel
