"""The sentence that is read back, and the windows that are offered."""

from datetime import UTC, datetime, timedelta

import pytest

from helpdesk.core import clock
from helpdesk.core.clock import from_local
from helpdesk.estate.models import Place, PlaceKind
from helpdesk.hotline.rules import (
    asks_for_waiver,
    read_back,
    spoken_fault,
    spoken_place,
    spoken_time,
)
from helpdesk.windows.rules import Window, still_offered, window_named, window_value, windows_of


def shanghai(day, hour, minute=0):
    return from_local(datetime(2026, 3, day, hour, minute))


def home(**values):
    return Place(
        **{"kind": PlaceKind.DWELLING, "address": "7-2-501", "building_no": 7, "unit_no": 2, "room_no": "501"} | values
    )


def test_an_emergency_is_read_back_with_its_clock_time():
    sentence = read_back(home(), "水管爆裂", now=shanghai(2, 2, 14), arrive_by=shanghai(2, 2, 44))

    assert sentence == "七幢二单元五〇一，水管爆裂，师傅两点四十四分前到。"


@pytest.mark.parametrize(
    ("starts", "ends", "said"),
    [
        (shanghai(2, 14), shanghai(2, 15, 30), "师傅今天下午两点到三点半之间上门"),
        (shanghai(3, 8, 30), shanghai(3, 10), "师傅明天上午八点半到十点之间上门"),
        (shanghai(3, 10), shanghai(3, 12), "师傅明天上午十点到中午十二点之间上门"),
        (shanghai(4, 15, 30), shanghai(4, 17), "师傅后天下午三点半到五点之间上门"),
        (shanghai(12, 8, 30), shanghai(12, 10), "师傅三月十二号上午八点半到十点之间上门"),
    ],
)
def test_a_window_is_read_back_with_its_day(starts, ends, said):
    sentence = read_back(None, "", now=shanghai(2, 12), arrive_by=shanghai(3, 18), window=Window(starts, ends))

    assert sentence == f"{said}。"


@pytest.mark.parametrize(
    ("arrive_by", "at_once", "said"),
    [
        (shanghai(3, 20), False, "师傅明天晚上八点前到。"),
        (shanghai(3, 20), True, "师傅马上出发。"),
        (None, True, "师傅马上出发。"),
        (None, False, "我们马上安排师傅上门。"),
        (shanghai(2, 11, 59), False, "我们马上安排师傅上门。"),  # a promise that is over is not read out
    ],
)
def test_without_a_window_the_promise_is_read_back(arrive_by, at_once, said):
    assert read_back(None, "", now=shanghai(2, 12), arrive_by=arrive_by, at_once=at_once) == said


@pytest.mark.parametrize(
    ("hour", "minute", "said"),
    [
        (0, 5, "零点零五分"),
        (2, 0, "两点"),
        (8, 30, "八点半"),
        (12, 0, "十二点"),
        (13, 20, "一点二十分"),
        (22, 59, "十点五十九分"),
    ],
)
def test_a_time_is_said_the_way_people_say_it(hour, minute, said):
    assert spoken_time(shanghai(2, hour, minute)) == said


@pytest.mark.parametrize(
    ("place", "said"),
    [
        (home(), "七幢二单元五〇一"),
        (home(kind=PlaceKind.GARAGE, unit_no=None, room_no="12", address="7-车12"), "七幢车库一二"),
        (home(kind=PlaceKind.COMMON_AREA, room_no=None, address="7-2"), "七幢二单元楼道"),
        (
            home(kind=PlaceKind.COMMON_AREA, building_no=None, unit_no=None, room_no=None, address="小区北门"),
            "小区北门",
        ),
        (None, ""),
    ],
)
def test_a_place_is_said_the_way_people_say_it(place, said):
    assert spoken_place(place) == said


@pytest.mark.parametrize(
    ("name", "said"),
    [
        ("爆管/大面积漏水", "爆管或大面积漏水"),
        ("水龙头/阀门/水管滴漏", "水龙头、阀门或水管滴漏"),
        ("楼上漏水(邻里)", "楼上漏水"),
        ("路灯", "路灯"),
    ],
)
def test_the_name_of_a_fault_is_read_without_slashes(name, said):
    assert spoken_fault(name) == said


def test_a_window_goes_through_a_form_and_back():
    window = Window(shanghai(3, 8, 30), shanghai(3, 10))

    assert (window_value(window), window_named(window_value(window))) == ("2026-03-03T08:30/10:00", window)


@pytest.mark.parametrize(
    "typed", ["", "x", "2026-03-03T08:30", "2026-03-03T10:00/08:30", "2026-13-03T08:30/10:00", "0001-01-01T00:00/01:00"]
)
def test_what_is_no_window_is_none(typed):
    assert window_named(typed) is None


@pytest.mark.parametrize(("minute", "offered"), [(30, 4), (31, 3)])
def test_a_window_with_less_than_half_an_hour_left_is_not_offered(minute, offered):
    now = shanghai(2, 9, minute)

    windows = still_offered(windows_of(clock.local_date(now)), now)

    assert len(windows) == offered
    assert all(window.ends_at - now >= timedelta(minutes=30) for window in windows)
    assert now.tzinfo is UTC


@pytest.mark.parametrize(
    ("words", "asks"),
    [
        ("物业费减免怎么申请", True),
        ("我是低保户，物业费能不能少交一点", True),
        ("老伴残疾，物管费能不能打折", True),
        ("物业费实在交不起", True),
        ("家里困难，想免掉物业费", True),
        ("孤寡老人要不要交物业费", True),
        ("could the fee be lower, we are poor", True),
        ("is there a fee waiver", True),
        ("物业费怎么交", False),
        ("换灯泡是不是免费的", False),
        ("停电难免，物业费别涨就行", False),
        ("水费怎么这么多", False),
        ("低保户家里水管爆了", False),
        ("残疾人坡道坏了", False),
        ("the lift is slower", False),
        ("", False),
    ],
)  # fmt: skip
def test_what_sounds_like_a_wish_for_a_waiver(words, asks):
    assert asks_for_waiver(words) is asks
