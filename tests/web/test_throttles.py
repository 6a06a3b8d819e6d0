"""Tries at the door: counted for everybody together, and in a way that locks nobody out at their own desk."""

import pytest

from helpdesk.accounts.throttle import WINDOW
from tests.conftest import NOON, PASSWORD
from tests.second_steps import Visitor

pytestmark = pytest.mark.proves("AU-04")
OFFICE, ELSEWHERE = "192.0.2.10", "198.51.100.{}"


@pytest.fixture
def at(app):
    """A fresh browser at an address."""

    def _at(address):
        visitor = Visitor(app.test_client())
        visitor.client.environ_base["REMOTE_ADDR"] = address
        return visitor

    return _at


def attack(at, username):
    """From so many addresses that the account is used up for everybody else."""
    for number in range(101):
        at(ELSEWHERE.format(number)).enter(username, "wrong")


def test_a_stranger_outside_does_not_lock_out_whoever_signed_in_here_before(ann, at, now):
    assert at(OFFICE).enter(ann.username).status_code == 303

    attack(at, ann.username)

    assert at(OFFICE).enter(ann.username).status_code == 303
    assert at("203.0.113.9").enter(ann.username).status_code == 429  # where she never was


def test_one_person_who_goes_on_trying_does_not_lock_out_the_office(ann, mei, at, now):
    for _ in range(80):
        at(OFFICE).enter(ann.username, "wrong")
    assert at(OFFICE).enter(mei.username).status_code == 303


def test_who_tries_the_names_of_the_office_does_not_lock_out_whoever_works_there(ann, at, now):
    at(OFFICE).enter(ann.username)
    for number in range(61):
        at(OFFICE).enter(f"guess{number}", "wrong")
    assert at(OFFICE).enter("guess99", "wrong").status_code == 429
    assert at(OFFICE).enter(ann.username).status_code == 303


def test_an_account_known_here_has_ten_tries_here_too(ann, at, set_now, now):
    at(OFFICE).enter(ann.username)
    assert {at(OFFICE).enter(ann.username, "wrong").status_code for _ in range(10)} == {422}
    assert at(OFFICE).enter(ann.username, PASSWORD).status_code == 429
    set_now(NOON + WINDOW)
    assert at(OFFICE).enter(ann.username, PASSWORD).status_code == 303


def test_all_addresses_of_one_home_are_one(ann, at, now):
    for number in range(10):
        at(f"2001:db8:1:2::{number:x}").enter(ann.username, "wrong")
    assert at("2001:db8:1:2:ffff::1").enter(ann.username).status_code == 429
    assert at("2001:db8:1:3::1").enter(ann.username).status_code == 303


def test_a_name_is_one_name_however_it_is_typed(ann, at, now):
    for typed in (ann.username, ann.username.upper(), f" {ann.username} ") * 4:
        at(OFFICE).enter(typed, "wrong")
    assert at(OFFICE).enter(ann.username).status_code == 429


def test_two_processes_share_the_count(app, ann, at, now, tmp_path):
    """The other process is a real one, with nothing of ours but the database."""
    program = f"""
from datetime import datetime
from helpdesk import create_app
from helpdesk.core import clock
from tests.second_steps import Visitor
moment = datetime.fromisoformat({now.isoformat()!r})
clock.now = lambda: moment
app = create_app()
client = app.test_client()
client.environ_base["REMOTE_ADDR"] = {OFFICE!r}
print([Visitor(client).enter({ann.username!r}, "wrong").status_code for _ in range(6)])
"""
    for _ in range(5):
        at(OFFICE).enter(ann.username, "wrong")

    said = run(app, program, tmp_path)

    assert said.strip() == str([422] * 5 + [429])
    assert at(OFFICE).enter(ann.username).status_code == 429


def run(app, program, folder):
    import os
    import subprocess
    import sys

    from tests.conftest import DATA_KEY, SECRET_KEY

    env = os.environ | {
        "DATABASE_URL": app.config["SQLALCHEMY_DATABASE_URI"], "SECRET_KEY": SECRET_KEY, "DATA_KEY": DATA_KEY,
        "INSTANCE_PATH": str(folder), "PYTHONPATH": os.pathsep.join(sys.path),
    }  # fmt: skip
    done = subprocess.run([sys.executable, "-c", program], env=env, capture_output=True, text=True, timeout=60)
    assert done.returncode == 0, done.stderr
    return done.stdout
