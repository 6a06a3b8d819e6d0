"""A home is looked at: a visit like any other, without the ground; what was seen comes back to the application."""

from uuid import uuid4

import pytest
from sqlalchemy import select, text
from sqlalchemy.exc import DBAPIError

from helpdesk.audit.models import Event
from helpdesk.core.access import Role
from helpdesk.core.errors import NotAllowed
from helpdesk.core.extensions import db
from helpdesk.core.transactions import writing
from helpdesk.repairs.models import WorkOrder, WorkOrderKind
from helpdesk.repairs.states import Status, VisitStatus
from helpdesk.repairs.visit_actions import schedule_visit
from helpdesk.verification.models import Answer, HomeCheck
from helpdesk.waivers.codes import ActKind
from helpdesk.waivers.deciding import approve
from helpdesk.waivers.models import WaiverApplication
from helpdesk.waivers.policy_models import WaiverPolicy
from helpdesk.waivers.states import WaiverStatus
from tests.waivers import a_home, applied, seen

CANARY = "CANARY 特殊依据"


@pytest.fixture
def home(estate, now):
    return a_home(estate)


@pytest.fixture
def waits(home, ann, now):
    with writing():
        at = "" if db.engine.dialect.name == "sqlite" else " ON waiver_ground"
        db.session.execute(text(f"DROP TRIGGER waiver_ground_update{at}"))
        for ground in db.session.scalars(select(WaiverPolicy)).one().grounds:
            ground.name_zh = ground.name_en = ground.definition = CANARY
    return applied(*home, by=ann, now=now)


def check() -> HomeCheck:
    db.session.rollback()
    return db.session.scalars(select(HomeCheck).order_by(HomeCheck.id.desc())).first()


def ordered(officer, application):
    return officer.post(f"/verification/applications/{application.number}/home-checks",
                        data={"request_key": str(uuid4())})  # fmt: skip


def noted(browser, answer="changed", words="A son lives there", **more):
    url = f"/verification/home-checks/{check().work_order.number}"
    return browser.post(url, data={"version": check().version, "answer": answer, "words": words, **more})


def sent(tao, ann, now) -> None:
    with writing():
        schedule_visit(db.session.scalars(select(WorkOrder)).one(), crew=[tao], actor=ann, now=now)


def test_a_technician_looks_and_tells_without_knowing_why(waits, ann, tao, mei, ling, now, as_user):
    assert ordered(as_user(ling), waits).status_code == 303
    order = check().work_order
    page = as_user(ling).get(f"/waivers/{waits.number}")
    assert page.status_code == 200 and order.number in page.text and "Somebody will look at the home." in page.text
    assert (order.kind, order.place_id) == (WorkOrderKind.HOME_CHECK, waits.place_id)
    sent(tao, ann, now)
    technician, desk = as_user(tao), as_user(ann)
    url = f"/verification/home-checks/{order.number}"

    pages = [technician.get(path) for path in ("/jobs", f"/jobs/{order.number}", url)]
    pages += [desk.get(path) for path in (f"/work-orders/{order.number}", "/schedule", "/work-orders")]
    assert [page.status_code for page in pages] == [200] * 6
    assert all("Home check" in page.text and "CANARY" not in page.text and waits.number not in page.text
               for page in pages)  # fmt: skip
    assert desk.get(url).status_code == 403
    assert noted(technician, words=" ").status_code == 422
    assert noted(technician).location == "/jobs"

    one = check()
    act = db.session.get_one(WaiverApplication, waits.id).acts[-1]
    assert (one.answer, one.words, one.answered_by_id, one.act_id) == (Answer.CHANGED, act.reason, tao.id, act.id)
    assert (act.kind, act.actor_id, act.to_status) == (ActKind.HOME_CHECKED, tao.id, WaiverStatus.VERIFIED)
    assert (one.work_order.status, one.work_order.visits[0].status) == (Status.DONE, VisitStatus.DONE)
    page = as_user(mei).get(f"/waivers/{waits.number}").text
    assert all(said in page for said in ("Home check · It has changed", "A son lives there", tao.name))
    assert noted(technician).status_code == 409


def test_the_usual_ending_says_nothing_of_what_was_seen(waits, ann, tao, ling, now, as_user):
    ordered(as_user(ling), waits)
    sent(tao, ann, now)
    visit = check().work_order.visits[0]
    told = {"request_key": str(uuid4()), "visit_id": visit.id, "result": "done", "work_done": "Was there",
            "no_photo": "refused"}  # fmt: skip

    answer = as_user(tao).post(f"/jobs/{check().work_order.number}/result", data=told)

    assert answer.status_code == 422 and check().work_order.status is not Status.DONE


@pytest.mark.parametrize("role", [Role.MANAGER, Role.OFFICER])
def test_who_works_with_waivers_goes_alone_and_then_decides_nothing(role, waits, mei, ling, person, now, as_user):
    goes = mei if role is Role.MANAGER else ling
    ordered(as_user(ling), waits)
    assert check().work_order.number in as_user(goes).get("/verification").text

    assert noted(as_user(goes), "still_so", "").location == f"/waivers/{waits.number}"

    assert (check().answer, check().work_order.status) == (Answer.STILL_SO, Status.CANCELLED)
    application = db.session.get_one(WaiverApplication, waits.id, populate_existing=True)
    shown = seen(application, now)
    with pytest.raises(NotAllowed), writing():
        approve(db.session.get_one(WaiverApplication, waits.id), seen=shown, reason="So", actor=goes, now=now)
    by_hand = text(
        "INSERT INTO waiver_act (application_id, kind, at, actor_id, as_owner, to_status, reason, shown_hash)"
        " VALUES (:id, 'approved', :at, :actor, :as_owner, 'approved', 'x', 'y')"
    )
    row = {"id": waits.id, "actor": goes.id, "as_owner": False, "at": f"{now:%Y-%m-%d %H:%M:%S}"}
    with pytest.raises(DBAPIError), writing():
        db.session.execute(by_hand, row)
    oma = person("Oma", Role.OWNER)
    with writing():
        approve(db.session.get_one(WaiverApplication, waits.id), seen=shown, reason="So", actor=oma, now=now)


def test_one_look_at_a_time_and_once_for_a_key(waits, ling, as_user):
    officer, url = as_user(ling), f"/verification/applications/{waits.number}/home-checks"
    key = {"request_key": str(uuid4())}
    statuses = [officer.post(url, data=key).status_code for _ in range(2)]

    assert statuses == [303, 303] and ordered(officer, waits).status_code == 409
    assert len(db.session.scalars(select(HomeCheck)).all()) == 1


def test_others_order_nothing_and_see_nothing(waits, ann, tao, ling, person, as_user):
    ordered(as_user(ling), waits)
    others = [ann, tao, *(person(role.name, role) for role in (Role.FINANCE, Role.OWNER, Role.AUDITOR))]

    assert [ordered(as_user(one), waits).status_code for one in others] == [403] * 5
    assert [noted(as_user(one)).status_code for one in others] == [403, 404, 403, 403, 403]
    assert as_user(person("Tom", Role.TECHNICIAN)).get(
        f"/verification/home-checks/{check().work_order.number}"
    ).status_code == 404  # fmt: skip


def test_a_decision_that_was_open_meanwhile_is_read_again(waits, mei, ling, now, as_user):
    before = seen(waits, now)
    ordered(as_user(ling), waits)
    noted(as_user(ling), "unclear", "Nobody opened")

    assert seen(db.session.get_one(WaiverApplication, waits.id, populate_existing=True), now) != before


def test_the_events_hold_no_words(waits, ling, as_user):
    ordered(as_user(ling), waits)
    noted(as_user(ling), "changed", "CANARY words")

    assert all("CANARY" not in str(event.data) for event in db.session.scalars(select(Event)))
