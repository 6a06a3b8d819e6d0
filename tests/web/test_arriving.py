"""Whoever sends letter by letter takes the threads of the server from nobody else."""

from io import BytesIO

import pytest

from helpdesk.accounts.sessions import number_of_somebody
from helpdesk.core.arriving import FROM_ONE, KEPT_FROM_ONE, LARGE_FROM_ONE, Arriving, Full, Places
from helpdesk.core.body_limits import FORM_LIMIT

pytestmark = [pytest.mark.proves("RE-15"), pytest.mark.sqlite_only]


def ask(application, *, length=10, address="192.0.2.1", body=b"0123456789", **more):
    said = {}

    def start_response(status, headers, _problem=None):
        said.update(dict(headers), status=status)

    environ = {"CONTENT_LENGTH": str(length), "REMOTE_ADDR": address, "wsgi.input": BytesIO(body), **more}
    answer = b"".join(application({"REQUEST_METHOD": "POST", **environ}, start_response))
    return said | {"text": answer.decode()}


def arriving(application, signed_in=lambda environ: None):
    return Arriving(application, signed_in)


def echo(environ, start_response):
    start_response("200 OK", [])
    return [environ["wsgi.input"].read()]


class Nested(BytesIO):
    """While this body arrives, something else happens."""

    def __init__(self, body, meanwhile):
        super().__init__(body)
        self.meanwhile = meanwhile

    def read(self, size=-1):
        if meanwhile := self.meanwhile:
            self.meanwhile = None
            meanwhile()
        return super().read(size)


def while_arriving(application, count, then, **how):
    """Ask `then` while so many bodies are on their way."""
    if count == 0:
        return then()
    answers = []
    body = Nested(b"0123456789", lambda: answers.append(while_arriving(application, count - 1, then, **how)))
    ask(application, **how, **{"wsgi.input": body})
    return answers[0]


@pytest.mark.parametrize(("how", "most"), [({}, FROM_ONE), ({"length": FORM_LIMIT + 1}, LARGE_FROM_ONE)])
def test_one_address_sends_so_many_at_once_and_others_still_get_in(how, most):
    application = arriving(echo)

    before = while_arriving(application, most - 1, lambda: ask(application, **how), **how)
    refused = while_arriving(application, most, lambda: ask(application, **how), **how)
    elsewhere = while_arriving(application, most, lambda: ask(application, address="192.0.2.2", **how), **how)
    reading = while_arriving(application, most, lambda: ask(application, length=""), **how)

    assert [one["status"] for one in (before, elsewhere, reading)] == ["200 OK"] * 3
    assert (refused["status"], refused["Retry-After"]) == ("503 SERVICE UNAVAILABLE", "5")
    assert "Content-Security-Policy" in refused
    assert ask(application, **how)["text"] == "0123456789"  # afterwards as before


class Letters(BytesIO):
    """Arrives letter by letter."""

    def read(self, size=-1):
        return super().read(min(size, 1))


def test_a_form_is_whole_before_the_application_is_asked():
    assert ask(arriving(echo), **{"wsgi.input": Letters(b"0123456789 and more")})["text"] == "0123456789"
    assert ask(arriving(echo), **{"wsgi.input": Letters(b"0123")})["text"] == "0123"  # `body_limits` refuses it


def test_whoever_is_signed_in_has_places_that_strangers_cannot_fill(app, ann, as_user, now):
    number = as_user(ann).get_cookie("session").value
    application, cookie = arriving(echo, lambda environ: number_of_somebody(app, environ)), "HTTP_COOKIE"
    mine, strange = {cookie: f"session={number}"}, {cookie: f"session={number[::-1]}"}

    def then():
        return [
            ask(application)["status"], ask(application, **strange)["status"], ask(application, **mine)["status"],
            while_arriving(application, KEPT_FROM_ONE, lambda: ask(application, **mine)["status"], **mine),
        ]  # fmt: skip

    assert [status[:3] for status in while_arriving(application, FROM_ONE, then)] == ["503", "503", "200", "503"]


def test_everybody_together_sends_no_more_than_there_are_threads():
    places = Places(2, 1)
    with places.taken_by("a"), places.taken_by("b"), pytest.raises(Full), places.taken_by("c"):
        pass
    with places.taken_by("c"):
        pass
