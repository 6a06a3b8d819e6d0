"""Spreadsheets as offices really have them, for the tests of the import."""

import csv
from datetime import date
from pathlib import Path

import openpyxl

HEADER = [
    "序号", "幢号", "单元", "房 号", "建筑面积(㎡)", "房屋状态", "户号", "产权人姓名", "联系电话", "备用电话", "姓名",
    "与户主关系", "出生日期/年龄", "身份证号码", "是否独居", "人员类别", "紧急联系人", "紧急联系电话", "物业费单价",
    "已缴至", "欠费金额", "网格员", "备注",
]  # fmt: skip
IDENTITY = "321282194805120028"


def ugly(path: Path) -> Path:
    """Title rows, merged buildings, numbers for rooms, two of everything in a cell, 同上, and a total below."""
    book = openpyxl.Workbook()
    book.active.title = "封面"
    sheet = book.create_sheet("住户")
    sheet.append(["德裕苑小区住户登记表"])
    sheet.merge_cells("A1:W1")
    sheet.append([None, "填表日期：2026年3月"])
    sheet.append(HEADER)
    for row in (
        [1, "３幢", "二单元", 501, 88.6, "自住", 2073, "陈桂英", 12500000001, None, "陈桂英", "户主", 78, IDENTITY,
         "是", "听力残疾", "陈建国(儿子)", 12500000009, 0.35, date(2025, 12, 31), 0, "王网格", None],
        [2, None, None, None, None, None, None, "同上", "0523-10001234", None, "刘志强", "配偶", "1946年3月", None,
         None, None, None, None, None, None, None, None, "腿脚不便"],
        [3, None, None, "0502室", "76.20平方米", "出租", None, "张三/李四", "12500000003、12500000004", None, "王 五",
         "租客", "1990-01-02", None, "否", None, None, None, "0.35元", "2025年12月", "1,160.02元", None, None],
        [4, None, "3单元", "１０１", 70, "空置", None, "赵六", "1.2500000005E+10", "", None, None, None, None, None,
         None, None, None, None, None, None, None, None],
        [5, "4号楼", "1单元", "201", 70, "自住", None, "孙七 周八", "12500000006 12500000007", None, None, None, None,
         None, None, "低保", None, None, None, None, None, None, None],
        [6, 3, None, "车12", 14, None, None, "陈桂英", 12500000001, None, None, None, None, None, None, None, None,
         None, None, None, None, None, None],
        ["合计", None, None, None, 318.8, None, None, None, None, None, None, None, None, None, None, None, None, None,
         None, None, 1160.02, None, None],
    ):  # fmt: skip
        sheet.append(row)
    sheet.merge_cells("B4:B7")
    sheet.merge_cells("C4:C6")
    sheet.merge_cells("D4:D5")
    book.save(path)
    return path


def workbook(path: Path, *rows) -> Path:
    book = openpyxl.Workbook()
    for row in rows:
        book.active.append(row)
    book.save(path)
    return path


def table(path: Path, *rows, encoding="gbk") -> Path:
    with path.open("w", encoding=encoding, newline="") as file:
        csv.writer(file).writerows(rows)
    return path


def cells_of(path: Path) -> list[list]:
    """What another program reads in a workbook of ours; refuses formulas."""
    sheet = openpyxl.load_workbook(path).active
    assert all(cell.data_type != "f" for row in sheet.iter_rows() for cell in row)
    return [list(row) for row in sheet.iter_rows(values_only=True)]
