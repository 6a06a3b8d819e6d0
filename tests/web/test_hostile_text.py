"""Whatever stands in the database or was typed is shown as text: it adds no element, no attribute and no address."""

import re
from collections import Counter
from html.parser import HTMLParser
from zlib import crc32

import pytest
from sqlalchemy import delete, func, select, update

from helpdesk.core.access import Role
from helpdesk.core.extensions import db
from helpdesk.core.transactions import writing
from helpdesk.looks.models import Look
from tests.conftest import HTMX
from tests.web.test_nonsense import changing, field_names
from tests.web.typed_columns import let_words_in, rows_of, typed_columns

PIECES = [
    '"><img src=x onerror=alert(1)>', "' hx-get=/x hx-trigger=load a='", "</script></textarea></title><b onclick=x()>",
    "{{7*7}}", "\u202e\u2067gnp.exe", "<a href=javascript:alert(1)>",
]  # fmt: skip
HARMLESS = str.maketrans(dict.fromkeys("<>\"'={}/:\u202e\u2067", "z"))
PLAIN = [piece.translate(HARMLESS) for piece in PIECES]
LEADS_AWAY = {"href", "src", "action", "formaction", "srcset", "poster", "data"}
UUID = re.compile(r"[0-9a-f]{8}-[0-9a-f-]{27}")


class Page(HTMLParser):
    """What a browser makes of a page: its elements, where they lead, and everything that can be read in it."""

    def __init__(self, text: str):
        super().__init__()
        self.elements, self.leads, self.read = Counter(), Counter(), []
        self.feed(text)
        self.close()

    def handle_starttag(self, tag, attrs):
        self.elements[tag, *sorted(name for name, _ in attrs)] += 1
        for name, value in attrs:
            self.read.append(value or "")
            if name in LEADS_AWAY or name.startswith(("hx-", "on")):
                self.leads[name, UUID.sub("key", value or "")] += 1

    handle_startendtag = handle_starttag

    def handle_data(self, data):
        self.read.append(data)

    def count(self, texts) -> int:
        return sum(read.count(text) for read in self.read for text in texts)

    def injected(self) -> list:
        """What of the hostile text became alive."""
        return [lead for lead in self.leads if lead[0].startswith("on") or lead[1].strip() in ("x", "/x")] + [
            lead for lead in self.leads if lead[1].strip().lower().startswith(("javascript:", "data:text"))
        ]


def evil(where: str) -> str:
    """All of it, beginning with another piece in each column, because short columns keep only the beginning."""
    start = crc32(where.encode()) % len(PIECES)
    return "".join(PIECES[start:] + PIECES[:start])


def write_everywhere(say) -> None:
    """Put words into every column that people fill, in every row; unique ones end with the id of their row."""
    with writing():
        let_words_in()
        for table, column in typed_columns():
            (key,) = table.primary_key.columns
            for row_id in rows_of(table, column):
                end = "" if column.type.length is None else str(row_id)
                words = say(evil(f"{table.name}.{column.name}"))
                kept = words[: column.type.length - len(end)] + end if end else words
                db.session.execute(update(table).where(key == row_id).values({column.name: kept}))


def forget_looks(*, since: int | None) -> None:
    """Looking at pages is noted, and a page lists the notes: both rounds begin with the same."""
    with writing():
        db.session.execute(delete(Look).where(Look.id > (since or 0)))


def pages_of(browsers, addresses) -> dict:
    """Whole pages and parts take turns; who comes after the first sees every second address."""
    found = {}
    for turn, (role, browser) in enumerate(browsers.items()):
        for at, path in list(enumerate(addresses))[turn // 2 :: 2 if turn else 1]:
            with browser.get(path, headers=HTMX if (at + turn) % 2 else {}) as answer:
                if answer.mimetype == "text/html":
                    found[role, path] = answer.status_code, Page(answer.text)
    return found


TOGETHER = [(Role.OPERATOR, Role.TECHNICIAN, Role.AUDITOR), (Role.MANAGER, Role.FINANCE, Role.ADMIN)]


@pytest.mark.sqlite_only  # the pages are the same on both: said once
@pytest.mark.proves("WB-07", "PC-06")
@pytest.mark.parametrize("roles", TOGETHER, ids=["desk", "office"])
def test_hostile_text_in_every_column_is_shown_as_text(roles, app, world, as_user):
    browsers, addresses = {role: as_user(world.users[role]) for role in roles}, world.gets(app)
    write_everywhere(lambda words: words.translate(HARMLESS))
    looks = db.session.scalar(select(func.max(Look.id)))
    plain = pages_of(browsers, addresses)
    forget_looks(since=looks)
    write_everywhere(str)

    hostile = pages_of(browsers, addresses)

    shown = 0
    assert hostile.keys() == plain.keys()
    for where, (status, page) in hostile.items():
        assert status == plain[where][0] and status < 500, where
        assert page.elements == plain[where][1].elements, where
        assert page.leads == plain[where][1].leads, where
        assert page.count(PIECES) == plain[where][1].count(PLAIN), where
        shown += page.count(PIECES)
    assert shown > 0


def typed_everywhere() -> dict:
    """Every field of every form, filled with hostile text."""
    return {name: evil(name) for name in sorted(field_names())}


ANSWERS = [{}, {"request_key": "1d0f5a6e-1111-4222-8333-944445555666"}]


@pytest.mark.sqlite_only
@pytest.mark.proves("WB-07", "PC-06")
@pytest.mark.parametrize("role", [Role.OPERATOR, Role.TECHNICIAN, Role.ADMIN])
def test_hostile_text_in_every_form_is_shown_as_text(role, app, world, as_user):
    browser, typed = as_user(world.users[role]), typed_everywhere()
    assert len(typed) > 20
    for at, rule in enumerate(changing(app)):
        for turn, given in enumerate(ANSWERS):
            headers = HTMX if (at + turn) % 2 else {}
            answer = browser.post(world.fill(rule)[0], data=typed | given, headers=headers)
            assert answer.status_code < 500, rule
            assert Page(answer.text).injected() == [], rule


def test_a_page_that_lets_hostile_text_through_would_be_noticed():
    for piece in PIECES[:3] + PIECES[5:]:
        assert Page(f"<p title='{piece}'>{piece}</p>").injected()
