"""Several workers, each a process of its own, and one that is killed: everything is told exactly once."""

import os
import signal
import subprocess
import sys
import time
from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import func, select

from helpdesk import create_app
from helpdesk.accounts.models import User, UserRole
from helpdesk.audit.models import Event
from helpdesk.audit.queries import verify_chain
from helpdesk.core.access import Role
from helpdesk.core.extensions import db
from helpdesk.core.transactions import writing
from helpdesk.escalation.models import Escalation
from helpdesk.estate.models import Estate, Place, PlaceKind
from helpdesk.notify.models import Message
from helpdesk.notify.states import MessageStatus
from helpdesk.repairs.actions import open_work_order
from helpdesk.repairs.models import Category, Urgency
from helpdesk.repairs.policy import install_defaults
from helpdesk.repairs.visit_actions import schedule_visit
from helpdesk.worker.models import TaskLease
from tests.product import ROOT, Product

pytestmark = pytest.mark.soak
ORDERS = 50


@pytest.fixture
def product(tmp_path):
    """An installation whose web process ran once, to make the tables, and is stopped."""
    product = Product(tmp_path, "workers")
    product.start()
    product.stop()
    yield product
    product.drop()


@pytest.fixture
def inside(product):
    app = create_app({name: product.env[name] for name in ("DATABASE_URL", "SECRET_KEY", "INSTANCE_PATH")})
    with app.app_context():
        yield app
        db.session.remove()
        db.engine.dispose()


def prepare() -> None:
    """Fifty burst pipes of ten minutes ago: somebody was sent, nobody has acknowledged."""
    then = datetime.now(UTC) - timedelta(minutes=10)
    with writing():
        estate = Estate(name="德裕苑", hotline="052310000001")
        db.session.add(estate)
        db.session.flush()
        install_defaults(estate, valid_from=then.date() - timedelta(days=9))
        ann, tao = (
            User(username=name, name=name, password_hash="-", phone="12000000001",
                 roles=[UserRole(role=role, estate_id=estate.id)])
            for name, role in (("ann", Role.OPERATOR), ("tao", Role.TECHNICIAN))
        )  # fmt: skip
        place = Place(estate_id=estate.id, kind=PlaceKind.DWELLING, address="3-2-501", building_no=3, unit_no=2)
        db.session.add_all([ann, tao, place])
        db.session.flush()
        category = db.session.scalars(select(Category).where(Category.code == "WATER_BURST")).one()
        for _ in range(ORDERS):
            order = open_work_order(
                place=place, category=category, urgency=Urgency.P1, summary="-", actor=ann, now=then
            )
            schedule_visit(order, crew=[tao], actor=ann, now=then)


def begin(product) -> subprocess.Popen:
    command = [sys.executable, "-m", "flask", "--app", str(ROOT / "wsgi.py"), "worker"]
    return subprocess.Popen(command, env=product.env, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)


def wait_until(what, seconds=60) -> None:
    until = time.monotonic() + seconds
    while not what():
        assert time.monotonic() < until, "it did not happen in time"
        time.sleep(0.05)
        db.session.rollback()


def told(kind="work_order.unacknowledged") -> int:
    return db.session.scalar(select(func.count(Event.seq)).where(Event.kind == kind))


def assert_each_once() -> None:
    assert told() == ORDERS
    assert db.session.scalar(select(func.count(Escalation.id))) == ORDERS
    assert len(set(db.session.scalars(select(Message.message_id)))) == ORDERS
    assert verify_chain() is None


@pytest.mark.proves("RE-09")
def test_three_workers_tell_fifty_escalations_exactly_once_and_stop_politely(product, inside):
    prepare()
    workers = [begin(product) for _ in range(3)]
    handled = select(func.count(Message.id)).where(Message.status == MessageStatus.NO_ADAPTER)

    wait_until(lambda: db.session.scalar(handled) >= 18)  # told, and the outbox is being emptied
    time.sleep(20)  # the task comes round again in each of them
    [worker.send_signal(signal.SIGTERM) for worker in workers]
    words = [worker.communicate(timeout=10)[0] for worker in workers]

    assert [worker.returncode for worker in workers] == [0, 0, 0]
    assert not [line for line in words if "Traceback" in line or "broke down" in line]
    assert_each_once()


@pytest.mark.proves("RE-09", "RE-10")
def test_a_worker_killed_in_the_middle_loses_nothing_and_doubles_nothing(product, inside):
    prepare()
    first = begin(product)
    wait_until(lambda: told() > 0)  # its first chunk is committed, the second is not
    os.kill(first.pid, signal.SIGKILL)
    first.communicate()
    db.session.rollback()
    with writing():  # the lease of the dead one expires
        for lease in db.session.scalars(select(TaskLease)):
            lease.due_at = datetime.now(UTC)
            lease.held_until = datetime.now(UTC) if lease.holder else None
    second = begin(product)

    wait_until(lambda: told() >= ORDERS)
    second.send_signal(signal.SIGTERM)
    second.communicate(timeout=10)
    assert_each_once()
