"""Names are found by how they sound, whichever way the surname is read."""

import re
import subprocess
import sys

import pytest
from hypothesis import given
from hypothesis import strategies as st

from helpdesk.estate.pinyin import DOUBLE_SURNAMES, SURNAMES, NameKeys, looks_like_pinyin, name_keys, pinyin_query


@pytest.mark.parametrize(
    ("name", "full", "initials"),
    [
        ("陈桂英", {"chenguiying"}, {"cgy"}),
        ("王建国", {"wangjianguo"}, {"wjg"}),
        ("李 秀兰", {"lixiulan"}, {"lxl"}),
        ("任红梅", {"renhongmei"}, {"rhm"}),
        ("华根宝", {"huagenbao"}, {"hgb"}),
        ("单秀兰", {"danxiulan", "shanxiulan"}, {"dxl", "sxl"}),
        ("仇大明", {"choudaming", "qiudaming"}, {"cdm", "qdm"}),
        ("曾红", {"cenghong", "zenghong"}, {"ch", "zh"}),
        ("解放", {"jiefang", "xiefang"}, {"jf", "xf"}),
        ("查良", {"chaliang", "zhaliang"}, {"cl", "zl"}),
        ("乐平", {"leping", "yueping"}, {"lp", "yp"}),
        ("朴英", {"puying", "piaoying"}, {"py"}),
        ("区明", {"quming", "ouming"}, {"qm", "om"}),
        ("覃芳", {"tanfang", "qinfang"}, {"tf", "qf"}),
        ("缪根宝", {"mougenbao", "miaogenbao"}, {"mgb"}),
        ("翟美华", {"dimeihua", "zhaimeihua"}, {"dmh", "zmh"}),
        ("种明", {"zhongming", "chongming"}, {"zm", "cm"}),
        ("盖明", {"gaiming", "geming"}, {"gm"}),
        ("员明", {"yuanming", "yunming"}, {"ym"}),
        ("吕红", {"lvhong", "luhong"}, {"lh"}),
        ("王女", {"wangnv", "wangnu"}, {"wn"}),
        ("吕绿女", {"lvlvnv", "lulunu"}, {"lln"}),
        ("尉迟明", {"weichiming", "yuchiming"}, {"wcm", "ycm"}),
        ("欧阳红梅", {"ouyanghongmei"}, {"oyhm"}),
        ("万俟明", {"wanqiming", "moqiming"}, {"wqm", "mqm"}),
        ("单于明", {"danyuming", "shanyuming", "chanyuming"}, {"dym", "sym", "cym"}),
        ("张单", {"zhangdan"}, {"zd"}),
        ("阿卜杜拉·买买提", {"abodulamaimaiti"}, {"abdlmmt"}),
        ("Ann Smith", {"annsmith"}, {"as"}),
        ("ann.smith", {"annsmith"}, {"as"}),
        ("José Núñez", {"josenunez"}, {"jn"}),
        ("Ｍａｒｙ", {"mary"}, {"m"}),
        ("David王", {"davidwang"}, {"dw"}),
        ("王阿姨2", {"wangayi2"}, {"way2"}),
        ("张三/李四", {"zhangsanlisi"}, {"zsls"}),
        ("陈 𠮷", {"chen"}, {"c"}),
        ("Lv Hong", {"lvhong", "luhong"}, {"lh"}),
    ],
)
def test_a_name_is_found_by_sound_and_by_initials(name, full, initials):
    assert name_keys(name) == NameKeys(frozenset(full), frozenset(initials))


@pytest.mark.parametrize("name", ["", " ", "·", "...", "🏠", "𠮷", "\x00"])
def test_a_name_that_nobody_can_read_has_no_keys(name):
    assert name_keys(name) == NameKeys(frozenset(), frozenset())


@pytest.mark.parametrize("surname", SURNAMES)
def test_every_special_surname_is_found_in_each_reading(surname):
    assert {f"{reading}ming" for reading in SURNAMES[surname]} <= name_keys(f"{surname}明").full


@pytest.mark.parametrize("surname", DOUBLE_SURNAMES)
def test_every_double_surname_is_found_as_it_is_read(surname):
    first, second = DOUBLE_SURNAMES[surname]

    assert f"{first}{second}ming" in name_keys(f"{surname}明").full
    assert f"{first[0]}{second[0]}m" in name_keys(f"{surname}明").initials


@pytest.mark.parametrize(
    ("q", "looks", "query"),
    [
        ("cgy", True, "cgy"),
        ("ChenGuiYing", True, "chenguiying"),
        ("chen gui ying", True, "chenguiying"),
        ("chen'gui'ying", True, "chenguiying"),
        ("ｃｇｙ", True, "cgy"),
        ("lü", True, "lv"),
        ("LÜ hong", True, "lvhong"),
        ("lv", True, "lv"),
        (" cgy ", True, "cgy"),
        ("Ann Smith", True, "annsmith"),
        ("", False, ""),
        ("  ", False, ""),
        ("GD20261123-0007", False, "gd"),
        ("3-2-501", False, ""),
        ("501a", False, "a"),
        ("陈", False, ""),
        ("陈gy", False, "gy"),
        ("'", False, ""),
        ("13800001234", False, ""),
        ("a" * 61, False, "a" * 60),
    ],
)
def test_what_is_typed_in_letters_is_compared_without_gaps(q, looks, query):
    assert looks_like_pinyin(q) is looks
    assert pinyin_query(q) == query


@given(st.text(max_size=60) | st.text(alphabet="陈桂英单于吕女·. aÜé1", max_size=60))
def test_no_name_ever_fails_and_keys_are_plain_letters(name):
    keys = name_keys(name)

    assert all(re.fullmatch(r"[a-z0-9]+", key) for key in keys.full | keys.initials)
    assert len(keys.full) <= 8
    looks_like_pinyin(name), pinyin_query(name)


@given(st.lists(st.sampled_from("王张陈李刘徐周朱杨吴桂英秀兰根宝建国美华红梅子涵"), min_size=2, max_size=4))
def test_an_ordinary_name_has_one_key_and_one_initial_per_character(characters):
    keys = name_keys("".join(characters))

    (initials,) = keys.initials
    assert len(initials) == len(characters)
    assert all(looks_like_pinyin(key) for key in keys.full)


def test_the_reading_library_is_loaded_only_when_a_name_is_written():
    script = (
        "import importlib.util, sys\n"
        f"spec = importlib.util.spec_from_file_location('names', {sys.modules[name_keys.__module__].__file__!r})\n"
        "names = importlib.util.module_from_spec(spec); sys.modules['names'] = names; spec.loader.exec_module(names)\n"
        "names.name_keys('Ann'); names.pinyin_query('cgy'); assert 'pypinyin' not in sys.modules\n"
        "names.name_keys('陈'); assert 'pypinyin' in sys.modules\n"
        "assert 'pypinyin.phrases_dict' not in sys.modules\n"
    )

    subprocess.run([sys.executable, "-c", script], check=True)
