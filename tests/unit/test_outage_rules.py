"""What is said of an outage, what comes together, and who is rung back when: the edges, as tables."""

from datetime import UTC, datetime, timedelta
from types import SimpleNamespace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from helpdesk.core import clock
from helpdesk.core.errors import Conflict
from helpdesk.outages.rules import (
    Rung,
    areas_zh,
    come_together,
    name_of,
    notice_to_copy,
    once_each,
    words_to_say,
)
from helpdesk.outages.states import NEXT, OutageStatus, move

NOON = datetime(2026, 3, 2, 4, 0, tzinfo=UTC)  # 12:00 in Shanghai
MINUTE = timedelta(minutes=1)


def shanghai(*when):
    return clock.from_local(datetime(*when))


@pytest.mark.parametrize(
    ("minutes", "run"),
    [
        ([], None),
        ([0, 30], None),
        ([0, 30, 60], slice(0, 3)),  # exactly an hour counts
        ([0, 30, 61], None),
        ([0, 50, 70, 100], slice(1, 4)),
        ([0, 10, 20, 200, 210, 220], slice(3, 6)),  # of two alike the later
        ([0, 10, 20, 30, 200, 210, 220], slice(0, 4)),
    ],
)
def test_three_within_an_hour_come_together(minutes, run):
    assert come_together([NOON + minute * MINUTE for minute in minutes]) == run


@given(st.lists(st.integers(0, 600), max_size=30))
def test_what_comes_together_lies_within_an_hour_and_is_as_long_as_can_be(minutes):
    moments = sorted(NOON + minute * MINUTE for minute in minutes)

    run = come_together(moments)

    longest = max((sum(0 <= (other - first) / MINUTE <= 60 for other in moments) for first in moments), default=0)
    assert (run is None) == (longest < 3)
    if run:
        assert run.stop - run.start == longest and moments[run.stop - 1] - moments[run.start] <= timedelta(hours=1)


@pytest.mark.parametrize(
    ("code", "name_zh", "planned", "name"),
    [
        ("NO_WATER", "停水/水压低", False, "停水"),
        ("NO_WATER", "停水/水压低", True, "计划停水"),
        ("POWER_OUT_STAIR", "整单元/整幢停电", False, "停电"),
        ("WALL_SEEP", "外墙渗水", False, "外墙渗水"),
        ("OWN", "路灯(东区)", False, "路灯"),
    ],
)
def test_an_outage_is_called_what_residents_call_it(code, name_zh, planned, name):
    assert name_of(code, name_zh, planned=planned) == name


@pytest.mark.parametrize(
    ("buildings", "stairwells", "others", "aloud", "said"),
    [
        ([3], [], [], True, "三幢"),
        ([12, 3], [(7, 2)], ["小区北门"], False, "3幢、12幢、7幢2单元、小区北门"),
        ([3], [(3, 2), (7, 2), (7, 2)], [], True, "三幢、七幢二单元"),  # the building holds the stairwell
        ([], [(7, 2)], ["车库", "车库"], True, "七幢二单元、车库"),
    ],
)
def test_places_are_told_without_naming_a_home(buildings, stairwells, others, aloud, said):
    assert areas_zh(buildings, stairwells, others, aloud=aloud) == said


def test_the_words_to_say_are_whole_sentences():
    told = {"starts_at": NOON, "now": NOON, "outside_party": "", "over": False, "begun": True}

    assert words_to_say("停水", "三幢", ends_at=None, **told) == (
        "三幢停水我们已经知道了，师傅正在处理，恢复时间还没定。好了以后我们会给您回电话。"
    )
    assert words_to_say("停水", "三幢", ends_at=NOON + 2 * timedelta(hours=1), **told | {"outside_party": "水厂"}) == (
        "三幢停水我们已经知道了，已经联系水厂处理，预计今天 14:00恢复。好了以后我们会给您回电话。"
    )
    assert words_to_say("停水", "三幢", ends_at=None, **told | {"begun": False, "starts_at": NOON + timedelta(1)}) == (
        "三幢明天 12:00起停水。请提前做好准备，给您添麻烦了。"
    )
    assert words_to_say("停水", "三幢", ends_at=None, **told | {"over": True}).startswith("三幢停水已经处理好了。")


def test_the_text_for_the_chat_has_places_times_and_the_hotline():
    told = {"starts_at": NOON, "ends_at": NOON + timedelta(hours=3), "over_at": None, "outside_party": "自来水公司",
            "hotline": "0523-1000 0001", "now": NOON}  # fmt: skip

    assert notice_to_copy("计划停水", "5幢", begun=False, **told) == (
        "【计划停水通知】5幢今天 12:00至今天 15:00计划停水（自来水公司施工）。请各位邻居提前做好准备。"
        "\n有事请拨打服务热线 0523-1000 0001。"
    )
    assert notice_to_copy("停水", "5幢", begun=True, **told) == (
        "【停水通知】5幢今天 12:00起停水，自来水公司正在处理，预计今天 15:00恢复。给各位邻居带来不便，敬请谅解。"
        "\n有事请拨打服务热线 0523-1000 0001。"
    )
    assert notice_to_copy("停水", "5幢", begun=True, **told | {"over_at": NOON, "hotline": ""}) == (
        "【恢复通知】5幢停水，今天 12:00已恢复供水。感谢各位邻居的耐心等待。"
    )


def rung(home=None, person=None, number="", call=None) -> Rung:
    def named(row_id):
        return SimpleNamespace(id=row_id) if row_id else None

    return Rung(named(home), named(person), number, call, None)


@pytest.mark.parametrize(
    ("all_of_them", "kept"),
    [
        ([], []),
        ([rung()], []),  # nobody to ring
        ([rung(1, 1, "a"), rung(1, 2, "b")], [(1, 1, "a")]),  # one household
        ([rung(1, 1, "a"), rung(2, 1, "a")], [(1, 1, "a"), (2, 1, "a")]),  # two homes of one number
        ([rung(None, None, "a"), rung(None, None, "a")], [(None, None, "a")]),
        ([rung(1, 1, "a"), rung(None, 1, "b")], [(1, 1, "a")]),
        ([rung(1), rung(1, 2, "b")], [(1, None, "b")]),  # the number came with the second call
    ],
)
def test_each_household_and_each_number_is_rung_once(all_of_them, kept):
    def plain(one):
        return (one.place and one.place.id, one.person and one.person.id, one.number)

    assert [plain(one) for one in once_each(all_of_them)] == kept


@pytest.mark.parametrize("old", OutageStatus)
@pytest.mark.parametrize("new", OutageStatus)
def test_an_outage_moves_only_as_the_table_says(old, new, app):
    outage = SimpleNamespace(status=old)

    if new in NEXT[old]:
        assert move(outage, new) is old and outage.status is new
    else:
        with pytest.raises(Conflict):
            move(outage, new)
        assert outage.status is old
