"""What one cell means. Each function takes the text of a cell and returns a value, or raises Unreadable.

An empty cell, a dash, 无 and 不详 mean nothing is known, which is None or an empty tuple, never an error.
"""

import re
import unicodedata
from collections.abc import Callable
from decimal import ROUND_HALF_UP, Decimal
from functools import lru_cache
from sys import intern

from helpdesk.estate import addresses, phone_numbers
from helpdesk.estate.addresses import AddressKind
from helpdesk.estate.importing.troubles import Trouble, Unreadable
from helpdesk.estate.models import CareFlag, OccupancyRole, PlaceKind, Use
from helpdesk.estate.phone_numbers import PhoneKind

DITTO = frozenset({"同上", "〃", "″", '"', "''", "“", "”", "同", "々"})
_NOTHING = frozenset(
    {"", "-", "--", "—", "——", "/", "\\", "无", "没有", "不详", "未知", "暂无", "空", "N/A", "NULL", "#N/A"}
)
_GAPS = re.compile(r"\s+")
_NOTE_IN_BRACKETS = re.compile(r"[(\[【][^()\[\]【】]*[)\]】]")
_SPLIT = re.compile(r"[/\\、,;|&\n]+")
_SCIENTIFIC = re.compile(r"([0-9])(?:\.([0-9]*))?E\+?([0-9]{1,2})", re.I)
_NAME = re.compile(r"[^\W\d_](?:[^\W\d_]|[·•.'’ -])*")
_DEAD = ("已故", "去世", "死亡", "过世", "亡故")
_MOBILE_BEGINS = re.compile(r"1[2-9]")
_SHORTEST_SHORT = 5  # digits of a number that is short because an office or a family group gave it
_KINDS = {
    PlaceKind.DWELLING: "住宅 住房 居住 普通住宅 商品房 居民 民用 安置房",
    PlaceKind.GARAGE: "车库 自行车库 汽车库 车棚 库房 储藏室 车位",
    PlaceKind.SHOP: "门面 门面房 商铺 店面 商业 店铺 商业用房 营业房 商用",
    PlaceKind.COMMON_AREA: "公共 公共部位 公共区域 公用 公共用房 公共设施 物业用房",
}
_USES = {
    Use.OWN: "自住 自用 业主自住 在住 常住 已入住 居住",
    Use.LET: "出租 租住 租赁 出租房 已出租 租",
    Use.VACANT: "空置 空关 空房 空 未入住 无人 无人居住 空闲 闲置",
}
KIND_OF = {word: kind for kind, words in _KINDS.items() for word in words.split()}
USE_OF = {word: use for use, words in _USES.items() for word in words.split()}
_ROLES = {
    OccupancyRole.HEAD: "户主 本人 本户",
    OccupancyRole.OWNER: "业主 产权人 房主 房东 共有人 共有产权人",
    OccupancyRole.TENANT: "租户 租客 承租人 租住 租赁 房客 合租",
}
_ROLE_OF = {word: role for role, words in _ROLES.items() for word in words.split()}
_FLAGS = {
    CareFlag.LIVES_ALONE: ("独居",),
    CareFlag.HEARING: ("听力", "耳背", "耳聋", "重听", "聋"),
    CareFlag.MOBILITY: ("行动不便", "腿脚不便", "轮椅", "卧床", "肢体残疾", "拄拐"),
    CareFlag.DIALECT: ("方言", "听不懂普通话", "不会普通话", "只会说本地话"),
}
_DENIED = re.compile(r"(?:非|不是|无|没有|不)(?:听力|独居|行动不便|方言)|(?:听力|行动)(?:正常|良好|方便)|独居[::]?否")


def plain(text: str) -> str:
    """Ordinary digits and letters, single gaps, no edges; nothing at all for a cell that says "nothing"."""
    text = _GAPS.sub(" ", unicodedata.normalize("NFKC", text)).strip()
    return "" if text.upper() in _NOTHING else text


@lru_cache(4096)
def building(text: str) -> int | None:
    """3, 3幢, 三号楼, 3# are 3."""
    return _part(text, "{}幢", AddressKind.BUILDING, "building_no", Trouble.BUILDING)


@lru_cache(4096)
def unit(text: str) -> int | None:
    """2, 2单元, 二单元 are 2."""
    return _part(text, "1幢{}单元", AddressKind.STAIRWELL, "unit_no", Trouble.UNIT, prefix="1幢")


def _part(text: str, shape: str, kind: AddressKind, name: str, trouble: Trouble, prefix: str = "") -> int | None:
    text = plain(text)
    if not text:
        return None
    for written in (shape.format(text), prefix + text):
        for guess in addresses.parse(written):
            if guess.kind is kind and getattr(guess, name):
                return getattr(guess, name)
    raise Unreadable(trouble, text)


@lru_cache(1024)
def floor(text: str) -> int | None:
    """5, 5楼, 5层, 五层; 5/6 (the fifth of six) is 5."""
    number = re.sub(r"(?:楼|层|F)$", "", plain(text).partition("/")[0].upper())
    if not number:
        return None
    try:
        found = (
            _part(number, "1幢{}单元", AddressKind.STAIRWELL, "unit_no", Trouble.FLOOR) if len(number) <= 3 else None
        )
    except Unreadable:
        found = None
    if found is None or found > 60:
        raise Unreadable(Trouble.FLOOR, text)
    return found


def names(text: str) -> tuple[tuple[str, ...], bool]:
    """The people in a cell, and whether somebody was left out because the cell says they died.

    张三/李四, 张三、李四 and 张三 李四 are two; 张 三 is one whose name was stretched. 空置 is nobody.
    """
    found, died = [], False
    for part in _SPLIT.split(plain(text)):
        if any(word in part for word in _DEAD):
            died = True
            continue
        for name in _people(_NOTE_IN_BRACKETS.sub(" ", part).strip()):
            if name in USE_OF or name in _NOTHING:
                continue
            if len(name) > 40 or not _NAME.fullmatch(name):
                raise Unreadable(Trouble.NAME, name)
            found.append(intern(name))  # the register's own string, where it has the name already
    return tuple(dict.fromkeys(found)), died


def _people(part: str) -> list[str]:
    """Gaps between Chinese names part people, gaps inside one do not; a Latin name keeps its gaps."""
    words = part.split()
    if not words or part.isascii():
        return [part] if part else []
    found = []
    for word in words:
        if found and len(found[-1]) == 1 and len(word) <= 3:
            found[-1] += word
        else:
            found.append(word)
    if len(found) > 1 and len(found[-1]) == 1:
        found[-2:] = ["".join(found[-2:])]
    return found


def phones(text: str, area_code: str, faults: list[Unreadable] | None = None) -> tuple[str, ...]:
    """The numbers in a cell, in their stored form. Notes such as (儿子) are left out.

    1.38E+10 has lost its last digits: that is said, and nothing is dialled. With `faults` given, what is no number is
    noted there, and the others are returned; without it the first raises Unreadable.
    """
    typed, text, wrong = text, plain(text), []
    if not text:
        return ()
    found = _attempt(_whole, text, area_code, wrong)
    if not found and not wrong:
        for part in _SPLIT.split(re.sub(r"[(\[][^()\[\]0-9]*[)\]]|或", "/", text)):
            if number := _without_words(plain(part)):
                found += _attempt(_phones_of, number, area_code, wrong)
    if not found and not wrong:
        wrong.append(Unreadable(Trouble.PHONE, typed))
    if wrong and faults is None:
        raise wrong[0]
    faults is None or faults.extend(wrong)
    return tuple(dict.fromkeys(found))


def _attempt(meaning: Callable, text: str, area_code: str, wrong: list[Unreadable]) -> list[str]:
    try:
        return meaning(text, area_code)
    except Unreadable as fault:
        wrong.append(fault)
        return []


def _whole(text: str, area_code: str) -> list[str]:
    return [number] if (number := _phone(text, area_code)) else []


def _without_words(part: str) -> str:
    """儿子12500000001 is a number with a note before it."""
    return re.sub(r"^[^0-9+(]+|[^0-9)E+*]+$", "", part)


def _phones_of(part: str, area_code: str) -> list[str]:
    if whole := _phone(part, area_code):
        return [whole]
    run_together = re.fullmatch(r"(1[2-9][0-9]{9})\s*(1[2-9][0-9]{9})", part)
    pieces = run_together.groups() if run_together else part.split()
    found = [_phone(_without_words(piece), area_code) for piece in pieces]
    if len(pieces) < 2 or None in found:
        raise Unreadable(Trouble.PHONE_SHORTENED if _SCIENTIFIC.search(part) else Trouble.PHONE, part)
    return found


def _phone(text: str, area_code: str) -> str | None:
    if match := _SCIENTIFIC.fullmatch(text):
        if 1 + len(match[2] or "") < int(match[3]) + 1:
            raise Unreadable(Trouble.PHONE_SHORTENED, text)
        text = str(int(Decimal(text)))
    number = phone_numbers.normalise(text, area_code=area_code)
    if number is None or (number.kind is PhoneKind.SHORT and _is_cut(number.digits)):
        return None
    return intern(number.digits)


def _is_cut(digits: str) -> bool:
    """Whether a short number is rather the beginning of a long one: 138123 is a mobile left unfinished."""
    return len(digits) < _SHORTEST_SHORT or bool(_MOBILE_BEGINS.match(digits))


@lru_cache(4096)
def area(text: str) -> int | None:
    """An area in 0.01 m²; half a hundredth rounds up."""
    return _amount(text, 100, most=1_000_000, trouble=Trouble.AREA, zero=False)


@lru_cache(4096)
def unit_price(text: str) -> int | None:
    """A price for a square metre and month, in 0.01 fen: 0.35 yuan is 3,500."""
    return _amount(text, 10_000, most=1_000 * 10_000, trouble=Trouble.UNIT_PRICE)


@lru_cache(4096)
def fen(text: str) -> int | None:
    """Money in whole fen; half a fen rounds up. 无 is nothing said, 0 is nothing owed."""
    return _amount(text, 100, most=1_000_000_000, trouble=Trouble.MONEY)


def _amount(text: str, times: int, *, most: int, trouble: Trouble, zero: bool = True) -> int | None:
    text = plain(text)
    if not text:
        return None
    bare = re.sub(r"^[¥¥]|(?:平方米?|平米|平|㎡|m2|元.*)$", "", text.replace(",", "").replace(" ", ""), flags=re.I)
    try:
        found = int((Decimal(bare) * times).quantize(Decimal(1), ROUND_HALF_UP))
    except (ArithmeticError, ValueError):
        raise Unreadable(trouble, text) from None
    if not (0 if zero else 1) <= found <= most:
        raise Unreadable(trouble, text)
    return found


def home_no(text: str) -> str | None:
    text = plain(text)
    if text and not re.fullmatch(r"[0-9]{4}", text):
        raise Unreadable(Trouble.HOME_NO, text)
    return text or None


@lru_cache(1024)
def kind_or_use(text: str, trouble: Trouble) -> PlaceKind | Use | None:
    """住宅 is a kind, 出租 a use; offices mix the two columns."""
    text = plain(text)
    if not text:
        return None
    found = KIND_OF.get(text) or USE_OF.get(text)
    if found is None:
        raise Unreadable(trouble, text)
    return found


def role(text: str) -> OccupancyRole | None:
    """户主, 业主 and 租客 as what they are; every other relation (配偶, 长子, 外孙女 …) is family."""
    text = plain(text)
    if not text:
        return None
    return _ROLE_OF.get(text) or (OccupancyRole.TENANT if "租" in text else OccupancyRole.MEMBER)


def yes_or_no(text: str) -> bool | None:
    text = plain(text).upper() if unicodedata.normalize("NFKC", text).strip() != "无" else "否"
    if not text:
        return None
    if text in ("是", "√", "✓", "✔", "Y", "YES", "1", "有", "独居", "TRUE"):
        return True
    if text in ("否", "×", "X", "N", "NO", "0", "不是", "非独居", "不独居", "FALSE"):
        return False
    raise Unreadable(Trouble.YES_OR_NO, text)


@lru_cache(4096)
def care_flags(text: str) -> frozenset[CareFlag]:
    """What a remark says outright about how to ring and knock. Who is poor or ill in other ways is not kept."""
    text = _DENIED.sub("", plain(text))
    return frozenset(flag for flag, words in _FLAGS.items() if any(word in text for word in words))
