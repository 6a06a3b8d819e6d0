"""A small estate in which every page has something to show, and the addresses that show it."""

from dataclasses import dataclass, field
from uuid import UUID, uuid4

from helpdesk.accounts.models import User
from helpdesk.cases.panel import CaseAct
from helpdesk.core.access import Role
from helpdesk.core.extensions import db
from helpdesk.estate.models import Person
from tests import dayplans, duties, mercies, money, rounds
from tests.web.world_register import (
    ask_to_be_forgotten,
    make_community,
    make_export_file,
    make_household,
    make_uploads,
    merge_two,
    sign_somebody_in,
)
from tests.web.world_waivers import make_waivers
from tests.web.world_work import (
    escalate,
    hand_off_orders,
    make_blocks,
    make_callbacks,
    make_calls,
    make_cases,
    make_orders,
    make_outages,
    make_plans,
    make_storm,
    make_telephone,
)

LEAVES = {"accounts.sign_out", "lock.lock_screen"}  # afterwards this browser may do nothing more
STREAMS = {"/live"}  # does not end by itself; tests/web/test_live.py listens to it


@dataclass
class World:
    """One user for each role, and the ids by which the addresses name what there is."""

    users: dict[Role, User] = field(default_factory=dict)
    ids: dict[str, list] = field(default_factory=dict)

    def __getitem__(self, name: str):
        return self.ids[name][0]

    def fill(self, rule) -> list[str]:
        """The addresses of a route, one for each thing that it can be about."""
        names = sorted(rule.arguments)
        if not names:
            return [rule.rule]
        several = {
            ("number", "visit_id"): "visits", ("round_id", "row_id"): "rounds", ("routine_id", "turn_id"): "turns",
            ("number", "quote_id"): "quotes", ("person_id", "user_id"): "ties",
            ("application_number", "scan_id"): "scans",
            ("session_id", "user_id"): "signed_in",
        }  # fmt: skip
        assert len(names) == 1 or tuple(names) in several, f"say in tests/web/world.py what {rule} names"
        rows = (
            self.ids[several[tuple(names)]] if len(names) == 2 else [{names[0]: value} for value in self.ids[names[0]]]
        )
        return [rule.build(values, append_unknown=False)[1] for values in rows]

    def gets(self, app) -> list[str]:
        """Every address that can be read: the bare ones, and those in which something is asked for."""
        rules = [rule for rule in app.url_map.iter_rules() if "GET" in rule.methods and rule.rule not in STREAMS]
        return [path for rule in rules for path in self.fill(rule)] + self.asked_for()

    def asked_for(self) -> list[str]:
        home, number = self["place_id"], self["number"]
        return [
            f"/hotline?saved={self['call_id']}&q=3-2-501",
            f"/hotline/card?place_id={home}&person_id={self['person_id']}&about={number}",
            f"/hotline/card?phone_id={self['phone_id']}",
            "/search?q=3-2-501", "/search?q=wgy", "/search?q=12000000001", f"/search?q={number}", "/search?q=03",
            "/work-orders?group=all", "/work-orders?group=all&words=a&sort=oldest", "/estate?building=3",
            *(f"/work-orders/{one}?act={act}" for one in self.ids["number"][:2] for act in ("visit", "crew", "hold")),
            *(f"/jobs/{number}?visit={visit['visit_id']}&step=accept" for visit in self.ids["visits"][:1]),
            f"/photos/{self['photo_id']}?size=thumb",
            f"/outages/new?orders={number}&call={self['call_id']}",
            f"/outages/new?place_id={home}&category=NO_WATER",
            *(f"/outages/{self['outage_id']}?act={act}" for act in ("end", "change", "take_in", "take_out")),
            "/duty?week=2026-03-02", "/handovers?before=99", f"/fridge-cards/print?home={home}",
            "/fridge-cards/print?building=3", "/fridge-cards/print?building=99",
            "/cases?group=all", "/cases?group=all&words=a&kind=complaint",
            *(f"/cases/{self['case_number']}?act={act}" for act in CaseAct),
            # callbacks, parties
            "/callbacks?reason=missed", "/callbacks?state=ended", f"/callbacks/new?place_id={home}",
            f"/callbacks/new?person_id={self['person_id']}", f"/callbacks/new?about={number}",
            f"/hotline?callback={self['callback_id']}",
            f"/estate/leads?person={self['person_id']}",
            "/estate/buildings/new?buildings=3-4&units=2&floors=6&homes=2",
            f"/estate/duplicates/people?keep={self['person_id']}&merge={self.ids['person_id'][1]}",
            f"/estate/duplicates/numbers?keep={self['phone_id']}&merge={self.ids['phone_id'][1]}",
            "/search/box?q=drip", "/search?q=drips here", f"/hotline/quick?saved={self.ids['call_id'][-1]}",
            f"/hotline/paper?saved={self.ids['call_id'][-1]}", "/admin/workdays?year=2027&changed=1",
            "/work-orders/recount?counted=2", "/scheduling-rules/preview?day0=08:30-10:00&day1=x",
            "/schedule?day=2026-03-02", "/schedule?view=week", "/schedule?view=list&who=3",
            *(f"/schedule/orders/{one}?starts_at=2026-03-02T14:00&who=3" for one in self.ids["number"][:3]),
            f"/hotline/offers?place_id={home}&category=WATER_LEAK&urgency=p2",
            "/schedule/plans?day=2026-03-03", "/schedule/sick?day=2026-03-03",
        ]  # fmt: skip


def build(stairwell, place, category, add, *, estate, person, now, tmp_path) -> World:
    world = World({role: person(role.value.capitalize(), role) for role in Role})
    household = make_household(estate, place, stairwell, add)
    orders = make_orders(world, estate, place, category, tmp_path / "photos", now)
    cases = make_cases(world, estate, place, now)
    calls = make_calls(world, estate, place, household, category, orders[0], now)
    outages = make_outages(world, estate, place, stairwell, household, category, orders, now)
    duty = duties.something_of_everything(world.users, estate, now)
    outside = hand_off_orders(world, estate, orders, now)
    rung = make_callbacks(world, estate, place, household, orders[0], now)
    escalated = escalate(world, estate, orders, now)
    visits = [{"number": order.number, "visit_id": visit.id} for order in orders for visit in order.visits]
    world.ids = {
        "user_id": [user.id for user in world.users.values()], "number": [order.number for order in orders],
        "place_id": [place.id, stairwell.id, *household.places], "person_id": household.people,
        "phone_id": household.phones, "call_id": calls.saved, "key": [UUID(calls.draft), uuid4()],
        "visit_id": [row["visit_id"] for row in visits], "visits": visits,
        "shift_id": duty.shifts, "handover_id": duty.handovers,
        "photo_id": [photo.id for order in orders for visit in order.visits for photo in visit.photos],
        **make_storm(world, orders, household, place, now), "line_id": [make_telephone(world, estate, household, now)],
        "outage_id": outages, "case_number": cases, "token": ["nothing"], "filename": ["js/live.js"], **outside, **rung,
        "block_id": make_blocks(world, estate, now), "ring_id": escalated.rings, "message_id": escalated.messages,
        **make_plans(world, estate, place, category, now),
        "upload_id": make_uploads(world, estate, add, now), "file_id": [make_export_file(world, estate, add, now)],
        "urgency": ["p0", "p1"], "merge_id": [merge_two(world, estate, add, now)],
        **sign_somebody_in(world, add, now),
    }  # fmt: skip
    world.ids |= make_community(estate, place, stairwell, household, add)
    world.ids |= rounds.something_of_everything(
        world.users, place, db.session.get(Person, household.people[0]), category, now
    )
    world.ids |= make_waivers(world, estate, now)
    world.ids |= mercies.something_of_everything(world.users[Role.OFFICER], estate, now)
    world.ids["plan_id"] = dayplans.something_of_everything(world.users[Role.OPERATOR], estate, place, category, now)
    world.ids |= money.priced(world.users, estate, orders[1], now)
    world.ids |= money.something_of_everything(world.users, estate, place, now)
    world.ids |= ask_to_be_forgotten(world, estate, place, now)
    db.session.rollback()
    return world
