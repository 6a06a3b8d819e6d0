"""Times offered in the call form."""

from datetime import timedelta
from urllib.parse import quote

import pytest

from helpdesk.core import clock
from helpdesk.core.extensions import db
from helpdesk.core.transactions import writing
from helpdesk.dispatch.offers import offers_for
from helpdesk.planning.model import Reason
from helpdesk.repairs.actions import promise_window
from helpdesk.repairs.models import Urgency
from helpdesk.windows.rules import Window, window_value
from tests.conftest import HTMX, NOON
from tests.dayplans import a_visit, an_order, can_do


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
    first = part.text.split('name="offered" value="')[1].split('"')[0]
    assert f'name="visit_window" value="{first}"' in page.text


@pytest.fixture
def ten_to_twelve(now):
    ten = clock.start_of_day(clock.local_date(now)) + timedelta(days=1, hours=10)
    return Window(ten, ten + timedelta(hours=2))


def test_a_time_that_others_were_promised_is_not_offered_again_although_nobody_is_chosen_yet(
    able, ann, place, leak, ten_to_twelve, now
):
    before = offers_for(ann, place, leak, Urgency.P2, now=now)
    with writing():
        for _n in range(2 * 60 // leak.duration_minutes + 1):
            promise_window(an_order(place, leak, actor=ann, now=now), window=ten_to_twelve, actor=ann, now=now)

    after = offers_for(ann, place, leak, Urgency.P2, now=now)

    assert ten_to_twelve in before.fitting
    assert before.fitting - after.fitting == {ten_to_twelve}


def test_whoever_has_chosen_a_time_that_is_gone_is_told_so(able, ann, place, leak, ten_to_twelve, as_user, now):
    chosen = window_value(ten_to_twelve)
    url = f"/hotline/offers?place_id={place.id}&category=WATER_LEAK&urgency=p2&visit_window={quote(chosen)}"
    free = as_user(ann).get(url, headers=HTMX).text
    with writing():
        for _n in range(5):
            promise_window(an_order(place, leak, actor=ann, now=now), window=ten_to_twelve, actor=ann, now=now)

    taken = as_user(ann).get(url, headers=HTMX).text

    assert "no room left" not in free
    assert "10:00–12:00 has no room left" in taken and 'role="alert"' in taken
    assert chosen not in taken


def test_a_time_that_is_offered_and_chosen_is_ticked(able, ann, place, leak, as_user, now):
    browser = as_user(ann)
    url = f"/hotline/offers?place_id={place.id}&category=WATER_LEAK&urgency=p2&visit_window="
    first = browser.get(url, headers=HTMX).text.split('name="offered" value="')[1].split('"')[0]

    assert f'value="{first}" checked' in browser.get(url + quote(first), headers=HTMX).text
    assert " checked" not in browser.get(url + "at_once", headers=HTMX).text


def test_without_a_place_or_a_category_nothing_is_offered(ann, place, as_user, now):
    assert "chip" not in as_user(ann).get("/hotline/offers", headers=HTMX).text
    assert "chip" not in as_user(ann).get(f"/hotline/offers?place_id={place.id}", headers=HTMX).text
    assert as_user(ann).get(f"/hotline/offers?place_id={place.id}&category=NONE").status_code == 404
