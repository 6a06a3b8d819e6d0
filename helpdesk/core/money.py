"""Money is counted in whole fen and shown in yuan."""

import re
from decimal import Decimal

MOST_FEN = 100_000_000  # a million yuan: more is a slip of the finger
_YUAN = re.compile(r"[¥￥]?([0-9]{1,7}|[0-9]{1,3}(?:[,，][0-9]{3})+)(?:\.([0-9]{1,2}))?元?", re.ASCII)


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
    """ "27.52", "¥1,027.5" or "27" in fen; None for anything else, and for more than `MOST_FEN`.

    Never by way of a fraction. A comma stands between thousands or nowhere: "27,52" is no 2752 yuan.
    """
    match = _YUAN.fullmatch(typed.strip())
    if not match:
        return None
    fen = int(re.sub("[,，]", "", match[1])) * 100 + int((match[2] or "").ljust(2, "0"))
    return fen if fen <= MOST_FEN else None
