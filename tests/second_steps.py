"""People with a second step: an app on a phone that shows codes, and a browser that signs in with both."""

import re
from datetime import timedelta

import pyotp

from helpdesk.accounts import second_step
from helpdesk.accounts.models import SecondFactor
from helpdesk.accounts.second_actions import begin_second_step, confirm_second_step
from helpdesk.core.extensions import db
from helpdesk.core.transactions import writing
from tests.conftest import NOON, PASSWORD

LONG_AGO = NOON - timedelta(days=1)


class Phone:
    """The app of one person."""

    def __init__(self, secret: str):
        self.app = pyotp.TOTP(secret)

    def shows(self, moment=NOON) -> str:
        return self.app.at(moment)


def enrol(user) -> tuple[Phone, list[str]]:
    """Give somebody a second step, set up yesterday; returns their phone, and the codes on their paper."""
    with writing():
        begin_second_step(actor=user)
    phone = Phone(second_step.secret_of(db.session.get_one(SecondFactor, user.id)))
    codes = second_step.make_codes()
    with writing():
        confirm_second_step(second_step.Typed(digits=phone.shows(LONG_AGO)), codes, actor=user, now=LONG_AGO)
    return phone, codes.shown


class Visitor:
    """A browser that nobody has signed in with; it fills in forms as a person would."""

    def __init__(self, client):
        self.client = client

    def post(self, url, page, **typed):
        token = re.search(r'name="csrf_token" value="([^"]+)"', self.client.get(page).text)[1]
        return self.client.post(url, data={"csrf_token": token, **typed})

    def enter(self, username, password=PASSWORD, **typed):
        return self.post("/sign-in", "/sign-in", username=username, password=password, **typed)

    def code(self, code, **typed):
        return self.post("/sign-in/code", "/sign-in/code", code=code, **typed)
