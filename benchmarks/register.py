"""A large invented register: `python -m benchmarks.register FILE.xlsx [ROWS]` writes it, `estate import` reads it.

With `/usr/bin/time -v flask --app wsgi estate import FILE.xlsx` the time and the memory are seen, and the command says
itself for how long others had to wait.
"""

import sys
from random import Random

import xlsxwriter

SURNAMES, GIVEN = "王李张刘陈杨黄赵吴周徐孙马朱胡郭何林罗高", "桂英秀兰建国志强芳丽军敏杰涛明超华平刚玉梅红霞勇艳"
TITLES = (
    "序号", "幢号", "单元号", "房号", "建筑面积", "房屋状态", "产权人姓名", "联系电话", "备用电话", "户主", "姓名",
    "与户主关系", "出生日期", "人员类别", "入住日期", "紧急联系人", "紧急联系电话", "物业费单价", "已缴至", "欠费金额",
    "网格", "备注",
)  # fmt: skip
RELATIONS = ("户主", "配偶", "子")


def write(path: str, rows: int) -> None:
    rng, row_no, home = Random(1), 0, 0
    with xlsxwriter.Workbook(path, {"constant_memory": True}) as book:
        sheet = book.add_worksheet()
        sheet.write_row(0, 0, TITLES)
        while row_no < rows:
            home += 1
            where = (home // 96 + 1, home % 96 // 24 + 1, (home % 24 // 4 + 1) * 100 + home % 4 + 1)
            owner = _name(rng)
            for position in range(min(rng.choice((2, 2, 3)), rows - row_no)):
                row_no += 1
                sheet.write_row(row_no, 0, _row(rng, row_no, home, where, owner, position))


def _row(rng: Random, row_no: int, home: int, where: tuple[int, int, int], owner: str, position: int) -> list:
    building, unit, room = where
    merged = (building, unit) if position == 0 else ("", "")
    number = int(f"125{rng.randrange(10**8):08}") if position < 2 else ""
    return [
        row_no, *merged, room, 85.5, "自住", owner, number, "", owner, owner if position == 0 else _name(rng),
        RELATIONS[position], rng.randint(20, 90), "独居" if position == 0 and rng.random() < 0.1 else "", "2010-05-01",
        "王小明", "12500000001", 0.35, "2025-12-31", 0 if home % 10 else 353.8, "第一网格", "",
    ]  # fmt: skip


def _name(rng: Random) -> str:
    return rng.choice(SURNAMES) + rng.choice(GIVEN) + rng.choice(GIVEN)


if __name__ == "__main__":
    write(sys.argv[1], int(sys.argv[2]) if len(sys.argv) > 2 else 100_000)
