"""The keys a record is found by."""

import pytest

from helpdesk.estate import search_keys
from helpdesk.estate.models import SearchKind
from helpdesk.estate.pinyin import SURNAMES


def keys(kind, found):
    return [key for of_kind, key in found if of_kind is kind]


def test_a_name_is_found_from_each_of_its_characters_and_as_it_is_typed_in_latin_letters():
    found = search_keys.of_name("陈桂英")

    assert keys(SearchKind.NAME, found) == ["陈桂英", "桂英", "英"]
    assert keys(SearchKind.PINYIN, found) == ["chenguiying"]
    assert keys(SearchKind.INITIALS, found) == ["cgy"]


@pytest.mark.parametrize(
    ("name", "spelled", "initials"),
    [
        ("单秀兰", ["danxiulan", "shanxiulan"], ["dxl", "sxl"]),
        ("缪根宝", ["miaogenbao", "mougenbao"], ["mgb"]),
        ("吕红梅", ["luhongmei", "lvhongmei"], ["lhm"]),
        ("欧阳建国", ["ouyangjianguo"], ["oyjg"]),
    ],
)
def test_a_surname_is_found_by_every_reading(name, spelled, initials):
    found = search_keys.of_name(name)

    assert keys(SearchKind.PINYIN, found) == spelled
    assert keys(SearchKind.INITIALS, found) == initials


def test_gaps_in_a_name_do_not_count():
    assert search_keys.of_name("陈 桂英") == search_keys.of_name("陈桂英")
    assert keys(SearchKind.NAME, search_keys.of_name("买买提·艾力"))[0] == "买买提艾力"


def test_a_latin_name_is_found_by_its_words():
    found = search_keys.of_name("Ann Smith")

    assert keys(SearchKind.NAME, found) == ["annsmith", "smith"]
    assert keys(SearchKind.PINYIN, found) == ["annsmith"]


def test_a_number_is_found_by_any_part_of_it():
    found = keys(SearchKind.PHONE, search_keys.of_phone("12000000073"))

    assert found[0] == "12000000073" and found[-1] == "073"
    assert any(key.startswith("00000073") for key in found)


def test_a_home_is_found_by_address_with_and_without_dashes_by_room_and_by_its_number():
    found = search_keys.of_place("3-2-501", room_no="501", home_no="2073")

    assert keys(SearchKind.ADDRESS, found) == ["3-2-501", "32501", "501"]
    assert keys(SearchKind.HOME_NO, found) == ["2073"]


def test_a_garage_and_a_gate_are_found_as_people_call_them():
    assert keys(SearchKind.ADDRESS, search_keys.of_place("3-车12", room_no="12")) == ["3-车12", "3车12", "12"]
    assert keys(SearchKind.ADDRESS, search_keys.of_place("小区北门")) == ["小区北门", "区北门", "北门"]


def test_letters_of_a_room_are_capitals_as_in_a_parsed_address():
    assert keys(SearchKind.ADDRESS, search_keys.of_place("3-2-501a", room_no="501a")) == ["3-2-501A", "32501A", "501A"]


@pytest.mark.parametrize("name", ["", "   ", "…"])
def test_a_name_without_a_readable_character_has_no_spelling(name):
    assert keys(SearchKind.PINYIN, search_keys.of_name(name)) == []


def test_no_key_is_longer_than_its_column():
    assert all(len(key) <= 80 for _, key in search_keys.of_name("单" * 80) + search_keys.of_place("北" * 100))


@pytest.mark.parametrize("surname", SURNAMES)
def test_every_listed_surname_gives_keys_in_small_letters_only(surname):
    spelled = keys(SearchKind.PINYIN, search_keys.of_name(surname + "秀英"))

    assert spelled and all(key.isascii() and key.islower() for key in spelled)
