"""Money is counted in whole fen and shown in yuan."""


def format_fen(fen: int) -> str:
    """-1234 becomes "-¥12.34"."""
    sign, fen = ("-", -fen) if fen < 0 else ("", fen)
    return f"{sign}¥{fen // 100:,}.{fen % 100:02d}"
