"""Search keys of a name: how it sounds in pinyin, and its initials (陈桂英: chenguiying, cgy).

Computed when a name is written, never while somebody searches. Surnames are often read unlike the same
character elsewhere, so both readings are kept; ü is v, as on a keyboard, and u as well.
"""

import os
import re
import unicodedata
from dataclasses import dataclass
from functools import lru_cache

_LONGEST_NAME = 40
_LONGEST_QUERY = 60
_SPOKEN = re.compile(r"[a-z]+")
_TYPED_PINYIN = re.compile(r"[a-zü]+(?:[\s'’.·-]+[a-zü]+)*", re.I)

# How these are read as surnames; the ordinary reading is kept besides.
SURNAMES: dict[str, tuple[str, ...]] = {
    "单": ("shan",), "仇": ("qiu",), "曾": ("zeng",), "解": ("xie",), "查": ("zha",), "乐": ("yue",),
    "朴": ("piao",), "区": ("ou",), "覃": ("qin",), "缪": ("miao",), "翟": ("zhai",), "种": ("chong",),
    "盖": ("ge", "gai"), "员": ("yun",), "卜": ("bu",), "薄": ("bo",), "柏": ("bo", "bai"), "繁": ("po",),
    "秘": ("bi",), "召": ("shao",), "折": ("she",), "么": ("yao",), "黑": ("he",), "祭": ("zhai",),
    "句": ("gou",), "洗": ("xian",), "佴": ("nai",), "郗": ("chi", "xi"), "郇": ("xun", "huan"),
    "贲": ("ben",), "费": ("bi", "fei"), "宓": ("fu", "mi"), "适": ("kuo",), "燕": ("yan",), "车": ("che",),
    "尉": ("wei",), "隗": ("kui", "wei"), "瞿": ("qu",), "晟": ("cheng",), "阚": ("kan",), "谌": ("chen", "shen"),
    "臧": ("zang",), "芮": ("rui",), "褚": ("chu",), "冼": ("xian",), "任": ("ren",), "华": ("hua",),
    "尹": ("yin",), "万": ("wan",), "盛": ("sheng",), "石": ("shi",), "沈": ("shen",), "俞": ("yu",),
}  # fmt: skip
DOUBLE_SURNAMES: dict[str, tuple[str, str]] = {
    "尉迟": ("yu", "chi"), "万俟": ("mo", "qi"), "澹台": ("tan", "tai"), "长孙": ("zhang", "sun"),
    "单于": ("chan", "yu"), "宰父": ("zai", "fu"), "欧阳": ("ou", "yang"), "令狐": ("ling", "hu"),
    "皇甫": ("huang", "fu"), "拓跋": ("tuo", "ba"), "亓官": ("qi", "guan"), "鲜于": ("xian", "yu"),
    "呼延": ("hu", "yan"), "濮阳": ("pu", "yang"), "夏侯": ("xia", "hou"), "诸葛": ("zhu", "ge"),
    "司马": ("si", "ma"), "司徒": ("si", "tu"), "上官": ("shang", "guan"), "慕容": ("mu", "rong"),
    "宇文": ("yu", "wen"), "东方": ("dong", "fang"), "公孙": ("gong", "sun"), "独孤": ("du", "gu"),
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class NameKeys:
    """Lower-case a–z and digits without gaps; a search is the beginning of one of them."""

    full: frozenset[str]
    initials: frozenset[str]


def name_keys(name: str) -> NameKeys:
    """Return every way a name is typed on a keyboard; empty for a name without a readable character.

    Latin names keep their letters (Ann Smith: annsmith, as), accents are dropped, and characters without
    a known reading are left out. Only the first 40 characters count.
    """
    parts = _parts(unicodedata.normalize("NFKC", name[:_LONGEST_NAME])[:_LONGEST_NAME])
    readings = {tuple(reading) for reading in _readings(parts) if reading}
    spelled = {variant for reading in readings for variant in (reading, tuple(_with_u(word) for word in reading))}
    return NameKeys(
        full=frozenset("".join(reading) for reading in spelled),
        initials=frozenset("".join(word[0] for word in reading) for reading in spelled),
    )


def looks_like_pinyin(q: str) -> bool:
    """Whether a search may be a name in Latin letters: "cgy", "chen gui ying", "lü"; not "GD2026" and not 陈."""
    text = unicodedata.normalize("NFKC", q[:_LONGEST_QUERY]).strip()
    return len(q.strip()) <= _LONGEST_QUERY and bool(_TYPED_PINYIN.fullmatch(text))


def pinyin_query(q: str) -> str:
    """The typed letters in the form of the keys: lower case, no gaps, ü as v."""
    text = unicodedata.normalize("NFKC", q[:_LONGEST_QUERY]).lower().replace("ü", "v")
    return "".join(_SPOKEN.findall(text))


def _parts(name: str) -> list[str]:
    """Latin words and digits as they are, each other character on its own; gaps and signs disappear."""
    plain = "".join(sign for sign in unicodedata.normalize("NFKD", name) if not unicodedata.combining(sign))
    return re.findall(r"[a-z0-9]+|[^\W_]", plain.lower())


def _readings(parts: list[str]) -> list[list[str]]:
    """The ordinary reading, then one for each way the surname may be read."""
    ordinary = [_ordinary(part) for part in parts]
    readings = [ordinary]
    if parts:
        readings += [[surname, *ordinary[1:]] for surname in SURNAMES.get(parts[0], ())]
    if double := DOUBLE_SURNAMES.get("".join(parts[:2])):
        readings.append([*double, *ordinary[2:]])
    return [[word for word in reading if word] for reading in readings]


@lru_cache(8_192)
def _ordinary(part: str) -> str:
    """The usual reading of one character; a register has a few hundred, over and over."""
    if re.fullmatch(r"[a-z0-9]+", part):
        return part
    # Names need no phrases, and without them the library takes a quarter of the memory.
    os.environ.setdefault("PYPINYIN_NO_PHRASES", "1")
    from pypinyin import Style, pinyin

    spoken = pinyin(part, style=Style.NORMAL, errors="ignore", v_to_u=False)
    return "".join(_SPOKEN.findall("".join(word for words in spoken for word in words).lower().replace("ü", "v")))


def _with_u(word: str) -> str:
    """吕 is typed lv and lu: v stands for ü only after l and n."""
    return re.sub(r"^([ln])v(?=e?$)", r"\1u", word)
