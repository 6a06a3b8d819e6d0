"""`python -m benchmarks.offers`: how long the call form waits for times to offer, on days of 150 visits each."""

import tempfile
import time
from datetime import timedelta
from statistics import median

from flask_migrate import upgrade
from sqlalchemy import select

from benchmarks.planners import machine
from helpdesk import create_app
from helpdesk.accounts.models import User, UserRole
from helpdesk.core import clock
from helpdesk.core.access import Role
from helpdesk.core.extensions import db
from helpdesk.core.transactions import writing
from helpdesk.demo.load import load
from helpdesk.demo.shape import FULL
from helpdesk.dispatch.offers import offers_for
from helpdesk.estate.models import Place, PlaceKind
from helpdesk.repairs.actions import open_work_order
from helpdesk.repairs.models import Category, Urgency
from helpdesk.repairs.visit_actions import schedule_visit
from helpdesk.technicians.models import TechnicianSkill
from helpdesk.technicians.queries import technicians_of

VISITS, PEOPLE, TIMES, DAYS = 150, 20, 15, 3


def main() -> None:
    """Fill the demo estate's next days, and ask again and again as the console does."""
    print(machine())
    with tempfile.TemporaryDirectory() as folder:
        app = create_app({"DATABASE_URL": f"sqlite:///{folder}/a.db", "INSTANCE_PATH": folder, "SECRET_KEY": "x" * 40})
        with app.app_context():
            upgrade()
            load(clock.now(), shape=FULL)
            user, place, category = _fill()
            now, took, worked = clock.start_of_day(_tomorrow()), [], []
            for _n in range(TIMES):
                db.session.remove()
                began, busy = time.perf_counter(), time.process_time()
                user, place, category = (db.session.merge(one, load=False) for one in (user, place, category))
                found = offers_for(user, place, category, Urgency.P2, now=now, days=DAYS)
                took.append((time.perf_counter() - began) * 1000)
                worked.append((time.process_time() - busy) * 1000)
    said = f"{VISITS} visits on each of {DAYS} days, {len(found.best)} offers"
    print(f"{said}: median {median(took):.0f} ms, of them {median(worked):.0f} ms of work; slowest {max(took):.0f} ms")


def _tomorrow():
    return clock.local_date(clock.now()) + timedelta(days=1)


def _fill():
    now = clock.now()
    desk = db.session.scalars(select(User).where(User.username == "operator")).one()
    estate_id = desk.roles[0].estate_id
    homes = list(db.session.scalars(select(Place).where(Place.kind == PlaceKind.DWELLING)))
    homes = homes[:: max(1, len(homes) // VISITS)]
    leak = db.session.scalars(select(Category).where(Category.code == "WATER_LEAK")).first()
    with writing():
        for number in range(PEOPLE):
            roles = [UserRole(role=Role.TECHNICIAN, estate_id=estate_id)]
            db.session.add(User(username=f"t{number}", name=f"T{number}", password_hash="", language="zh", roles=roles))
        db.session.flush()
        people = technicians_of(estate_id)[-PEOPLE:]
        for one in people:
            db.session.add(TechnicianSkill(estate_id=estate_id, user_id=one.id, skill=leak.skill, level=2))
        for ahead in range(DAYS):
            midnight = clock.start_of_day(_tomorrow() + timedelta(days=ahead))
            for at in range(VISITS):
                order = open_work_order(
                    place=homes[at % len(homes)], category=leak, urgency=leak.urgency, summary="x", actor=desk, now=now
                )  # fmt: skip
                start = midnight + timedelta(hours=8, minutes=(at // PEOPLE) * 65)
                schedule_visit(order, crew=[people[at % PEOPLE]], planned_at=start, actor=desk, now=now)
    return desk, homes[0], leak


if __name__ == "__main__":
    main()
