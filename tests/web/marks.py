"""A mark in every column that people fill, which tells in an answer where the words came from."""

import re
from urllib.parse import unquote

from sqlalchemy import update

from helpdesk.core.extensions import db
from helpdesk.core.transactions import writing
from tests.conftest import HTMX
from tests.web.typed_columns import let_words_in, rows_of, typed_columns

MARK, LENGTH = re.compile(rb"Qz\d{3}"), 5


def columns_with_room():
    for table, column in typed_columns():
        if (column.type.length or 100) >= LENGTH:
            yield table, column, f"{table.name}.{column.name}"


def put_marks() -> dict[str, bytes]:
    """Write into every row; returns the mark of each column by its name."""
    marks = {name: b"Qz%d" % number for number, (_table, _column, name) in enumerate(columns_with_room(), start=100)}
    with writing():
        let_words_in()
        for table, column, name in columns_with_room():
            (key,) = table.primary_key.columns
            for row_id in rows_of(table, column):
                end = f"x{row_id}" if (column.type.length or 100) > LENGTH + 4 else ""
                db.session.execute(update(table).where(key == row_id).values({column.name: marks[name].decode() + end}))
    return marks


def read_by(browser, addresses) -> set[bytes]:
    """The marks that somebody is sent: in pages, files and headers, and in parts that are no page by themselves."""
    found = set()
    for path in addresses:
        for headers in ({}, HTMX):
            with browser.get(path, headers=headers) as answer:
                assert answer.status_code < 500, path  # else it tells nothing
                found.update(MARK.findall(answer.get_data() + unquote(str(answer.headers)).encode()))
                if answer.status_code == 200:
                    break  # the part of a page is a piece of it
    return found
