"""How much a browser may send to each address: said before anything of it is read to the end."""

from io import BytesIO
from urllib.parse import urlencode
from uuid import UUID

import pytest
from sqlalchemy import select

from helpdesk.core.body_limits import FORM_LIMIT
from helpdesk.core.extensions import db
from helpdesk.core.transactions import writing
from helpdesk.hotline.models import Call
from tests.conftest import HTMX

pytestmark = [pytest.mark.proves("FI-01"), pytest.mark.sqlite_only]  # refused before any database is asked
MB = 1024 * 1024
LARGER = {  # everything else takes a form
    "scheduling.add_picture": 12 * MB + FORM_LIMIT, "waivers.add_scan": 12 * MB + FORM_LIMIT,
    "imports.upload": 50 * MB + 256 * 1024,
    "telephony.event": 8 * 1024, "workdays.announce": 512 * 1024,
}  # fmt: skip
FORM = "application/x-www-form-urlencoded"


class Endless(BytesIO):
    """A body whose sender never says how long it is; counts how much of it was read."""

    def __init__(self):
        super().__init__()
        self.read_so_far = 0

    def read(self, size=-1):
        size = MB if size < 0 else size
        self.read_so_far += size
        assert self.read_so_far < 80 * MB, "it is read without end"
        return b"x" * size

    def readinto(self, buffer):
        buffer[:] = self.read(len(buffer))
        return len(buffer)


def test_only_what_takes_files_or_reports_has_a_limit_of_its_own(app):
    limits = {name: getattr(view, "body_limit", FORM_LIMIT) for name, view in app.view_functions.items()}

    assert {name: limit for name, limit in limits.items() if limit != FORM_LIMIT} == LARGER


def test_one_byte_more_than_an_address_takes_is_refused_however_it_is_sent(app, ann, as_user, now):
    browser, tried = as_user(ann), 0
    browser.token = ""  # so the body is read for it
    for rule in app.url_map.iter_rules():
        if "POST" not in rule.methods or rule.endpoint == "telephony.event":
            continue
        limit = LARGER.get(rule.endpoint, FORM_LIMIT)
        filled = {name: UUID(int=1) if name == "key" else 1 for name in rule.arguments}
        path = rule.build(filled, append_unknown=False)[1]
        said = {"CONTENT_LENGTH": str(limit + 1), "CONTENT_TYPE": FORM, "wsgi.input": Endless()}
        assert browser.post(path, environ_overrides=said).status_code == 413, path
        chunked = {"HTTP_TRANSFER_ENCODING": "chunked", "wsgi.input_terminated": True}
        unsaid = {**chunked, "CONTENT_TYPE": FORM, "wsgi.input": Endless()}
        answer = browser.post(path, environ_overrides=unsaid)
        assert answer.status_code == 413 and unsaid["wsgi.input"].read_so_far <= limit + MB, path
        tried += 1
    assert tried > 150


def test_what_comes_in_pieces_and_is_short_enough_is_taken_whole(ann, as_user, now):
    words = "x" * 4_000
    typed = urlencode({"request_key": str(UUID(int=7)), "words": words, "outcome": "enquiry", "version": "0"})
    chunked = {"HTTP_TRANSFER_ENCODING": "chunked", "wsgi.input_terminated": True, "CONTENT_TYPE": FORM}

    answer = as_user(ann).post("/hotline/calls", environ_overrides={**chunked, "wsgi.input": BytesIO(typed.encode())})

    assert answer.status_code == 303 and db.session.scalars(select(Call.words)).all() == [words]


@pytest.mark.parametrize(("language", "says"), [("zh", "内容太大"), ("en", "This is too large to send.")])
def test_it_is_said_in_the_language_of_who_sent_it(language, says, ann, as_user, now):
    with writing():
        ann.language = language

    page = as_user(ann).post("/hotline/calls", data={"words": "x" * FORM_LIMIT})
    part = as_user(ann).post("/hotline/calls", data={"words": "x" * FORM_LIMIT}, headers=HTMX)

    assert (page.status_code, part.status_code) == (413, 413)
    assert says in page.text and says in part.text and "<html" in page.text and "<html" not in part.text


@pytest.mark.parametrize("kind", [FORM, "multipart/form-data; boundary=b"])
def test_a_form_that_was_broken_off_on_its_way_is_not_kept_as_if_it_were_whole(kind, ann, as_user, estate):
    browser = as_user(ann)
    whole = {FORM: urlencode({"name": "w" * 900}), "multipart/form-data; boundary=b": "--b\r\n" + "x" * 900}[kind]
    said = {
        "CONTENT_LENGTH": str(len(whole)), "CONTENT_TYPE": kind, "wsgi.input": BytesIO(whole[:400].encode()),
        "wsgi.input_terminated": True,
    }  # fmt: skip

    assert browser.post(f"/hotline/drafts/{UUID(int=7)}", environ_overrides=said).status_code == 400
