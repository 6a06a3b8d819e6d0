"""What residents say on the telephone, and what the desk is offered for it."""

import json
from dataclasses import dataclass, field
from pathlib import Path
from types import SimpleNamespace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from helpdesk.repairs import suggestions as module
from helpdesk.repairs.suggestions import from_document, suggest

DOCUMENT = json.loads((Path(module.__file__).parent / "categories.json").read_text("utf-8"))
ROWS = from_document(DOCUMENT)
TREE = [SimpleNamespace(**row) for row in ROWS]


@dataclass
class Category:
    code: str
    synonyms: list[str]
    urgency: str = "p2"
    raises: list[dict] = field(default_factory=list)
    first_words_zh: str = ""
    first_words_en: str = ""


def first(words: str) -> tuple[str, str]:
    """The best suggestion from the tree we ship: code and urgency."""
    best = suggest(words, TREE)[0]
    return best.code, best.urgency


@pytest.mark.parametrize(
    ("words", "code", "urgency"),
    [
        ("厨房水管爆了,漏到楼下", "WATER_BURST", "p1"),
        ("厨房水管爆了，漏到楼下", "WATER_BURST", "p1"),
        ("卫生间的水管子炸掉了,水喷得到处都是", "WATER_BURST", "p1"),
        ("三角阀断了,水止不住", "WATER_BURST", "p1"),
        ("热水器上面的软管崩了", "WATER_BURST", "p1"),
        ("水表冻裂了,楼道里都是水", "WATER_BURST", "p1"),
        ("家里发大水了,你们快来", "WATER_BURST", "p1"),
        ("爆管了", "WATER_BURST", "p1"),
        ("地上全是水,不晓得哪里来的", "WATER_BURST", "p1"),
        ("burst pipe in the kitchen", "WATER_BURST", "p1"),
        ("自来水龙头滴水,关不紧", "WATER_LEAK", "p2"),
        ("龙头坏了,老是滴滴答答", "WATER_LEAK", "p2"),
        ("厨房水龙头漏水", "WATER_LEAK", "p2"),
        ("水管坏了", "WATER_LEAK", "p2"),
        ("厨房漏水", "WATER_LEAK", "p2"),
        ("家里潮,水池底下渗", "WATER_LEAK", "p2"),
        ("水龙头漏得哗哗的,关不掉", "WATER_LEAK", "p1"),
        ("马桶水箱一直流水,水费吃不消", "WATER_LEAK", "p2"),
        ("水管接头有点渗水", "WATER_LEAK", "p2"),
        ("阀门锈掉了拧不紧", "WATER_LEAK", "p2"),
        ("帮我换个水龙头", "WATER_LEAK", "p2"),
        ("水管漏水,漏到楼下人家了", "WATER_LEAK", "p1"),
        ("the tap is dripping", "WATER_LEAK", "p2"),
        ("今天怎么停水了", "NO_WATER", "p1"),
        ("家里没得水了,一早上就没有", "NO_WATER", "p1"),
        ("六楼水压低,洗澡洗不起来", "NO_WATER", "p1"),
        ("自来水小得很,上不来", "NO_WATER", "p1"),
        ("放出来的水是黄的", "NO_WATER", "p1"),
        ("下水道堵了", "DRAIN_BLOCK", "p2"),
        ("阴沟不通,水下不去", "DRAIN_BLOCK", "p2"),
        ("马桶堵掉了,冲不下去", "DRAIN_BLOCK", "p2"),
        ("厨房洗菜池下水慢,帮我通一下", "DRAIN_BLOCK", "p2"),
        ("地漏反味,臭得不得了", "DRAIN_BLOCK", "p2"),
        ("卫生间管道堵塞", "DRAIN_BLOCK", "p2"),
        ("一楼马桶倒灌,粪水涌上来了", "DRAIN_BLOCK", "p1"),
        ("地漏返水,厕所里都是", "DRAIN_BLOCK", "p1"),
        ("下水道堵了,脏水往上涌", "DRAIN_BLOCK", "p1"),
        ("toilet is blocked", "DRAIN_BLOCK", "p2"),
        ("楼前头化粪池满了,臭水淌一地", "MANHOLE", "p1"),
        ("窨井盖没得了,小孩要掉下去的", "MANHOLE", "p1"),
        ("窨井盖没盖好,有人掉下去了", "MANHOLE", "p0"),
        ("门口窨井冒水", "MANHOLE", "p1"),
        ("家里停电了,就我一家", "POWER_OUT_HOME", "p1"),
        ("漏电保护老是跳闸", "POWER_OUT_HOME", "p1"),
        ("电闸推不上去", "POWER_OUT_HOME", "p1"),
        ("我家没得电了", "POWER_OUT_HOME", "p1"),
        ("一开空调就跳闸", "POWER_OUT_HOME", "p1"),
        ("停电了,我家老伴要用制氧机", "POWER_OUT_HOME", "p0"),
        ("我们整个单元都停电了", "POWER_OUT_STAIR", "p1"),
        ("楼上楼下都没电", "POWER_OUT_STAIR", "p1"),
        ("整幢楼停电,一片漆黑", "POWER_OUT_STAIR", "p1"),
        ("插座坏了,没反应", "SOCKET_LIGHT", "p2"),
        ("厨房灯不亮", "SOCKET_LIGHT", "p2"),
        ("房间日光灯老是闪", "SOCKET_LIGHT", "p2"),
        ("帮我换个灯泡,我爬不上去", "SOCKET_LIGHT", "p2"),
        ("插座冒火花", "SHOCK", "p0"),
        ("插座冒烟了", "FIRE", "p0"),
        ("开关有焦味", "SHOCK", "p0"),
        ("洗衣机外壳漏电,摸上去麻手", "SHOCK", "p0"),
        ("卫生间的灯里漏水", "SOCKET_LIGHT", "p1"),
        ("楼道灯不亮", "STAIR_LIGHT", "p2"),
        ("楼梯上的灯坏了,晚上看不见", "STAIR_LIGHT", "p2"),
        ("楼道里黑漆漆的", "STAIR_LIGHT", "p2"),
        ("三楼声控灯坏了", "STAIR_LIGHT", "p2"),
        ("stair light is out", "STAIR_LIGHT", "p2"),
        ("小区北门口路灯不亮", "STREET_LIGHT", "p2"),
        ("路上那个灯坏了", "STREET_LIGHT", "p2"),
        ("闻到煤气味", "GAS_SMELL", "p0"),
        ("楼道里有股煤气味道", "GAS_SMELL", "p0"),
        ("天然气好像漏了,有臭味", "GAS_SMELL", "p0"),
        ("液化气罐哧哧响,味道大", "GAS_SMELL", "p0"),
        ("厨房水龙头漏水,还有股煤气味", "GAS_SMELL", "p0"),
        ("I smell gas in the stairwell", "GAS_SMELL", "p0"),
        ("电梯里面困住人了", "LIFT_TRAP", "p0"),
        ("电梯坏了不走", "LIFT_FAULT", "p1"),
        ("北墙渗水,墙上发霉", "WALL_SEEP", "p3"),
        ("外墙渗水,墙皮都鼓包了", "WALL_SEEP", "p3"),
        ("一到黄梅天墙就潮", "WALL_SEEP", "p3"),
        ("窗台下面渗水", "WALL_SEEP", "p3"),
        ("落雨墙上就潮,插座旁边的墙都湿了", "WALL_SEEP", "p1"),
        ("顶楼屋面漏水", "ROOF_LEAK", "p2"),
        ("落雨天屋顶漏,拿盆接着", "ROOF_LEAK", "p1"),
        ("雨水管堵了", "ROOF_LEAK", "p2"),
        ("一下雨就漏,平顶上滴水", "ROOF_LEAK", "p2"),
        ("楼上漏水下来,天花板都湿了", "UPSTAIRS_LEAK", "p2"),
        ("楼上人家卫生间漏,滴到我家马桶上", "UPSTAIRS_LEAK", "p2"),
        ("卫生间顶上滴水", "UPSTAIRS_LEAK", "p2"),
        ("外墙瓷砖掉下来了", "RENDER_FALL", "p0"),
        ("阳台水泥块往下掉,差点砸到人", "RENDER_FALL", "p0"),
        ("楼上空调外机松动要掉了", "RENDER_FALL", "p0"),
        ("楼梯扶手断了", "HANDRAIL", "p1"),
        ("二单元栏杆晃得厉害", "HANDRAIL", "p1"),
        ("楼梯踏步破了,老人要绊的", "HANDRAIL", "p1"),
        ("单元门关不上", "UNIT_DOOR", "p2"),
        ("楼下的门铃不响", "UNIT_DOOR", "p2"),
        ("对讲坏了没声音", "UNIT_DOOR", "p2"),
        ("门禁刷不开,进不去", "UNIT_DOOR", "p1"),
        ("门锁坏了", "HOME_DOOR_LOCK", "p2"),
        ("纱窗破了,蚊子飞进来", "HOME_DOOR_LOCK", "p2"),
        ("钥匙断在锁里了", "HOME_DOOR_LOCK", "p2"),
        ("老人反锁在屋里开不开门", "HOME_DOOR_LOCK", "p1"),
        ("钥匙没带,小伢儿一个人关在家里", "HOME_DOOR_LOCK", "p1"),
        ("门打不开了,锅还在火上烧着", "HOME_DOOR_LOCK", "p0"),
        ("路上有个大坑", "ROAD", "p3"),
        ("人行道道板翘起来,我昨天绊倒了", "ROAD", "p2"),
        ("门口积水走不过去", "ROAD", "p3"),
        ("围墙歪了要倒", "FENCE_SIGN", "p1"),
        ("健身器材坏了", "FENCE_SIGN", "p3"),
        ("充电桩扫码没反应", "CHARGE_PILE", "p2"),
        ("电瓶车充不进电,棚子里都不行", "CHARGE_PILE", "p2"),
        ("充电棚着火了", "FIRE", "p0"),
        ("树枝挡住我家窗户了", "TREE_GREEN", "p3"),
        ("台风把大树刮倒了", "TREE_GREEN", "p1"),
        ("楼道里有老鼠", "PEST", "p3"),
        ("阳台上有个马蜂窝", "PEST", "p1"),
        ("草长得老高,没人割", "TREE_GREEN", "p3"),
        ("楼下狗叫了一夜", "NOISE", "p3"),
        ("三楼的人把旧沙发扔在楼道", "CLEAN", "p3"),
        ("垃圾桶满了没人收,臭死了", "CLEAN", "p3"),
        ("楼道脏得很,没人扫", "CLEAN", "p3"),
        ("三楼从窗户拉电线下来给电瓶车充电", "FLY_WIRE", "p1"),
        ("车库里私拉电线", "FLY_WIRE", "p1"),
        ("电瓶车推到楼道充电", "FLY_WIRE", "p1"),
        ("消防通道给车子堵住了", "FIRE_LANE", "p1"),
        ("灭火器过期了", "FIRE_GEAR", "p1"),
        ("人家车子停在我家门口,出不来", "PARKING_DISPUTE", "p3"),
        ("车位给人占了", "PARKING_DISPUTE", "p3"),
        ("楼上吵死了,半夜还在跳", "NOISE", "p3"),
        ("隔壁装修声太吵,睡不着", "NOISE", "p3"),
        ("我妈一个人住,电话打不通,请你们去看看", "ELDER_CHECK", "p0"),
        ("对门老太太几天没出门了,敲门没人应", "ELDER_CHECK", "p0"),
        ("老头子跌倒爬不起来了", "HURT", "p0"),
        ("我家老人摔倒了", "HURT", "p0"),
        ("奶奶倒在地上,叫她没反应", "HURT", "p0"),
        ("三幢那个独居老人敲门不开", "ELDER_CHECK", "p0"),
        ("家里着火了", "FIRE", "p0"),
        ("车库里冒烟,烧起来了", "FIRE", "p0"),
        ("有人触电了", "SHOCK", "p0"),
    ],
)  # fmt: skip
def test_what_a_resident_says_leads_to_the_category_and_its_urgency(words, code, urgency):
    assert first(words) == (code, urgency)


@pytest.mark.parametrize(
    "words",
    [
        "",
        "  ",
        "你好",
        "我要交物业费",
        "谢谢你们师傅",
        "请问明天上班吗",
        "stapler",
        "13800001234",
        "3-2-501",
        "\x00",
        "。。。",
    ],
)
def test_words_without_a_fault_suggest_nothing(words):
    assert suggest(words, TREE) == []


@pytest.mark.parametrize(
    ("words", "first_code", "denied_code"),
    [
        ("没有闻到煤气味,就是龙头滴水", "WATER_LEAK", "GAS_SMELL"),
        ("没停电,是灯泡坏了", "SOCKET_LIGHT", "POWER_OUT_HOME"),
        ("楼上没有漏,是我家龙头坏了", "WATER_LEAK", "UPSTAIRS_LEAK"),
        ("不是爆管,是水龙头关不紧", "WATER_LEAK", "WATER_BURST"),
    ],
)
def test_what_is_denied_comes_last(words, first_code, denied_code):
    found = suggest(words, TREE)

    assert found[0].code == first_code
    assert not found[0].denied
    assert {suggestion.code: suggestion.denied for suggestion in found}[denied_code]


def test_what_is_denied_raises_nothing():
    assert first("插座坏了,没有冒烟") == ("SOCKET_LIGHT", "p2")
    assert first("下水道堵了,没有返水") == ("DRAIN_BLOCK", "p2")
    assert first("插座坏了,没有冒烟,刚才冒烟的") == ("FIRE", "p0")


def test_the_longest_synonym_wins():
    tree = [Category("A", ["灯"]), Category("B", ["楼道+灯"]), Category("C", ["楼道灯不亮"])]

    assert [found.code for found in suggest("楼道灯不亮", tree)] == ["C", "B", "A"]
    assert suggest("楼道里的灯", tree)[0].matched == ("楼道…灯",)


def test_among_equals_the_more_urgent_and_then_the_order_of_the_tree_decides():
    tree = [Category("A", ["漏水"]), Category("B", ["漏水"]), Category("C", ["漏水"], urgency="p1")]

    assert [found.code for found in suggest("漏水", tree)] == ["C", "A", "B"]


def test_the_parts_of_a_synonym_are_said_in_one_sentence():
    tree = [Category("A", ["楼上+漏"])]

    assert suggest("楼上,好像在漏", tree)
    assert suggest("我住楼上。厨房漏", tree) == []


def test_danger_comes_before_a_longer_synonym():
    tree = [Category("A", ["厨房水龙头漏水"]), Category("GAS", ["煤气味"], urgency="p0")]

    assert [found.code for found in suggest("厨房水龙头漏水,有煤气味", tree)] == ["GAS", "A"]


def test_a_raise_of_one_category_to_danger_holds_for_all_and_other_raises_only_for_their_own():
    fire = {"words": ["着火"], "urgency": "p0", "first_words_zh": "快离开", "first_words_en": "Leave"}
    old = {"words": ["老人"], "urgency": "p1"}
    tree = [Category("A", ["门锁"], raises=[old]), Category("B", ["门"], raises=[fire], urgency="p3")]

    assert [(found.code, found.urgency) for found in suggest("老人门锁坏了", tree)] == [("A", "p1"), ("B", "p3")]
    raised = suggest("老人门锁坏了,里面着火", tree)
    assert [(found.code, found.urgency, found.raised_by) for found in raised] == [
        ("A", "p0", "着火"),
        ("B", "p0", "着火"),
    ]
    assert {(found.first_words_zh, found.first_words_en) for found in raised} == {("快离开", "Leave")}


def test_a_raise_never_makes_anything_less_urgent():
    tree = [Category("A", ["漏"], urgency="p1", raises=[{"words": ["一点"], "urgency": "p3"}])]

    (found,) = suggest("漏一点", tree)

    assert (found.urgency, found.raised_by) == ("p1", "")


def test_full_width_letters_gaps_and_case_do_not_matter():
    tree = [Category("A", ["Water leak", "水管漏"])]

    assert suggest("ＷＡＴＥＲ ＬＥＡＫ", tree)[0].matched == ("water leak",)
    assert suggest("水 管 漏", tree)[0].matched == ("水管漏",)


def test_latin_words_count_from_their_beginning():
    tree = [Category("A", ["tap"])]

    assert suggest("the taps", tree) and suggest("换tap", tree)
    assert suggest("stapler", tree) == []


def test_only_the_first_five_hundred_characters_count():
    assert suggest("好" * 498 + "漏水", [Category("A", ["漏水"])])
    assert suggest("好" * 499 + "漏水", [Category("A", ["漏水"])]) == []


@pytest.mark.parametrize("synonyms", [[""], ["+"], ["/"], ["漏+"], ["+漏"], ["漏++水"], [" "]])
def test_an_unfinished_synonym_matches_nothing(synonyms):
    assert suggest("漏水", [Category("A", synonyms)]) == []


@pytest.mark.parametrize(
    "code",
    [
        "GAS_SMELL", "LIFT_TRAP", "RENDER_FALL", "ELDER_CHECK", "WATER_BURST", "MANHOLE", "POWER_OUT_STAIR",
        "POWER_OUT_HOME", "HANDRAIL", "FIRE", "SHOCK", "HURT", "AT_EDGE", "STUCK",
    ],
)  # fmt: skip
def test_danger_and_a_burst_pipe_have_first_words_in_both_languages(code):
    row = next(row for row in ROWS if row["code"] == code)

    assert len(row["first_words_zh"]) > 40
    assert len(row["first_words_en"]) > 100


@pytest.mark.parametrize(
    ("words", "must_say"),
    [
        ("厨房着火了", "119"),
        ("插座打火花", "总闸"),
        ("有人触电了", "120"),
        ("闻到煤气味", "不要开灯"),
        ("外墙砖掉下来砸到人了", "120"),
        ("老太太晕倒了", "120"),
        ("水管爆了", "总水阀"),
        ("窨井盖没了,有人掉下去了", "119"),
        ("门打不开了,灶上锅还烧着", "119"),
        ("马桶倒灌,粪水漫出来了", "不要冲马桶"),
        ("窨井溢出来了", "不要自己揭盖"),
        ("整个单元都停电了", "制氧机"),
        ("老人反锁在家里,门打不开", "隔着门"),
        ("水管漏水,漏到楼下人家了", "总水阀"),
        ("插座进水了", "不要碰开关"),
    ],
)
def test_the_operator_is_told_what_to_say_first(words, must_say):
    assert must_say in suggest(words, TREE)[0].first_words_zh


@pytest.mark.parametrize("row", ROWS, ids=lambda row: row["code"])
def test_first_words_are_there_in_both_languages_or_in_none(row):
    for said in (row, *row["raises"]):
        assert bool(said.get("first_words_zh")) == bool(said.get("first_words_en"))


def test_an_ordinary_repair_has_no_first_words():
    best = suggest("楼道灯不亮", TREE)[0]

    assert (best.first_words_zh, best.first_words_en, best.raised_by) == ("", "", "")


def test_the_tree_is_whole():
    codes = [row["code"] for row in ROWS]

    assert len(codes) == len(set(codes)) == 38
    assert [row["position"] for row in ROWS] == list(range(1, 39))
    assert codes[-1] == "OTHER"
    assert [row["code"] for row in ROWS if row["hidden"]] == ["LIFT_FAULT"]


@pytest.mark.parametrize("row", ROWS, ids=lambda row: row["code"])
def test_every_category_is_complete(row):
    assert row["urgency"] in {"p0", "p1", "p2", "p3"}
    assert row["where"] in {"in_home", "common", "outdoor"}
    assert row["charge"] in {"free", "labour", "paid", "ask"}
    assert row["liable"] in {"owner", "company", "utility", "neighbour", "operator", "lift_firm"}
    assert row["funding_source"] in {
        "street_office", "community", "owners_split", "renovation_guarantee",
        "company", "utility", "owner", "maintenance_fund",
    }  # fmt: skip
    assert 5 <= row["duration_minutes"] <= 240 and row["duration_minutes"] % 5 == 0
    assert all(row[key] for key in ("name_zh", "name_en", "group_code", "group_zh", "group_en", "skill", "synonyms"))
    assert len(row["code"]) <= 30 and len(row["name_zh"]) <= 40 and len(row["name_en"]) <= 60
    for rule in row["raises"]:
        assert rule["words"] and rule["urgency"] <= row["urgency"]
        assert bool(rule.get("first_words_zh")) == bool(rule.get("first_words_en"))


@pytest.mark.parametrize("row", ROWS, ids=lambda row: row["code"])
def test_every_synonym_finds_its_own_category(row):
    for synonym in row["synonyms"]:
        words = " ".join(part.split("/")[0] for part in synonym.split("+"))
        assert row["code"] in {found.code for found in suggest(words, TREE)}, synonym


def test_no_synonym_is_written_twice_in_one_category():
    for row in ROWS:
        assert len(row["synonyms"]) == len(set(row["synonyms"])), row["code"]


SAID = st.text(max_size=80) | st.lists(
    st.sampled_from(
        ["楼道", "灯", "漏", "没有", "不", "水管", "爆", "煤气味", "着火", "老人", "锁", ",", "。", " ", "tap"]
    ),
    max_size=12,
).map("".join)


@given(SAID)
def test_nothing_said_ever_fails_and_the_answer_is_always_the_same(words):
    found = suggest(words, TREE)

    assert found == suggest(words, TREE)
    assert len({suggestion.code for suggestion in found}) == len(found)
    assert [suggestion.denied for suggestion in found] == sorted(suggestion.denied for suggestion in found)
    for suggestion in found:
        assert suggestion.urgency <= next(row["urgency"] for row in ROWS if row["code"] == suggestion.code)


@given(st.lists(st.text(alphabet="漏水灯+/ a", max_size=6), max_size=4), SAID)
def test_no_synonym_somebody_edits_ever_fails(synonyms, words):
    suggest(words, [Category("A", synonyms, raises=[{"words": synonyms, "urgency": "p0"}, {}])])
