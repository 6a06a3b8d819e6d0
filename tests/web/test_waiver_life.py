"""The pages of waivers once granted: the community, their life, notices, reports; and who may not see them."""

from datetime import date, timedelta
from uuid import uuid4

import pytest
from sqlalchemy import select

from helpdesk.audit.models import Event
from helpdesk.billing.actions import correct_charge
from helpdesk.billing.models import Adjustment, Charge
from helpdesk.callbacks.models import Callback
from helpdesk.core import clock
from helpdesk.core.access import Role
from helpdesk.core.errors import NotAllowed
from helpdesk.core.extensions import db
from helpdesk.core.transactions import writing
from helpdesk.estate.people_actions import note_death
from helpdesk.exports import making
from helpdesk.exports.models import ExportLog
from helpdesk.looks.models import Look
from helpdesk.notices.models import Objection, WaiverNotice
from helpdesk.verification.models import VerificationSheet
from helpdesk.waivers.codes import Bearer, Flow
from helpdesk.waivers.deciding import approve
from helpdesk.waivers.models import WaiverApplication
from helpdesk.waivers.policy_models import WaiverBudget, WaiverPolicy
from helpdesk.waivers.reminders import remind
from helpdesk.waivers.states import WaiverStatus
from tests.conftest import PASSWORD
from tests.granted import granted
from tests.money import account_for, bill, set_rules
from tests.waivers import a_home, applied, seen

S = WaiverStatus
CANARY = "CANARY 特殊依据"


@pytest.fixture
def canary(estate):
    """The grounds are called what appears nowhere else."""
    with writing():
        policy = db.session.scalars(select(WaiverPolicy)).one()
        db.session.connection().exec_driver_sql(
            "DROP TRIGGER waiver_ground_update" + (" ON waiver_ground" if db.engine.dialect.name != "sqlite" else "")
        )
        for ground in policy.grounds:
            ground.name_zh = ground.name_en = ground.definition = CANARY


@pytest.fixture
def waits(estate, ann, now):
    """Two applications that the community has to confirm."""
    homes = [a_home(estate, room, name=name) for room, name in (("501", "王桂英"), ("502", "李秀兰"))]
    return [applied(*home, by=ann, now=now, ground="LONELY_ELDER") for home in homes]


@pytest.fixture
def runs(estate, ann, mei, now):
    return granted(*a_home(estate), by=ann, decider=mei, now=now, consent_to_notice=True)


def again(row):
    return db.session.get_one(type(row), row.id, populate_existing=True)


def asked(browser, waits, path="/verification", **more) -> VerificationSheet:
    body = {"request_key": str(uuid4()), "asked_by": "2026-03-09", "homes": [one.id for one in waits], **more}
    assert browser.post(path, data=body).status_code == 303
    return db.session.scalars(select(VerificationSheet).order_by(VerificationSheet.id.desc())).first()


def answers(sheet, *given, **more):
    rows = {f"answer-{row.id}": answer for row, answer in zip(sheet.rows, given, strict=True)}
    return {
        "version": sheet.version, "signed_by_name": "周主任", "signed_on": "2026-03-02", "letter_no": "康社〔2026〕3号",
        **rows, **more,
    }  # fmt: skip


def test_who_waits_for_the_community_is_listed_without_the_ground(as_user, ling, waits, canary):
    """It stands on the sheet alone, and each look at that is noted."""
    listed = as_user(ling).get("/verification").text
    assert "王桂英" in listed and CANARY not in listed and db.session.scalars(select(Look)).all() == []

    sheet = asked(as_user(ling), waits)
    assert CANARY in as_user(ling).get(f"/verification/sheets/{sheet.number}/paper").text
    assert {look.subject_id for look in db.session.scalars(select(Look))} == {one.id for one in waits}


def test_two_homes_on_one_sheet_are_signed_once(as_user, ling, waits):
    browser = as_user(ling)
    sheet = asked(browser, waits)
    assert [again(one).status for one in waits] == [S.VERIFYING, S.VERIFYING]
    paper = browser.get(f"/verification/sheets/{sheet.number}/paper").text
    assert "王桂英" in paper and "李秀兰" in paper and "<path d=" in paper

    body = answers(sheet, "still_so", "unclear", papers_by="2026-03-20")
    assert browser.post(f"/verification/sheets/{sheet.number}", data=body).status_code == 303

    assert [again(one).status for one in waits] == [S.VERIFIED, S.MORE_PAPERS]
    assert again(waits[1]).papers_by == date(2026, 3, 20)
    assert again(sheet).returned_by_id == ling.id


def test_all_that_are_left_empty_are_still_so(as_user, ling, waits):
    browser = as_user(ling)
    sheet = asked(browser, waits)

    browser.post(f"/verification/sheets/{sheet.number}", data=answers(sheet, "", "changed", rest_still_so="y"))

    assert [row.answer for row in again(sheet).rows] == ["still_so", "changed"]


def test_a_sheet_with_a_gap_is_not_taken_in_and_keeps_what_was_typed(as_user, ling, waits):
    browser = as_user(ling)
    sheet = asked(browser, waits)

    answer = browser.post(f"/verification/sheets/{sheet.number}", data=answers(sheet, "changed", ""))

    assert answer.status_code == 422
    assert '<option value="changed" selected>' in answer.text and "周主任" in answer.text


def test_a_sheet_is_taken_in_once(as_user, ling, waits):
    browser, sheet = as_user(ling), None
    sheet = asked(browser, waits)
    body = answers(sheet, "still_so", "still_so")

    statuses = [browser.post(f"/verification/sheets/{sheet.number}", data=body).status_code for _ in range(2)]

    assert statuses == [303, 409]


def test_a_sheet_asked_for_twice_is_one(as_user, ling, waits):
    key = str(uuid4())

    assert asked(as_user(ling), waits, request_key=key).id == asked(as_user(ling), waits, request_key=key).id


def test_who_takes_a_sheet_in_decides_none_of_it(as_user, mei, waits, now):
    browser = as_user(mei)
    sheet = asked(browser, waits)
    browser.post(f"/verification/sheets/{sheet.number}", data=answers(sheet, "still_so", "still_so"))
    shown = seen(again(waits[0]), now)

    with pytest.raises(NotAllowed), writing():
        approve(again(waits[0]), seen=shown, reason="Yes", actor=mei, now=now)


def test_when_no_papers_come_somebody_decides_without(as_user, ling, waits, set_now, now):
    browser = as_user(ling)
    sheet = asked(browser, waits)
    body = answers(sheet, "unclear", "still_so", papers_by="2026-03-05")
    browser.post(f"/verification/sheets/{sheet.number}", data=body)
    path = f"/verification/papers/{waits[0].number}"
    assert browser.post(path, data={}).status_code == 409

    set_now(now + timedelta(days=5))
    assert as_user(ling).post(path, data={}).status_code == 303

    assert again(waits[0]).status is S.VERIFIED


def test_the_yearly_review_asks_about_all_that_run(as_user, ling, runs):
    browser = as_user(ling)
    sheet = asked(browser, [runs], path="/verification/review")
    body = answers(sheet, "changed")
    browser.post(f"/verification/sheets/{sheet.number}", data=body)

    assert "nobody can say: 1." in browser.get("/verification/review").text
    assert again(runs).status is S.APPROVED  # somebody looks first


def test_it_rests_and_goes_on_and_ends_by_hand(as_user, ling, mei, runs):
    path = f"/waivers/{runs.number}"
    moved = {"why": "moved", "since": "2026-03-02"}
    for user, act, more in ((ling, "rest", {}), (mei, "going-on", {}), (ling, "end", moved)):
        body = {"version": again(runs).version, "reason": "Told so", **more}
        assert as_user(user).post(f"{path}/{act}", data=body).status_code == 303, act
    assert again(runs).status is S.ENDED


def test_who_comes_second_is_told(as_user, ling, runs):
    body = {"version": again(runs).version, "reason": "Told so"}
    as_user(ling).post(f"/waivers/{runs.number}/rest", data=body)

    answer = as_user(ling).post(f"/waivers/{runs.number}/rest", data=body)

    assert answer.status_code == 409 and "Told so" in answer.text


def test_each_look_at_one_is_noted(as_user, ling, runs):
    as_user(ling).get(f"/waivers/{runs.number}/life")

    assert [(look.user_id, look.subject_id) for look in db.session.scalars(select(Look))] == [(ling.id, runs.id)]


def test_a_notice_of_counts_names_nobody(as_user, ling, billed):
    page = posted(as_user(ling), "counts")

    assert "王" not in page and "1 homes paid ¥19.66 less" in page


def test_a_masked_notice_names_only_who_agreed_without_room_or_ground(as_user, ling, billed, canary):
    page = posted(as_user(ling), "masked")

    assert "王*英" in page and "王桂英" not in page and CANARY not in page and "501" not in page

    with writing():
        db.session.get_one(WaiverApplication, billed.id).consent_to_notice = False
    assert "王*英" not in posted(as_user(ling), "masked")


def test_an_objection_is_noted_and_answered(as_user, ling, billed):
    browser = as_user(ling)
    posted(browser, "masked")
    notice = db.session.scalars(select(WaiverNotice)).one()
    body = {"request_key": str(uuid4()), "words": "他有房子出租", "by_name": "", "row_id": notice.rows[0].id}
    assert browser.post(f"/waiver-notices/{notice.id}/objections", data=body).status_code == 303
    (objection,) = db.session.scalars(select(Objection)).all()

    path = f"/waiver-notices/objections/{objection.id}"
    assert browser.post(path, data={"answer": ""}).status_code == 422
    assert browser.post(path, data={"answer": "查过,不是出租"}).status_code == 303
    assert browser.post(path, data={"answer": "again"}).status_code == 409

    assert [act.kind for act in again(billed).acts][-2:] == ["objection", "objection_answered"]


@pytest.fixture
def billed(estate, runs, now):
    """April was billed: 39.31, less 19.66."""
    set_rules(estate)
    account_for(again(runs).place, now=now)
    bill(estate, date(2026, 4, 1), now=now)
    return again(runs)


def posted(browser, style) -> str:
    body = {
        "request_key": str(uuid4()), "style": style, "first_month": "2026-04", "last_month": "2026-04",
        "posted_on": "2026-03-02", "until_on": "2026-03-09",
    }  # fmt: skip
    answer = browser.post("/waiver-notices", data=body)
    assert answer.status_code == 303, answer.text
    assert "2026-04 – 2026-04" in browser.get("/waiver-notices").text  # the last month counts
    return browser.get(f"{answer.location}/paper").text


REPORT = "/waiver-reports?from=2026-04&until=2026-04"


def test_the_report_tells_grounds_to_those_who_see_waivers_only(as_user, mei, person, billed, canary):
    whole = as_user(mei).get(REPORT).text
    sums = as_user(person("Fen", Role.FINANCE)).get(REPORT).text

    assert "¥19.66" in whole and CANARY in whole
    assert "¥19.66" in sums and CANARY not in sums and "王桂英" not in sums
    assert "fewer than 3" in sums and "Others together" in sums
    assert all("The register knows only age and who lives alone" in page for page in (whole, sums))


def test_a_budget_is_set_by_those_who_set_the_policy(as_user, mei, person, billed):
    body = {"year": "2026", "bearer": "company", "amount": "8000"}
    assert as_user(person("Fen", Role.FINANCE)).post("/waiver-reports/budgets", data=body).status_code == 403
    assert as_user(mei).post("/waiver-reports/budgets", data=body | {"amount": "much"}).status_code == 422
    assert as_user(mei).post("/waiver-reports/budgets", data=body).status_code == 303

    assert db.session.scalars(select(WaiverBudget)).one().amount_fen == 800_000
    assert "¥7,980.34" in as_user(mei).get(REPORT).text


def test_a_budget_of_a_ground_is_told_to_those_who_see_waivers_and_finance_has_the_sum(
    as_user, mei, ann, estate, person, billed, canary, now
):
    fen, manager = as_user(person("Fen", Role.FINANCE)), as_user(mei)
    sent = {"year": "2026", "bearer": "company"}
    for ground, amount in ((billed.ground_code, "100"), ("LONELY_ELDER", "50")):
        body = sent | {"ground": ground, "amount": amount}
        assert manager.post("/waiver-reports/budgets", data=body).status_code == 303
    assert manager.post("/waiver-reports/budgets", data=sent | {"ground": "MADE_UP", "amount": "1"}).status_code == 422

    whole, sums = manager.get(REPORT).text, fen.get(REPORT).text
    assert all(said in whole for said in ("¥100.00", "¥80.34", "¥50.00", "¥150.00", "¥130.34", CANARY))
    assert all(said in sums for said in ("¥150.00", "¥130.34"))
    assert not any(said in sums for said in ("¥100.00", "¥80.34", "¥50.00", CANARY, billed.ground_code))

    other = applied(*a_home(estate, "502", name="李秀兰"), by=ann, now=now)
    page = manager.get(f"/waivers/{other.number}").text
    assert "Budget not promised yet" in page and f"<span>The company · {CANARY}</span>" in page
    assert "-¥135.92" in page  # 100 less twelve times 19.66
    assert "less than this takes in a year" in page


@pytest.mark.proves("PD-03")
def test_the_claim_list_is_a_file_that_is_noted_and_whose_name_tells_nothing(as_user, mei, ling, billed, canary):
    with writing():
        row = db.session.get_one(WaiverApplication, billed.id)
        row.flow, row.bearer = Flow.WAIVE_THEN_CLAIM, Bearer.STREET_OFFICE
    body = {"request_key": str(uuid4()), "first_month": "2026-04", "last_month": "2026-04"}
    assert as_user(ling).post("/waiver-reports/claims", data=body).status_code == 403
    lying = set(making.folder().iterdir())

    assert as_user(mei).post("/waiver-reports/claims", data=body).status_code == 422
    assert set(making.folder().iterdir()) == lying
    answer = as_user(mei).post("/waiver-reports/claims", data=body | {"password": PASSWORD})

    assert answer.status_code == 303
    with as_user(mei).get(f"{answer.location}/content") as file:
        assert file.status_code == 200 and CANARY not in file.headers["Content-Disposition"]
    assert [(log.rows, log.taken_by_id) for log in db.session.scalars(select(ExportLog))] == [(1, mei.id)]


OTHERS = [role for role in Role if role not in (Role.OFFICER, Role.MANAGER, Role.OWNER, Role.AUDITOR)]


@pytest.mark.proves("AC-04")
@pytest.mark.parametrize("role", OTHERS)
def test_no_page_file_or_feed_of_others_tells_a_ground(role, app, as_user, person, billed, canary, now):
    """Whatever they open: no ground, by its code or its name."""
    remind(clock.start_of_day(again(billed).until_on) - timedelta(days=5))
    browser = as_user(person("Kim", role))
    paths = [
        "/", "/callbacks", "/estate", f"/estate/places/{billed.place_id}", "/search?q=王桂英",
        f"/search?q={billed.number}",
        "/exports", "/waivers/life", f"/waivers/{billed.number}/life", "/verification", "/verification/review",
        "/waiver-notices", "/waiver-reports", REPORT, "/live/changes?since=0", "/hotline",
        f"/hotline/card?place_id={billed.place_id}",
    ]  # fmt: skip

    for path in paths:
        with browser.get(path) as answer:
            told = answer.get_data(as_text=True) + str(answer.headers)
        assert CANARY not in told and "LOW_INCOME_EDGE" not in told, path
        assert answer.status_code in (200, 302, 403, 404), path


def test_neither_events_nor_call_backs_hold_a_ground(as_user, ling, billed, canary):
    sheet = asked(as_user(ling), [billed], path="/verification/review")
    as_user(ling).post(f"/verification/sheets/{sheet.number}", data=answers(sheet, "still_so"))
    remind(clock.start_of_day(again(billed).until_on) - timedelta(days=5))

    events = "".join(f"{event.kind}{event.data}{event.topics}" for event in db.session.scalars(select(Event)))
    words = "".join(callback.words for callback in db.session.scalars(select(Callback)))
    assert "LOW_INCOME" not in events + words and CANARY not in events + words and words


@pytest.mark.parametrize("role", [Role.OPERATOR, Role.TECHNICIAN, Role.FINANCE, Role.ADMIN, Role.AUDITOR])
def test_the_wrong_person_asks_ends_and_posts_nothing(role, as_user, person, runs):
    browser, number = as_user(person("Kim", role)), runs.number
    for path in (
        "/verification", "/verification/review", f"/waivers/{number}/rest", f"/waivers/{number}/going-on",
        f"/waivers/{number}/end", f"/waivers/{number}/revocation", "/waiver-notices", "/waiver-reports/claims",
        "/waiver-reports/budgets",
    ):  # fmt: skip
        assert browser.post(path, data={}).status_code == 403, path


def test_what_is_another_estates_is_not_found(as_user, new_estate, person, runs):
    browser = as_user(person("Lin", Role.MANAGER, at=new_estate("别处")))

    assert browser.get(f"/waivers/{runs.number}/life").status_code == 404
    assert browser.post(f"/waivers/{runs.number}/rest", data={"version": 1, "reason": "x"}).status_code == 404


@pytest.mark.parametrize("how", ["rest", "end", "revocation"])
def test_months_billed_ahead_of_an_end_or_a_rest_are_listed_until_somebody_corrects_them(
    how, as_user, ling, mei, person, estate, billed, now
):
    bill(estate, date(2026, 5, 1), now=now)
    fin, headline = person("Fin", Role.FINANCE), "Billed with less after the end"
    assert headline not in as_user(ling).get("/waivers/life").text
    said = {"version": billed.version, "reason": "As told", "why": "moved", "since": "2026-03-01"}

    answer = as_user(mei if how == "revocation" else ling).post(f"/waivers/{billed.number}/{how}", data=said)

    assert answer.status_code == 303
    for who, path in ((ling, "/waivers/life"), (fin, "/waiver-reports"), (mei, "/waiver-reports")):
        page = as_user(who).get(path).text.split(headline)[1].split("</section>")[0]
        assert all(told in page for told in ("2026-04", "2026-05", "\u00a519.66", "\u00a539.32")), (path, page)
    with writing():
        for charge in db.session.scalars(select(Charge)).all():
            correct_charge(charge, amount_fen=3_931, reason="Ended", actor=fin, now=now)
    assert headline not in as_user(fin).get("/waiver-reports").text


def test_an_approval_credits_the_months_that_were_billed_already(estate, ann, mei, now):
    home, person = a_home(estate)
    set_rules(estate)
    account = account_for(home, now=now)
    bill(estate, date(2026, 3, 1), date(2026, 4, 1), date(2026, 5, 1), now=now)
    before = {row.month: row.net_fen for row in db.session.scalars(select(Charge))}

    runs = granted(home, person, by=ann, decider=mei, now=now)

    made = db.session.scalars(select(Adjustment).order_by(Adjustment.id)).all()
    assert set(before.values()) == {3_931}
    assert [(one.charge.month, one.amount_fen, one.waiver_id, one.account_id) for one in made] == [
        (date(2026, 4, 1), -1_966, runs.id, account.id), (date(2026, 5, 1), -1_966, runs.id, account.id),
    ]  # fmt: skip


def test_applying_again_is_filled_in_from_the_old_one_once(as_user, ling, mei, runs, person):
    officer, url = as_user(ling), f"/waivers/{runs.number}/successor"
    page = officer.get(f"/waivers/{runs.number}/life").text
    body = {"request_key": page.split('name="request_key" value="')[1].split('"')[0]}

    answers = [officer.post(url, data=body) for _ in range(2)]

    draft = db.session.scalars(select(WaiverApplication).where(WaiverApplication.renews_id == runs.id)).one()
    assert {answer.location for answer in answers} == {f"/waivers/{draft.number}/draft"}
    assert (draft.beneficiary_id, draft.ground_code, draft.place_id, draft.entered_by_id) == (
        runs.beneficiary_id, runs.ground_code, runs.place_id, ling.id,
    )  # fmt: skip
    assert (draft.consent_at, draft.proof_type, draft.status) == (None, None, S.DRAFT)
    assert officer.post(url, data={}).status_code == 422
    for role in (Role.OPERATOR, Role.FINANCE, Role.AUDITOR):
        assert as_user(person("Kim", role)).post(url, data=body).status_code == 403


def test_after_a_death_those_who_stay_apply_for_themselves(as_user, ling, mei, runs, now):
    with writing():
        note_death(again(runs).beneficiary, died_on=clock.local_date(now), actor=mei, now=now)
    officer = as_user(ling)
    page = officer.get(f"/waivers/{runs.number}/life").text
    body = {"request_key": page.split('name="request_key" value="')[1].split('"')[0]}

    officer.post(f"/waivers/{runs.number}/successor", data=body)

    draft = db.session.scalars(select(WaiverApplication).where(WaiverApplication.renews_id == runs.id)).one()
    assert "Apply for those who stay" in page
    assert (draft.beneficiary_id, draft.ground_code, draft.place_id) == (None, "", runs.place_id)
