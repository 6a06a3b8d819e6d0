"""What one cell of an office's spreadsheet means."""

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from helpdesk.estate.importing import cells, columns, dates, places
from helpdesk.estate.importing.columns import Field
from helpdesk.estate.importing.troubles import Trouble, Unreadable, hides_identity, quoted
from helpdesk.estate.models import CareFlag, OccupancyRole, PlaceKind, Use

TODAY = date(2026, 3, 2)
MEANINGS = (
    cells.building, cells.unit, cells.floor, cells.names, lambda text: cells.phones(text, "0523"),
    lambda text: dates.birth_year(text, TODAY), dates.day, lambda text: dates.day(text, last=True), cells.area,
    cells.unit_price, cells.fen, cells.home_no, cells.role, cells.yes_or_no, cells.care_flags,
    lambda text: cells.kind_or_use(text, Trouble.KIND), places.room,
    lambda text: places.locate(None, 3, 2, None, text), lambda text: places.locate(None, None, None, None, text),
)  # fmt: skip
wide = str.maketrans("0123456789", "０１２３４５６７８９")


def refused(meaning, *args, **kwargs) -> Trouble:
    with pytest.raises(Unreadable) as wrong:
        meaning(*args, **kwargs)
    return wrong.value.trouble


@given(st.one_of(st.text(max_size=60), st.text("0123456789.-/年月日号幢单元室 ()eE+,:", max_size=25)))
def test_any_text_is_understood_or_refused_and_nothing_else(text):
    for meaning in MEANINGS:
        try:
            meaning(text)
        except Unreadable as wrong:
            assert len(wrong.value) <= 30 and not hides_identity(wrong.value)


@pytest.mark.parametrize("meaning", MEANINGS[:11])
@pytest.mark.parametrize("empty", ["", "  ", "　", "-", "—", "/", "不详", "暂无", "N/A"])
def test_nothing_known_is_never_an_error(meaning, empty):
    assert meaning(empty) in (None, (), ((), False))


@given(st.integers(1, 999), st.sampled_from(["{}", "{}幢", "{}栋", "{}号楼", "{}#", " {} 幢 "]), st.booleans())
def test_buildings_are_numbers_in_every_written_form(number, shape, full_width):
    text = shape.format(number)

    assert cells.building(text.translate(wide) if full_width else text) == number


@pytest.mark.parametrize(("text", "number"), [("三号楼", 3), ("十二幢", 12), ("3", 3), ("３幢", 3)])
def test_buildings_may_be_written_in_words(text, number):
    assert cells.building(text) == number


@pytest.mark.parametrize(("text", "number"), [("2", 2), ("二单元", 2), ("2单元", 2), ("２", 2)])
def test_units(text, number):
    assert cells.unit(text) == number


@given(st.integers(1, 60), st.integers(1, 99), st.sampled_from(["{}", "0{}", "{}室", "{}号", "{}户", "{}.0", " {} "]))
def test_rooms_are_numbers_without_leading_zeros(floor, door, shape):
    number = f"{floor}{door:02}"
    text = shape.format(number)

    if len(number) < 4 or not text.startswith("0"):
        assert places.locate(None, 3, 2, None, text).address == f"3-2-{number}"
        assert places.locate(None, 3, 2, None, text).floor_no == floor


@pytest.mark.parametrize(
    ("kind", "building", "unit", "text", "address"),
    [
        (None, None, None, "3-2-501", "3-2-501"),
        (None, None, None, "3幢2单元501室", "3-2-501"),
        (None, 3, None, "2-501", "3-2-501"),
        (None, 3, 2, "501a", "3-2-501A"),
        (None, 3, 2, "3-2-501", "3-2-501"),
        (None, 3, None, "车12", "3-车12"),
        (None, 3, 2, "12号车库", "3-车12"),
        (PlaceKind.GARAGE, 3, 2, "012", "3-车12"),
        (PlaceKind.SHOP, None, None, "3", "店3"),
        (None, None, None, "门面3", "店3"),
        (PlaceKind.COMMON_AREA, None, None, "小区北门", "小区北门"),
        (PlaceKind.COMMON_AREA, 3, None, "外墙", "3幢外墙"),
        (PlaceKind.COMMON_AREA, 3, 2, "楼道", "3-2"),
    ],
)
def test_where_a_row_is(kind, building, unit, text, address):
    assert places.locate(kind, building, unit, None, text).address == address


@pytest.mark.parametrize(
    ("building", "unit", "text", "trouble"),
    [
        (None, None, "501", Trouble.NO_BUILDING),
        (4, None, "3-2-501", Trouble.OTHER_ADDRESS),
        (3, 1, "3-2-501", Trouble.OTHER_ADDRESS),
        (3, 2, "跃层", Trouble.ROOM),
        (3, 2, "2026-03-02", Trouble.ROOM),
        (3, 2, "000", Trouble.ROOM),
    ],
)
def test_where_a_row_cannot_be(building, unit, text, trouble):
    assert refused(places.locate, None, building, unit, None, text) is trouble


@pytest.mark.parametrize(
    ("text", "names"),
    [
        ("张三", ("张三",)),
        ("张三/李四", ("张三", "李四")),
        ("张三、李四", ("张三", "李四")),
        ("张三，李四", ("张三", "李四")),
        ("张三 李四", ("张三", "李四")),
        ("张　三", ("张三",)),
        ("王 小明", ("王小明",)),
        ("张 三 李 四", ("张三", "李四")),
        ("张三(户主)", ("张三",)),
        ("买买提·艾力", ("买买提·艾力",)),
        ("Ann Smith", ("Ann Smith",)),
        ("空置", ()),
        ("张三/张三", ("张三",)),
    ],
)
def test_names(text, names):
    assert cells.names(text) == (names, False)


def test_who_died_is_left_out_and_told():
    assert cells.names("张三(已故)/李四") == (("李四",), True)
    assert refused(cells.names, "12500000001") is Trouble.NAME


@pytest.mark.parametrize(
    ("text", "numbers"),
    [
        ("12500000001", ("12500000001",)),
        ("12500000001.0", ("12500000001",)),
        ("1.2500000001E+10", ("12500000001",)),
        ("12500000001/12500000002", ("12500000001", "12500000002")),
        ("12500000001、12500000002", ("12500000001", "12500000002")),
        ("12500000001 12500000002", ("12500000001", "12500000002")),
        ("1250000000112500000002", ("12500000001", "12500000002")),
        ("125 0000 0001", ("12500000001",)),
        ("12500000001".translate(wide), ("12500000001",)),
        ("0523-1000 1234", ("052310001234",)),
        ("84001234", ("052384001234",)),
        ("12500000001(儿子)", ("12500000001",)),
        ("儿子12500000001 女儿12500000002", ("12500000001", "12500000002")),
    ],
)
def test_telephone_numbers(text, numbers):
    assert cells.phones(text, "0523") == numbers


@pytest.mark.parametrize("text", ["1.38E+10", "1.25E+10/12500000001", "1.250000000E+10"])
def test_numbers_that_lost_their_digits_are_never_guessed(text):
    assert refused(cells.phones, text, "0523") is Trouble.PHONE_SHORTENED


@pytest.mark.parametrize("text", ["1250000000", "电话停机", "110", "12500000001/123", "125****0001"])
def test_what_is_no_whole_number_is_refused(text):
    assert refused(cells.phones, text, "0523") is Trouble.PHONE


@given(st.lists(st.integers(0, 99_999_999), min_size=1, max_size=3, unique=True), st.sampled_from("/、,;|\n"))
def test_every_number_in_a_cell_is_read(tails, sign):
    numbers = tuple(f"125{tail:08}" for tail in tails)

    assert cells.phones(sign.join(numbers), "0523") == numbers


@pytest.mark.parametrize(
    ("text", "year", "exact"),
    [
        ("1948", 1948, True), ("1948-05-12", 1948, True), ("1948.5", 1948, True), ("1948年5月", 1948, True),
        ("19480512", 1948, True), ("17665", 1948, True), ("78", 1948, False), ("78岁", 1948, False), ("0", 2026, False),
        ("1948-05-12 00:00:00", 1948, True), ("194805", 1948, True),
    ],
)  # fmt: skip
def test_years_of_birth_from_dates_and_ages(text, year, exact):
    assert dates.birth_year(text, TODAY) == (year, exact)


@pytest.mark.parametrize("text", ["121", "1899", "2027", "48年", "1948-13-01", "老人", "999999999"])
def test_what_is_neither_date_nor_age(text):
    assert refused(dates.birth_year, text, TODAY) is Trouble.BIRTH


@pytest.mark.parametrize(
    ("text", "first", "last"),
    [
        ("2025-12-31", date(2025, 12, 31), date(2025, 12, 31)),
        ("2025/2", date(2025, 2, 1), date(2025, 2, 28)),
        ("2025年12月", date(2025, 12, 1), date(2025, 12, 31)),
        ("2024年2月底", date(2024, 2, 1), date(2024, 2, 29)),
        ("2025", date(2025, 1, 1), date(2025, 12, 31)),
        ("46022", date(2025, 12, 31), date(2025, 12, 31)),
        ("2025.6.30", date(2025, 6, 30), date(2025, 6, 30)),
    ],
)
def test_dates(text, first, last):
    assert (dates.day(text), dates.day(text, last=True)) == (first, last)


@pytest.mark.parametrize("text", ["2025-02-30", "去年", "12月", "1899-01-01", "9999"])
def test_what_is_no_date(text):
    assert refused(dates.day, text) is Trouble.DATE


@given(st.integers(1, 100_000))
def test_areas_and_prices_and_money_are_whole_hundredths(hundredths):
    text = f"{hundredths // 100}.{hundredths % 100:02}"

    assert cells.area(text) == cells.area(f"{text}㎡") == cells.area(f"{text} 平方米") == hundredths
    assert cells.fen(text) == cells.fen(f"¥{text}") == cells.fen(f"{text}元") == hundredths
    assert cells.unit_price(text) == hundredths * 100


def test_half_a_hundredth_rounds_up_and_floats_are_mended():
    assert [cells.area(text) for text in ("76.205", "76.20400000000001", "88.6")] == [7_621, 7_620, 8_860]
    assert cells.unit_price("0.35元/㎡·月") == 3_500
    assert cells.fen("1,160.02元") == 116_002 and cells.fen("0") == 0


@pytest.mark.parametrize("text", ["-1", "NaN", "Infinity", "1e999999", "八十", "12.3.4", "欠两年"])
def test_what_is_no_amount(text):
    assert refused(cells.fen, text) is Trouble.MONEY
    assert refused(cells.area, text) is Trouble.AREA


def test_an_area_of_nothing_is_refused():
    assert refused(cells.area, "0") is Trouble.AREA


@pytest.mark.parametrize(
    ("text", "role"),
    [
        ("户主", OccupancyRole.HEAD), ("本人", OccupancyRole.HEAD), ("产权人", OccupancyRole.OWNER),
        ("配偶", OccupancyRole.MEMBER), ("外孙女", OccupancyRole.MEMBER), ("租客", OccupancyRole.TENANT), ("", None),
    ],
)  # fmt: skip
def test_relations_become_roles(text, role):
    assert cells.role(text) is role


@pytest.mark.parametrize(
    ("text", "flags"),
    [
        ("独居老人", {CareFlag.LIVES_ALONE}),
        ("听力残疾，腿脚不便", {CareFlag.HEARING, CareFlag.MOBILITY}),
        ("只讲方言", {CareFlag.DIALECT}),
        ("低保、党员、残疾", set()),
        ("非独居", set()),
        ("听力正常", set()),
        ("", set()),
    ],
)
def test_only_what_is_said_outright_becomes_a_care_flag(text, flags):
    assert cells.care_flags(text) == flags


def test_yes_and_no_and_what_is_neither():
    assert [cells.yes_or_no(text) for text in ("是", "√", "否", "无", "")] == [True, True, False, False, None]
    assert refused(cells.yes_or_no, "偶尔") is Trouble.YES_OR_NO


def test_kinds_and_uses_may_stand_in_either_column():
    assert cells.kind_or_use("车库", Trouble.USE) is PlaceKind.GARAGE
    assert cells.kind_or_use("出租", Trouble.KIND) is Use.LET


def test_identity_numbers_are_never_quoted():
    assert quoted("身份证321282194805120028是") == "身份证…是"
    assert quoted("32128219480512002X") == "…"


def test_the_header_is_found_below_titles_and_under_other_names():
    rows = [
        (1, ["德裕苑登记表"]),
        (3, ["", "制表：办公室"]),
        (4, ["楼 栋", "门牌号", "业主(姓名)", "联系电话1", "联系电话2", "备注"]),
    ]

    found = columns.find_header(rows)

    assert found.row_no == 4
    assert found.at == {
        Field.BUILDING: [0], Field.ROOM: [1], Field.OWNER: [2], Field.PHONE: [3, 4], Field.NOTE: [5],
    }  # fmt: skip


def test_a_column_that_was_named_goes_before_the_guess():
    found = columns.find_header([(1, ["房号", "新房号", "幢"])], columns.chosen("房号=新房号"))

    assert found.at == {Field.ROOM: [1], Field.BUILDING: [2]}
    assert found.not_read == ["房号"]


@pytest.mark.parametrize(
    "typed",
    ["房号", "什么=房间", "房号="],
)
def test_columns_that_are_named_wrongly(typed):
    assert refused(columns.chosen, typed) is Trouble.UNKNOWN_FIELD


def test_a_named_column_must_be_there():
    assert refused(columns.find_header, [(1, ["房号", "幢"])], columns.chosen("业主=谁")) is Trouble.UNKNOWN_HEADER


@pytest.mark.parametrize("title", ["身份证", "业主身份证号码", "证件号", "公民身份号码", "身份证号(18位)"])
def test_columns_with_identity_numbers_are_known_by_their_header(title):
    assert columns.guess(1, ["房号", title]).dropped == [title]
