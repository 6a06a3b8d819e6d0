"""Telephone numbers in every form a resident, a spreadsheet or a switchboard gives them."""

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from helpdesk.estate.phone_numbers import (
    PhoneKind,
    PhoneNumber,
    display,
    is_demo,
    mask,
    normalise,
    query_digits,
    spellings,
    tails,
    tel_link,
)

MOBILES = st.from_regex(r"1[2-9][0-9]{9}", fullmatch=True)
LANDLINES = st.from_regex(r"0(10|2[1-9]|523|512)[2-8][0-9]{7}", fullmatch=True)
STORED = st.one_of(
    MOBILES,
    LANDLINES,
    st.from_regex(r"400[0-9]{7}", fullmatch=True),
    st.from_regex(r"\+1[0-9]{10}", fullmatch=True),
    st.sampled_from(["120", "12345", "95598", "052312345", "05238123456"]),
)


@pytest.mark.parametrize(
    ("typed", "digits", "kind"),
    [
        ("13800001234", "13800001234", "mobile"),
        ("138 0000 1234", "13800001234", "mobile"),
        ("138-0000-1234", "13800001234", "mobile"),
        ("138.0000.1234", "13800001234", "mobile"),
        ("(138)00001234", "13800001234", "mobile"),
        ("（138）0000—1234", "13800001234", "mobile"),
        ("１３８００００１２３４", "13800001234", "mobile"),
        ("+86 138 0000 1234", "13800001234", "mobile"),
        ("+8613800001234", "13800001234", "mobile"),
        ("(+86)13800001234", "13800001234", "mobile"),
        ("008613800001234", "13800001234", "mobile"),
        ("8613800001234", "13800001234", "mobile"),
        ("86-13800001234", "13800001234", "mobile"),
        ("+008613800001234", "13800001234", "mobile"),
        ("013800001234", "13800001234", "mobile"),
        ("+86013800001234", "13800001234", "mobile"),
        ("手机:13800001234", "13800001234", "mobile"),
        ("手机号码：138 0000 1234", "13800001234", "mobile"),
        ("tel:+8613800001234", "13800001234", "mobile"),
        ("sip:13800001234@10.0.0.5", "13800001234", "mobile"),
        ("sip:+8613800001234@pbx.example;user=phone", "13800001234", "mobile"),
        ("13800001234.0", "13800001234", "mobile"),
        ("  13800001234\u00a0", "13800001234", "mobile"),
        ("12000000001", "12000000001", "mobile"),
        ("0523-84001234", "052384001234", "landline"),
        ("052384001234", "052384001234", "landline"),
        ("(0523) 8400 1234", "052384001234", "landline"),
        ("0523－８４００１２３４", "052384001234", "landline"),
        ("84001234", "052384001234", "landline"),
        ("8400 1234", "052384001234", "landline"),
        ("8400123", "05238400123", "landline"),
        ("86123456", "052386123456", "landline"),
        ("+86 523 8400 1234", "052384001234", "landline"),
        ("+86(0)523 8400 1234", "052384001234", "landline"),
        ("86 0523 84001234", "052384001234", "landline"),
        ("8652384001234", "052384001234", "landline"),
        ("+86 10 6512 3456", "01065123456", "landline"),
        ("010-65123456", "01065123456", "landline"),
        ("021 6212 3456", "02162123456", "landline"),
        ("电话 0523-84001234", "052384001234", "landline"),
        ("0523-10001234", "052310001234", "landline"),
        ("10001234", "052310001234", "landline"),
        ("400-123-4567", "4001234567", "service"),
        ("8001234567", "8001234567", "service"),
        ("+86 400 123 4567", "4001234567", "service"),
        ("95598", "95598", "service"),
        ("96777", "96777", "service"),
        ("0523-12345", "052312345", "service"),
        ("120", "120", "short"),
        ("12345", "12345", "short"),
        ("10086", "10086", "short"),
        ("+86 10086", "10086", "short"),
        ("²³¹", "231", "short"),
        ("8001", "8001", "short"),
        ("612345", "612345", "short"),
        ("+1 (415) 555-0100", "+14155550100", "foreign"),
        ("001 415 555 0100", "+14155550100", "foreign"),
        ("+852 2345 6789", "+85223456789", "foreign"),
        ("+81-3-1234-5678", "+81312345678", "foreign"),
    ],
)
def test_every_written_form_becomes_one_stored_number(typed, digits, kind):
    assert normalise(typed) == PhoneNumber(digits, PhoneKind(kind))


@pytest.mark.parametrize(
    "typed",
    [
        "",
        "   ",
        "anonymous",
        "Anonymous",
        "unknown",
        "Unavailable",
        "未知",
        "未知号码",
        "隐藏号码",
        "私人号码",
        "无",
        "-",
        "0",
        "-1",
        "12",
        "0000",
        "00000000",
        "138****1234",
        "1.38E+10",
        "1380000123",
        "138000012345",
        "13800001234/13900001234",
        "13800001234、13900001234",
        "13800001234 13900001234",
        "10800001234",
        "张三",
        "3-2-501室",
        "+86",
        "+",
        "+0123456789",
        "+1234",
        "+1234567890123456",
        "0199 4001234",
        "١٣٨٠٠٠٠١٢٣٤",
        "Ⅷ①②③",
        "120转8001",
        "1" * 500,
        " " * 5000,
    ],
)
def test_what_is_no_whole_number_is_nothing(typed):
    assert normalise(typed) is None


@pytest.mark.parametrize(
    "typed",
    [
        "0523-84001234转8001",
        "0523-84001234 转 8001",
        "0523-84001234转接8001",
        "84001234分机8001",
        "84001234 分机号:8001",
        "84001234 ext. 8001",
        "84001234x8001",
        "84001234#8001",
        "84001234,8001",
        "(0523)84001234-8001",
        "0523-8400-1234-8001",
        "+86 523 84001234 转8001",
        "84001234　转８００１",
    ],
)
def test_an_extension_is_kept_apart_from_the_number(typed):
    assert normalise(typed) == PhoneNumber("052384001234", PhoneKind.LANDLINE, "8001")


@pytest.mark.parametrize(
    ("typed", "digits", "kind"),
    [("400-123-4567转2", "4001234567", "service"), ("13800001234转2", "13800001234", "mobile")],
)
def test_a_service_number_or_a_courier_alias_may_have_an_extension_too(typed, digits, kind):
    assert normalise(typed) == PhoneNumber(digits, PhoneKind(kind), "2")


def test_another_town_gives_its_own_area_code():
    assert normalise("65123456", area_code="010") == PhoneNumber("01065123456", PhoneKind.LANDLINE)
    assert normalise("0523-84001234", area_code="010").digits == "052384001234"


@pytest.mark.parametrize(
    ("digits", "read_aloud", "masked"),
    [
        ("13800001234", "138 0000 1234", "138****1234"),
        ("052384001234", "0523-8400 1234", "****1234"),
        ("05238400123", "0523-840 0123", "****0123"),
        ("01065123456", "010-6512 3456", "****3456"),
        ("4001234567", "400 123 4567", "4001234567"),
        ("95598", "95598", "95598"),
        ("052312345", "052312345", "052312345"),
        ("120", "120", "120"),
        ("+14155550100", "+141 5555 0100", "****0100"),
        ("", "", "****"),
        ("99", "99", "****"),
    ],
)
def test_a_number_is_grouped_for_reading_and_masked_for_strangers(digits, read_aloud, masked):
    assert display(digits) == read_aloud
    assert mask(digits) == masked


@pytest.mark.parametrize(
    ("digits", "link"),
    [
        ("13800001234", "tel:13800001234"),
        ("052384001234", "tel:052384001234"),
        ("4001234567", "tel:4001234567"),
        ("119", "tel:119"),
        ("+14155550100", "tel:+14155550100"),
        ("12000000001", None),
        ("12999999999", None),
        ("+86 120 0000 0001", None),
        ("012000000001", None),
        ("052310000001", None),
        ("10000001", None),
        ("", None),
        ("anonymous", None),
        ("javascript:alert(1)", None),
    ],
)
def test_demo_numbers_and_non_numbers_are_never_dialled(digits, link):
    assert tel_link(digits) == link


@pytest.mark.parametrize(
    ("digits", "demo"),
    [
        ("12000000001", True),
        ("+8612000000001", True),
        ("052310001234", True),
        ("0523-1000 1234", True),
        ("13800001234", False),
        ("051210001234", False),
        ("120", False),
        ("12345", False),
        ("", False),
    ],
)
def test_demo_numbers_are_known_in_any_form(digits, demo):
    assert is_demo(digits) is demo


def test_tails_are_all_suffixes_of_three_or_more():
    assert tails("052384") == ("052384", "52384", "2384", "384")
    assert tails("120") == ("120",)
    assert tails("12") == ()
    assert tails("") == ()
    assert tails("+14155") == ("14155", "4155", "155")


@pytest.mark.parametrize(
    ("typed", "digits"),
    [
        ("1234", "1234"),
        ("138 00", "13800"),
        ("+86138", "138"),
        ("+86 1", "1"),
        ("0086138", "138"),
        ("86138000012", "138000012"),
        ("8613800001234", "13800001234"),
        ("86138", "86138"),
        ("0138", "138"),
        ("013800001234", "13800001234"),
        ("0523", "0523"),
        ("0523-84", "052384"),
        ("+86 523 84", "52384"),
        ("84001234", "84001234"),
        ("84001234转8001", "052384001234"),
        ("0012", "0012"),
        ("000", "000"),
        ("+1415", "1415"),
        ("001415555", "1415555"),
        ("０５２３", "0523"),
        ("", ""),
        ("张三", ""),
        ("3幢", ""),
        ("cgy", ""),
        ("+", ""),
    ],
)
def test_a_partly_typed_number_is_compared_without_its_prefix(typed, digits):
    assert query_digits(typed) == digits


@given(STORED)
def test_a_stored_number_is_already_normal(digits):
    assert normalise(digits).digits == digits


@given(MOBILES, st.sampled_from(["", "+86", "0086", "86", "+86 ", "0", "86-0"]), st.sampled_from(["", " ", "-", "."]))
def test_no_prefix_or_gap_changes_a_mobile(digits, prefix, gap):
    typed = prefix + gap.join([digits[:3], digits[3:7], digits[7:]])

    assert normalise(typed) == PhoneNumber(digits, PhoneKind.MOBILE)


@given(STORED, st.data())
def test_any_part_of_a_number_finds_it(digits, data):
    bare = digits.removeprefix("+")
    start = data.draw(st.integers(0, len(bare) - 3))
    end = data.draw(st.integers(start + 3, len(bare)))

    query = query_digits(bare[start:end])

    assert query
    assert any(tail.startswith(query) for tail in tails(digits)) or len(query) < 3


@given(MOBILES, st.sampled_from(["+86", "0086", "+86 ", "0"]), st.integers(3, 11))
def test_a_partly_typed_mobile_with_its_prefix_still_matches(digits, prefix, typed_so_far):
    query = query_digits(prefix + digits[:typed_so_far])

    assert any(tail.startswith(query) for tail in tails(digits))


@given(STORED)
def test_reading_aloud_changes_no_digit(digits):
    assert display(digits).replace(" ", "").replace("-", "") == digits


@given(STORED)
@example("05238400123")
def test_every_spelling_of_a_number_is_read_as_that_number(digits):
    written = spellings(digits)
    assert {digits, display(digits)} <= written
    assert {normalise(text).digits for text in written} == {digits}


@given(STORED)
def test_a_mask_never_shows_more_than_seven_digits_of_a_persons_number(digits):
    kind = normalise(digits).kind
    if kind not in (PhoneKind.SERVICE, PhoneKind.SHORT):
        assert sum(sign.isdigit() for sign in mask(digits)) <= 7


@given(st.text() | st.text(alphabet="+0123456789-() 转xX#,.;:"))
@example("+")
@example("转")
@example("\ufdfa" * 200)
@example("-" * 5000)
def test_nothing_typed_ever_fails(typed):
    found = normalise(typed)

    if found:
        assert normalise(found.digits).digits == found.digits
    assert all(sign in "0123456789" for sign in query_digits(typed))
    display(typed), mask(typed), tails(typed), tel_link(typed), is_demo(typed)
