"""Who pays less in the small estate of the page tests, and who asks to."""

from datetime import date

from sqlalchemy import select

from helpdesk.billing.models import Account, Charge, ChargeKind
from helpdesk.core.access import Role
from helpdesk.core.extensions import db
from helpdesk.core.transactions import writing
from helpdesk.estate.models import Place
from helpdesk.waivers.applying import begin_application
from helpdesk.waivers.codes import Channel as WaiverChannel
from helpdesk.waivers.codes import Tie
from helpdesk.waivers.decider_actions import name_stand_in, note_tie
from helpdesk.waivers.deciding import approve
from helpdesk.waivers.models import WaiverApplication
from helpdesk.waivers.policy import draft_policy
from tests.conftest import NOON
from tests.waivers import a_home, applied, keep_scans, scanned, seen


def make_waivers(world, estate, now) -> dict:
    """An application that waits, one that was granted, a draft, and a draft of a new edition of the policy."""
    desk, mei = world.users[Role.OPERATOR], world.users[Role.MANAGER]
    numbers = []
    for room in ("601", "602", "603"):
        home, resident = a_home(estate, room, name=f"住户{room}")
        numbers.append(applied(home, resident, by=desk, now=now).number)
    first = db.session.scalars(select(WaiverApplication).where(WaiverApplication.number == numbers[0])).one()
    shown = seen(first, now)
    with writing():
        approve(first, seen=shown, reason="As the policy says", actor=mei, now=now)
        home = db.session.get(Place, first.place_id)
        numbers.append(begin_application(place=home, channel=WaiverChannel.DESK, actor=desk, now=now).number)
        draft = draft_policy(estate.id, actor=mei, now=now)
        told = {"from_on": date(2026, 12, 1), "until_on": date(2026, 12, 8), "actor": mei, "now": now}
        note_tie(desk, db.session.merge(resident), tie=Tie.RELATIVE, actor=mei, now=now)
        tied = {"user_id": desk.id, "person_id": resident.id}
        stand_in = name_stand_in(world.users[Role.OFFICER], for_user=mei, estate_id=estate.id, **told)
        grounds = [ground.id for ground in draft.grounds[:1]]
        account = Account(
            estate_id=estate.id, place_id=home.id, opened_on=NOON.date(), billed_from=NOON.date(), payer="", version=0
        )
        db.session.add(account)
        db.session.flush()
        charge = Charge(
            estate_id=estate.id, account_id=account.id, place_id=home.id, kind=ChargeKind.OTHER, words="Key",
            gross_fen=2_000, reduced_fen=0, net_fen=2_000, due_on=NOON.date(), made_at=now,
        )  # fmt: skip
        db.session.add(charge)
        db.session.flush()
        made = {"policy_id": [draft.id, 1], "charge_id": [charge.id], "stand_in_id": [stand_in.id], "ties": [tied]}
    waits = db.session.scalars(select(WaiverApplication).where(WaiverApplication.number == numbers[1])).one()
    keep_scans(estate)
    made["scans"] = [
        {"application_number": waits.number, "scan_id": scanned(waits, by=world.users[Role.OFFICER], now=now)}
    ]
    return {"application_number": numbers, "ground_id": grounds, **made}
