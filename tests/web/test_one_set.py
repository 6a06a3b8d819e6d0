"""What somebody may see is one set, by whatever way they come: list, count, search, parts, prints, board, files, jobs.

Work orders of two estates and two technicians fall as chance has it; every role asks for all of them in every way.
"""

import json
import random
import re

import pytest
from sqlalchemy import select

from helpdesk.accounts.models import User, UserRole
from helpdesk.core.access import GRANTS, Permission, Role
from helpdesk.core.extensions import db
from helpdesk.core.transactions import writing
from helpdesk.exports.models import ExportList
from helpdesk.live.queries import topics_of
from helpdesk.repairs.actions import open_work_order
from helpdesk.repairs.models import Category
from helpdesk.repairs.visit_actions import schedule_visit
from tests.conftest import HTMX
from tests.households import add_home
from tests.web.test_exports import asked, sheet_of

NUMBER = re.compile(r"GD\d{8}-\d{4}")
PARTS = [("", {}), ("/print", {}), ("/facts", HTMX), ("/history", HTMX), ("/callers", HTMX)]


@pytest.fixture
def orders(estate, new_estate, person, now):
    """Twelve orders with their estate and, for some, the technician who goes."""

    def _orders(chance: random.Random) -> list[tuple[str, int, int | None]]:
        places = [estate, new_estate(f"West Court {chance.random()}")]
        desks = [person(f"Desk {one.id} {chance.random()}", Role.MANAGER, at=one) for one in places]
        crews = {one.id: [person(f"T {one.id} {n} {chance.random()}", Role.TECHNICIAN, at=one) for n in (1, 2)]
                 for one in places}  # fmt: skip
        made = []
        for room in range(12):
            at = chance.randrange(2)
            home = add_home(places[at], 7, 1, f"{room + 1}{chance.randrange(10)}{chance.randrange(10)}")
            crew = chance.choice([None, *crews[places[at].id]])
            category = db.session.scalars(
                select(Category).where(Category.estate_id == places[at].id, Category.code == "WATER_LEAK")
            ).one()
            with writing():
                order = open_work_order(place=home, category=category, urgency=category.urgency, summary="It drips",
                                        actor=desks[at], now=now)  # fmt: skip
                if crew:
                    schedule_visit(order, crew=[crew], actor=desks[at], now=now)
                made.append((order.number, places[at].id, crew.id if crew else None))
        return made

    return _orders


def by_every_way(browser, numbers) -> dict[str, set[str]]:
    """The orders of `numbers` that each way leads to."""
    found = {}
    for part, headers in PARTS:
        answers = {number: browser.get(f"/work-orders/{number}{part}", headers=headers) for number in numbers}
        found[part or "page"] = {number for number, answer in answers.items() if answer.status_code == 200}
    listed = browser.get("/work-orders?group=all")
    found["list"] = set(NUMBER.findall(listed.text)) if listed.status_code == 200 else set()
    for way, headers in (("search", {}), ("search/box", HTMX)):
        answers = {number: browser.get(f"/{way}?q={number}", headers=headers).text for number in numbers}
        found[way] = {number for number, text in answers.items() if f"/work-orders/{number}" in text}
    return {way: ways & set(numbers) for way, ways in found.items()}


@pytest.mark.proves("AC-03", "PC-01", "PC-03")
@pytest.mark.parametrize("seed", [1, pytest.param(2, marks=pytest.mark.sqlite_only)])
def test_every_role_reaches_one_and_the_same_orders_by_every_way(seed, orders, estate, person, as_user, now):
    made = orders(random.Random(seed))  # noqa: S311 - which home is whose, not a secret
    numbers = [number for number, _at, _crew in made]
    both = person("Both", Role.OPERATOR)
    with writing():
        elsewhere = {at for _number, at, _crew in made} - {estate.id}
        db.session.add_all(UserRole(user_id=both.id, estate_id=at, role=Role.AUDITOR) for at in elsewhere)

    for user in [*(person(f"One {role.value}", role) for role in Role), both]:
        sees = {held.estate_id for held in user.roles if Permission.SEE_WORK_ORDERS in GRANTS[held.role]}
        expected = {number for number, at, _crew in made if at in sees}
        for way, reached in by_every_way(as_user(user), numbers).items():
            assert reached == expected, (seed, [held.role for held in user.roles], way)
        assert {int(t.split(":")[1]) for t in topics_of(user) if t.startswith("orders:")} == sees


@pytest.mark.proves("AC-03")
def test_a_technician_reaches_only_the_jobs_that_are_theirs(orders, as_user, now):
    made = orders(random.Random(3))  # noqa: S311
    technicians = {crew for _number, _at, crew in made if crew}
    assert len(technicians) > 1

    for crew in technicians:
        user = db.session.get_one(User, crew)
        browser, mine = as_user(user), {number for number, _at, of in made if of == crew}
        listed = set(NUMBER.findall(browser.get("/jobs").text))
        opened = {number for number, _at, _crew in made if browser.get(f"/jobs/{number}").status_code == 200}
        assert listed == opened == mine
        assert {browser.get(f"/work-orders/{number}").status_code for number, _at, _crew in made} == {403}


@pytest.mark.proves("AC-03")
def test_what_leaves_the_house_is_what_the_list_shows(orders, estate, person, as_user, now):
    made = orders(random.Random(4))  # noqa: S311
    browser = as_user(person("Mei", Role.MANAGER))
    expected = {number for number, at, _crew in made if at == estate.id}

    taken = sheet_of(browser.post("/exports", data=asked(ExportList.ORDERS)))
    board = browser.get("/schedule/feed?day=2026-03-02").text

    assert {cell for row in taken for cell in row if cell and NUMBER.fullmatch(str(cell))} == expected
    assert set(NUMBER.findall(board)) <= expected
    assert json.loads(board)
