"""What is done to the roster, and that nothing happened when it was refused."""

from datetime import timedelta

import pytest
from sqlalchemy import select

from helpdesk.audit.models import Event
from helpdesk.core.access import Role
from helpdesk.core.errors import Conflict, NotAllowed, Refused
from helpdesk.core.extensions import db
from helpdesk.core.transactions import writing
from helpdesk.duty.actions import Planned, add_shift, call_off, change_shift, fill_weeks, lay_out, note_stand_in
from helpdesk.duty.models import Post, Shift
from helpdesk.duty.number_actions import publish_number, withdraw_number
from helpdesk.duty.queries import board, chain, on_duty, published_numbers
from helpdesk.duty.rules import WEEK, Span
from tests.duties import HOUR, put_on


@pytest.fixture
def bea(person):
    return person("Bea", Role.OPERATOR)


@pytest.fixture
def shift(estate, ann, now):
    return put_on(estate, ann, now, now + 8 * HOUR)


def roster() -> list[tuple]:
    found = db.session.scalars(select(Shift).where(Shift.called_off_at.is_(None)).order_by(Shift.starts_at, Shift.id))
    return [(s.user.name, s.starts_at, s.ends_at, s.stands_in_for.name if s.stands_in_for else "") for s in found]


def add(estate, user, span, *, actor, now, post=Post.HOTLINE):
    with writing():
        return add_shift(Planned(post, user, 1, span), estate_id=estate.id, actor=actor, now=now)


def test_a_manager_puts_somebody_on(estate, ann, mei, now):
    added = add(estate, ann, Span(now, now + 8 * HOUR), actor=mei, now=now)

    (event,) = db.session.scalars(select(Event).where(Event.kind == "shift.added"))
    assert [s.id for s in on_duty(estate.id, now)] == [added.id]
    assert (event.subject_id, event.data["user_id"], event.topics) == (added.id, ann.id, [f"duty:{estate.id}"])


@pytest.mark.parametrize(
    ("starts", "ends", "field"),
    [
        (8 * HOUR, 8 * HOUR, "ends_at"),
        (8 * HOUR, 7 * HOUR, "ends_at"),
        (HOUR, 10 * timedelta(days=1), "ends_at"),
        (-timedelta(days=40), -timedelta(days=39), "starts_at"),
        (timedelta(days=900), timedelta(days=900) + HOUR, "starts_at"),
    ],
)
def test_times_that_cannot_be_are_refused(starts, ends, field, estate, ann, mei, now):
    with pytest.raises(Refused) as refused:
        add(estate, ann, Span(now + starts, now + ends), actor=mei, now=now)

    assert refused.value.field == field
    assert roster() == []


def test_nobody_is_twice_at_one_post_but_may_be_at_two(estate, ann, mei, shift, now):
    with pytest.raises(Refused):
        add(estate, ann, Span(now + 7 * HOUR, now + 9 * HOUR), actor=mei, now=now)
    add(estate, mei, Span(now, now + HOUR), actor=mei, now=now)
    add(estate, mei, Span(now, now + HOUR), actor=mei, now=now, post=Post.LEAD)

    assert [name for name, *_ in roster()] == ["Ann", "Mei", "Mei"]


def test_a_telephone_needs_somebody_who_may_work_it(estate, tao, mei, now):
    with pytest.raises(Refused) as refused:
        add(estate, tao, Span(now, now + HOUR), actor=mei, now=now)

    assert refused.value.field == "user_id"


def test_who_does_not_plan_the_roster_cannot_change_it(estate, ann, shift, now):
    with pytest.raises(NotAllowed):
        add(estate, ann, Span(now + 20 * HOUR, now + 21 * HOUR), actor=ann, now=now)
    with pytest.raises(NotAllowed), writing():
        call_off(shift, actor=ann, now=now)

    assert len(roster()) == 1


def test_a_shift_that_is_over_stays(estate, ann, mei, now):
    over = put_on(estate, ann, now - 8 * HOUR, now)

    with pytest.raises(Conflict), writing():
        change_shift(over, Planned(Post.HOTLINE, mei, 1, Span(now, now + HOUR)), actor=mei, now=now)
    with pytest.raises(Conflict), writing():
        call_off(over, actor=mei, now=now)

    assert roster() == [("Ann", now - 8 * HOUR, now, "")]


def test_a_shift_is_called_off_once(mei, shift, estate, now):
    with writing():
        call_off(shift, actor=mei, now=now)

    assert on_duty(estate.id, now) == []
    with pytest.raises(Conflict), writing():
        call_off(shift, actor=mei, now=now)


def test_somebody_comes_for_a_part_of_the_shift(ann, bea, shift, now):
    with writing():
        note_stand_in(shift, user=bea, part=Span(now + 2 * HOUR, now + 4 * HOUR), actor=ann, now=now)

    assert roster() == [
        ("Ann", now, now + 2 * HOUR, ""),
        ("Bea", now + 2 * HOUR, now + 4 * HOUR, "Ann"),
        ("Ann", now + 4 * HOUR, now + 8 * HOUR, ""),
    ]
    assert [e.kind for e in db.session.scalars(select(Event).where(Event.subject_type == "shift"))] == [
        "shift.stood_in"
    ]


def test_who_comes_back_stands_in_for_nobody(ann, bea, shift, now):
    whole = Span(now, now + 8 * HOUR)
    with writing():
        note_stand_in(shift, user=bea, part=whole, actor=ann, now=now)
    with writing():
        note_stand_in(shift, user=ann, part=whole, actor=bea, now=now)

    assert roster() == [("Ann", now, now + 8 * HOUR, "")]


def test_only_ones_own_shift_is_given_away(bea, mei, shift, now):
    with pytest.raises(NotAllowed), writing():
        note_stand_in(shift, user=mei, part=Span(now, now + HOUR), actor=bea, now=now)


def test_a_week_is_copied_without_its_stand_ins_and_only_once(estate, ann, bea, mei, shift, now):
    with writing():
        note_stand_in(shift, user=bea, part=Span(now + 2 * HOUR, now + 4 * HOUR), actor=ann, now=now)
    put_on(estate, ann, now + 8 * HOUR, now + 9 * HOUR, post=Post.LEAD)
    week = list(db.session.scalars(select(Shift)))

    with writing():
        added = fill_weeks(week, estate_id=estate.id, weeks=2, actor=mei, now=now)

    assert added == 4
    assert roster()[4:] == [
        (name, start + n * WEEK, end + n * WEEK, "")
        for n in (1, 2)
        for name, start, end in (("Ann", now, now + 8 * HOUR), ("Ann", now + 8 * HOUR, now + 9 * HOUR))
    ]
    with pytest.raises(Refused), writing():
        fill_weeks(week, estate_id=estate.id, weeks=2, actor=mei, now=now)


def test_a_pattern_leaves_out_where_somebody_is_on_already(estate, ann, mei, shift, now):
    plan = [Planned(Post.HOTLINE, ann, 1, Span(now + n * 4 * HOUR, now + (n + 1) * 4 * HOUR)) for n in range(4)]

    with writing():
        added = lay_out(plan, estate_id=estate.id, actor=mei, now=now)

    assert added == 2
    assert [start for _name, start, *_ in roster()] == [now, now + 8 * HOUR, now + 12 * HOUR]


def test_the_board_says_who_is_on_until_when_and_where_nobody_is(estate, ann, tao, shift, now):
    put_on(estate, tao, now - HOUR, now + 5 * HOUR, post=Post.ON_CALL)

    found = board(estate.id, now)

    assert [(one.post, one.name, one.number) for one in found.on] == [
        (Post.HOTLINE, "Ann", None), (Post.ON_CALL, "Tao", None),
    ]  # fmt: skip
    assert found.changes_at == now + 5 * HOUR
    assert found.without_hotline == [Span(now + 8 * HOUR, now + 24 * HOUR)]


def test_a_disabled_account_is_never_on(estate, ann, shift, now):
    with writing():
        ann.active = False

    assert on_duty(estate.id, now) == [] and chain(estate.id, now) == []
    assert board(estate.id, now).without_hotline == [Span(now, now + 24 * HOUR)]


def test_a_number_is_published_only_while_its_owner_agrees(estate, ann, shift, now):
    with writing():
        ann.phone = "12000000077"
        publish_number(ann, actor=ann, now=now)
    assert board(estate.id, now).on[0].number == "12000000077"
    assert published_numbers(estate.id) == [(ann, "12000000077")]

    with writing():
        ann.phone = "12000000078"  # another number was never agreed to
    assert board(estate.id, now).on[0].number is None and published_numbers(estate.id) == []

    with writing():
        publish_number(ann, actor=ann, now=now)
        withdraw_number(ann, actor=ann, now=now)
    assert board(estate.id, now).on[0].number is None and published_numbers(estate.id) == []


def test_nobody_else_agrees_for_somebody(ann, bea, ada, now):
    with writing():
        ann.phone = "12000000077"
    with pytest.raises(NotAllowed), writing():
        publish_number(ann, actor=bea, now=now)
    with writing():
        publish_number(ann, actor=ada, now=now)  # whoever looks after the account notes what was said


def test_the_line_on_every_page_costs_one_query(estate, ann, shift, now, count_queries):
    for number in range(3):
        put_on(estate, ann, now - HOUR, now + number * HOUR + HOUR, post=Post.ON_CALL)

    estate_id = estate.id
    with count_queries() as sent:
        board(estate_id, now)

    assert len([s for s in sent.statements if s.startswith("SELECT")]) == 1
