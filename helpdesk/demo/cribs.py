"""What hangs, in a well-run office, beside the telephone: one sheet for each stairwell."""

from random import Random

from helpdesk.demo.bulk import Rows
from helpdesk.demo.homes import Spot
from helpdesk.demo.households import Resident
from helpdesk.demo.people import Register
from helpdesk.estate import phone_numbers

VALVES = (
    "一楼楼梯下水表井,左边红色手轮是总阀,顺时针关",
    "单元门外右手地面井盖下,要用十字扳手",
    "一楼半平台水表箱内,总阀在最下面一排",
    "车库通道第二根立管,离地一米,手轮贴红胶带",
)
BREAKERS = (
    "一楼进门左手电表箱,总开关在最上排,钥匙同水表井",
    "二楼平台电表箱,每户一个空开,总闸在箱外侧",
    "一楼电表箱,102 室门对面,总闸贴黄标",
)
UTILITIES = "自来水抢修 {water};供电抢修 {power};燃气抢修 {gas};充电桩运营方 {charge}"
ANSWERS = (
    "停水先问是不是整单元:只有一家多半是表前阀没开足。垃圾房每天 7 点、18 点清运。物业费在小区北门服务中心交,可代办。",
    "楼道灯是声控的,白天不亮属正常。有线电视、宽带找运营商,我们可代报。物业费按季交,北门服务中心 8:00–17:30。",
    "电瓶车充电只能在充电棚,不能上楼。快递代收点在南门。装修垃圾先登记再清运。",
)


def write(rows: Rows, register: Register, rng: Random) -> None:
    numbers = {
        name: phone_numbers.display(f"0523100000{tail}")
        for name, tail in (("water", "11"), ("power", "12"), ("gas", "13"), ("charge", "14"))
    }
    for stairwell in register.places.stairwells:
        rows.add(
            "crib", place_id=stairwell.id, stop_valve=rng.choice(VALVES), breaker=rng.choice(BREAKERS),
            key_holder=_key_holder(register, stairwell.id), utility_numbers=UTILITIES.format(**numbers),
            usual_answers=rng.choice(ANSWERS),
        )  # fmt: skip


def lead_of(register: Register, stairwell_id: int) -> tuple[Spot, Resident] | None:
    """The stairwell lead and their home: somebody who lives there, is at home in the daytime and can be rung."""
    there = [
        (home, resident)
        for home in register.lived_in
        if home.stairwell_id == stairwell_id
        for resident in home.residents
        if resident.lines
    ]
    return min(there, key=lambda known: abs(known[1].age - 66)) if there else None


def _key_holder(register: Register, stairwell_id: int) -> str:
    found = lead_of(register, stairwell_id)
    if found is None:
        return "水表井和电表箱钥匙在服务中心"
    home, lead = found
    number = phone_numbers.display(lead.lines[0].digits)
    return f"楼道长{lead.name}({home.room_no} 室){number};备用钥匙在服务中心"
