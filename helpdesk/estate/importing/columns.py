"""Which column holds what: the header is found among title rows, and its words are guessed.

The words are those of registers as offices keep them; `--columns` names a column that is called something else.
"""

import re
import unicodedata
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from enum import StrEnum

from helpdesk.estate.importing.troubles import Trouble, Unreadable

LAST_HEADER_ROW = 30  # title rows above the header are never more
FEWEST_KNOWN = 2  # columns that make a row a header
PROBLEM_COLUMN = "问题"  # the first column of our own error file


class Field(StrEnum):
    BUILDING = "building"
    UNIT = "unit"
    FLOOR = "floor"
    ROOM = "room"
    KIND = "kind"
    USE = "use"
    HOME_NO = "home_no"
    AREA = "area"
    UNIT_PRICE = "unit_price"
    OWNER = "owner"
    HEAD = "head"
    NAME = "name"
    RELATION = "relation"
    PHONE = "phone"
    OTHER_PHONE = "other_phone"
    BIRTH = "birth"
    AGE = "age"
    ALONE = "alone"
    CATEGORY = "category"
    NOTE = "note"
    SINCE = "since"
    CONTACT = "contact"
    CONTACT_PHONE = "contact_phone"
    PAID_UNTIL = "paid_until"
    ARREARS = "arrears"


# The first word of each is what the sample workbook and `--columns` call it.
WORDS: dict[Field, str] = {
    Field.BUILDING: "幢号 楼栋号 楼号 栋号 楼栋 幢 栋 楼幢 楼幢号 座 座号 楼座 楼宇 楼宇号 几幢 楼",
    Field.UNIT: "单元号 单元 门栋 梯号 几单元",
    Field.FLOOR: "楼层 层 楼层号 层数 所在楼层",
    Field.ROOM: "房号 室号 室 房间号 房间 房屋号 门牌号 户室号 户室 室户号 地址 房屋地址 住址 房屋 房产 房屋编号 "
    "房屋坐落 楼室号 楼房号 车库号 门面号 商铺号",
    Field.KIND: "房屋用途 房屋类型 房产类型 房屋性质 用途 类型 类别 物业类型 房屋类别",
    Field.USE: "房屋状态 使用状态 居住状态 居住情况 使用情况 入住状态 状态 房屋使用情况",
    Field.HOME_NO: "户号",
    Field.AREA: "建筑面积 面积 房屋面积 计费面积 收费面积 产权面积",
    Field.UNIT_PRICE: "物业费单价 单价 物业费标准 收费标准 物业单价",
    Field.OWNER: "产权人姓名 产权人 业主姓名 业主 房主 房主姓名 业主名称",
    Field.HEAD: "户主 户主姓名",
    Field.NAME: "姓名 住户姓名 居民姓名 成员姓名 家庭成员 住户 人员姓名 租户姓名 名字",
    Field.RELATION: "与户主关系 关系 与业主关系 与产权人关系 家庭关系 身份",
    Field.PHONE: "联系电话 电话 手机 手机号 手机号码 联系方式 电话号码 联系手机 业主电话 移动电话 本人电话",
    Field.OTHER_PHONE: "备用电话 其他电话 固定电话 座机 固话 家庭电话 备用号码 其它电话",
    Field.BIRTH: "出生日期 出生年月 生日 出生年份 出生年 出生日期/年龄 出生年月/年龄",
    Field.AGE: "年龄 岁数 周岁",
    Field.ALONE: "是否独居 独居",
    Field.CATEGORY: "人员类别 人员类型 特殊人群 人群类别 人员分类",
    Field.NOTE: "备注 说明 备注说明 其他 情况说明",
    Field.SINCE: "入住日期 入住时间 迁入日期 入住年月",
    Field.CONTACT: "紧急联系人 应急联系人 紧急联系人姓名 紧急联系人及电话",
    Field.CONTACT_PHONE: "紧急联系电话 紧急联系人电话 应急联系电话 紧急电话",
    Field.PAID_UNTIL: "已缴至 缴至 物业费缴至 已交至 交至 缴费截止 缴费截止日期 缴费至 已缴至日期 物业费已缴至 "
    "物业费交至",
    Field.ARREARS: "欠费金额 欠费 欠缴金额 欠交金额 欠费合计 物业费欠费",
}
KNOWN: dict[str, Field] = {word: known for known, words in WORDS.items() for word in words.split()}
SEVERAL = frozenset({Field.PHONE, Field.OTHER_PHONE, Field.NAME, Field.NOTE, Field.CATEGORY})  # may have more columns
_IDENTITY = ("身份证", "证件号", "公民身份", "居民身份", "idcard", "idnumber", "社保卡", "护照")
_BRACKETS = re.compile(r"[(\[【<〈].*?[)\]】>〉]")
_SIGNS = re.compile(r"[\s*::。.、_\-]+")
_COUNTER = re.compile(r"(?<=[^0-9])[0-9一二三]$")


@dataclass(slots=True)
class Columns:
    """The header of a sheet. `at` tells the positions of each field, `titles` what stands there."""

    row_no: int
    titles: list[str]
    at: dict[Field, list[int]]
    identity: list[int] = field(default_factory=list)

    def has(self, known: Field) -> bool:
        return known in self.at

    def title(self, known: Field) -> str:
        """The header as it stands in the file."""
        return self.titles[self.at[known][0]] if known in self.at else WORDS[known].split()[0]

    @property
    def not_read(self) -> list[str]:
        """Columns that are not taken over, apart from those that must not be kept."""
        used = {position for positions in self.at.values() for position in positions} | set(self.identity)
        return [
            title
            for position, title in enumerate(self.titles)
            if title and position not in used and plain(title) not in (PROBLEM_COLUMN, "序号", "编号", "NO")
        ]

    @property
    def dropped(self) -> list[str]:
        """Columns with identity numbers: nothing of them is read, kept or written to the error file."""
        return [self.titles[position] for position in self.identity]


def plain(title: str) -> str:
    """The words of a header without units, brackets and signs: 建筑面积(㎡) and 建筑 面积 are 建筑面积."""
    text = unicodedata.normalize("NFKC", title)
    return _SIGNS.sub("", _BRACKETS.sub("", text) or text).upper()


def is_identity(title: str) -> bool:
    text = plain(title).lower()
    return any(word in text for word in _IDENTITY)


def chosen(typed: str) -> dict[str, Field]:
    """What `--columns 房号=房间号,幢号=楼` says: our word on the left, the header of the file on the right."""
    found = {}
    for pair in filter(None, (part.strip() for part in re.split(r"[,,;;]", typed))):
        ours, _, theirs = unicodedata.normalize("NFKC", pair).partition("=")
        known = KNOWN.get(plain(ours)) or next((code for code in Field if code == ours.strip().lower()), None)
        if known is None or not theirs.strip():
            raise Unreadable(Trouble.UNKNOWN_FIELD, pair)
        found[plain(theirs)] = known
    return found


def find_header(rows: Sequence[tuple[int, list[str]]], wanted: Mapping[str, Field] = {}) -> Columns:
    """The header among the first rows: the one with most known columns; raises Unreadable if none has a room."""
    best = max((guess(row_no, row, wanted) for row_no, row in rows), key=lambda found: len(found.at), default=None)
    if best is None:
        raise Unreadable(Trouble.EMPTY)
    if len(best.at) < FEWEST_KNOWN or not best.has(Field.ROOM):
        raise Unreadable(Trouble.NO_HEADER)
    missing = set(wanted) - {plain(title) for title in best.titles}
    if missing:
        raise Unreadable(Trouble.UNKNOWN_HEADER, min(missing))
    return best


def guess(row_no: int, row: Sequence[str], wanted: Mapping[str, Field] = {}) -> Columns:
    """What the columns of a row would be if it were the header. What was asked for by name goes first."""
    columns = Columns(row_no, list(row), {}, [i for i, title in enumerate(row) if is_identity(title)])
    asked = set(wanted.values())
    for position, title in enumerate(row):
        text = plain(title)
        if position in columns.identity or not text:
            continue
        known = wanted.get(text)
        if known is None:
            known = KNOWN.get(text) or KNOWN.get(_COUNTER.sub("", text))
            if known in asked:
                continue
        if known and (known in SEVERAL or known not in columns.at):
            columns.at.setdefault(known, []).append(position)
    return columns


def mapped(row_no: int, titles: Sequence[str], at: Mapping[int, Field]) -> Columns:
    """The columns as somebody assigned them by hand; those with identity numbers stay out whatever was chosen."""
    columns = Columns(row_no, list(titles), {}, [i for i, title in enumerate(titles) if is_identity(title)])
    for position, known in sorted(at.items()):
        if position not in columns.identity:
            columns.at.setdefault(known, []).append(position)
    return columns
