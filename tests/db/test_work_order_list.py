"""The list of work orders: what it shows, in which order, page by page."""

from datetime import timedelta

import pytest
from werkzeug.datastructures import MultiDict

from helpdesk.core.access import Role
from helpdesk.core.extensions import db
from helpdesk.core.transactions import writing
from helpdesk.estate.models import Place, PlaceKind
from helpdesk.repairs import lists
from helpdesk.repairs.actions import cancel_work_order, close_work_order, open_work_order
from helpdesk.repairs.filters import Filter, Group, Sort, read
from helpdesk.repairs.lists import order_page
from helpdesk.repairs.models import CancelReason, Urgency
from helpdesk.repairs.states import Status, VisitStatus, move, move_visit
from helpdesk.repairs.visit_actions import schedule_visit

HOUR = timedelta(hours=1)


@pytest.fixture(autouse=True)
def in_a_request(app):
    with app.test_request_context(headers={"Accept-Language": "en"}):
        yield


@pytest.fixture
def opened(place, ann, category, now):
    def _open(code="WATER_LEAK", ago=timedelta(0), summary="Broken", where=place, urgency=None):
        found = category(code)
        with writing():
            return open_work_order(
                place=where, category=found, urgency=urgency or found.urgency, summary=summary, actor=ann, now=now - ago
            )  # fmt: skip

    return _open


@pytest.fixture
def listed(ann, now):
    """The summaries of a page: `listed(group="late")` as the address would ask for it."""

    def _listed(user=None, **args):
        return [row.summary for row in order_page(user or ann, read(MultiDict(args)), now=now).rows]

    return _listed


def test_each_state_has_its_orders(opened, listed, tao, ann, now):
    opened(summary="at risk", ago=timedelta(minutes=25))  # answered within 30 minutes: 5 are left
    opened(summary="late", ago=HOUR)
    opened(summary="fresh")
    done, closed, cancelled = opened(summary="done"), opened(summary="closed"), opened(summary="cancelled")
    with writing():
        cancel_work_order(cancelled, reason=CancelReason.WITHDRAWN, actor=ann, now=now)
    for order in (done, closed):
        with writing():
            visit = schedule_visit(order, crew=[tao], actor=ann, now=now)
            move_visit(visit, VisitStatus.DONE)
            move(order, Status.DONE)
    with writing():
        close_work_order(closed, actor=ann, now=now)

    assert listed() == ["late", "at risk", "fresh"]
    assert {group: listed(group=group) for group in Group if group not in (Group.OPEN, Group.ALL)} == {
        "late": ["late"], "at_risk": ["at risk"], "done": ["done"], "closed": ["closed"], "cancelled": ["cancelled"],
    }  # fmt: skip
    assert len(listed(group="all")) == 6


def test_the_list_is_narrowed_by_every_filter(opened, listed, add, estate, tao, bo, ann, now):
    far = add(Place, estate_id=estate.id, kind=PlaceKind.DWELLING, address="12-1-101", building_no=12)
    leak = opened(summary="50% of the tap_water", where=far)
    opened("GAS_SMELL", summary="smells of gas", ago=timedelta(days=2))
    with writing():
        schedule_visit(leak, crew=[tao], actor=ann, now=now)

    only_leak, only_gas = ["50% of the tap_water"], ["smells of gas"]
    assert listed(urgency="p0") == only_gas
    assert listed(category="GAS") == only_gas
    assert listed(technician=str(tao.id)) == only_leak
    assert listed(technician=str(bo.id)) == []
    assert listed(building="12") == only_leak
    assert listed(from_on="2026-03-02") == only_leak
    assert listed(until_on="2026-03-01") == only_gas
    assert listed(from_on="2026-02-28", until_on="2026-02-28") == only_gas
    assert listed(words="0% OF") == only_leak
    assert listed(words="p_w") == only_leak
    assert listed(words="s_g") == [], "an underscore stands for itself"
    assert listed(words="%") == only_leak
    assert listed(words=leak.number.lower()) == only_leak
    assert listed(words="12-1") == only_leak
    assert listed(words="\\") == []


def test_orders_of_other_estates_are_never_listed(opened, listed, person, new_estate):
    opened()

    assert listed(user=person("Oda", Role.OPERATOR, at=new_estate("景苑")), group="all") == []


@pytest.mark.proves("RE-14")
@pytest.mark.parametrize("sort", Sort)
def test_pages_lead_through_all_orders_and_back(opened, ann, now, monkeypatch, sort):
    monkeypatch.setattr(lists, "ROWS", 3)
    for minutes in (9, 1, 5, 5, 5, 2, 8):
        opened(ago=timedelta(minutes=minutes), summary=f"{minutes}")
    asked = Filter(sort=sort)
    whole = [row.id for row in order_page(ann, asked, now=now).rows]
    forwards, page = [], order_page(ann, asked, now=now)
    pages = [page]
    while page.older:
        page = order_page(ann, read(MultiDict(asked.query(after=page.older))), now=now)
        pages.append(page)
    forwards = [[row.id for row in page.rows] for page in pages]
    backwards = [forwards[-1]]
    while page.newer:
        page = order_page(ann, read(MultiDict(asked.query(before=page.newer))), now=now)
        backwards.append([row.id for row in page.rows])

    everything = sum(forwards, [])
    assert len(everything) == len(set(everything)) == 7
    assert whole == forwards[0] and pages[0].newer is None
    assert backwards == forwards[::-1]


@pytest.mark.proves("RE-14")
def test_the_list_asks_the_same_number_of_questions_for_one_order_and_for_fifty(
    opened, ann, tao, bo, now, count_queries
):
    def questions():
        db.session.rollback()
        assert ann.roles  # they are loaded before the counting begins
        with count_queries() as sent:
            page = order_page(ann, Filter(), now=now)
            [
                (row.place.address, row.category.name_en, [u.name for v in row.visits for u in v.crew])
                for row in page.rows
            ]
        return sent.count

    counts = []
    for until in (1, 3, 50):
        while len(order_page(ann, Filter(), now=now).rows) < until:
            order = opened()
            with writing():
                schedule_visit(order, crew=[tao, bo], actor=ann, now=now)
        counts.append(questions())

    assert counts[0] == counts[1] == counts[2]


NONSENSE = [
    *("", " ", "x", "-1", "0", "1e9", "99999999999", "2147483648", "\x00", "%", "é" * 500, "１２"),
    *("'; DROP TABLE work_order;--", "0001-01-01", "9999-12-31", "2026-02-30"),
    *("1~", "~1", "1~99999999999999999", "7~9999999999999999"),
]


@pytest.mark.parametrize("nonsense", NONSENSE)
def test_nonsense_in_the_address_is_passed_over(opened, ann, now, nonsense):
    opened()
    names = Filter.__dataclass_fields__

    for name in names:
        order_page(ann, read(MultiDict({name: nonsense})), now=now)
    order_page(ann, read(MultiDict({name: nonsense for name in names})), now=now)


def test_a_filter_survives_its_own_address():
    asked = read(
        dict(
            group="all", urgency="p1", category="GAS", technician="7", building="3", from_on="2026-03-01",
            until_on="2026-03-02", words="a&b", sort="oldest", after="12",
        )
    )  # fmt: skip

    assert read(MultiDict(asked.query(after=asked.after))) == asked
    assert asked.urgency is Urgency.P1 and "after" not in asked.query()
    assert Filter().query() == {}
