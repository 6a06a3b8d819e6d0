"""Addresses and titles are kept by browsers, proxies and shared screens: neither tells of a resident."""

from html.parser import HTMLParser
from urllib.parse import unquote

import pytest

from helpdesk.core.access import Role
from tests.web.marks import MARK, put_marks
from tests.web.test_every_page import readable

NO_RESIDENT = {  # homes, papers, colleagues and words of the house; a title says which of them is open
    "category.name_en", "party.name", "payment.receipt_no", "place.address", "routine.title", "user.name",
    "waiver_ground.name_en",
}  # fmt: skip
LEADS = {"href", "src", "action", "formaction", "poster"}


class Heads(HTMLParser):
    """The title of a page, and every address in it."""

    def __init__(self, page: str):
        super().__init__()
        self.found, self.in_title = [], False
        self.feed(page)

    def handle_starttag(self, tag, attrs):
        self.in_title = tag == "title"
        told = [value or "" for name, value in attrs if name in LEADS or name.startswith("hx-")]
        self.found += [one for one in told if not one.startswith("tel:")]

    def handle_endtag(self, tag):
        self.in_title = False

    def handle_data(self, data):
        self.found += [data] if self.in_title else []


@pytest.mark.sqlite_only  # the pages are the same on both
@pytest.mark.proves("PD-03")
def test_no_address_and_no_title_tells_of_a_resident(app, world, as_user):
    addresses = [world.fill(rule)[0] for rule in readable(app)] + world.asked_for()
    browsers = [as_user(world.users[role]) for role in (Role.MANAGER, Role.OPERATOR)]
    names = {mark: name for name, mark in put_marks().items()}
    told = {}
    for at, path in enumerate(addresses):
        with browsers[at % 4 == 3].get(path) as answer:
            heads = Heads(answer.text).found if answer.mimetype == "text/html" else []
            heads.append(unquote(answer.headers.get("Location", "")))
        for mark in MARK.findall(" ".join(unquote(one) for one in heads).encode()):
            told.setdefault(names[mark], set()).add(path)
    assert {name: sorted(paths)[:3] for name, paths in told.items() if name not in NO_RESIDENT} == {}
