"""Every answer carries the same protection: pages, parts, redirects, errors and files."""

import pytest

from helpdesk.core.headers import CSP, HEADERS

PATHS = [
    "/", "/hotline", "/jobs", "/work-orders", "/sign-in", "/nowhere", "/static/js/live.js", "/static/nothing.js",
    "/hotline/calls", "/work-orders/x", "/healthz", "/admin/style", "/live/changes?after=0", "/search?q=1\x00",
]  # fmt: skip


@pytest.mark.parametrize("part", [{}, {"HX-Request": "true"}], ids=["page", "part"])
@pytest.mark.parametrize("path", PATHS)
def test_every_answer_carries_the_headers(path, part, ann, as_user, app):
    for browser in (as_user(ann), app.test_client()):
        with browser.get(path, headers=part) as answer:
            answer.get_data()
        assert {name: answer.headers.get(name) for name in HEADERS} == HEADERS
        assert answer.headers.getlist("Content-Security-Policy") == [CSP]


def test_an_error_of_our_own_carries_them_too(app, monkeypatch):
    monkeypatch.setitem(app.view_functions, "home.healthz", lambda: 1 / 0)
    app.config["PROPAGATE_EXCEPTIONS"] = False

    answer = app.test_client().get("/healthz")

    assert answer.status_code == 500
    assert answer.headers["Content-Security-Policy"] == CSP
    assert "ZeroDivisionError" not in answer.text and "Traceback" not in answer.text


def test_a_method_that_is_not_offered_carries_them_too(app):
    answer = app.test_client().delete("/healthz")
    assert (answer.status_code, answer.headers["Content-Security-Policy"]) == (405, CSP)


def test_the_policy_allows_no_inline_code():
    assert "unsafe" not in CSP and "default-src 'none'" in CSP and "http" not in CSP


def test_pages_are_never_stored_and_files_are_kept_by_their_contents(ann, as_user, app):
    with app.test_request_context():
        address = app.jinja_env.globals["asset"]("js/live.js")

    kept = [kept_for(app.test_client(), path) for path in (address, "/static/js/live.js")]
    assert kept == ["public, max-age=31536000, immutable", "no-cache"]
    assert kept_for(as_user(ann), "/work-orders") == "no-store"


def kept_for(browser, path):
    with browser.get(path) as answer:
        return answer.headers["Cache-Control"]


@pytest.mark.parametrize("site", ["cross-site", "same-site"])
def test_a_change_asked_for_by_another_site_is_refused(site, ann, as_user):
    answer = as_user(ann).post("/me/language", data={"language": "zh"}, headers={"Sec-Fetch-Site": site})
    assert (answer.status_code, ann.language) == (400, "en")


@pytest.mark.parametrize("origin", ["http://evil.example", "null", "http://localhost.evil.example", "x"])
def test_a_change_asked_for_from_elsewhere_is_refused_by_older_browsers_too(origin, ann, as_user):
    answer = as_user(ann).post("/me/language", data={"language": "zh"}, headers={"Origin": origin})
    assert (answer.status_code, ann.language) == (400, "en")


def test_a_foreign_host_name_is_refused(app):
    assert app.test_client().get("/sign-in", headers={"Host": "evil.example"}).status_code == 400
