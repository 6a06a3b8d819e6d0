"""The page of an order says in words why each promise is due when it is."""

from datetime import timedelta

import pytest
from flask_babel import force_locale

from helpdesk.core import clock
from helpdesk.core.extensions import db
from helpdesk.core.transactions import writing
from helpdesk.repairs.actions import change_urgency, close_work_order, open_work_order
from helpdesk.repairs.explained import why_due
from helpdesk.repairs.models import Urgency, WorkOrder
from helpdesk.repairs.queries import service_level_of
from helpdesk.repairs.rules import DeadlineKind
from helpdesk.repairs.visit_actions import schedule_visit
from helpdesk.scheduling.actions import finish_visit
from helpdesk.windows.rules import Window
from tests.conftest import NOON

SUNDAY_EVENING = NOON - timedelta(hours=14)  # 22:00


@pytest.fixture
def opened(place, ann, category, now):
    def _opened(code, urgency, *, reported_at=NOON):
        with writing():
            return open_work_order(
                place=place, category=category(code), urgency=urgency, summary="x", reported_at=reported_at, actor=ann,
                now=now,
            ).number  # fmt: skip

    return _opened


@pytest.fixture
def said(app):
    """The sentences in English, by promise."""

    def _said(number) -> dict[DeadlineKind, list[str]]:
        with app.test_request_context(), force_locale("en"):
            order = db.session.query(WorkOrder).filter_by(number=number).one()
            return dict(why_due(order, service_level_of(order)))

    return _said


def test_a_small_repair_of_sunday_evening(opened, ann, as_user, now):
    number = opened("WATER_LEAK", Urgency.P2, reported_at=SUNDAY_EVENING)

    page = as_user(ann).get(f"/work-orders/{number}").text

    why = "Counted from Mon 2 08:00, because it was reported on Sun 1 22:00 and Minor counts 08:00–20:00."
    assert "Why these times?" in page and why in page and "30 min: until Mon 2 08:30." in page
    assert "24 hours: until Tue 3 08:00." in page
    assert "It must be finished by Tue 3 08:00, so nobody may come later than that." in page


def test_an_emergency_counts_every_minute(opened, now, said):
    number = opened("WATER_BURST", Urgency.P1)

    assert said(number)[DeadlineKind.ARRIVE] == [
        "Counted from Mon 2 12:00, when it was reported.", "30 min: until Mon 2 12:30.",
    ]  # fmt: skip


def test_a_planned_repair_names_the_days_it_passes_over(opened, now, said):
    number = opened("WALL_SEEP", Urgency.P3)

    assert said(number)[DeadlineKind.FINISH] == [
        "Reported on Mon 2 12:00; that day itself does not count.",
        "7 working days: until Wed 11 17:30.",
        "Passed over: 3-07 to 3-08 (weekend).",
    ]


def test_a_year_that_is_not_announced_is_said(opened, set_now, now, said):
    late_december = clock.from_local(NOON.replace(year=2026, month=12, day=28, tzinfo=None))
    number = opened("WALL_SEEP", Urgency.P3, reported_at=late_december)

    assert "The holidays of 2027 are not announced here yet" in said(number)[DeadlineKind.FINISH][-1]


def test_a_promised_window_is_the_reason_itself(opened, ann, tao, now, said):
    number = opened("WATER_LEAK", Urgency.P2)
    window = Window(NOON + timedelta(hours=2), NOON + timedelta(hours=4))
    with writing():
        order = db.session.query(WorkOrder).filter_by(number=number).one()
        schedule_visit(order, crew=[tao], promised=window, actor=ann, now=now)

    assert said(number)[DeadlineKind.ARRIVE] == ["The resident was promised Mon 2 14:00 to 16:00."]


def test_a_changed_urgency_and_a_reopening_are_told(opened, ann, tao, now, said):
    number = opened("WATER_LEAK", Urgency.P2)
    with writing():
        order = db.session.query(WorkOrder).filter_by(number=number).one()
        change_urgency(order, urgency=Urgency.P1, actor=ann, now=now)
        visit = schedule_visit(order, crew=[tao], actor=ann, now=now)
        finish_visit(visit, work_done="Done", no_photo_reason="Dark", actor=tao, now=now)
        close_work_order(order, actor=ann, now=now)
        schedule_visit(order, crew=[tao], actor=ann, now=now + timedelta(hours=1))

    first, second, third, *_rest = said(number)[DeadlineKind.FINISH]
    assert first == "Reopened on Mon 2 13:00, and counted anew from then."
    assert second == "On Mon 2 12:00 it became Emergency instead of Minor; counted anew as such."
    assert third == "Counted from Mon 2 13:00, when it was reopened."
