"""A small estate in which every page has something to show, and the addresses that show it."""

import shutil
from copy import deepcopy
from dataclasses import asdict, dataclass, field
from datetime import date, timedelta
from io import BytesIO
from pathlib import Path
from types import SimpleNamespace
from uuid import UUID, uuid4

import pytest
from PIL import Image
from sqlalchemy import select

from helpdesk.accounts.device_models import DeviceKind, EnrolledDevice
from helpdesk.accounts.models import Session, User
from helpdesk.billing.models import Account, Charge, ChargeKind
from helpdesk.callbacks.actions import ask_to_ring, give_up, note_attempt, write_what_came
from helpdesk.callbacks.models import Answer, Reason
from helpdesk.cases.actions import add_note, ask_extension, open_case, reply_to_case, return_case
from helpdesk.cases.models import CaseKind, ReplyWay
from helpdesk.cases.panel import CaseAct
from helpdesk.cases.praising import pass_on_praise
from helpdesk.core import clock
from helpdesk.core.access import Role
from helpdesk.core.extensions import db
from helpdesk.core.transactions import writing
from helpdesk.escalation import policy
from helpdesk.escalation.actions import note_ring
from helpdesk.escalation.models import Escalation
from helpdesk.escalation.rules import Level, Promise
from helpdesk.estate.community import Grid, Guarantee, Lead, LeadRole
from helpdesk.estate.importing.models import RegisterUpload
from helpdesk.estate.importing.plan import Counts
from helpdesk.estate.importing.states import Stage
from helpdesk.estate.merging import merge_people
from helpdesk.estate.models import (
    Crib,
    FloodMark,
    Occupancy,
    OccupancyRole,
    Person,
    PersonNote,
    Phone,
    Place,
    PlaceKind,
    RegisterMerge,
)
from helpdesk.exports.models import ExportFile, ExportList, ExportLog, FileForm
from helpdesk.hotline.actions import Typed, keep_draft, save_call
from helpdesk.hotline.models import Channel, Outcome
from helpdesk.neighbours.actions import note_entry, set_other_home
from helpdesk.neighbours.models import Part
from helpdesk.notify.actions import post
from helpdesk.notify.models import Template
from helpdesk.notify.states import MessageStatus
from helpdesk.notify.states import move as move_message
from helpdesk.outages.actions import Facts, open_outage
from helpdesk.outages.closing import end_outage
from helpdesk.parties.actions import add_party, chase, hand_off, take_back
from helpdesk.parties.models import PartyKind
from helpdesk.privacy.actions import ask_erasure, refuse
from helpdesk.repairs.actions import add_remark, cancel_work_order, close_work_order, hold_work_order, open_work_order
from helpdesk.repairs.category_actions import Takes, change_category
from helpdesk.repairs.models import CancelReason, HoldReason, PhotoStage
from helpdesk.repairs.states import Setback, Step
from helpdesk.repairs.visit_actions import schedule_visit
from helpdesk.retention.actions import hold, lift
from helpdesk.retention.models import DataClass, Held
from helpdesk.scheduling import photos
from helpdesk.scheduling.actions import add_photo, fail_visit, finish_visit, take_step
from helpdesk.storm.actions import begin_round, note_sign, postpone_visits
from helpdesk.storm.models import Cause
from helpdesk.storm.queries import AtRisk
from helpdesk.storm.rules import Whom
from helpdesk.technicians.actions import (
    Mastered,
    add_skill,
    call_off_absence,
    end_skill,
    note_absence,
    set_hours,
    set_wish,
)
from helpdesk.technicians.models import AbsenceReason, Block, Skill, Wish
from helpdesk.technicians.models import Level as Mastery
from helpdesk.technicians.rules import Part as PartOfDay
from helpdesk.technicians.rules import away
from helpdesk.telephony.actions import add_line, set_extension, take_report
from helpdesk.telephony.rules import read
from helpdesk.travel.actions import place_buildings
from helpdesk.waivers.applying import begin_application
from helpdesk.waivers.codes import Channel as WaiverChannel
from helpdesk.waivers.codes import Tie
from helpdesk.waivers.decider_actions import name_stand_in, note_tie
from helpdesk.waivers.deciding import approve
from helpdesk.waivers.models import WaiverApplication
from helpdesk.waivers.policy import draft_policy
from helpdesk.windows.actions import set_grid, set_reserves
from helpdesk.windows.models import Half
from helpdesk.worker.models import WorkerBeat
from tests import dayplans, duties, mercies, money, rounds
from tests.conftest import NOON
from tests.households import add_home, add_person, add_phone, index_place
from tests.waivers import a_home, applied, keep_scans, scanned, seen

LEAVES = {"accounts.sign_out", "lock.lock_screen"}  # afterwards this browser may do nothing more
WORLD = "world"
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
        assert len(names) == 1 or tuple(names) in several, f"say in tests/web/conftest.py what {rule} names"
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


OF_ITS_OWN = {"stairwell", "place", "work_order", "ann", "tao", "bo", "mei", "ada"}  # rows that a world is built around
_built: dict = {}  # what this process knows of the world it built first: ids, users and files


@pytest.fixture
def world(app, blank, estate, person, now, tmp_path, tmp_path_factory, monkeypatch, request):
    """The estate with something of everything: what is typed into it is harmless.

    It takes half a second to build, so each process builds it once and copies it then, for tests that begin with it.
    """
    monkeypatch.setitem(app.config, "PHOTO_FOLDER", str(tmp_path / "photos"))
    monkeypatch.setitem(app.config, "SCAN_FOLDER", str(tmp_path / "scans"))
    copies, begins = blank[1], not OF_ITS_OWN & {*request.fixturenames} and not db.session.scalar(select(User.id))
    if begins and copies.has(WORLD):
        return _copied(copies, tmp_path)
    world = _build(*(request.getfixturevalue(name) for name in ("stairwell", "place", "category", "add")),
                   estate=estate, person=person, now=now, tmp_path=tmp_path)  # fmt: skip
    if begins:
        _keep(world, copies, tmp_path, tmp_path_factory.mktemp("world"))
    return world


def _keep(world: World, copies, files: Path, kept: Path) -> None:
    users = {role: user.id for role, user in world.users.items()}
    _built.update(ids=deepcopy(world.ids), users=users, files=kept)
    shutil.copytree(files, kept, dirs_exist_ok=True)
    db.session.rollback()
    db.engine.dispose()
    copies.keep(WORLD)
    world.users = _users()


def _copied(copies, files: Path) -> World:
    db.session.rollback()
    db.engine.dispose()
    copies.renew(WORLD)
    shutil.copytree(_built["files"], files, dirs_exist_ok=True)
    return World(_users(), deepcopy(_built["ids"]))


def _users() -> dict[Role, User]:
    return {role: db.session.get_one(User, user_id) for role, user_id in _built["users"].items()}


def _build(stairwell, place, category, add, *, estate, person, now, tmp_path) -> World:
    world = World({role: person(role.value.capitalize(), role) for role in Role})
    household = _household(estate, place, stairwell, add)
    orders = _orders(world, estate, place, category, tmp_path / "photos", now)
    cases = _cases(world, estate, place, now)
    calls = _calls(world, estate, place, household, category, orders[0], now)
    outages = _outages(world, estate, place, stairwell, household, category, orders, now)
    duty = duties.something_of_everything(world.users, estate, now)
    outside = _outside(world, estate, orders, now)
    rung = _rung(world, estate, place, household, orders[0], now)
    escalated = _escalated(world, estate, orders, now)
    visits = [{"number": order.number, "visit_id": visit.id} for order in orders for visit in order.visits]
    world.ids = {
        "user_id": [user.id for user in world.users.values()], "number": [order.number for order in orders],
        "place_id": [place.id, stairwell.id, *household.places], "person_id": household.people,
        "phone_id": household.phones, "call_id": calls.saved, "key": [UUID(calls.draft), uuid4()],
        "visit_id": [row["visit_id"] for row in visits], "visits": visits,
        "shift_id": duty.shifts, "handover_id": duty.handovers,
        "photo_id": [photo.id for order in orders for visit in order.visits for photo in visit.photos],
        **_storm(world, orders, household, place, now), "line_id": [_telephone(world, estate, household, now)],
        "outage_id": outages,
        "case_number": cases, "token": ["nothing"], "filename": ["js/live.js"], **outside, **rung,
        "block_id": _blocks(world, estate, now), "ring_id": escalated.rings, "message_id": escalated.messages,
        **_planned(world, estate, place, category, now),
        "upload_id": _uploads(world, estate, add, now), "file_id": [_export_file(world, estate, add, now)],
        "urgency": ["p0", "p1"], "merge_id": [_merged(world, estate, add, now)],
        **_signed_in(world, add, now),
    }  # fmt: skip
    world.ids |= register_of(estate, place, stairwell, household, add)
    world.ids |= rounds.something_of_everything(
        world.users, place, db.session.get(Person, household.people[0]), category, now
    )
    world.ids |= _waivers(world, estate, now)
    world.ids |= mercies.something_of_everything(world.users[Role.OFFICER], estate, now)
    world.ids["plan_id"] = dayplans.something_of_everything(world.users[Role.OPERATOR], estate, place, category, now)
    world.ids |= money.priced(world.users, estate, orders[1], now)
    world.ids |= money.something_of_everything(world.users, estate, place, now)
    world.ids |= _asked_to_be_forgotten(world, estate, place, now)
    db.session.rollback()
    return world


def _asked_to_be_forgotten(world, estate, place, now) -> dict:
    """One request that waits and one that was refused; something held back, and something lifted."""
    officer, mei = world.users[Role.OFFICER], world.users[Role.MANAGER]
    people = [add_person(estate, name, place, until=NOON.date()) for name in ("沈梅", "沈兰")]
    told = {"estate_id": estate.id, "reason": "A court asked", "until_on": date(2027, 1, 1), "actor": mei, "now": now}
    with writing():
        here = [db.session.get(Person, person.id) for person in people]
        asked = [ask_erasure(person, reason="By letter", actor=officer, now=now) for person in here]
        refuse(asked[1], answer="Not them", actor=mei, now=now)
        held = [hold(Held.PLACE, place.address, **told) for _ in range(2)]
        lift(held[1], actor=mei, now=now)
    return {
        "request_id": [one.id for one in asked], "hold_id": [one.id for one in held],
        "data_class": [DataClass.CALLS, DataClass.LOOKS],
    }  # fmt: skip


def _waivers(world, estate, now) -> dict:
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


def _blocks(world, estate, now) -> list[int]:
    """Time of the technician for something that is no visit, of which one was called off."""
    tao, hour = world.users[Role.TECHNICIAN], timedelta(hours=1)
    times = {"starts_at": now + hour, "ends_at": now + 2 * hour, "version": 0}
    with writing():
        blocks = [
            Block(estate_id=estate.id, user_id=tao.id, words="Fetch parts", called_off_at=at, **times)
            for at in (None, now)
        ]
        db.session.add_all(blocks)
        db.session.flush()
    return [block.id for block in blocks]


def _household(estate, place, stairwell, add) -> SimpleNamespace:
    index_place(place)
    add(Crib, place_id=stairwell.id, stop_valve="Behind the blue door", breaker="Ground floor, left",
        key_holder="Stair lead", utility_numbers="Water works", usual_answers="Turn it off first")  # fmt: skip
    wang = add_person(estate, "王桂英", place, hearing=True, lives_alone=True, emergency_contact="Daughter")
    former = add_person(estate, "李建国", place, role=OccupancyRole.OWNER, until=NOON.date())
    tenant = add_person(estate, "陈红", add_home(estate, 3, 2, "502", home_no="2074"), role=OccupancyRole.TENANT)
    garage = add(Place, estate_id=estate.id, kind=PlaceKind.GARAGE, address="3-车12", building_no=3, room_no="12")
    phones = [
        add_phone(estate, "12000000001", people=[wang, tenant], places=[place]),
        add_phone(estate, "052310000012", people=[wang]),
    ]
    return SimpleNamespace(
        people=[wang.id, former.id, tenant.id], phones=[phone.id for phone in phones], places=[garage.id]
    )


def register_of(estate, place, stairwell, household, add) -> dict[str, list[int]]:
    """Leads, grids, guarantees and notes; and the ids by which the register names them and who lives where."""
    day = NOON.date()
    grid = add(Grid, estate_id=estate.id, name="Grid one", buildings=[1, 2, 3])
    everywhere = {"estate_id": estate.id, "from_on": day}
    leads = [
        add(Lead, **everywhere, role=LeadRole.STAIR_LEAD, person_id=household.people[0], place_id=stairwell.id),
        add(Lead, **everywhere, role=LeadRole.GRID_WORKER, name="Worker", number="12000000077", grid_id=grid.id),
        add(Lead, **everywhere, role=LeadRole.OTHER, duty="1+2+3", name="Helper", building_no=3, until_on=day),
    ]
    guarantee = add(
        Guarantee, estate_id=estate.id, item="Drains", contractor="Builders", number="12000000078",
        last_on=date(2027, 1, 1), codes=["WATER", "HANDRAIL"], buildings=[3], stairwells=["3-2"],
    )  # fmt: skip
    add(FloodMark, place_id=place.id, words="Up to the door in 2019")
    add(PersonNote, person_id=household.people[1], channel="sms", died_on=day)
    homes = list(db.session.scalars(select(Occupancy.id).order_by(Occupancy.id)))
    return {
        "lead_id": [lead.id for lead in leads], "grid_id": [grid.id], "guarantee_id": [guarantee.id],
        "occupancy_id": homes,
    }  # fmt: skip


def _planned(world, estate, place, category, now) -> dict:
    """A technician with skills, hours, absences and a wish; windows, reserves, rules, positions and kinds changed."""
    mei, tao = world.users[Role.MANAGER], world.users[Role.TECHNICIAN]
    today, said = clock.local_date(now), {"actor": mei, "now": now}
    at = {"estate_id": estate.id, **said}
    with writing():
        licence = Mastered(Skill.ELECTRICIAN, Mastery.LICENSED, "7301", today + timedelta(days=20))
        skills = [add_skill(tao, one, **at) for one in (licence, Mastered(Skill.PLUMBER, Mastery.ALONE))]
        end_skill(skills[1], **said)
        set_hours(tao, [(0, 480, 720), (1, 480, 1050)], valid_from=today, **at)
        spells = [away(PartOfDay.WHOLE, today + timedelta(days=ahead), today + timedelta(days=ahead), None, None)
                  for ahead in (1, 3)]  # fmt: skip
        gone = [note_absence(tao, reason=AbsenceReason.HOLIDAY, spell=spell, **at) for spell in spells]
        call_off_absence(gone[1], **said)
        set_wish(place, user=tao, wish=Wish.PREFERS, **said)
        set_grid(estate, [[(510, 600)]] * 5 + [[], []], valid_from=today + timedelta(days=2), **said)
        set_reserves(estate, {("plumber", Half.MORNING): 30}, valid_from=today, **said)
        place_buildings(estate, {0: (0, 0), 3: (40, 30)}, **said)
        leak = category("WATER_LEAK")
        takes = Takes(45, Skill(leak.skill), Mastery.ALONE, 1)
        change_category(leak, takes, valid_from=today + timedelta(days=1), **said)
    return {
        "technician_id": [tao.id], "skill_id": [skill.id for skill in skills],
        "absence_id": [absence.id for absence in gone], "category_id": [category("WATER_BURST").id],
    }  # fmt: skip


def _uploads(world, estate, add, now) -> list[int]:
    """An upload at every step, as it stands after its files were removed, and a list that was taken out."""
    mei = world.users[Role.MANAGER]
    add(ExportLog, estate_id=estate.id, what=ExportList.RESIDENTS, form=FileForm.CSV, with_phones=True, with_flags=True,
        rows=3, reason="For the typhoon", taken_by_id=mei.id, taken_at=now)  # fmt: skip
    figures = asdict(Counts(places_new=2)) | dict.fromkeys(("changes", "problems", "wrong_rows", "rows"), 2)
    figures |= dict.fromkeys(("not_listed", "ended", "named_dead", "without_home_no"), 1)
    return [
        add(RegisterUpload, estate_id=estate.id, file_key=f"{stage}", suffix=".xlsx", file_name="Register.xlsx",
            status=stage, sheet="Sheet1", header_row=1, columns={"0": "room"}, counts=figures, uploaded_by_id=mei.id,
            uploaded_at=now, asked_by_id=mei.id, asked_at=now).id
        for stage in Stage
    ]  # fmt: skip


def _export_file(world, estate, add, now) -> int:
    """A list whose file is on its way."""
    return add(
        ExportFile, file_key="a" * 32, estate_id=estate.id, what=ExportList.RESIDENTS, form=FileForm.XLSX, asked={},
        with_phones=True, with_flags=True, reason="For the typhoon", rows=3, asked_by_id=world.users[Role.MANAGER].id,
        asked_at=now, seen_at=now,
    ).id  # fmt: skip


def _signed_in(world, add, now) -> dict:
    """A technician signed in somewhere, on a phone that is known."""
    user_id, said = world.users[Role.TECHNICIAN].id, {"browser": "wechat", "system": "android"}
    row = add(Session, token_hash="s" * 64, user_id=user_id, opened_at=now, seen_at=now, **said)
    device = add(
        EnrolledDevice, token_hash="d" * 64, user_id=user_id, kind=DeviceKind.PHONE, enrolled_at=now, seen_at=now,
        expires_at=now + timedelta(days=30), **said,
    )  # fmt: skip
    pair = {"session_id": row.id, "user_id": user_id}
    return {"session_id": [row.id], "device_id": [device.id], "signed_in": [pair]}


def _merged(world, estate, add, now) -> int:
    """Somebody who stood twice in the register, and was merged."""
    kept, merged = (add(Person, estate_id=estate.id, name="周国强") for _ in range(2))
    with writing():
        merge_people(kept, merged, actor=world.users[Role.MANAGER], now=now)
    return db.session.scalars(select(RegisterMerge.id)).one()


def _orders(world, estate, place, category, folder, now) -> list:
    """One order in every state."""
    desk, tao = world.users[Role.OPERATOR], world.users[Role.TECHNICIAN]
    codes = ("WATER_BURST", "WATER_LEAK", "STAIR_LIGHT", "WATER_LEAK", "WATER_LEAK", "WATER_LEAK", "WATER_LEAK")
    with writing():
        found = [category(code) for code in codes]
        orders = [
            open_work_order(place=place, category=one, urgency=one.urgency, summary="It drips", actor=desk, now=now)
            for one in found
        ]
        visits = [schedule_visit(order, crew=[tao], actor=desk, now=now) for order in orders[:5]]
        take_step(visits[1], Step.ARRIVE, actor=tao, now=now)
        finish_visit(visits[2], work_done="New bulb", parts_used="Bulb", no_photo_reason="Dark", actor=tao, now=now)
        fail_visit(visits[3], reason=Setback.PARTS, note="The part is out of stock", parts_needed="Valve", actor=tao,
            now=now)  # fmt: skip
        finish_visit(visits[4], work_done="Tightened", no_photo_reason="Refused", actor=tao, now=now)
        close_work_order(orders[4], actor=desk, now=now)
        cancel_work_order(orders[5], reason=CancelReason.DUPLICATE, actor=desk, now=now)
        hold_work_order(orders[6], reason=HoldReason.OUTSIDE, actor=desk, now=now)
        add_remark(orders[1], words="They will be at home", actor=desk, now=now)
    with photos.stored(photos.decode(a_photo()), folder) as file, writing():
        add_photo(visits[1], file, stage=PhotoStage.BEFORE, actor=tao, now=now)
    return orders


def _calls(world, estate, place, household, category, order, now) -> SimpleNamespace:
    """A call of every kind, saved ones and one that is being typed."""
    desk, key = world.users[Role.OPERATOR], str(uuid4())

    def typed(**values):
        return Typed(request_key=str(uuid4()), estate_id=estate.id, caller_number="12000000001", **values)

    with writing():
        leak, wang, phone = category("WATER_LEAK"), *_named(household)
        known = {"place": place, "person": wang, "phone": phone}
        told = [
            typed(words="It drips here", outcome=Outcome.REPAIR, category=leak, **known),
            typed(words="When do they come?", outcome=Outcome.CHASE, about=order, **known),
            typed(words="Thank you", outcome=Outcome.PRAISE, **known),
            typed(words="When is the water off?", outcome=Outcome.ENQUIRY, answer="On Friday", **known),
            typed(words="It is too loud", outcome=Outcome.COMPLAINT, **known),
            typed(words="Is the fee less for us?", outcome=Outcome.WAIVER, **known),
            typed(words="Sales", outcome=Outcome.NUISANCE, **known),
            typed(words="They ring again"),
            typed(
                words="Rang my mobile",
                channel=Channel.MOBILE,
                place_words="behind the gate",
                happened_at=now - timedelta(hours=3),
            ),
        ]
        calls = [save_call(one, call=None, actor=desk, now=now) for one in told]
        draft = Typed(request_key=key, estate_id=estate.id, caller_number="1200000", words="It began", place=place)
        keep_draft(draft, call=None, actor=desk, now=now - timedelta(minutes=30))
    return SimpleNamespace(saved=[call.id for call in calls], draft=key)


def _storm(world, orders, household, place, now) -> dict:
    """A postponement, and a round of one who is to be rung and one who is gone to."""
    desk = world.users[Role.OPERATOR]
    with writing():
        people = [AtRisk(db.session.get(Person, one), db.session.merge(place)) for one in household.people[:2]]
        moved = postpone_visits(
            orders[0].visits, cause=Cause.TYPHOON, day=NOON.date(), moved_to=NOON.date() + timedelta(days=1),
            actor=desk, now=now,
        )  # fmt: skip
        ringing = begin_round(
            people, estate_id=place.estate_id, cause=Cause.COLD_WAVE, whom=[Whom.LIVES_ALONE], youngest=60,
            due_at=now + timedelta(hours=4), actor=desk, now=now,
        )  # fmt: skip
        note_sign(ringing.people[0], answer=Answer.NO_ANSWER, seen_tries=0, actor=desk, now=now)
    rows = [{"round_id": ringing.id, "row_id": row.id} for row in ringing.people]
    return {"postponement_id": [moved.id], "round_id": [ringing.id], "rounds": rows}


def _telephone(world, estate, household, now) -> int:
    """A telephone system that reports; one of its calls was not answered, one rings."""
    admin, desk = world.users[Role.ADMIN], world.users[Role.OPERATOR]
    with writing():
        line = add_line(estate_id=estate.id, name="Yard telephone", token="t" * 43, actor=admin, now=now)
        set_extension(line, number="8001", user=desk, actor=admin, now=now)
        for call, kinds in (("a", ("newCall", "hangup")), ("b", ("newCall", "answer")), ("c", ("newCall",))):
            for kind in kinds:
                sent = {"event": kind, "callId": call, "from": "12000000001", "user": "8001"}
                take_report(line, read(sent), now=now)
        take_report(line, None, now=now)
    return line.id


def _outages(world, estate, place, stairwell, household, category, orders, now) -> list[int]:
    """One that runs, with an order, callers and two homes; one that is over; one that is planned."""
    desk, wang = world.users[Role.OPERATOR], _named(household)[0]
    with writing():
        no_water = category("NO_WATER")
        told = {"category": no_water, "words": "We know", "notice": "To all", "outside_party": "Water works"}
        running = open_outage(
            Facts(**told, places=[stairwell, place], starts_at=now), estate_id=estate.id, orders=orders[:1], actor=desk,
            now=now,
        )  # fmt: skip
        over = open_outage(Facts(**told, buildings=[3], starts_at=now), estate_id=estate.id, actor=desk, now=now)
        planned = Facts(category=no_water, whole_estate=True, starts_at=now + timedelta(days=1))
        coming = open_outage(planned, estate_id=estate.id, actor=desk, now=now)
        for joins in (orders[0], running, over):
            key = str(uuid4())
            typed = Typed(request_key=key, estate_id=estate.id, caller_number="12000000001", words="Here too",
                          place=place, person=wang, joins=joins)  # fmt: skip
            save_call(typed, call=None, actor=desk, now=now)
        end_outage(over, words="It runs again", actor=desk, now=now)
        garage = db.session.get(Place, household.places[0])
        set_other_home(orders[0], place=garage, part=Part.SOURCE, number="12000000001", actor=desk, now=now)
        note_entry(orders[0], place=place, entered_at=now, witnesses="The stair lead", why="Water", actor=desk, now=now)
    return [running.id, over.id, coming.id]


def _cases(world, estate, place, now) -> list[str]:
    """A sheet with a date that is over, answered and undecided ones, an enquiry about a waiver, and praise."""
    desk, mei = world.users[Role.OPERATOR], world.users[Role.MANAGER]
    here = {"estate_id": estate.id, "actor": desk, "now": now}
    sheet = {"kind": CaseKind.CASE_12345, "received_from": "Subdistrict office", "place": place, **here}
    with writing():
        cases = [
            open_case(words="Rats at the gate", external_ref="A1", due_at=now + timedelta(days=3), owner=mei, **sheet),
            open_case(words="Water on the road", external_ref="A2", due_at=now - timedelta(days=1), **sheet),
            open_case(words="They were rude", kind=CaseKind.COMPLAINT, place=place, owner=mei, **here),
            open_case(words="Is there help with fees?", kind=CaseKind.WAIVER_ENQUIRY, **(here | {"actor": mei})),
        ]
        ask_extension(cases[0], until=now + timedelta(days=9), reason="It has to dry", actor=mei, now=now)
        add_note(cases[0], words="They were rung", actor=mei, now=now)
        return_case(cases[1], reason="Not in this estate", actor=desk, now=now)
        reply_to_case(cases[2], words="We are sorry", way=ReplyWay.PHONE, actor=mei, now=now)
        for user in world.users.values():
            pass_on_praise(
                estate_id=estate.id, words="They were kind", user=user, team=None, call_id=None, actor=desk, now=now
            )
    return [case.number for case in cases]


def _outside(world, estate, orders, now) -> dict:
    """An order that the water works have after the contractor gave it back, and one that nobody was asked about."""
    desk, held = world.users[Role.OPERATOR], orders[6]
    entry = {"hours": "By day", "note": "Ask for the shift", "numbers": "052310000096", "actor": desk, "now": now}
    with writing():
        firm = add_party(estate_id=estate.id, kind=PartyKind.CONTRACTOR, name="Builder", **entry)
        water = add_party(estate_id=estate.id, kind=PartyKind.WATER_WORKS, name="Water works", **entry)
        told = {"reference": "W-17", "contact": "Mr Shui", "actor": desk, "now": now}
        first = hand_off(held, party=firm, **told)
        take_back(first, because="Not theirs", actor=desk, now=now)
        second = hand_off(held, party=water, promised_on=clock.local_date(now), **told)
        chase(second, note="They come today", actor=desk, now=now)
        hold_work_order(orders[3], reason=HoldReason.OUTSIDE, actor=desk, now=now)
    return {"party_id": [water.id, firm.id], "hand_off_id": [second.id, first.id]}


def _rung(world, estate, place, household, order, now) -> dict:
    """A call-back of every kind: open, rung in vain, reached, given up; of somebody known and of a bare number."""
    desk, soon = world.users[Role.OPERATOR], now + timedelta(minutes=30)
    with writing():
        wang, _phone = _named(household)
        asked = {"estate_id": estate.id, "due_at": soon, "actor": desk, "now": now, "words": "Say when they come"}
        rung = [
            ask_to_ring(reason=Reason.PROMISED, place=place, person=wang, work_order=order, **asked),
            ask_to_ring(reason=Reason.MISSED, number="12000000077", **asked),
            ask_to_ring(reason=Reason.UNREACHED, place=place, owner=desk, **asked),
            ask_to_ring(reason=Reason.CHECK, person=wang, **asked),
        ]
        note_attempt(rung[0], answer=Answer.NO_ANSWER, note="It rings long", actor=desk, now=now)
        note_attempt(rung[2], answer=Answer.ANSWERED, note="The son", actor=desk, now=now)
        write_what_came(rung[2], words="He is at home on Friday", actor=desk, now=now)
        give_up(rung[3], because="Moved away", actor=desk, now=now)
    return {"callback_id": [callback.id for callback in rung]}


def _escalated(world, estate, orders, now) -> SimpleNamespace:
    """A worker that lives, an emergency rung about in vain and then not, and messages that came to nothing."""
    desk, tao = world.users[Role.OPERATOR], world.users[Role.TECHNICIAN]
    with writing():
        policy.install_defaults(estate, valid_from=now.date())
        db.session.add(WorkerBeat(holder="here", beat_at=now))
        db.session.add(Escalation(
            work_order_id=orders[0].id, promise=Promise.ARRIVE, level=Level.WARNED, due_at=now, told_at=now
        ))  # fmt: skip
        rung, seen = {"person_id": tao.id, "actor": desk, "now": now}, 0
        for answer in (Answer.NO_ANSWER, Answer.ANSWERED):
            seen = note_ring(orders[0], answer=answer, seen=seen, **rung).id
        told = {"template": Template.NOBODY_ACKNOWLEDGED, "recipient": tao, "hurries": True, "now": now}
        messages = [post(estate_id=estate.id, order=order.id, **told) for order in orders[:2]]
        move_message(messages[1], MessageStatus.DEAD)
    return SimpleNamespace(rings=[seen, seen - 1], messages=[message.id for message in messages])


def _named(household) -> tuple:
    return db.session.get(Person, household.people[0]), db.session.get(Phone, household.phones[0])


def a_photo() -> bytes:
    file = BytesIO()
    Image.new("RGB", (40, 30), "red").save(file, "JPEG")
    return file.getvalue()
