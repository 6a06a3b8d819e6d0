"""From an application at the door to a free repair and a smaller bill, and who may see and do none of it."""

import re
import threading
from datetime import date, timedelta
from uuid import uuid4

import pytest
from markupsafe import escape
from sqlalchemy import select

from helpdesk.billing.models import Account, Adjustment, AdjustmentKind, Charge, ChargeKind
from helpdesk.core import clock
from helpdesk.core.access import Role
from helpdesk.core.extensions import db
from helpdesk.core.transactions import writing
from helpdesk.hotline.models import Call, Outcome
from helpdesk.hotline.models import Channel as CallChannel
from helpdesk.looks.models import Look, Looked, Purpose
from helpdesk.repairs.actions import open_work_order
from helpdesk.repairs.visit_actions import schedule_visit
from helpdesk.waivers.applying import begin_application
from helpdesk.waivers.codes import Channel, Tie
from helpdesk.waivers.decider_actions import name_stand_in, note_tie
from helpdesk.waivers.deciding import pass_up
from helpdesk.waivers.models import StandIn, WaiverApplication
from helpdesk.waivers.policy_models import WaiverPolicy
from helpdesk.waivers.states import WaiverStatus
from tests.conftest import HTMX, PASSWORD
from tests.money import account_for, bill, set_rules
from tests.waivers import a_home, applied

S = WaiverStatus
GROUND = "低保边缘"


@pytest.fixture
def home(estate, now):
    return a_home(estate)


@pytest.fixture
def waits(home, ann, now):
    return applied(*home, by=ann, now=now)


def row(number=None) -> WaiverApplication:
    found = select(WaiverApplication).order_by(WaiverApplication.id.desc())
    return db.session.scalars(found.where(WaiverApplication.number == number) if number else found).first()


def hidden(text, name):
    return re.search(rf'name="{name}" value="([^"]*)"', text)[1]


def decision(page, **more):
    return {"version": hidden(page, "version"), "seen": hidden(page, "seen"), "reason": "As the policy says",
            "property_fee": "5000", "until_on": "2027-04-01"} | more  # fmt: skip


def filled(page, person, **more):
    return {"version": hidden(page, "version"), "beneficiary_id": person.id, "payer_id": 0,
            "ground_code": "LOW_INCOME_EDGE", "consent_how": "spoken", "proof_type": "certificate",
            "proof_tail": "7301"} | more  # fmt: skip


def test_at_the_door_it_is_entered_broken_off_and_handed_in(home, tao, ann, category, now, as_user):
    leak = category("WATER_LEAK")
    with writing():
        order = open_work_order(place=db.session.merge(home[0]), category=leak, urgency=leak.urgency,
                                summary="It drips", actor=ann, now=now)  # fmt: skip
        schedule_visit(order, crew=[tao], actor=ann, now=now)
        number = order.number
    technician = as_user(tao)
    assert f"/waivers/new?order={number}" in technician.get(f"/jobs/{number}").text

    begun = technician.post("/waivers", data={"request_key": str(uuid4()), "order": number, "channel": "door"})
    page = technician.get(begun.location).text
    technician.post(begun.location, data=filled(page, home[1], consent_how=""))
    kept = technician.get(begun.location).text
    refused = technician.post(begun.location.replace("draft", "submission"), data=filled(kept, home[1], consent_how=""))
    fresh = technician.get(begun.location).text
    done = technician.post(begun.location.replace("draft", "submission"), data=filled(fresh, home[1]))

    assert hidden(kept, "version") != hidden(page, "version")
    assert refused.status_code == 422 and done.location == "/waivers/handed-in"
    assert (row().status, row().channel, row().requester_id) == (S.VERIFIED, Channel.DOOR, None)
    assert technician.get(f"/waivers/{row().number}").status_code in (403, 404)
    assert technician.get(begun.location).status_code == 404


@pytest.mark.proves("AC-05")
def test_a_rate_that_nobody_offered_is_no_approval_of_nothing(waits, mei, now, as_user):
    """Nonsense was read as 0, and 0 is offered: the home was granted nothing, and told that it had been granted."""
    manager = as_user(mei)
    page = manager.get(f"/waivers/{waits.number}").text
    for sent in ("１００", "-5", "1e9", "NaN", "", "99999999999", "100"):
        answer = manager.post(f"/waivers/{waits.number}/approval", data=decision(page, property_fee=sent))
        assert (sent, answer.status_code) == (sent, 422)
    assert row().status is S.VERIFIED


def test_on_the_telephone_it_is_entered_from_the_call(home, estate, ann, tao, now, as_user, add):
    """The person and the home are those of the call; nobody of the staff asked for it."""
    call = add(
        Call, estate_id=estate.id, request_key=str(uuid4()), channel=CallChannel.HOTLINE, caller_number="12000000001",
        words="Asks about fees", outcome=Outcome.ENQUIRY, place_id=home[0].id, person_id=home[1].id, happened_at=now,
        logged_at=now, saved_at=now, logged_by_id=ann.id, version=0,
    )  # fmt: skip
    operator = as_user(ann)
    asked = f"call_id={call.id}&place_id={home[0].id}&person_id={home[1].id}"
    page = operator.get(f"/waivers/new?{asked}").text
    channel = re.search(r'<input[^>]*name="channel"[^>]*value="phone"[^>]*>', page)[0]
    sent = {name: hidden(page, name) for name in ("request_key", "call_id", "person_id")}

    begun = operator.post("/waivers", data=sent | {"place": home[0].address, "channel": "phone"})
    draft = operator.get(begun.location).text
    done = operator.post(begun.location.replace("draft", "submission"), data=filled(draft, home[1], tip_by_name="Tao"))

    found = row()
    assert "checked" in channel and done.location == "/waivers/handed-in"
    assert (found.channel, found.call_id, found.beneficiary_id) == (Channel.PHONE, call.id, home[1].id)
    assert (found.entered_by_id, found.requester_id, found.tip_by_name) == (ann.id, None, "Tao")
    assert operator.get(f"/waivers/{found.number}").status_code in (403, 404)


def test_the_manager_decides_on_one_page_and_the_technician_learns_labour_is_free(
    waits, home, tao, ann, mei, category, now, as_user
):
    manager = as_user(mei)
    assert home[0].address in manager.get("/waivers/inbox").text
    page = manager.get(f"/waivers/{waits.number}").text
    assert all(said in page for said in ("¥39.31", "¥19.66", "¥19.65", "¥235.92"))
    assert "In all, 12 months" in page

    done = manager.post(f"/waivers/{waits.number}/approval", data=decision(page))
    leak = category("WATER_LEAK")
    with writing():
        order = open_work_order(place=db.session.merge(home[0]), category=leak, urgency=leak.urgency,
                                summary="It drips", actor=ann, now=now)  # fmt: skip
        schedule_visit(order, crew=[tao], actor=ann, now=now)
        number = order.number
    job = as_user(tao).get(f"/jobs/{number}").text

    assert done.status_code == 303 and row(waits.number).status is S.APPROVED
    assert "Labour free" in job and "allowance" not in job and "LOW_INCOME" not in job


def test_less_of_the_labour_is_given_on_the_page_and_both_figures_told(waits, mei, now, as_user):
    manager = as_user(mei)
    page = manager.get(f"/waivers/{waits.number}").text
    assert "of 100 yuan they pay ¥60.00" in page and 'name="materials"' not in page  # the policy gives none
    wrong = manager.post(f"/waivers/{waits.number}/approval", data=decision(page, labour="10001"))

    done = manager.post(f"/waivers/{waits.number}/approval", data=decision(page, labour="4000"))

    assert (wrong.status_code, done.status_code, row(waits.number).labour_bp) == (422, 303, 4_000)
    told = manager.get(f"/waivers/{waits.number}").text
    assert "Labour: of 100 yuan they pay ¥0.00 by the policy, ¥60.00 as given" in told


@pytest.mark.sqlite_only
@pytest.mark.proves("PD-04")
def test_of_the_number_of_a_paper_the_end_is_shown(waits, mei, as_user):
    assert "· 民政局 · ****7301\n" in as_user(mei).get(f"/waivers/{waits.number}").text


def test_each_look_is_kept_with_who_when_whose_and_why(waits, home, mei, ling, person, now, as_user):
    as_user(mei).get(f"/waivers/{waits.number}")
    as_user(ling).get(f"/waivers/{waits.number}")
    refused = as_user(person("Aud", Role.AUDITOR)).get(f"/waivers/{waits.number}")

    looks = db.session.scalars(select(Look).order_by(Look.id)).all()
    assert [(look.what, look.purpose) for look in looks] == [
        (Looked.WAIVER, Purpose.DECIDING), (Looked.WAIVER, Purpose.VERIFYING),
    ]  # fmt: skip
    assert refused.status_code == 403  # an auditor reads who looked, and no ground
    assert {(look.place_id, look.person_id, look.subject_id) for look in looks} == {(home[0].id, home[1].id, waits.id)}
    page = as_user(person("Bud", Role.AUDITOR)).get("/looks").text
    assert all(said in page for said in ("Deciding", home[0].address, "王*英")) and "王桂英" not in page


@pytest.mark.parametrize("role", [Role.OPERATOR, Role.TECHNICIAN, Role.FINANCE, Role.ADMIN])
@pytest.mark.parametrize("path", ["", "/approval", "/refusal", "/papers", "/correction", "/review"])
def test_the_wrong_person_fails_at_each_step(role, path, waits, person, now, as_user):
    kim = as_user(person("Kim", role))
    ask = kim.get if path in ("", "/correction") else kim.post

    assert ask(f"/waivers/{waits.number}{path}").status_code in (403, 404)
    assert row(waits.number).status is S.VERIFIED


@pytest.mark.proves("AC-04")
@pytest.mark.parametrize("role", [Role.OPERATOR, Role.TECHNICIAN, Role.FINANCE, Role.ADMIN])
def test_a_ground_reaches_nobody_who_may_not_know(role, waits, home, mei, person, now, as_user):
    page = as_user(mei).get(f"/waivers/{waits.number}").text
    as_user(mei).post(f"/waivers/{waits.number}/approval", data=decision(page))
    kim = as_user(person("Kim", role, language="zh"))
    for path in (
        "/", "/waivers", "/waivers/inbox", "/search?q=3-2-501", f"/search?q={waits.number}", "/hotline", "/looks",
        f"/estate/places/{home[0].id}", "/estate?building=3", "/live/changes?seq=0",
    ):  # fmt: skip
        answer = kim.get(path, follow_redirects=True)
        assert GROUND not in answer.text and "LOW_INCOME_EDGE" not in answer.text, path
        assert waits.number not in answer.text or "q=" in path, path


def test_who_entered_it_sees_why_they_may_not_decide(home, mei, now, as_user):
    application = applied(*home, by=mei, now=now)
    page = as_user(mei).get(f"/waivers/{application.number}").text

    assert "You entered this application" in page and f"/waivers/{application.number}/approval" in page
    assert ">Approve<" not in page
    answer = as_user(mei).post(f"/waivers/{application.number}/approval", data=decision(page))
    assert answer.status_code == 403 and row(application.number).status is S.VERIFIED


def acts_offered(page) -> list[str]:
    return [act for act in ("Approve", "Ask for papers", "Refuse", "Pass up") if f">{act}</button>" in page]


def test_of_what_was_passed_up_only_the_owner_is_offered_to_approve_it(waits, ann, mei, ling, oma, now, as_user):
    with writing():
        pass_up(row(waits.number), reason="They are known to me", actor=mei, now=now)
    url = f"/waivers/{waits.number}"

    managers, officers, owners = (as_user(who).get(url).text for who in (mei, ling, oma))

    assert acts_offered(managers) == ["Ask for papers", "Refuse"]
    assert acts_offered(officers) == ["Ask for papers"]
    assert acts_offered(owners) == ["Approve", "Ask for papers", "Refuse"]
    bar = managers.split('name="seen"')[0].rsplit('<div class="notice">')[-1]
    assert "It was passed up: the owner approves it" in bar and "They are known to me" in bar
    assert "Today it can be approved by: Oma." in bar and "Today it can be approved by: Oma." in officers
    assert "Today it can be approved by" not in owners and 'name="property_fee"' not in managers
    assert as_user(mei).post(f"{url}/approval", data=decision(managers)).status_code == 422
    assert as_user(oma).post(f"{url}/approval", data=decision(owners)).status_code == 303


def test_what_the_policy_leaves_out_is_not_offered_to_be_approved_and_says_why(estate, ann, mei, now, as_user):
    application = applied(*a_home(estate, "601", use="let"), by=ann, now=now)

    page = as_user(mei).get(f"/waivers/{application.number}").text

    assert acts_offered(page) == ["Ask for papers", "Refuse", "Pass up"]
    assert "It cannot be approved as it stands." in page and "Today it can be approved by" not in page


def test_who_may_not_decide_reads_who_may(home, mei, oma, person, now, as_user):
    max_, application = person("Max", Role.MANAGER), applied(*home, by=mei, now=now)
    url = f"/waivers/{application.number}"
    assert "Today it can be approved by: Max, Oma." in as_user(mei).get(url).text
    for user, other in ((oma, max_), (max_, oma)):
        with writing():
            note_tie(db.session.merge(user), row(application.number).beneficiary, tie=Tie.RELATIVE,
                     actor=db.session.merge(other), now=now)  # fmt: skip

    assert "Today nobody can approve it." in as_user(mei).get(url).text


def test_an_officer_is_not_told_on_every_case_that_deciding_is_not_theirs(waits, ling, as_user):
    page = as_user(ling).get(f"/waivers/{waits.number}").text
    assert "Ask for papers" in page and "You may not decide waivers here." not in page


@pytest.mark.proves("AC-07")
def test_what_changed_meanwhile_is_shown_and_what_was_typed_kept(waits, home, mei, ling, now, as_user):
    page = as_user(mei).get(f"/waivers/{waits.number}").text
    officer = as_user(ling)
    form = officer.get(f"/waivers/{waits.number}/correction").text
    officer.post(f"/waivers/{waits.number}/correction", data=filled(form, home[1], words="Two rooms"))

    answer = as_user(mei).post(f"/waivers/{waits.number}/approval", data=decision(page, reason="My own words"))

    assert answer.status_code == 409 and "My own words" in answer.text and "Two rooms" in answer.text
    assert row(waits.number).status is S.VERIFIED


@pytest.mark.proves("AC-07")
def test_an_edit_and_an_approval_at_the_same_moment_are_never_both_done(waits, home, mei, ling, now, app, as_user):
    """Whichever is first: what was approved is what was shown."""
    manager, officer, url, answers = as_user(mei), as_user(ling), f"/waivers/{waits.number}", {}
    edited = filled(officer.get(f"{url}/correction").text, home[1], words="Two rooms")
    decided, ready = decision(manager.get(url).text), threading.Barrier(2)

    def send(browser, path, typed):
        with app.app_context():
            ready.wait(10)
            answers[path] = browser.post(f"{url}/{path}", data=typed).status_code

    told = [(manager, "approval", decided), (officer, "correction", edited)]
    threads = [threading.Thread(target=send, args=one) for one in told]
    [thread.start() for thread in threads]
    [thread.join() for thread in threads]

    db.session.rollback()
    assert sorted(answers.values()) in ([303, 403], [303, 404], [303, 409], [303, 422])
    first = answers["approval"] == 303
    assert (row(waits.number).status is S.APPROVED) == first
    assert ("Two rooms" in manager.get(url).text) != first


def test_above_the_limit_the_password_is_given_again(home, ann, mei, oma, now, as_user):
    application = applied(*home, by=ann, now=now, ground="MIN_LIVING")
    url = f"/waivers/{application.number}"
    manager = as_user(mei)
    page = manager.get(url).text
    whole = {"property_fee": "10000"}
    assert 'name="password"' in page

    without = manager.post(f"{url}/approval", data=decision(page, **whole))
    wrong = manager.post(f"{url}/approval", data=decision(page, password="no", **whole))
    right = manager.post(f"{url}/approval", data=decision(page, password=PASSWORD, **whole))
    second = as_user(oma)
    seen = second.get(url).text
    last = second.post(f"{url}/approval", data=decision(seen, password=PASSWORD, **whole))

    assert (without.status_code, wrong.status_code) == (422, 422)
    assert (right.status_code, last.status_code) == (303, 303)
    assert "Mei" in seen and row(application.number).status is S.APPROVED


def test_the_password_is_not_tried_without_end(home, ann, mei, now, as_user):
    application = applied(*home, by=ann, now=now, ground="MIN_LIVING")
    manager, url = as_user(mei), f"/waivers/{application.number}"
    page = manager.get(url).text
    answers = [manager.post(f"{url}/approval", data=decision(page, password="no")).text for _ in range(7)]

    assert "Too many tries" in answers[-1] and "Too many tries" not in answers[0]


def asked_community(officer, application, answer, **more):
    """Ask the community from the page of one application, and take in what it says: a sheet with one home."""
    page = officer.get(f"/waivers/{application.number}").text
    assert f'name="homes" value="{application.id}"' in page
    made = officer.post("/verification", data={"request_key": str(uuid4()), "asked_by": "2026-03-09",
                                               "homes": application.id})  # fmt: skip
    sheet = officer.get(made.location).text
    row_id = re.search(r'name="answer-(\d+)"', sheet)[1]
    said = {"version": hidden(sheet, "version"), "signed_by_name": "Ms Zhou", "signed_on": "2026-03-02"}
    return made.location, officer.post(made.location, data={**said, f"answer-{row_id}": answer, **more})


def test_the_community_confirms_what_a_certificate_does_not_prove(home, ann, ling, now, as_user):
    application = applied(*home, by=ann, now=now, ground="LONELY_ELDER")
    officer = as_user(ling)

    sheet, unsigned = asked_community(officer, application, "still_so", signed_by_name=" ")
    assert unsigned.status_code == 422 and row(application.number).status is S.VERIFYING
    page = officer.get(f"/waivers/{application.number}").text
    assert sheet in page and 'name="homes"' not in page
    twice = {"request_key": str(uuid4()), "asked_by": "2026-03-09", "homes": application.id}
    assert officer.post("/verification", data=twice).status_code == 409
    fresh = officer.get(sheet).text
    answer = re.search(r'name="(answer-[0-9]+)"', fresh)[1]
    said = {"version": hidden(fresh, "version"), "signed_by_name": "Ms Zhou", "signed_on": "2026-03-02"}
    assert officer.post(sheet, data={**said, answer: "still_so"}).status_code == 303

    assert row(application.number).status is S.VERIFIED


def test_a_new_edition_is_drafted_weighed_and_begun(waits, estate, mei, now, as_user):
    manager = as_user(mei)
    made, *_again = [
        manager.post(f"/waiver-policies?estate={estate.id}", data={"request_key": str(uuid4())}) for _ in range(3)
    ]  # one draft at a time
    draft = db.session.scalars(select(WaiverPolicy).where(WaiverPolicy.number == 2)).one()
    ground = next(one for one in draft.grounds if one.code == "LOW_INCOME_EDGE")
    form = manager.get(f"/waiver-grounds/{ground.id}").text
    told = {"version": hidden(form, "version"), "name_zh": "x", "name_en": "x", "definition": "x", "proof": "x",
            "property_fee_bp": "60", "labour_bp": "100", "materials_bp": "0", "call_out_bp": "0",
            "validity_months": "12", "bearer": "company", "flow": "company_waiver"}  # fmt: skip
    beyond = manager.post(f"/waiver-grounds/{ground.id}", data=told | {"property_fee_bp": "100.01"})
    manager.post(f"/waiver-grounds/{ground.id}", data=told)
    weighed = manager.get(f"/waiver-policies/{draft.id}/simulation").text
    page = manager.get(f"/waiver-policies/{draft.id}").text
    begun = manager.post(f"/waiver-policies/{draft.id}/beginning",
                         data={"version": hidden(page, "version"), "valid_from": "2026-04-01"})  # fmt: skip

    assert made.location == f"/waiver-policies/{draft.id}" and beyond.status_code == 422
    assert "¥23.59" in weighed and "60.0 %" in weighed and "only the property fee is weighed" in weighed
    assert begun.status_code == 303
    policies = db.session.scalars(select(WaiverPolicy).order_by(WaiverPolicy.number)).all()
    assert [(one.state.value, str(one.valid_until)) for one in policies] == [
        ("replaced", "2026-04-01"), ("in_force", "None"),
    ]  # fmt: skip


def test_one_who_decides_alone_is_warned(waits, mei, now, as_user, person):
    manager = as_user(mei)
    pages = ["/waivers/inbox", f"/waivers/{waits.number}", "/waiver-policies", "/waiver-deciders"]
    assert all("Only one person may decide" in manager.get(page).text for page in pages)
    assert all("Nobody here has the role of owner" in manager.get(page).text for page in pages)
    person("Oma", Role.OWNER)

    assert not any("Only one person may decide" in manager.get(page).text for page in pages)
    assert not any("Nobody here has the role of owner" in manager.get(page).text for page in pages)


def test_a_list_asks_as_often_for_three_as_for_one(estate, ann, mei, now, as_user, count_queries):
    manager = as_user(mei)
    sent = []
    for floor in (1, 2, 3):
        applied(*a_home(estate, f"{floor}01", name=f"住户{floor}"), by=ann, now=now)
        if floor != 2:
            with count_queries() as found:
                manager.get("/waivers/inbox")
            sent.append(found.count)

    assert sent[0] == sent[1]


def test_what_it_comes_to_in_all_ends_with_the_proof(home, ann, mei, now, as_user):
    """Valid until 15 June: April, May and June are less, 58.98 in all."""
    short = applied(*home, by=ann, now=now, proof_valid_until=date(2026, 6, 15))
    page = as_user(mei).get(f"/waivers/{short.number}").text

    assert "In all, 3 months" in page and "¥58.98" in page


def test_another_persons_draft_is_nobody_elses(home, ann, mei, now, as_user):
    with writing():
        draft = begin_application(place=db.session.merge(home[0]), channel=Channel.DESK, actor=ann, now=now)
        number = draft.number
    assert as_user(mei).get(f"/waivers/{number}/draft").status_code == 404
    assert as_user(mei).get(f"/waivers/{number}").status_code == 404


def test_the_ground_behind_a_bill_is_told_to_who_may_know_and_the_look_noted(
    waits, home, estate, mei, ling, person, now, as_user, add
):
    account = add(Account, estate_id=estate.id, place_id=home[0].id, person_id=home[1].id, opened_on=now.date(),
                  billed_from=now.date())  # fmt: skip
    add(Charge, estate_id=estate.id, account_id=account.id, place_id=home[0].id, kind=ChargeKind.OTHER, words="Key",
        gross_fen=3_931, reduced_fen=1_179, net_fen=2_752, waiver_id=waits.id, rate_bp=3_000, policy_id=waits.policy_id,
        due_on=now.date(), made_at=now)  # fmt: skip
    manager, fay = as_user(mei), as_user(person("Fay", Role.FINANCE))
    page = manager.get(f"/waivers/{waits.number}").text
    assert manager.post(f"/waivers/{waits.number}/approval", data=decision(page)).status_code == 303
    ground = f"/waivers/{waits.number}/ground"
    application = row(waits.number)
    found = next(one for one in application.policy.grounds if one.code == application.ground_code)
    name, looks = found.name_en, db.session.query(Look).count()

    shown = manager.get(f"/billing/accounts/{account.id}").text
    assert waits.number in shown and ground in shown and name not in shown
    assert waits.number in fay.get(f"/billing/accounts/{account.id}").text
    assert ground not in fay.get(f"/billing/accounts/{account.id}").text
    assert fay.get(ground, headers=HTMX).status_code == 403
    assert db.session.query(Look).count() == looks

    told = manager.get(ground, headers=HTMX).text
    assert name in told and escape(found.definition) in told
    last = db.session.scalars(select(Look).order_by(Look.id.desc())).first()
    assert (last.what, last.purpose, last.subject_id) == (Looked.WAIVER, Purpose.ANSWERING, waits.id)
    assert manager.get(ground).location.endswith(f"/waivers/{waits.number}")


def test_one_bill_is_lowered_once_within_the_limit(estate, home, mei, ling, now, as_user, add):
    account = add(Account, estate_id=estate.id, place_id=home[0].id, person_id=home[1].id, opened_on=now.date(),
                  billed_from=now.date())  # fmt: skip
    charge = add(Charge, estate_id=estate.id, account_id=account.id, place_id=home[0].id, kind=ChargeKind.OTHER,
                 words="Key", gross_fen=30_000, net_fen=30_000, due_on=now.date(), made_at=now)  # fmt: skip
    manager, url = as_user(mei), f"/charges/{charge.id}/one-off"

    def lower(**more):
        sent = {"request_key": str(uuid4()), "amount": "12.50", "reason": "Our own mistake"} | more
        return manager.post(url, data=sent).status_code

    assert manager.get(url).status_code == 200 and as_user(ling).get(url).status_code == 403
    assert [lower(amount="200.01"), lower(reason=" "), lower(amount="0")] == [422, 422, 422]
    assert [lower(), lower()] == [303, 409]
    adjusted = db.session.scalars(select(Adjustment)).one()
    assert (adjusted.amount_fen, adjusted.kind, adjusted.reason) == (-1_250, AdjustmentKind.ONE_BILL, "")


def test_why_a_bill_was_lowered_once_is_read_by_those_who_see_waivers(estate, home, mei, person, now, as_user, add):
    """The reason can hold a ground: neither finance nor the bill tells it, and each look is noted."""
    account = add(Account, estate_id=estate.id, place_id=home[0].id, person_id=home[1].id, opened_on=now.date(),
                  billed_from=now.date())  # fmt: skip
    charge = add(Charge, estate_id=estate.id, account_id=account.id, place_id=home[0].id, kind=ChargeKind.OTHER,
                 words="Key", gross_fen=30_000, net_fen=30_000, due_on=now.date(), made_at=now)  # fmt: skip
    url, why = f"/charges/{charge.id}/one-off", "CANARY her illness"
    as_user(mei).post(url, data={"request_key": str(uuid4()), "amount": "12.50", "reason": why})

    fen, eva = as_user(person("Fen", Role.FINANCE)), as_user(person("Eva", Role.AUDITOR))
    ola = person("Ola", Role.OWNER)
    ola_id, ola = ola.id, as_user(ola)
    pages = [browser.get(f"/billing/accounts/{account.id}{more}") for browser in (fen, eva, as_user(mei))
             for more in ("", "/bill")]  # fmt: skip
    assert all(page.status_code == 200 and "CANARY" not in page.text for page in pages)
    assert "Waived once" in pages[1].text and "12.50" in pages[1].text
    assert fen.get(url).status_code == 404 == eva.get(url).status_code
    assert why in ola.get(url).text and why in as_user(mei).get(url).text
    looks = select(Look.user_id).where(Look.what == Looked.ONE_OFF).order_by(Look.id)
    assert db.session.scalars(looks).all() == [ola_id, mei.id]


@pytest.mark.proves("AC-06")
def test_a_relative_is_noted_and_then_decides_nothing_about_them(waits, home, estate, mei, ling, now, as_user):
    told = {"request_key": str(uuid4()), "user_id": mei.id, "place": home[0].address, "tie": "relative"}
    officer = as_user(ling)

    wrong = officer.post(f"/waiver-deciders/ties?estate={estate.id}", data=told | {"name": "Nobody"})
    right = officer.post(
        f"/waiver-deciders/ties?estate={estate.id}", data=told | {"name": home[1].name, "request_key": str(uuid4())}
    )

    assert (wrong.status_code, right.status_code) == (422, 303)
    assert home[1].name in officer.get("/waiver-deciders").text
    assert "registered as a relative" in as_user(mei).get(f"/waivers/{waits.number}").text


def test_a_stand_in_is_named_on_the_page_and_decides(waits, estate, mei, ling, now, as_user):
    term = {"user_id": ling.id, "for_user_id": mei.id, "from_on": "2026-03-02", "last_on": "2026-03-08"}
    sent = {"request_key": str(uuid4()), **term}

    assert as_user(mei).post(f"/waiver-deciders?estate={estate.id}", data=sent).status_code == 303
    officer = as_user(ling)
    page = officer.get(f"/waivers/{waits.number}").text
    assert officer.post(f"/waivers/{waits.number}/approval", data=decision(page)).status_code == 303
    assert row(waits.number).acts[-1].stands_in_for_id == mei.id


def test_the_community_saying_no_stands_on_the_page_as_a_warning(home, ann, mei, ling, now, as_user):
    application = applied(*home, by=ann, now=now, ground="LONELY_ELDER")
    officer = as_user(ling)
    page = officer.get(f"/waivers/{application.number}").text
    denied = "The community says it is not so: read in the history"

    asked_community(officer, application, "changed")

    assert denied not in page and denied in as_user(mei).get(f"/waivers/{application.number}").text


def test_a_ground_of_our_own_is_added_to_a_draft_once(mei, estate, now, as_user):
    manager = as_user(mei)
    key = hidden(manager.get("/waiver-policies").text, "request_key")
    policy = manager.post("/waiver-policies", data={"request_key": key}).location
    page = manager.get(f"{policy}/grounds/new").text
    told = {
        "version": hidden(page, "version"), "request_key": hidden(page, "request_key"), "name_zh": "火灾受灾户",
        "name_en": "After a fire", "definition": "Whose home burned", "proof": "Letter of the fire brigade",
        "property_fee_bp": "50", "validity_months": "6", "bearer": "company", "flow": "company_waiver",
    }  # fmt: skip

    answers = [manager.post(f"{policy}/grounds", data=told).status_code for _ in range(2)]
    stale = manager.post(f"{policy}/grounds", data=told | {"request_key": str(uuid4())})
    wrong = manager.post(f"{policy}/grounds", data=told | {"request_key": str(uuid4()), "property_fee_bp": "101"})

    assert answers == [303, 303] and manager.get(policy).text.count("After a fire") == 1
    assert stale.status_code == 409 and "After a fire" in stale.text
    assert wrong.status_code == 422 and "101" in wrong.text


def test_caps_of_every_scope_are_set_in_a_draft_and_told_on_the_page_of_a_decision(home, ann, mei, now, as_user):
    manager = as_user(mei)
    key = hidden(manager.get("/waiver-policies").text, "request_key")
    policy = manager.post("/waiver-policies", data={"request_key": key}).location
    link = re.search(r'/waiver-grounds/\d+(?=">Household just above)', manager.get(policy).text)[0]
    told = {
        "version": hidden(manager.get(link).text, "version"), "name_zh": "x", "name_en": "x", "definition": "x",
        "proof": "x", "property_fee_bp": "50", "labour_bp": "100", "materials_bp": "50", "call_out_bp": "100",
        "validity_months": "12", "bearer": "company", "flow": "company_waiver", "property_fee_cap_fen": "10",
        "labour_cap_fen": "80", "materials_cap_fen": "20.5", "call_out_cap_fen": "3",
    }  # fmt: skip
    nothing = manager.post(link, data=told | {"materials_cap_fen": "0"})
    typed = manager.post(link, data=told | {"call_out_cap_fen": "-1"})
    done = manager.post(link, data=told)
    page = manager.get(policy).text
    manager.post(f"{policy}/beginning", data={"version": hidden(page, "version"), "valid_from": "2026-03-02"})
    application = applied(*home, by=ann, now=now)

    decided = manager.get(f"/waivers/{application.number}").text

    assert (nothing.status_code, typed.status_code, done.status_code) == (422, 422, 303)
    assert "More than 0, or leave it empty." in nothing.text and 'value="-1"' in typed.text
    assert [f"at most ¥{yuan}</small>" in page for yuan in ("10.00", "80.00", "20.50", "3.00")] == [True] * 4
    assert "¥10.00 less a month" in decided
    assert "of 100 yuan they pay ¥50.00 · at most ¥20.50 less for one order" in decided
    manager.post(f"/waivers/{application.number}/approval", data=decision(decided))
    set_rules(db.session.merge(home[0]).estate)
    account = account_for(db.session.merge(home[0]), now=now)
    bill(db.session.merge(home[0]).estate, date(2026, 4, 1), now=now)
    for path in ("", "/bill"):
        said = manager.get(f"/billing/accounts/{account.id}{path}").text
        assert "Less: 10.00 yuan." in said and "At most 10.00 yuan a month are taken off." in said


def test_a_stand_in_is_called_off_and_a_tie_removed_by_another(home, mei, ling, oma, person, estate, now, as_user):
    with writing():
        name_stand_in(ling, for_user=mei, estate_id=estate.id, from_on=clock.local_date(now),
                      until_on=clock.local_date(now) + timedelta(7), actor=mei, now=now)  # fmt: skip
        note_tie(mei, db.session.merge(home[1]), tie=Tie.RELATIVE, actor=ling, now=now)
    row = db.session.scalars(select(StandIn)).one().id
    off, tie = f"/waiver-deciders/{row}/calling-off", f"/waiver-deciders/ties/{mei.id}/{home[1].id}/removal"
    manager, owner = as_user(mei), as_user(oma)
    page = manager.get("/waiver-deciders").text

    assert off in page and tie not in page and tie in owner.get("/waiver-deciders").text
    assert [as_user(ling).post(path).status_code for path in (off, tie)] == [403, 403]
    assert manager.post(tie).status_code == 403
    assert [owner.post(tie).status_code, owner.post(tie).status_code] == [303, 404]
    assert [manager.post(off).status_code, manager.post(off).status_code] == [303, 409]
    assert off not in manager.get("/waiver-deciders").text
