"""Whoever sends letter by letter takes the threads of the server from nobody else."""

from io import BytesIO

import pytest

from helpdesk.core.arriving import FROM_ONE, LARGE_FROM_ONE, Arriving, Full, Places
from helpdesk.core.body_limits import FORM_LIMIT

pytestmark = [pytest.mark.proves("RE-15"), pytest.mark.sqlite_only]


def ask(application, *, length=10, address="192.0.2.1", body=b"0123456789", **more):
    said = {}

    def start_response(status, headers, _problem=None):
        said.update(dict(headers), status=status)

    environ = {"CONTENT_LENGTH": str(length), "REMOTE_ADDR": address, "wsgi.input": BytesIO(body), **more}
    answer = b"".join(application({"REQUEST_METHOD": "POST", **environ}, start_response))
    return said | {"text": answer.decode()}


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
    application = Arriving(echo)

    before = while_arriving(application, most - 1, lambda: ask(application, **how), **how)
    refused = while_arriving(application, most, lambda: ask(application, **how), **how)
    elsewhere = while_arriving(application, most, lambda: ask(application, address="192.0.2.2", **how), **how)
    reading = while_arriving(application, most, lambda: ask(application, length=""), **how)

    assert [one["status"] for one in (before, elsewhere, reading)] == ["200 OK"] * 3
    assert (refused["status"], refused["Retry-After"]) == ("503 SERVICE UNAVAILABLE", "5")
    assert "Content-Security-Policy" in refused
    assert ask(application, **how)["text"] == "0123456789"  # afterwards as before


def test_a_form_is_whole_before_the_application_is_asked_and_its_place_is_free_again():
    application = Arriving(lambda environ, start: [ask(inner, **{"wsgi.input": environ["wsgi.input"]})["text"].encode()])
    inner = Arriving(echo)
    assert ask(application)["text"] == "0123456789"


def test_everybody_together_sends_no_more_than_there_are_threads():
    places = Places(2, 1)
    with places.taken_by("a"), places.taken_by("b"), pytest.raises(Full), places.taken_by("c"):
        pass
    with places.taken_by("c"):
        pass
