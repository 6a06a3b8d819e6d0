"""Fictional names as they are met in a county town on the Yangtze: surnames by weight, given names by decade."""

from random import Random

from helpdesk.demo.shape import shuffled
from helpdesk.estate.pinyin import DOUBLE_SURNAMES, SURNAMES

# Weights in percent: 王 and 张 as in the province, 陈 as in the prefecture, the others plausible.
COMMON = {
    "王": 7.75, "张": 6.17, "陈": 5.8, "李": 4.6, "刘": 4.6, "徐": 4.2, "周": 3.4, "朱": 3.4, "杨": 2.8, "吴": 2.7,
    "孙": 2.2, "陆": 2.0, "顾": 1.8, "黄": 1.6, "钱": 1.4, "马": 1.3, "沈": 1.2, "何": 1.1, "严": 1.0, "范": 1.0,
    "郑": 1.0, "鞠": 0.9, "盛": 0.9, "褚": 0.7, "缪": 0.7, "仇": 0.6, "单": 0.6, "翟": 0.5, "欧阳": 0.3,
}  # fmt: skip
# Surnames that are read unlike the same character elsewhere: each comes at least once, so that search can be tried.
SELDOM = tuple(dict.fromkeys([*SURNAMES, *DOUBLE_SURNAMES, "吕"]))

_WOMEN = {
    1930: "桂英 秀兰 秀英 凤英 兰英 玉兰 巧云 金娣 招娣 素珍 月娥 翠英 桂珍 银娣 红英 彩凤 扣兰 网娣 粉英",
    1950: "建英 秀芳 玉珍 美英 国芳 爱珍 桂芳 玉芳 秀珍 惠芳 金凤 琴芳 菊芳 粉珍 爱华 兰芳 美芳 龙英 银凤 文英",
    1960: "美华 红梅 建芳 丽华 爱萍 玉梅 惠琴 秀琴 小红 亚萍 美琴 菊萍 建华 雪芳 国琴 志芳 晓琴 琴华 玉萍 爱琴",
    1970: "海燕 春兰 丽萍 小燕 亚琴 晓红 志红 丽娟 春燕 红霞 雪梅 建红 莉萍 秋燕 文娟 玉霞 小芳 海霞 益芳 亚芳",
    1980: "婷婷 静 丽娜 燕 晓燕 莉莉 娟 敏 倩 海霞 蓉 琳琳 佳 晶晶 雯 莹 露露 亚男 霞 蕾",
    1990: "雨婷 思佳 佳怡 梦瑶 雅婷 晨曦 欣悦 诗雨 静怡 嘉敏 文静 心怡 雪莹 若琳 婉清 晓雯",
    2005: "子涵 欣怡 梓萱 诗涵 雨桐 梦琪 语嫣 一诺 可馨 若曦 佳琪 紫萱 思妍 沐晴 书瑶 予希",
}
_MEN = {
    1930: "根宝 大明 金根 福生 银根 阿根 龙生 炳生 松林 荣生 长根 扣宝 网宝 根林 金宝 洪生 顺宝 汉文 文彬",
    1950: "国平 建国 国华 志明 祥林 国良 金林 永明 建平 福林 汉明 龙根 志祥 国祥 宝林 学明 荣根 贤明 正明 纪根",
    1960: "建国 建明 卫东 国强 志强 建军 卫国 建新 红卫 志刚 国庆 永强 建忠 学军 文华 跃进 卫兵 新华 向阳 建荣",
    1970: "建峰 志军 海军 小平 晓东 永军 春华 志华 建东 卫星 小军 海峰 亚军 晓明 立新 文军 益民 新民 爱军 峰",
    1980: "磊 鹏 伟 斌 强 勇 晓峰 海涛 超 俊 亚东 凯 波 佳伟 涛 明明 刚 健 飞 宏伟",
    1990: "俊杰 浩然 宇航 志豪 佳豪 文杰 子豪 天宇 晓龙 嘉伟 明轩 逸飞 昊 振宇 晨阳 一鸣",
    2005: "宇轩 浩宇 子轩 梓睿 俊熙 皓轩 一凡 沐阳 博文 铭泽 思远 奕辰 昱辰 佑安 景行 睿渊",
}
_GIVEN = {True: _WOMEN, False: _MEN}


def surnames(count: int, rng: Random) -> list[str]:
    """Surnames for so many families: the seldom ones once each as far as they go, the rest by weight."""
    seldom = list(SELDOM[:count])
    usual = rng.choices(list(COMMON), weights=list(COMMON.values()), k=count - len(seldom))
    return shuffled(seldom + usual, rng)


def given_name(birth_year: int, woman: bool, rng: Random) -> str:
    """A given name as it was the fashion in that decade."""
    fashions = _GIVEN[woman]
    decade = max((start for start in fashions if start <= birth_year), default=min(fashions))
    return rng.choice(fashions[decade].split())
