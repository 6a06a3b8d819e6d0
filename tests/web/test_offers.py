"""Times offered in the call form."""

from datetime import timedelta

import pytest

from helpdesk.core import clock
from helpdesk.core.extensions import db
from helpdesk.core.transactions import writing
from helpdesk.dispatch.offers import offers_for
from helpdesk.planning.model import Reason
from helpdesk.repairs.models import Urgency
from tests.conftest import HTMX, NOON
from tests.dayplans import a_visit, can_do


@pytest.fixture
def leak(category):
    return category("WATER_LEAK")


@pytest.fixture
def able(estate, tao, leak, now):
    with writing():
        db.session.add_all(can_do(estate, tao, leak.skill))
    return tao


def test_windows_that_fit_are_offered_with_who_comes_and_when(able, ann, place, leak, now):
    found = offers_for(ann, place, leak, Urgency.P2, now=now)

    assert len(found.best) == 4 and found.reason is None
    assert {name for offer in found.best for name in offer.names} == {"Tao"}
    assert all(offer.window.starts_at <= offer.starts_at <= offer.window.ends_at for offer in found.best)
    assert all(offer.window.ends_at > NOON for offer in found.best)


def test_a_window_next_to_another_visit_is_said_to_be_and_a_full_one_is_not_offered(able, ann, place, leak, now):
    tomorrow = clock.start_of_day(clock.local_date(now)) + timedelta(days=1)
    with writing():
        a_visit(place, leak, [able], at=tomorrow + timedelta(hours=9), actor=ann, now=now)

    found = offers_for(ann, place, leak, Urgency.P2, now=now)

    assert any(offer.before == place.address for offer in found.best)


def test_what_nobody_can_do_is_not_offered_and_says_why(ann, estate, tao, place, leak, now):
    with writing():
        db.session.add_all(can_do(estate, tao, "general"))

    found = offers_for(ann, place, leak, Urgency.P2, now=now)

    assert (found.best, found.reason) == ([], Reason.NO_SKILL)


def test_the_number_of_queries_does_not_grow_with_the_day(able, ann, place, leak, now, count_queries):
    def asked():
        db.session.expire_all()
        with count_queries() as sent:
            offers_for(ann, place, leak, Urgency.P2, now=now)
        return sent.count

    few = asked()
    tomorrow = clock.start_of_day(clock.local_date(now)) + timedelta(days=1)
    with writing():
        for hour in (8, 9, 10, 13):
            a_visit(place, leak, [able], at=tomorrow + timedelta(hours=hour), actor=ann, now=now)
    asked()

    assert asked() <= few + 6  # what hangs on visits is loaded for all of them at once


def test_the_console_asks_for_them_beside_the_form(able, ann, place, leak, as_user, now):
    browser = as_user(ann)

    part = browser.get(f"/hotline/offers?place_id={place.id}&category=WATER_LEAK&urgency=p2", headers=HTMX)
    page = browser.get("/hotline")

    assert part.text.count("chip offer") == 4 and "min way" in part.text
    assert 'hx-get="/hotline/offers"' in page.text
    first = part.text.split('for="')[1].split('"')[0]
    assert f'id="{first}"' in page.text


def test_without_a_place_or_a_category_nothing_is_offered(ann, place, as_user, now):
    assert "chip" not in as_user(ann).get("/hotline/offers", headers=HTMX).text
    assert "chip" not in as_user(ann).get(f"/hotline/offers?place_id={place.id}", headers=HTMX).text
    assert as_user(ann).get(f"/hotline/offers?place_id={place.id}&category=NONE").status_code == 404
