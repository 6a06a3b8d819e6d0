"""One bill, lowered once: who may, how much, and the database when nobody asks the act."""

from datetime import date, timedelta
from types import SimpleNamespace

import pytest
from sqlalchemy import select, text
from sqlalchemy.exc import DBAPIError

from helpdesk.billing.models import Account, Charge
from helpdesk.core.access import Role
from helpdesk.core.errors import NotAllowed, Refused
from helpdesk.core.extensions import db
from helpdesk.core.transactions import writing
from helpdesk.estate.models import OccupancyRole, Person, Place
from helpdesk.waivers.codes import Tie
from helpdesk.waivers.decider_actions import note_tie
from helpdesk.waivers.models import OneOffWaiver
from helpdesk.waivers.one_off import give_one_off
from helpdesk.waivers.policy import begin_policy, change_limits, draft_policy
from helpdesk.waivers.policy_models import WaiverPolicy
from tests.households import add_person
from tests.money import account_for, bill, owner, priced_home, set_rules

MARCH = date(2026, 3, 1)


@pytest.fixture
def line(estate, now):
    """39.31 yuan of March, of a home whose owner is known."""
    set_rules(estate)
    home = priced_home(estate, "501")
    resident = owner(estate, home, "王桂英")
    account = account_for(home, now=now)
    with writing():
        row = db.session.get_one(Account, account.id)
        row.billed_from, row.person_id = MARCH, resident.id
    bill(estate, MARCH, now=now)
    return db.session.scalars(select(Charge)).one()


def by_hand(line, actor, *, fen=1_000, policy_id=None, estate_id=None):
    """What somebody with the database in their hands would write."""
    policy_id = policy_id or db.session.scalar(select(WaiverPolicy.id))
    told = {"estate": estate_id or line.estate_id, "charge": line.id, "fen": fen, "policy": policy_id, "who": actor.id}
    statement = text(
        "INSERT INTO one_off_waiver (estate_id, charge_id, amount_fen, reason, policy_id, given_by_id, given_at)"
        " VALUES (:estate, :charge, :fen, 'x', :policy, :who, '2026-03-02 04:00:00')"
    )
    with writing():
        db.session.execute(statement, told)


def give(line, actor, now, fen=1_000):
    with writing():
        return give_one_off(db.session.get_one(Charge, line.id), amount_fen=fen, reason="Burst pipe", actor=actor,
                            now=now)  # fmt: skip


def refused(line, actor, now, error, fen=1_000):
    with pytest.raises(error):
        give(line, actor, now, fen)
    with pytest.raises(DBAPIError):
        by_hand(line, actor, fen=fen)
    assert db.session.scalars(select(OneOffWaiver)).all() == []


@pytest.mark.parametrize("role", [Role.MANAGER, Role.OWNER])
def test_whoever_decides_lowers_one_bill_and_so_does_the_database(role, line, person, now):
    kim = person("Kim", role)
    by_hand(line, kim)
    assert db.session.scalars(select(OneOffWaiver)).one().amount_fen == 1_000


@pytest.mark.parametrize("role", [one for one in Role if one not in (Role.MANAGER, Role.OWNER)])
def test_nobody_else_lowers_a_bill(role, line, person, now):
    refused(line, person("Kim", role), now, NotAllowed)


def test_nor_a_manager_of_another_estate(line, person, new_estate, now):
    elsewhere = new_estate("Elsewhere")
    kim = person("Kim", Role.MANAGER, at=elsewhere)
    refused(line, kim, now, NotAllowed)
    with pytest.raises(DBAPIError):  # nor by saying that the bill is of theirs
        by_hand(line, kim, estate_id=elsewhere.id)


@pytest.mark.parametrize("tie", Tie)
def test_nor_somebody_of_their_own(tie, line, mei, ann, person, now):
    resident = db.session.get_one(Account, line.account_id).person_id
    ling = person("Ling", Role.OFFICER)
    with writing():
        note_tie(mei, db.session.get_one(Person, resident), tie=tie, actor=ling, now=now)
    refused(line, mei, now, NotAllowed)


def test_nor_above_the_limit_of_the_policy(line, mei, now):
    limit = db.session.scalar(select(WaiverPolicy.one_off_limit_fen))
    refused(line, mei, now, Refused, fen=limit + 1)


@pytest.mark.parametrize("lives", [OccupancyRole.MEMBER, OccupancyRole.TENANT])
def test_nor_for_somebody_of_the_home_who_does_not_pay_for_it(lives, line, estate, mei, person, now):
    home = db.session.get_one(Place, line.place_id)
    relative, ling = add_person(estate, "李建国", home, role=lives), person("Ling", Role.OFFICER)
    with writing():
        note_tie(mei, db.session.get_one(Person, relative.id), tie=Tie.RELATIVE, actor=ling, now=now)

    with pytest.raises(NotAllowed):
        give(line, mei, now)
    assert give(line, person("Kim", Role.MANAGER), now).amount_fen == 1_000


def test_many_small_ones_of_a_home_are_no_way_around_the_second_approval(line, estate, mei, person, now):
    """At most 30 yuan of one bill, and 50 yuan a year by one person: after 30 and 20 the owner goes on."""
    bill(estate, date(2026, 4, 1), now=now)
    bill(estate, date(2026, 5, 1), now=now)
    march, april, may = db.session.scalars(select(Charge).order_by(Charge.id)).all()
    with writing():
        draft = draft_policy(estate.id, actor=mei, now=now)
        change_limits(draft, {"second_above_fen": 5_000, "one_off_limit_fen": 3_000}, actor=mei, now=now)
        begin_policy(draft, valid_from=date(2026, 3, 3), actor=mei, now=now)
    now += timedelta(days=2)
    give(march, mei, now, fen=3_000)

    with pytest.raises(Refused, match="50.00"):
        give(april, mei, now, fen=2_001)
    give(april, mei, now, fen=2_000)
    with pytest.raises(Refused):
        give(may, person("Kim", Role.MANAGER), now, fen=1)
    give(may, person("Oma", Role.OWNER), now, fen=3_000)

    assert sum(db.session.scalars(select(OneOffWaiver.amount_fen))) == 8_000


def test_after_a_year_they_count_no_more(line, estate, mei, now, monkeypatch):
    give(line, mei, now)
    bill(estate, date(2026, 4, 1), now=now)
    april = db.session.scalars(select(Charge).order_by(Charge.id.desc())).first()
    monkeypatch.setattr("helpdesk.waivers.one_off.policy_on", lambda *_: _limits())

    with pytest.raises(Refused):
        give(april, mei, now + timedelta(days=364))
    assert give(april, mei, now + timedelta(days=365)).amount_fen == 1_000


def _limits():
    """The one in force, as if one person could lower bills by 15 yuan a year."""
    found = db.session.scalars(select(WaiverPolicy)).one()
    limits = {"second_above_fen": 1_500, "one_off_limit_fen": 1_500}
    return SimpleNamespace(id=found.id, **limits)
