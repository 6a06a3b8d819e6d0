"""Dangers as people say them on the telephone: each is recognised, named, and met with the right first words."""

import json
from datetime import UTC, datetime
from pathlib import Path
from types import SimpleNamespace

import pytest

from helpdesk.hotline.rules import read_back
from helpdesk.repairs import suggestions as module
from helpdesk.repairs.suggestions import from_document, suggest

ROWS = from_document(json.loads((Path(module.__file__).parent / "categories.json").read_text("utf-8")))
OFFERED = [SimpleNamespace(**row) for row in ROWS if not row["hidden"]]
NAMES = {row["code"]: row["name_zh"] for row in ROWS}
NOW = datetime(2026, 3, 2, 4, tzinfo=UTC)
DANGERS = {
    "FIRE": (
        "119",
        [
            "着火了",
            "家里着火",
            "我家厨房着火啦",
            "油锅起火了",
            "楼上失火了",
            "快救火",
            "电瓶车烧起来了",
            "车棚里电动车自燃",
            "楼道里全是烟",
            "隔壁冒黑烟",
            "电表箱冒烟",
            "被子烧着了",
            "垃圾桶着火",
            "充电器炸了",
            "there is a fire in the kitchen",
        ],
    ),
    "GAS_SMELL": (
        "燃气公司",
        [
            "闻到煤气味",
            "厨房有煤气味道",
            "天然气漏了",
            "煤气管被挖断了",
            "煤气软管破了",
            "燃气阀关不住",
            "燃气报警器响了",
            "煤气嘶嘶响",
            "楼道里臭鸡蛋味",
            "I smell gas",
        ],
    ),
    "SHOCK": (
        "120",
        [
            "有人触电了",
            "小孩触电了",
            "洗衣机漏电麻手",
            "热水器麻手",
            "水龙头带电打手",
            "插座冒火花",
            "开关打火花",
            "电线断了掉在地上",
            "配电箱进水了",
            "电表箱在滴水",
            "电闸泡水了",
            "墙上插座放电",
        ],
    ),
    "LIFT_TRAP": (
        "119",
        [
            "电梯困人",
            "电梯困住了",
            "有人被困电梯里",
            "电梯里困了两个人",
            "困在电梯里出不来",
            "电梯门打不开里面有人",
            "我被关在电梯里",
            "trapped in the lift",
        ],
    ),
    "HURT": (
        "120",
        [
            "摔倒起不来",
            "老人摔倒了",
            "我妈摔倒在卫生间",
            "老头子跌倒爬不起来",
            "我爸晕倒了",
            "胸口疼得厉害",
            "胸口痛喘不上气",
            "老伴心脏病犯了",
            "孩子抽搐口吐白沫",
            "我家老人中风了",
            "邻居从梯子上摔下来起不来",
            "奶奶叫她没反应",
            "有人喊救命",
            "我老婆要生了",
            "吃东西噎住了",
            "煤气中毒了",
            "chest pain",
        ],
    ),
    "AT_EDGE": (
        "110",
        [
            "有人要跳楼",
            "楼顶有人站在边上",
            "天台上有人要跳下去",
            "有人坐在屋顶边上",
            "小伙子站在窗台外面要跳",
            "她说不想活了",
            "有人割腕",
            "someone on the roof edge",
        ],
    ),
    "RENDER_FALL": ("离开墙根", ["外墙皮掉下来", "外墙砖往下掉", "阳台水泥块脱落", "空调外机要掉下来", "高空坠物"]),
    "STUCK": (
        "119",
        ["孩子锁在车里了", "小孩头卡在栏杆里", "小孩手被门夹住拔不出来", "有人掉河里了", "老人被水困在地下室"],
    ),
    "HOME_DOOR_LOCK": ("119", ["小孩反锁在家里", "孩子一个人锁在屋里", "宝宝反锁在卧室里门打不开"]),
    "ELDER_CHECK": ("110", ["独居老人电话没人接", "对门老太太几天没出门"]),
    "SOCKET_LIGHT": ("119", ["插座进水了", "插座上面滴水"]),
    "MANHOLE": ("119", ["有人掉进井里"]),
}
HARMLESS = [
    "煤气灶打不着火",
    "热水器打不着火",
    "燃气灶点不着火",
    "火气大",
    "邻居火气大得很",
    "电梯广告太多",
    "电梯里的广告",
    "加装电梯怎么申请",
    "老人上下电梯困难",
    "煤气费怎么交",
    "煤气表没电了",
    "煤气报警器要换电池",
    "没有着火",
    "不是着火",
    "没有煤气味",
    "插座没有冒烟",
    "道闸起不来",
    "卷帘门起不来",
    "漏电保护器老是跳",
    "抽油烟机不吸烟",
    "有人在楼道抽烟",
    "火车票怎么报销",
    "消防演习什么时候",
    "烟感报警器没电",
    "路灯暗怕老人摔跤",
    "跳广场舞太吵",
    "跳闸了",
    "楼顶太阳能漏水",
    "楼顶上晒被子",
    "地砖绊倒人",
    "门卡不灵",
    "水管卡住拧不动",
    "锁芯卡住了",
    "电动车充不进电",
    "房顶有人修瓦",
    "接触不良灯闪",
]

INSIDE_OTHER_WORDS = [
    "接触电视机的插座不好",
    "电视信号线接触电源不好",
    "我在等着火车没空",
    "坐着火车打电话来的",
    "吃着火锅呢突然停电了",
    "煤气灶打着火就灭",
    "燃气热水器打不着火",
    "热水器点不着火",
    "业主发起火来了",
    "我们一起火车站见",
    "来自燃气公司的人没来",
    "楼道里都是烟头",
    "楼梯间全是烟头没人扫",
    "楼下堆纸箱有火灾隐患",
    "电麻将桌太吵",
    "停电到了现在还没来",
    "插座那边放电视的地方没电",
    "客厅顶上吊灯不亮",
    "厨房上吊柜掉了一块",
    "天花板上吊顶漏水",
    "年轻生意人住的",
    "这家店跳楼价大甩卖",
    "落水管堵了",
    "落水管漏水",
    "落水口堵住了",
    "水龙头卡住了拧不动",
    "插头卡在插座里拔不出来",
    "门锁头卡住了",
    "孩子把门禁卡在家里了",
    "煤气没气了",
    "家里没气了打不着火",
    "轮胎没气了",
    "电脑中毒了",
    "楼道昏暗声控灯没反应",
    "黄昏以后感应灯没反应",
    "垃圾倒在门口打电话没反应",
    "树倒在路上车动不了",
    "窗户漏气冷风进来",
    "门缝漏气",
    "空中风筝挂在电线上",
    "楼道里灭火器没了,灶台也坏",
    "a fire extinguisher is missing",
    "a fire door does not close",
    "smokers in the stairwell",
]
MEANT_ALL_THE_SAME = [
    ("SHOCK", "接触电线的时候触电了"),
    ("SHOCK", "我爸在家电到了"),
    ("SHOCK", "插座在放电冒火花"),
    ("SHOCK", "阳台插座放电"),
    ("FIRE", "打雷打着火了"),
    ("FIRE", "厨房着火,锅里的油烧起来"),
    ("FIRE", "停在路边的车起火"),
    ("FIRE", "楼道里都是烟"),
    ("FIRE", "there is smoke and a fire"),
    ("HURT", "我妈在家中风了"),
    ("HURT", "孩子倒在地上叫不应"),
    ("HURT", "她昏倒起不来"),
    ("HURT", "爷爷没气了"),
    ("HURT", "煤气中毒了"),
    ("AT_EDGE", "有人在树上上吊"),
    ("AT_EDGE", "他说要跳楼"),
    ("STUCK", "小孩落水了"),
    ("STUCK", "头卡在栏杆里"),
    ("GAS_SMELL", "阀门漏气"),
    ("LIFT_TRAP", "电梯卡在三楼,里面有人"),
]


def plain(words: str):
    """What is proposed first of what was not denied."""
    return next((found for found in suggest(words, OFFERED) if not found.denied), None)


@pytest.mark.parametrize(
    ("code", "must_say", "words"),
    [(code, must_say, words) for code, (must_say, sayings) in DANGERS.items() for words in sayings],
)
def test_a_danger_is_recognised_and_whom_to_ring_first_is_said(code, must_say, words):
    best = plain(words)

    assert (best.code, must_say in best.first_words_zh) == (code, True)
    assert best.urgency <= "p1"


@pytest.mark.parametrize("words", HARMLESS + INSIDE_OTHER_WORDS)
def test_what_only_sounds_like_a_danger_raises_no_alarm(words):
    best = plain(words)

    assert best is None or best.urgency != "p0"


@pytest.mark.parametrize(("code", "words"), MEANT_ALL_THE_SAME)
def test_a_danger_that_resembles_something_harmless_is_still_one(code, words):
    best = plain(words)

    assert (best.code, best.urgency) == (code, "p0")


@pytest.mark.parametrize(
    ("words", "named"),
    [
        ("着火了", "着火或冒烟"),
        ("充电棚着火了", "着火或冒烟"),
        ("电梯困人", "电梯困人"),
        ("摔倒起不来", "有人受伤或突然发病"),
        ("楼顶有人站在边上", "有人要跳楼或站在高处边上"),
        ("小孩头卡在栏杆里", "有人被卡住、锁在车里或落水"),
        ("有人触电了", "触电、漏电或冒火花"),
    ],
)
def test_the_read_back_names_the_danger(words, named):
    assert named in read_back(None, NAMES[plain(words).code], now=NOW, arrive_by=None)
