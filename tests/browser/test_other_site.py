"""A page of another site, in the browser of somebody who is signed in here: nothing it sends changes anything.

Another port of this computer is the hardest such page: for cookies it is the same site, so that the browser sends ours
with the form. Here it even knows the token.
"""

import threading
from http.server import BaseHTTPRequestHandler, HTTPServer
from uuid import uuid4

import pytest
from flask import request, request_finished
from sqlalchemy import func, select

from helpdesk.core.extensions import db
from helpdesk.hotline.models import Call

SUBMIT = "document.forms[0].submit()"
ASK = """async () => {
  const form = document.forms[0], body = new URLSearchParams(new FormData(form));
  const how = {method: 'POST', mode: 'no-cors', credentials: 'include', body};
  await fetch(form.action, how).catch(() => 0);
  await fetch(form.action, {...how, keepalive: true}).catch(() => 0);
}"""


OURS = "(html) => { document.body.innerHTML = new DOMParser().parseFromString(html, 'text/html').body.innerHTML }"


@pytest.fixture
def elsewhere():
    """A server of somebody else; `elsewhere(page)` is the address of this page there."""
    page = []

    class Other(BaseHTTPRequestHandler):
        def do_GET(self):
            self.send_response(200)
            self.send_header("Content-Type", "text/html; charset=utf-8")
            self.end_headers()
            self.wfile.write(page[0].encode())

        def log_message(self, *_words):
            pass

    server = HTTPServer(("127.0.0.1", 0), Other)
    threading.Thread(target=server.serve_forever, args=(0.02,), daemon=True).start()

    def _elsewhere(html: str) -> str:
        page[:] = [html]
        return f"http://127.0.0.1:{server.server_port}/"

    yield _elsewhere
    server.shutdown()
    server.server_close()


def form(address: str, token: str) -> str:
    typed = {"csrf_token": token, "request_key": str(uuid4()), "version": "0", "words": "It drips",
             "outcome": "enquiry", "answer": "On Friday"}  # fmt: skip
    fields = "".join(f'<input type="hidden" name="{name}" value="{value}">' for name, value in typed.items())
    return f'<!doctype html><form method="post" action="{address}">{fields}</form>'


def calls() -> int:
    db.session.rollback()
    return db.session.scalar(select(func.count(Call.id)))


@pytest.fixture
def answered(app):
    """The status of each change that was asked for, and whether our cookie came with it."""
    changes = []

    def note(_app, response, **_more):
        if request.method == "POST":
            changes.append((response.status_code, app.config["SESSION_COOKIE_NAME"] in request.cookies))

    request_finished.connect(note, app)
    yield changes
    request_finished.disconnect(note, app)


@pytest.mark.proves("WB-02")
def test_a_page_of_another_site_changes_nothing(ann, site, visit, elsewhere, answered):
    page = visit(ann.username, expected_errors=("400", "404", "ERR_BLOCKED_BY_RESPONSE"))
    page.goto("/hotline/quick")
    hostile = form(f"{site}/hotline/calls", page.locator("input[name=csrf_token]").first.input_value())

    page.goto(elsewhere(hostile))
    page.evaluate(ASK)
    with page.expect_navigation():
        page.evaluate(SUBMIT)

    assert answered == [(400, True)] * 3  # only where it came from was wrong
    assert calls() == 0
    page.goto("/hotline/quick")
    page.evaluate(OURS, hostile)
    with page.expect_navigation():
        page.evaluate("document.querySelector('form[action$=\"/hotline/calls\"]').submit()")
    assert answered[3:] == [(303, True)] and calls() == 1  # the same form of a page of ours is taken
