"""Decimals are kept as whole numbers of their smallest unit: areas, prices and rates."""

import re

AREA_PLACES, PRICE_PLACES = 2, 4  # of a square metre; of a yuan, for a square metre and month
_DECIMAL = re.compile(r"[0-9]{1,6}(?:\.[0-9]{1,4})?", re.ASCII)


def scaled(typed: str, places: int) -> int | None:
    """A decimal as a whole number of its smallest unit: 88.5 with two places is 8850; None for no such figure."""
    text = typed.strip()
    if not _DECIMAL.fullmatch(text):
        return None
    whole, _dot, rest = text.partition(".")
    return int(whole + rest.ljust(places, "0")) if len(rest) <= places else None


def unscaled(value: int | None, places: int) -> str:
    """8850 with two places is 88.5, as it would be typed."""
    if value is None:
        return ""
    text = f"{value:0{places + 1}}"
    return f"{text[:-places]}.{text[-places:]}".rstrip("0").rstrip(".")
