"""Dates, months, years and ages, as people type them and as a spreadsheet counts days."""

import re
from datetime import date, timedelta
from functools import lru_cache

from helpdesk.estate.importing.cells import plain
from helpdesk.estate.importing.troubles import Trouble, Unreadable

_EXCEL_BEGINS = date(1899, 12, 30)
_SERIALS = range(7_000, 60_000)  # 1919 to 2064, as a spreadsheet counts days
_DATE = re.compile(r"(\d{4})(?:[-./年](\d{1,2})(?:[-./月](\d{1,2})日?|月?)|年?)")


@lru_cache(4096)
def birth_year(text: str, as_of: date) -> tuple[int, bool] | None:
    """The year of birth, and whether it is exact; from an age it may be one too late.

    1950, 1950-03-02, 1950年3月, 19500302 and a spreadsheet's day number are dates; 76 and 76岁 are ages.
    """
    text = plain(text)
    if not text:
        return None
    if age := re.fullmatch(r"(\d{1,3})(?:\.0)?(?:周?岁)?", text):
        if int(age[1]) <= 120:
            return as_of.year - int(age[1]), False
    elif found := _date(text):
        if 1900 <= found[0] <= as_of.year:
            return found[0], True
    raise Unreadable(Trouble.BIRTH, text)


@lru_cache(4096)
def day(text: str, *, last: bool = False) -> date | None:
    """A date; of a month or a year alone its first day, or its last (已缴至 2025年12月 is through the 31st)."""
    text = plain(text)
    if not text:
        return None
    found = _date(text.rstrip("底止").removesuffix("前"))
    try:
        year, month, day_of_month = found or (0, 0, 0)
        if not 1990 <= year <= 2100:
            raise ValueError
        if month and day_of_month:
            return date(year, month, day_of_month)
        if not last:
            return date(year, month or 1, 1)
        return date(year + (month in (0, 12)), month % 12 + 1 if month else 1, 1) - timedelta(days=1)
    except ValueError:
        raise Unreadable(Trouble.DATE, text) from None


def _date(text: str) -> tuple[int, int, int] | None:
    """Year, month and day, the last two 0 if they are not said."""
    text = re.sub(r"[T ]\d{1,2}:\d{2}.*$", "", text).replace(" ", "")
    if re.fullmatch(r"\d{8}", text):
        text = f"{text[:4]}-{text[4:6]}-{text[6:]}"
    elif re.fullmatch(r"(?:19|20)\d{4}", text):
        text = f"{text[:4]}-{text[4:]}"
    elif re.fullmatch(r"\d{4,5}(?:\.0)?", text) and int(float(text)) in _SERIALS:
        text = (_EXCEL_BEGINS + timedelta(days=int(float(text)))).isoformat()
    if not (match := _DATE.fullmatch(text)):
        return None
    year, month, day_of_month = (int(part or 0) for part in match.groups())
    try:
        date(year, month or 1, day_of_month or 1)
    except ValueError:
        return None
    return year, month, day_of_month
