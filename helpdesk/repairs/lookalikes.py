"""Words of danger that stand inside other words: 接触电视 is no 触电, 落水管 no 落水, 水龙头卡住 nobody's head.

Chinese has no spaces, so a synonym is found inside other words as well. Each pattern finds its synonym where it may be
meant. In doubt the alarm is raised: 阀门漏气 stays gas, 孩子倒在 a child, although 门漏气 and 树倒在 are left out.
"""

import re

MEANT = {
    synonym: re.compile(pattern)
    for synonym, pattern in {
        "着火": r"(?:(?<!打)|(?<=雷打))(?<![憋压窝忍])(?!(?<=[坐乘赶等追])着火车)(?!(?<=[吃煮涮端围])着火锅)着火",
        "起火": r"(?<![发想说提谈聊])(?!(?<=一)起火[车锅])起火",
        "自燃": r"自燃(?!气)",
        "都是烟": r"都是烟(?![头灰蒂盒花酒囱])",
        "全是烟": r"全是烟(?![头灰蒂盒花酒囱])",
        "有火灾": r"有火灾(?!隐患|保险|演)",
        "火": r"(?<![打点熄灭防消救])(?<![打点]不着)(?<!打着)(?<!打得着)火(?![气小力眼盖])",
        "触电": r"(?<!接)触电",
        "电麻": r"电麻(?!将)",
        "电到了": r"(?<![来停送充供断没])电到了",
        "电到人": r"(?<![来停送充供断没])电到人",
        "放电": r"放电(?![视动瓶饭脑器扇影冰磁])",
        "没气了": r"(?<![气灶罐瓶胎家表房里停])没气了",
        "中毒了": r"(?<!电脑)(?<!手机)中毒了",
        "中风": r"(?<!空)中风(?!大(?!概)|[力扇口吹筝])",
        "昏": r"(?<!黄)昏(?![暗黄])",
        "倒在": r"(?<![圾水油树枝杆车渣土])倒在",
        "跳楼": r"跳楼(?![价机甩])",
        "上吊": r"上吊(?![灯顶扇兰柜车篮装环钩机牌])",
        "轻生": r"(?<!年)轻生",
        "落水": r"落水(?![管口斗洞槽弯立])",
        "头": r"(?<![龙锁插接弯喷灯木里上外前后石车笼罐砖床枕镜探码阀针摄线])头(?![发顶])",
        "卡在": r"(?<![禁水电饭医行])卡在",
        "漏气": r"(?<!窗)(?<!窗户)(?<![门窗]缝)(?<![房大家拉]门)(?<!胎)(?<!空调)(?<!冰箱)漏气",
        "a fire": r"\ba fire(?! (?:door|extinguisher|hydrant|drill|hose|lane))",
        "smoke": r"\bsmoke(?!r)",
    }.items()
}  # fmt: skip
