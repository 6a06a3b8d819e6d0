"""Every role at every route: who is let in is exactly what the grants table says."""

from pathlib import Path

import pytest

from helpdesk.core.access import GRANTS, Guard, Role
from helpdesk.core.transactions import writing

LIST = Path(__file__).with_name("routes.txt").read_text().splitlines()
METHODS = ("GET", "POST", "PUT", "PATCH", "DELETE")
ROUTES = [tuple(line.split()) for line in LIST]
OFFERED = {(method, path) for method, path, _ in ROUTES}
STREAMS = {"/live"}
OWN_SESSION = ("/sign-", "/me", "/first-")  # what may end or renew the session that asks


def fill(path: str) -> str:
    """An address that fits the rule and names nothing that exists."""
    for typed, value in (
        ("<int:", "999999"),
        ("<path:", "nothing.js"),
        ("<uuid:", "0" * 8 + "-0000" * 3 + "-" + "0" * 12),
    ):
        while typed in path:
            start = path.index(typed)
            path = path[:start] + value + path[path.index(">", start) + 1 :]
    while "<" in path:
        start = path.index("<")
        path = path[:start] + "nothing" + path[path.index(">", start) + 1 :]
    return path


def may(role: Role | None, permission: str) -> bool:
    asked = set(permission.split("|"))
    if Guard.PUBLIC in asked:
        return True
    return role is not None and (Guard.SIGNED_IN in asked or bool(asked & GRANTS[role]))


@pytest.mark.proves("AC-02", "PC-13")
@pytest.mark.parametrize("role", [*Role, None, "disabled"])
def test_every_door_opens_for_those_who_hold_its_key(role, app, person, as_user, now):
    user = person("Kim", role if isinstance(role, Role) else Role.OPERATOR)
    if role == "disabled":
        with writing():
            user.active = False
    known = role if isinstance(role, Role) else None
    browser = None

    for method, path, permission in ROUTES:
        if path in STREAMS and may(known, permission):
            continue  # a stream does not end by itself; tests/web/test_live.py listens to it
        if browser is None or path.startswith(OWN_SESSION):
            browser = as_user(user) if role is not None else anonymous(app, as_user, user)
        answer = browser.open(fill(path), method=method, headers={"X-CSRFToken": browser.token})
        browser = None if path.startswith(OWN_SESSION) else browser
        where = f"{role} {method} {path}: {answer.status_code}"
        if may(known, permission):
            assert answer.status_code not in (401, 403, 405, 500), where
            assert answer.status_code != 302 or not answer.location.startswith("/sign-in"), where
        elif known is None:
            assert answer.status_code == (302 if method == "GET" else 401), where
        else:
            assert answer.status_code == 403, where


def anonymous(app, as_user, user):
    """A visitor with a good form token and no session row."""
    browser = as_user(user)
    browser.set_cookie("session", "x" * 43)
    browser.token = browser.get("/sign-in/token").text
    return browser


@pytest.mark.proves("AC-02")
def test_methods_that_are_not_offered_are_refused(app, ann, as_user, now):
    browser = as_user(ann)
    for path in sorted({path for _, path, _ in ROUTES}):
        for method in METHODS:
            if (method, path) not in OFFERED:
                assert browser.open(fill(path), method=method).status_code in (404, 405), (method, path)


@pytest.mark.proves("AC-02")
def test_no_role_holds_everything():
    everything = frozenset().union(*GRANTS.values())
    assert all(held < everything for held in GRANTS.values())
