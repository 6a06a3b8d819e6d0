"""Ids in addresses and forms: what no row can have is simply not there (404), on every database."""

from flask import Flask
from werkzeug.routing import IntegerConverter

LARGEST = 2**31 - 1  # PostgreSQL's integer


def read_id(typed: object) -> int | None:
    """The id that somebody sent; None for whatever no row can have."""
    text = str(typed or "")
    number = int(text) if text.isascii() and text.isdigit() and len(text) <= 10 else 0
    return number if 0 < number <= LARGEST else None


class IdConverter(IntegerConverter):
    def __init__(self, map, **options):
        super().__init__(map, **{"min": 1, "max": LARGEST, **options})


def init_app(app: Flask) -> None:
    app.url_map.converters["int"] = IdConverter
