"""Every role at every route, with ids of something: who is let in is what the grants table says, and to what is what
`visible_…` says. The addresses that can be read are asked in tests/web/test_every_page.py, by the same `Sight`.
"""

import re
from pathlib import Path

import pytest
from sqlalchemy import event, select
from werkzeug.routing import Rule

from helpdesk.accounts.device_queries import visible_devices
from helpdesk.accounts.models import Session, User, UserRole
from helpdesk.accounts.queries import administers, visible_users
from helpdesk.billing.models import Account, Charge
from helpdesk.billing.queries import visible_accounts, visible_payments
from helpdesk.callbacks.queries import visible_callbacks
from helpdesk.cases.queries import visible_cases
from helpdesk.core.access import GRANTS, Guard, Permission, Role, estates
from helpdesk.core.extensions import db
from helpdesk.core.transactions import writing
from helpdesk.duty.queries import visible_shifts
from helpdesk.estate.queries import visible_people, visible_places
from helpdesk.exports.queries import visible_files
from helpdesk.hotline.queries import visible_hotline_calls, visible_own_calls
from helpdesk.outages.queries import visible_outages
from helpdesk.parties.queries import visible_hand_offs, visible_parties
from helpdesk.repairs.queries import visible_work_orders
from helpdesk.technicians.models import Absence
from helpdesk.verification.home_checks import visible_checks
from helpdesk.waivers.queries import own_drafts, visible_applications

LIST = (Path(__file__).parents[1] / "architecture" / "routes.txt").read_text().splitlines()
METHODS = ("GET", "POST", "PUT", "PATCH", "DELETE")
ROUTES = [tuple(line.split()) for line in LIST]
OFFERED = {(method, path) for method, path, _ in ROUTES}
STREAMS = {"/live"}  # does not end by itself; tests/web/test_live.py listens to it
OWN_SESSION = ("/sign-", "/me", "/first-")  # what may end or renew the session that asks
P = Permission
WRITES = re.compile(r'\s*(?:INSERT INTO|UPDATE|DELETE FROM) "?(\w+)')
FILLED = {
    "words": "It drips", "summary": "It drips", "reason": "As agreed", "amount": "12.00", "starts_on": "2026-03-03",
    "starts_at": "2026-03-03T09:00", "ends_at": "2026-03-03T10:00", "day": "2026-03-03", "version": "1", "note": "So",
    "request_key": "1d0f5a6e-2222-4222-8333-944445555666", "urgency": "p2", "status": "done", "name": "Somebody",
}  # fmt: skip
OTHERS = [role for role in Role if role not in (Role.AUDITOR, Role.TECHNICIAN)]
OF_NO_ESTATE = {"urgency", "kind", "data_class"}
KEPT_ALL_THE_SAME = {"throttle", "event", "look"}  # what is noted of a request that is refused


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


def _loaded(query) -> set:
    return {one.id for one in db.session.scalars(query).unique()}


def _numbers(query) -> set:
    return {one.number for one in db.session.scalars(query).unique()}


def _charges(user) -> set:
    return _loaded(select(Charge).where(Charge.account_id.in_(visible_accounts(user).with_only_columns(Account.id))))


def _charges_to_lower(user) -> set:
    both = estates(user, P.SEE_WAIVERS) & estates(user, P.SEE_MONEY)
    return _loaded(select(Charge).where(Charge.estate_id.in_(both)))


def _looked_after(user) -> set:
    mine = {other.id for other in db.session.scalars(select(User)) if administers(user, other)}
    return mine | {user.id}


def _goers(user) -> set:
    here = UserRole.estate_id.in_(estates(user, P.PLAN_DUTY)) & (UserRole.role == Role.TECHNICIAN)
    return set(db.session.scalars(select(UserRole.user_id).where(here)))


def _absences(user) -> set:
    noted = Absence.estate_id.in_(estates(user, P.DISPATCH)) & (Absence.noted_by_id == user.id)
    return _loaded(select(Absence).where(Absence.estate_id.in_(estates(user, P.PLAN_DUTY)) | noted))


def _homes_with_money(user) -> set:
    known = {account.place_id for account in db.session.scalars(visible_accounts(user))}
    return known | _loaded(visible_places(user))


# Which of a thing somebody may know at an address: the first that fits. What is not named is one set for all who are
# let in: everything of their estates.
SEEN = [
    (r"/hotline/quick/<int:call_id>", "call_id", lambda user: _loaded(visible_own_calls(user))),
    (r"/hotline/calls/", "call_id", lambda user: _loaded(visible_hotline_calls(user))),
    (r"/verification/home-checks/", "check_number", lambda user: _numbers_of_checks(user)),
    (r"/(work-orders|jobs|schedule)/", "number", lambda user: _numbers(visible_work_orders(user))),
    (r"/waivers/.*/(draft|submission|discarding)$", "application_number",
     lambda user: {one.number for one in own_drafts(user)}),
    (r"/(waivers|verification)/", "application_number", lambda user: _numbers(visible_applications(user))),
    (r"/cases/", "case_number", lambda user: _numbers(visible_cases(user))),
    (r"/callbacks/", "callback_id", lambda user: _loaded(visible_callbacks(user))),
    (r"/billing/payments/", "payment_id", lambda user: _loaded(visible_payments(user))),
    (r"/billing/places/", "place_id", _homes_with_money),
    (r"/billing/charges/", "charge_id", _charges),
    (r"/charges/", "charge_id", _charges_to_lower),
    (r"/duty/shifts/", "shift_id", lambda user: _loaded(visible_shifts(user))),
    (r"/estate/(places)/", "place_id", lambda user: _loaded(visible_places(user))),
    (r"/estate/residents/", "person_id", lambda user: _loaded(visible_people(user))),
    (r"/exports/files/", "file_id", lambda user: _loaded(visible_files(user))),
    (r"/outages/", "outage_id", lambda user: _loaded(visible_outages(user))),
    (r"/parties/", "party_id", lambda user: _loaded(visible_parties(user))),
    (r"/hand-offs/", "hand_off_id", lambda user: _loaded(visible_hand_offs(user))),
    (r"/technicians/absences/", "absence_id", _absences),
    (r"/staff-numbers/", "user_id", _looked_after),
    (r"/ways/technicians/", "user_id", _goers),
    (r"/admin/users/", "user_id", lambda user: _loaded(visible_users(user))),
    (r"/me/sessions/", "session_id", lambda user: _loaded(select(Session).where(Session.user_id == user.id))),
    (r"/devices/", "device_id", lambda user: _loaded(visible_devices(user))),
]  # fmt: skip
# What is there only in some state of its record, or when the address says more.
SOMETIMES = re.compile(
    r"/(first-administrator|calendar|telephony/events)/<token>|/hotline/quick/<int:call_id>|/estate/duplicates/(people|numbers)$|/estate/imports/<int:upload_id>/errors|/exports/files/.*/content"
    r"|/waivers/<application_number>/scans"
)


def _numbers_of_checks(user) -> set:
    return {check.work_order.number for check in db.session.scalars(visible_checks(user))}


class Sight:
    """What one person may be answered, from the grants and from what they see; the sets are asked for once."""

    def __init__(self, app, role: Role | None, user: User | None):
        self.app, self.role, self.user, self.sets = app, role, user, {}
        self.addresses = app.url_map.bind("127.0.0.1")

    def let_in(self, rule: Rule) -> bool:
        return may(self.role, permission_of(self.app, rule))

    def sees(self, rule: Rule, values: dict) -> bool:
        for at, (pattern, name, seen) in enumerate(SEEN):
            if self.user and name in rule.arguments and re.match(pattern, rule.rule):
                if at not in self.sets:
                    self.sets[at] = seen(self.user)
                    db.session.rollback()
                return values[name] in self.sets[at]
        return True

    def is_wrong(self, path: str, method: str, status: int | str) -> str:
        """What is wrong with an answer; nothing if it is the one that was to be expected."""
        rule, values = self.addresses.match(path.partition("?")[0], method=method, return_rule=True)
        told = f"{self.role} {method} {path}: {status}"
        if not self.let_in(rule):
            shut = {403} if self.role else {302, 401} if method == "GET" else {401}  # a part alone is 401
            return "" if status in shut else f"{told}, not let in"
        if not self.sees(rule, values):
            return "" if status == 404 else f"{told}, not seen"
        if "?" in path or SOMETIMES.match(rule.rule):
            return "" if status != 403 else f"{told}, let in"
        return f"{told}, seen" if status != "written" and (status in (401, 403, 404, 405) or status >= 500) else ""


def permission_of(app, rule: Rule) -> str:
    return getattr(app.view_functions[rule.endpoint], "permission", Guard.PUBLIC)


class NotKept(BaseException):
    """Ends a transaction before it is kept, so that each act begins with the same; no page answers for it."""


@pytest.fixture
def sent(app):
    """Sends something of which nothing is kept but how often, and what was refused; the status, or "written"."""
    asking, written = [], []

    def note(_conn, _cursor, statement, *_rest):
        if (found := WRITES.match(statement)) and found[1] not in KEPT_ALL_THE_SAME:
            written.append(found[1])

    def refuse(_session):
        if asking and written:
            raise NotKept

    def _sent(browser, path: str, typed=()) -> int | str:
        written.clear()
        asking.append(path)
        try:
            with browser.post(path, data=dict(typed)) as answer:
                return answer.status_code
        except NotKept:
            db.session.rollback()
            return "written"
        finally:
            asking.clear()

    event.listen(db.engine, "before_cursor_execute", note)
    event.listen(db.session, "before_commit", refuse)
    yield _sent
    event.remove(db.engine, "before_cursor_execute", note)
    event.remove(db.session, "before_commit", refuse)


def changing(app) -> list[Rule]:
    return [rule for rule in app.url_map.iter_rules() if "POST" in rule.methods]


def one_of_each(sight: Sight, world, rule: Rule) -> list[str]:
    """An address of something that is seen, and one of something that is not, as far as there are both."""
    found = {}
    for path in world.fill(rule):
        found.setdefault(sight.sees(rule, sight.addresses.match(path, method="POST")[1]), path)
    return list(found.values())


@pytest.mark.sqlite_only  # who may what is asked in Python, and what is seen by the same queries on both
@pytest.mark.proves("AC-02", "PC-13")
@pytest.mark.parametrize("role", [*Role, None, "disabled"])
def test_every_act_opens_for_those_who_hold_its_key_and_see_the_record(role, app, world, as_user, sent):
    user = world.users[role if isinstance(role, Role) else Role.OPERATOR]
    if role == "disabled":
        with writing():
            user.active = False
    known = role if isinstance(role, Role) else None
    sight = Sight(app, known, user if known else None)
    acts = [path for rule in changing(app) for path in one_of_each(sight, world, rule)]
    browser, wrong = None, []

    for path in acts:
        its_own = path.startswith(OWN_SESSION)
        if browser is None or its_own:
            browser = as_user(user) if role else anonymous(app, as_user, user)
        wrong.append(sight.is_wrong(path, "POST", sent(browser, path)))
        browser = None if its_own else browser
    wrong = [told for told in wrong if told]

    assert wrong == [] and len(acts) > 240


@pytest.mark.sqlite_only
@pytest.mark.proves("AC-02", "PC-01")
@pytest.mark.parametrize(
    "role", [Role.AUDITOR, Role.TECHNICIAN, *(pytest.param(one, marks=pytest.mark.soak) for one in OTHERS)]
)
def test_what_one_may_elsewhere_opens_nothing_here(role, app, world, new_estate, as_user, sent):
    """Somebody with one role here, and with all of them in another estate: every door of the product lets them in."""
    user, elsewhere = world.users[role], new_estate("West Court").id
    with writing():
        db.session.add_all(UserRole(user_id=user.id, estate_id=elsewhere, role=one) for one in Role)
    browser, answered = as_user(user), {}

    for rule in changing(app):
        shut = not may(role, permission_of(app, rule)) and rule.rule != "/work-orders/<number>/remarks"
        if shut and {*rule.arguments} - OF_NO_ESTATE:  # a remark is for those who were sent there, too
            path = world.fill(rule)[0]
            answered[path] = sent(browser, path, FILLED)

    assert {path: status for path, status in answered.items() if status not in (403, 404, 409, 422)} == {}
    assert len(answered) > 10


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
