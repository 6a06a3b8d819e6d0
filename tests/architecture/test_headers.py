"""Every answer carries the same protection: pages, parts, redirects, errors and files."""

import pytest
from flask import request

from helpdesk import create_app
from helpdesk.core.headers import CSP, HEADERS

PATHS = [
    "/", "/hotline", "/jobs", "/work-orders", "/sign-in", "/nowhere", "/static/js/live.js", "/static/nothing.js",
    "/hotline/calls", "/work-orders/x", "/healthz", "/admin/style", "/live/changes?after=0", "/search?q=1\x00",
]  # fmt: skip


@pytest.mark.proves("WB-04", "WB-14", "PC-04")
@pytest.mark.parametrize("part", [{}, {"HX-Request": "true"}], ids=["page", "part"])
@pytest.mark.parametrize("path", PATHS)
def test_every_answer_carries_the_headers(path, part, ann, as_user, app):
    for browser in (as_user(ann), app.test_client()):
        with browser.get(path, headers=part) as answer:
            answer.get_data()
        assert {name: answer.headers.get(name) for name in HEADERS} == HEADERS
        assert answer.headers.getlist("Content-Security-Policy") == [CSP]


@pytest.mark.proves("PC-04", "WB-04")
def test_an_error_of_our_own_carries_them_too(app, monkeypatch):
    monkeypatch.setitem(app.view_functions, "home.healthz", lambda: 1 / 0)
    app.config["PROPAGATE_EXCEPTIONS"] = False

    answer = app.test_client().get("/healthz")

    assert answer.status_code == 500
    assert answer.headers["Content-Security-Policy"] == CSP
    assert "ZeroDivisionError" not in answer.text and "Traceback" not in answer.text


@pytest.mark.proves("PC-04", "WB-04")
def test_a_method_that_is_not_offered_carries_them_too(app):
    answer = app.test_client().delete("/healthz")
    assert (answer.status_code, answer.headers["Content-Security-Policy"]) == (405, CSP)


@pytest.mark.proves("WB-04")
def test_the_policy_allows_no_inline_code():
    assert "unsafe" not in CSP and "default-src 'none'" in CSP and "http" not in CSP


@pytest.mark.proves("WB-11")
def test_pages_are_never_stored_and_files_are_kept_by_their_contents(ann, as_user, app):
    with app.test_request_context():
        address = app.jinja_env.globals["asset"]("js/live.js")

    kept = [kept_for(app.test_client(), path) for path in (address, "/static/js/live.js")]
    assert kept == ["public, max-age=31536000, immutable", "no-cache"]
    assert kept_for(as_user(ann), "/work-orders") == "no-store"


def kept_for(browser, path):
    with browser.get(path) as answer:
        return answer.headers["Cache-Control"]


EXACTLY = {
    "X-Content-Type-Options": "nosniff", "X-Frame-Options": "DENY", "Referrer-Policy": "same-origin",
    "Cross-Origin-Opener-Policy": "same-origin", "Cross-Origin-Resource-Policy": "same-origin",
    "Permissions-Policy": "camera=(self), geolocation=(self), microphone=(), payment=(), usb=()", "Server": "helpdesk",
    "Strict-Transport-Security": "max-age=31536000; includeSubDomains",
}  # fmt: skip


@pytest.mark.proves("WB-14")
def test_the_headers_say_exactly_this_and_nothing_of_what_we_are_made_of(app, monkeypatch):
    answer = app.test_client().get("/sign-in")
    assert "Strict-Transport-Security" not in answer.headers  # over plain http it would lock people out

    monkeypatch.setitem(app.config, "HTTPS", True)
    answer = app.test_client().get("/sign-in", base_url="https://localhost")

    assert {name: answer.headers.get(name) for name in EXACTLY} == EXACTLY
    assert "frame-ancestors 'none'" in answer.headers["Content-Security-Policy"]
    assert not {"X-Powered-By", "X-AspNet-Version", "Via"} & set(answer.headers.keys())


@pytest.mark.proves("WB-02")
@pytest.mark.parametrize(("sent", "status"), [
    ({}, 302), ({"Sec-Fetch-Site": "same-origin"}, 302), ({"Sec-Fetch-Site": "none"}, 302),
    ({"Sec-Fetch-Site": "same-origin", "Origin": "http://localhost"}, 302),
    ({"Sec-Fetch-Site": "same-origin", "Origin": "http://evil.example"}, 400),
    ({"Sec-Fetch-Site": "cross-site", "Origin": "http://localhost"}, 400), ({"Origin": "http://localhost:81"}, 400),
])  # fmt: skip
def test_who_asks_decides_before_any_view(sent, status, ann, as_user):
    answer = as_user(ann).post("/me/language", data={"language": "zh"}, headers=sent)

    assert (300 <= answer.status_code < 400) if status == 302 else answer.status_code == 400
    assert ann.language == ("zh" if status == 302 else "en")


@pytest.mark.proves("WB-02")
@pytest.mark.parametrize("site", ["cross-site", "same-site"])
def test_a_change_asked_for_by_another_site_is_refused(site, ann, as_user):
    answer = as_user(ann).post("/me/language", data={"language": "zh"}, headers={"Sec-Fetch-Site": site})
    assert (answer.status_code, ann.language) == (400, "en")


@pytest.mark.proves("WB-02")
@pytest.mark.parametrize("origin", ["http://evil.example", "null", "http://localhost.evil.example", "x"])
def test_a_change_asked_for_from_elsewhere_is_refused_by_older_browsers_too(origin, ann, as_user):
    answer = as_user(ann).post("/me/language", data={"language": "zh"}, headers={"Origin": origin})
    assert (answer.status_code, ann.language) == (400, "en")


@pytest.mark.proves("WB-16")
def test_a_foreign_host_name_is_refused(app):
    assert app.test_client().get("/sign-in", headers={"Host": "evil.example"}).status_code == 400
    for path in ("/", "/healthz", "/nowhere", "/static/js/live.js"):
        answer = app.test_client().get(path, headers={"Host": "evil.example"})
        assert answer.status_code == 400 and "evil" not in answer.text + str(answer.headers)


SPOOFED = {
    "X-Forwarded-For": "192.0.2.66, 198.51.100.9", "X-Forwarded-Host": "evil.example", "X-Forwarded-Proto": "https",
    "X-Real-IP": "192.0.2.66", "Forwarded": "for=192.0.2.66;host=evil.example",
}  # fmt: skip


@pytest.fixture
def behind(tmp_path):
    """What the product takes a visitor for who says this, behind so many proxies."""

    def _seen(proxies: int, **headers):
        env = {"INSTANCE_PATH": str(tmp_path), "SECRET_KEY": "k" * 40, "PROXY_COUNT": str(proxies)}
        app = create_app(env)
        seen = []
        app.before_request(lambda: seen.append((request.remote_addr, request.host, request.scheme)))
        with app.test_client().get("/static/js/live.js", headers=headers) as answer:
            return answer.status_code, seen

    return _seen


@pytest.mark.proves("WB-17")
def test_what_is_said_of_a_visitor_is_believed_from_as_many_proxies_as_there_are(behind):
    assert behind(0, **SPOOFED) == (200, [("127.0.0.1", "localhost", "http")])
    proxied = {"X-Forwarded-For": "192.0.2.66, 198.51.100.9", "X-Forwarded-Proto": "https"}
    assert behind(1, **proxied) == (200, [("198.51.100.9", "localhost", "https")])


@pytest.mark.proves("WB-16", "WB-17")
def test_a_proxy_makes_no_foreign_host_ours(behind):
    status, seen = behind(1, **{"X-Forwarded-Host": "evil.example"})

    assert (status, seen) == (400, [])
