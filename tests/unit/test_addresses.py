"""Addresses in every form a caller says, an operator types or a spreadsheet holds."""

import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from helpdesk.estate.addresses import AddressGuess, AddressKind, address_key, parse, spoken


def home(building, unit, room):
    return AddressGuess(building, unit, room, AddressKind.DWELLING)


@pytest.mark.parametrize(
    "typed",
    [
        "3-2-501",
        "3幢2单元501室",
        "3幢2单元501",
        "3栋2单元501",
        "3棟2单元501",
        "3座2单元501",
        "3号楼2单元501室",
        "三号楼二单元501",
        "三号楼二单元五〇一",
        "三幢二单元五零一",
        "三幢二单元五○一室",
        "三幢两单元五百零一",
        "叁幢贰单元伍零壹",
        "三幢二单元五零幺",
        "3#2-501",
        "3#-2-501",
        "3#2单元501",
        "3#楼2单元501",
        "3 2 501",
        "3  2\t501",
        "３－２－５０１",
        "３幢２单元５０１室",
        "3/2/501",
        "3.2.501",
        "3、2、501",
        "3，2，501",
        "3。2。501",
        "3—2—501",
        "3－2–501",
        "3_2_501",
        "3·2·501",
        "3-2-0501",
        "03-02-0501",
        "3-2-501室",
        "3-2-501号",
        "3-2-501户",
        "3-2-501房",
        "3幢2-501",
        "3-2单元501",
        "3幢 2单元 501室",
        "3 幢 2 单元 501 室",
        "3号2单元501",
        "第3幢第2单元501室",
        "3幢的2单元501",
        "3幢2门501",
        "3幢2梯501",
        "3幢2单元5楼501",
        "三幢二单元五楼五〇一",
        "三杠二杠五零一",
        "3杠2杠501",
        "德裕苑3-2-501",
        "德裕苑 3幢2单元501室",
        "德裕苑小区3幢2单元501",
        "靖江市城南办事处德裕苑3幢2单元501室",
        "康兴新村社区德裕苑3幢2单元501室",
        "【3-2-501】",
        "(3-2-501)",
        "3-2-501。",
        "  3-2-501  ",
        "-3-2-501-",
    ],
)
def test_every_written_form_of_a_home_means_the_same(typed):
    assert parse(typed) == [home(3, 2, "501")]
    assert parse(typed, estate_name="德裕苑") == [home(3, 2, "501")]


@pytest.mark.parametrize(
    ("typed", "building", "unit", "room"),
    [
        ("十二幢一单元302", 12, 1, "302"),
        ("十二号楼一单元三零二", 12, 1, "302"),
        ("十幢一单元302", 10, 1, "302"),
        ("二十幢三单元601", 20, 3, "601"),
        ("二十三幢三单元601", 23, 3, "601"),
        ("一百零二幢1单元101", 102, 1, "101"),
        ("18-4-602", 18, 4, "602"),
        ("1-1-101", 1, 1, "101"),
        ("3-2-501A", 3, 2, "501A"),
        ("3-2-501a", 3, 2, "501A"),
        ("3幢2单元501B室", 3, 2, "501B"),
        ("3-2-1101", 3, 2, "1101"),
        ("3-2-5", 3, 2, "5"),
    ],
)
def test_other_homes_in_full(typed, building, unit, room):
    assert parse(typed) == [home(building, unit, room)]


@pytest.mark.parametrize(
    ("typed", "expected"),
    [
        ("3-501", [home(3, None, "501")]),
        ("18幢204", [home(18, None, "204"), home(1, 8, "204")]),
        ("十八幢二〇四", [home(18, None, "204"), home(1, 8, "204")]),
        ("3号楼501", [home(3, None, "501")]),
        ("3栋501室", [home(3, None, "501")]),
        ("3#501", [home(3, None, "501")]),
        ("3号501", [home(3, None, "501")]),
        ("3 501", [home(3, None, "501")]),
        ("3-0501", [home(3, None, "501")]),
        ("3幢5楼501", [home(3, None, "501")]),
        ("3-2501", [home(3, 2, "501"), home(3, None, "2501")]),
        ("3幢2501", [home(3, 2, "501"), home(3, None, "2501")]),
        ("3-2501A", [home(3, 2, "501A"), home(3, None, "2501A")]),
        ("32-501", [home(32, None, "501"), home(3, 2, "501")]),
        ("3-1001", [home(3, None, "1001")]),
        ("2单元501", [home(None, 2, "501")]),
        ("二单元五〇一室", [home(None, 2, "501")]),
        ("501室", [home(None, None, "501")]),
        ("501", [home(None, None, "501")]),
        ("五〇一", [home(None, None, "501")]),
        ("五百零一室", [home(None, None, "501")]),
        ("0501", [home(None, None, "501")]),
        ("501A", [home(None, None, "501A")]),
        ("德裕苑501", [home(None, None, "501")]),
    ],
)
def test_an_address_without_its_unit_keeps_what_was_said(typed, expected):
    assert parse(typed) == expected


@pytest.mark.parametrize(
    ("typed", "expected"),
    [
        ("32501", [home(3, 2, "501"), home(32, None, "501"), home(3, None, "2501")]),
        ("３２５０１", [home(3, 2, "501"), home(32, None, "501"), home(3, None, "2501")]),
        ("三二五零一", [home(3, 2, "501"), home(32, None, "501"), home(3, None, "2501")]),
        ("32501室", []),
        ("3501", [home(3, None, "501"), home(None, None, "3501")]),
        ("182204", [home(18, 2, "204"), home(1, 8, "2204"), home(18, None, "2204")]),
        ("032501", [home(3, 2, "501"), home(3, None, "2501")]),
        ("320501", [home(3, 2, "501"), home(32, None, "501")]),
        ("12001", [home(1, None, "2001")]),
        ("3001", [home(None, None, "3001")]),
        ("32501A", [home(3, 2, "501A"), home(32, None, "501A"), home(3, None, "2501A")]),
    ],
)
def test_digits_without_gaps_are_offered_in_every_reading(typed, expected):
    assert parse(typed) == expected


def test_a_home_number_that_cannot_be_a_room_is_read_as_four_digits_only():
    assert parse("2073") == [home(None, None, "2073")]


@pytest.mark.parametrize(
    ("typed", "building", "unit", "number"),
    [
        ("3幢车库12", 3, None, "12"),
        ("3-车12", 3, None, "12"),
        ("3-车库12", 3, None, "12"),
        ("3车12", 3, None, "12"),
        ("3#车库12", 3, None, "12"),
        ("3号楼车库12号", 3, None, "12"),
        ("三幢车库十二", 3, None, "12"),
        ("3幢 车库 12", 3, None, "12"),
        ("3幢12号车库", 3, None, "12"),
        ("3-12车库", 3, None, "12"),
        ("3幢2单元车库12", 3, 2, "12"),
        ("3-2-车12", 3, 2, "12"),
        ("3幢车库12A", 3, None, "12A"),
        ("3幢自行车库012", 3, None, "12"),
        ("德裕苑3幢车库#12", 3, None, "12"),
        ("车库12", None, None, "12"),
        ("车12", None, None, "12"),
        ("12号车库", None, None, "12"),
    ],
)
def test_a_garage_is_a_place_of_its_own(typed, building, unit, number):
    assert parse(typed) == [AddressGuess(building, unit, number, AddressKind.GARAGE)]


@pytest.mark.parametrize(
    ("typed", "building", "number"),
    [
        ("门面3", None, "3"),
        ("商铺3", None, "3"),
        ("商铺3号", None, "3"),
        ("3号门面", None, "3"),
        ("三号门面", None, "3"),
        ("店3", None, "3"),
        ("门面房03", None, "3"),
        ("德裕苑门面3", None, "3"),
        ("3#店面", None, "3"),
        ("5幢门面3", 5, "3"),
        ("5幢3号门面", 5, "3"),
        ("门面3A", None, "3A"),
    ],
)
def test_a_shop_is_a_place_of_its_own(typed, building, number):
    assert parse(typed) == [AddressGuess(building, None, number, AddressKind.SHOP)]


@pytest.mark.parametrize(
    ("typed", "building", "unit"),
    [
        ("3幢2单元", 3, 2),
        ("3-2", 3, 2),
        ("3-2楼道", 3, 2),
        ("3幢2单元楼道", 3, 2),
        ("3幢2单元3楼楼道", 3, 2),
        ("三号楼二单元楼梯", 3, 2),
        ("3#2单元", 3, 2),
        ("3幢2单元单元门", 3, 2),
        ("3幢2", 3, 2),
        ("03-02", 3, 2),
    ],
)
def test_a_stairwell_has_an_address_too(typed, building, unit):
    assert parse(typed) == [AddressGuess(building, unit, None, AddressKind.STAIRWELL)]


@pytest.mark.parametrize("typed", ["3幢", "3栋", "三号楼", "3#", "3#楼", "德裕苑3幢", "3幢外墙", "3幢楼道", "03幢"])
def test_a_building_alone_is_an_address(typed):
    assert parse(typed) == [AddressGuess(3, None, None, AddressKind.BUILDING)]


@pytest.mark.parametrize(
    "typed",
    [
        "",
        " ",
        "德裕苑",
        "小区北门",
        "张三",
        "厨房水管爆了",
        "三楼厕所漏水严重",
        "chenguiying",
        "cgy",
        "A",
        "-",
        "3",
        "12",
        "03",
        "三",
        "13800001234",
        "84001234",
        "8400123",
        "0523-84001234",
        "GD20261123-0007",
        "#123#",
        "0-0-0",
        "0幢",
        "0-2-501",
        "3-0-501",
        "3-2-000",
        "000",
        "3-2-501-7",
        "3-2-50123",
        "1234-2-501",
        "3-222-501",
        "2026-11-23",
        "幢单元室",
        "十十十",
        "车库",
        "门面",
        "3号楼门面",
        "3-2-501/502",
        "\x00",
        "🏠",
    ],
)
def test_what_is_no_address_gives_no_guess(typed):
    assert parse(typed) == []


def test_more_than_sixty_characters_are_a_story_and_are_never_cut_to_another_home():
    assert parse(" " * 5000 + "3-2-501" + " " * 5000) == [home(3, 2, "501")]
    assert parse("3" + " " * 50 + "-2-501") == [home(3, 2, "501")]
    assert parse("3" + " " * 54 + "-2-5011111") == []


def test_the_estates_own_name_may_hold_numerals_and_latin_letters():
    assert parse("三友里3-2-501", estate_name="三友里") == [home(3, 2, "501")]
    assert parse("Deyu Yuan 3-2-501", estate_name="Deyu Yuan") == [home(3, 2, "501")]


@pytest.mark.parametrize(
    ("typed", "key"),
    [
        ("3幢2单元501室", "3-2-501"),
        ("3-2-501a", "3-2-501A"),
        ("3幢车库12", "3-车12"),
        ("3幢2单元车库12", "3-车12"),
        ("车库12", "车12"),
        ("门面3", "店3"),
        ("5幢门面3", "5-店3"),
        ("3幢2单元", "3-2"),
        ("3幢", "3"),
        ("3幢501", "3-501"),
        ("501", "501"),
    ],
)
def test_the_key_of_a_place(typed, key):
    assert address_key(parse(typed)[0]) == key


@pytest.mark.parametrize(
    ("building", "unit", "room", "words"),
    [
        (7, 2, "501", "七幢二单元五〇一"),
        (12, 1, "302", "十二幢一单元三〇二"),
        (10, 3, "601", "十幢三单元六〇一"),
        (20, 1, "101", "二十幢一单元一〇一"),
        (18, 4, "602", "十八幢四单元六〇二"),
        (102, 1, "101", "一百〇二幢一单元一〇一"),
        (110, 1, "101", "一百一十幢一单元一〇一"),
        (100, 1, "101", "一百幢一单元一〇一"),
        (3, None, "501", "三幢五〇一"),
        (3, 2, None, "三幢二单元"),
        (3, None, None, "三幢"),
        (3, 2, "501A", "三幢二单元五〇一A"),
        (None, None, "", ""),
        (None, None, None, ""),
        (0, None, None, "〇幢"),
        (1234, None, None, "一二三四幢"),
    ],
)
def test_an_address_is_read_back_in_words(building, unit, room, words):
    assert spoken(building, unit, room) == words


@given(
    st.integers(1, 99),
    st.integers(1, 9),
    st.integers(1, 33),
    st.integers(1, 9),
    st.sampled_from([
        "{b}-{u}-{r}", "{b}幢{u}单元{r}室", "{b}号楼{u}单元{r}", "{b}#{u}-{r}", "{b}#-{u}-{r}", "{b} {u} {r}",
        "{b}/{u}/{r}", "{b}.{u}.{r}", "德裕苑{b}栋{u}单元{r}", "0{b}-0{u}-{r}", "{b}、{u}、{r}",
    ]),
)  # fmt: skip
def test_every_home_is_found_in_every_form(building, unit, floor, door, form):
    room = f"{floor}{door:02}"
    typed = form.format(b=building, u=unit, r=room)

    assert parse(typed) == [home(building, unit, room)]


@given(st.integers(1, 999), st.integers(1, 99), st.from_regex(r"[1-9][0-9]{2,3}[A-H]?", fullmatch=True))
def test_what_is_read_back_is_understood_again(building, unit, room):
    assert parse(spoken(building, unit, room)) == [home(building, unit, room)]


@given(st.integers(1, 99), st.integers(1, 9), st.integers(1, 9), st.integers(1, 9))
def test_among_the_readings_of_a_run_of_digits_is_the_right_one(building, unit, floor, door):
    room = f"{floor}0{door}"

    assert home(building, unit, room) in parse(f"{building}{unit}{room}")


PIECES = st.sampled_from([
    "3", "12", "501", "幢", "号楼", "单元", "室", "-", " ", "#", "车库", "门面", "三", "十", "百", "零", "〇", "/", ".",
    "A", "德裕苑", "楼道", "第", "的", "楼", "号", "单", "元", "０", "㊿", "Ⅷ", "½", "\u0661", "²",
])  # fmt: skip


@given(st.text(max_size=80) | st.lists(PIECES, max_size=30).map("".join), st.sampled_from(["", "德裕苑", "3", "("]))
def test_nothing_typed_ever_fails(typed, estate_name):
    guesses = parse(typed, estate_name=estate_name)

    assert len(guesses) == len(set(guesses)) <= 4
    for guess in guesses:
        address_key(guess)
        spoken(guess.building_no, guess.unit_no, guess.room_no)
        assert guess.building_no != 0 and guess.unit_no != 0
        assert guess.room_no is None or not guess.room_no.startswith("0")


@pytest.mark.parametrize(
    "piece", ["3", "-", "3-", "三", "十", "幢", "苑", " ", "3幢", "#", "A", "号楼", "\ufdfa", "苑小区"]
)
def test_five_thousand_characters_take_no_time(piece):
    typed = (piece * 5000)[:5000]
    started = time.perf_counter()

    parse(typed, estate_name="德裕苑")

    assert time.perf_counter() - started < 0.1
