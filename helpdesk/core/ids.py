"""Ids in addresses: what no row can have is simply not there (404), on every database."""

from flask import Flask
from werkzeug.routing import IntegerConverter

LARGEST = 2**31 - 1  # PostgreSQL's integer


class IdConverter(IntegerConverter):
    def __init__(self, map, **options):
        super().__init__(map, **{"min": 1, "max": LARGEST, **options})


def init_app(app: Flask) -> None:
    app.url_map.converters["int"] = IdConverter
