"""A change is made only by a page of ours, of this very sign-in."""

from uuid import UUID

import pytest

from tests.conftest import HTMX

UNSAFE = ("POST", "PUT", "PATCH", "DELETE")


def addresses(app):
    for rule in app.url_map.iter_rules():
        if rule.endpoint == "telephony.event":
            continue  # asked by a telephone system, without a page
        for method in sorted(rule.methods & set(UNSAFE)):
            filled = {name: UUID(int=1) if name == "key" else 1 for name in rule.arguments}
            yield method, rule.build(filled, append_unknown=False)[1]


@pytest.mark.proves("WB-01")
@pytest.mark.sqlite_only  # refused before any database is asked: said once
@pytest.mark.parametrize("token", ["", "made up", "someone else's"])
def test_every_change_needs_the_token_of_this_page(token, app, ann, ada, as_user, now):
    other = as_user(ada)
    found = list(addresses(app))
    assert len(found) > 10

    for method, address in found:
        browser = as_user(ann)
        browser.token = other.token if token == "someone else's" else token
        assert browser.open(address, method=method).status_code == 400, address


@pytest.mark.proves("WB-01", "PC-12")
def test_only_telephone_systems_are_exempt(app):
    """They hold no session that could be misused: their token in the address is all there is."""
    assert app.extensions["csrf"]._exempt_views == {"helpdesk.telephony.views.event"}
    assert not app.extensions["csrf"]._exempt_blueprints


@pytest.mark.proves("WB-03")
def test_a_page_older_than_this_sign_in_gets_the_new_token(ann, as_user, now):
    browser = as_user(ann)
    browser.token = "from before"

    answer = browser.post("/me/language", data={"language": "zh"}, headers=HTMX)

    assert answer.status_code == 400
    assert '"token-renewed"' in answer.headers["HX-Trigger"]
