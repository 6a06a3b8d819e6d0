"""Money is counted in whole fen and shown in yuan."""

import re
from decimal import Decimal

_YUAN = re.compile(r"[¥￥]?([0-9]{1,8})(?:\.([0-9]{1,2}))?元?", re.ASCII)


def format_fen(fen: int) -> str:
    """-1234 becomes "-¥12.34"."""
    sign, fen = ("-", -fen) if fen < 0 else ("", fen)
    return f"{sign}¥{fen // 100:,}.{fen % 100:02d}"


def plain_yuan(fen: int) -> str:
    """3931 becomes "39.31", as it would be typed."""
    return f"{'-' if fen < 0 else ''}{abs(fen) // 100}.{abs(fen) % 100:02d}"


def grouped_yuan(fen: int) -> str:
    """-123456 becomes "-1,234.56", as it is read."""
    return format_fen(fen).replace("¥", "")


def exact_yuan(fen: int) -> Decimal:
    """3931 becomes 39.31, as a spreadsheet adds it up."""
    return Decimal(fen) / 100


def read_yuan(typed: str) -> int | None:
    """ "27.52", "¥1,027.5" or "27" in fen; None for anything else. Never by way of a fraction."""
    match = _YUAN.fullmatch(typed.strip().replace(",", "").replace("，", ""))
    return int(match[1]) * 100 + int((match[2] or "").ljust(2, "0")) if match else None
