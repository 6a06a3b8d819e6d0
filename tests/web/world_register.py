"""What the small estate of the page tests has in its register, and who is signed in."""

from dataclasses import asdict
from datetime import date, timedelta
from types import SimpleNamespace

from sqlalchemy import select

from helpdesk.accounts.device_models import DeviceKind, EnrolledDevice
from helpdesk.accounts.models import Session
from helpdesk.core.access import Role
from helpdesk.core.extensions import db
from helpdesk.core.transactions import writing
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
    Place,
    PlaceKind,
    RegisterMerge,
)
from helpdesk.exports.models import ExportFile, ExportList, ExportLog, FileForm
from helpdesk.privacy.actions import ask_erasure, refuse
from helpdesk.retention.actions import hold, lift
from helpdesk.retention.models import DataClass, Held
from tests.conftest import NOON
from tests.households import add_home, add_person, add_phone, index_place


def make_household(estate, place, stairwell, add) -> SimpleNamespace:
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


def make_community(estate, place, stairwell, household, add) -> dict[str, list[int]]:
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


def merge_two(world, estate, add, now) -> int:
    """Somebody who stood twice in the register, and was merged."""
    kept, merged = (add(Person, estate_id=estate.id, name="周国强") for _ in range(2))
    with writing():
        merge_people(kept, merged, actor=world.users[Role.MANAGER], now=now)
    return db.session.scalars(select(RegisterMerge.id)).one()


def make_uploads(world, estate, add, now) -> list[int]:
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


def make_export_file(world, estate, add, now) -> int:
    """A list whose file is on its way."""
    return add(
        ExportFile, file_key="a" * 32, estate_id=estate.id, what=ExportList.RESIDENTS, form=FileForm.XLSX, asked={},
        with_phones=True, with_flags=True, reason="For the typhoon", rows=3, asked_by_id=world.users[Role.MANAGER].id,
        asked_at=now, seen_at=now,
    ).id  # fmt: skip


def sign_somebody_in(world, add, now) -> dict:
    """A technician signed in somewhere, on a phone that is known."""
    user_id, said = world.users[Role.TECHNICIAN].id, {"browser": "wechat", "system": "android"}
    row = add(Session, token_hash="s" * 64, user_id=user_id, opened_at=now, seen_at=now, **said)
    device = add(
        EnrolledDevice, token_hash="d" * 64, user_id=user_id, kind=DeviceKind.PHONE, enrolled_at=now, seen_at=now,
        expires_at=now + timedelta(days=30), **said,
    )  # fmt: skip
    pair = {"session_id": row.id, "user_id": user_id}
    return {"session_id": [row.id], "device_id": [device.id], "signed_in": [pair]}


def ask_to_be_forgotten(world, estate, place, now) -> dict:
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
