"""What a resident may ask of their data, from the page to the last byte."""

import json
import re
from datetime import date, timedelta
from pathlib import Path
from uuid import uuid4

import pytest
from sqlalchemy import select, text

from helpdesk.audit.models import Event
from helpdesk.audit.queries import head_on_paper, verify_chain
from helpdesk.billing.models import Account, Adjustment, Charge
from helpdesk.billing.payment_models import Payment
from helpdesk.cases.actions import open_case
from helpdesk.cases.models import Case, CaseKind
from helpdesk.config import sqlite
from helpdesk.core import clock
from helpdesk.core.access import GRANTS, Permission, Role
from helpdesk.core.extensions import db
from helpdesk.core.transactions import writing
from helpdesk.estate.models import Estate, OccupancyRole, Person, Phone, SearchKey
from helpdesk.handover.models import Handover, HandoverLine
from helpdesk.looks.models import Look, Looked
from helpdesk.looks.who_sees_what import KINDS
from helpdesk.privacy.models import ErasureRequest
from helpdesk.privacy.states import ErasureStatus
from helpdesk.repairs.models import WorkOrder
from helpdesk.retention.actions import hold
from helpdesk.retention.models import Held, LegalHold, RetentionRule
from helpdesk.verification.models import HomeCheck
from helpdesk.waivers.models import OneOffWaiver, WaiverApplication
from helpdesk.waivers.one_off import give_one_off
from helpdesk.waivers.states import WaiverStatus
from tests.databases import ON_POSTGRES
from tests.households import add_person, add_phone
from tests.residents import CANARY, NAME, NUMBER, ended_waiver, living, taken_list, traces
from tests.waivers import keep_scans, scanned
from tests.web.test_every_page import dump

LEFT = date(2026, 2, 1)
WORDS = (NAME, NUMBER, CANARY, "缪金", "miujinsique", "miaojinsique")


@pytest.fixture
def olga(person):
    return person("Olga", Role.OFFICER)


@pytest.fixture
def gone(app, estate, place, category, ann, olga, now, tmp_path, monkeypatch):
    """Somebody who left a month ago, with a neighbour who stays."""
    monkeypatch.setitem(app.config, "PHOTO_FOLDER", str(tmp_path / "photos"))
    monkeypatch.setattr("helpdesk.exports.making.folder", lambda: tmp_path / "exports")
    resident = living(estate, place, since=date(2020, 1, 1))
    then = now - timedelta(days=90)
    found = traces(resident, place, category("WATER_LEAK"), by=ann, now=then, photos=tmp_path / "photos")
    ended_waiver(resident, place, by=olga, now=then)
    taken_list(estate, ann, tmp_path / "exports", now)
    neighbour = add_person(estate, "李建国", place, role=OccupancyRole.OWNER)
    add_phone(estate, "12000000009", people=[neighbour])
    found.id = resident.id
    _leave(resident.id)
    return found


def _leave(person_id: int) -> None:
    with writing():
        for lives in db.session.get_one(Person, person_id).occupancies:
            lives.until_on, lives.end_reason = LEFT, "moved"


def ask(as_user, who, person_id, reason="By letter, passport seen"):
    url = f"/privacy/residents/{person_id}/erasure"
    return as_user(who).post(url, data={"reason": reason, "request_key": str(uuid4())})


def the_request() -> ErasureRequest:
    return db.session.scalars(select(ErasureRequest)).one()


def consent(as_user, who, version=1):
    url = f"/privacy/requests/{the_request().id}/consent"
    db.session.rollback()  # nobody reads meanwhile
    return as_user(who).post(url, data={"version": version})


def canaries_in(text_of_it: str) -> list[str]:
    escaped = {json.dumps(word)[1:-1] for word in WORDS}
    return [word for word in {*WORDS, *escaped} if word in text_of_it]


@pytest.mark.proves("PD-10")
def test_after_two_people_nothing_of_the_resident_is_left_anywhere(app, gone, olga, mei, as_user, tmp_path):
    """No table, no file, no free page of the database, no search, no fresh backup; and the chain holds."""
    assert ask(as_user, olga, gone.id).status_code == 303
    assert canaries_in(str(dump()))

    assert consent(as_user, mei).status_code == 303

    assert canaries_in(str({**dump(), "look": db.session.execute(text("SELECT * FROM look")).all()})) == []
    assert the_request().status is ErasureStatus.DONE
    assert [path for path in tmp_path.rglob("*") if path.is_file()] == []
    for typed in (NAME, NUMBER, "miu", "缪"):
        assert str(gone.id) not in as_user(mei).get("/search", query_string={"q": typed}).text.split("residents/")[1:]
    if not ON_POSTGRES:
        assert [one for path in files_of_the_database(app, tmp_path) for one in canaries_in_bytes(path)] == []
    assert verify_chain() is None


@pytest.mark.proves("PD-10")
def test_nothing_is_left_where_it_was_repeated(app, gone, olga, mei, ann, as_user, now, tmp_path, monkeypatch):
    """Photos of papers, what was seen at the home, the reason of a lowered bill, the lines of frozen hand-overs."""
    monkeypatch.setitem(app.config, "SCAN_FOLDER", str(tmp_path / "scans"))
    repeated(gone, by=olga, given_by=mei, now=now)
    assert list((tmp_path / "scans").rglob("*/*"))
    ask(as_user, olga, gone.id)

    assert consent(as_user, mei).status_code == 303

    assert canaries_in(str(dump())) == []
    assert list((tmp_path / "scans").rglob("*/*")) == []
    lines = db.session.scalars(select(HandoverLine).order_by(HandoverLine.id)).all()
    assert [line.place for line in lines] == ["", "", "", "", "3-2-502"]
    assert (lines[-1].what_zh, lines[-1].who) == ("Somebody else's", "Ann")
    assert db.session.scalars(select(HomeCheck.words)).all() == ["—"]
    assert db.session.scalars(select(OneOffWaiver.reason)).all() == ["—"]
    told = db.session.scalars(select(Event).where(Event.kind == "waiver_scan.deleted")).one()
    assert (told.data["because"], told.actor_id) == ("erased", mei.id)
    assert verify_chain() is None


@pytest.mark.proves("PD-10")
def test_their_number_goes_from_the_words_of_others_however_it_was_typed(estate, place, gone, olga, mei, ann, as_user):
    typed = "120 9988 7766、120-9988-7766、１２０９９８８７７６６、120－9988－7766, not 120 9988 7767"
    neighbour = db.session.scalars(select(Person).where(Person.name == "李建国")).one()
    with writing():
        told = {"kind": CaseKind.COMPLAINT, "estate_id": estate.id, "actor": ann, "now": clock.now()}
        case = open_case(words=f"Ring {typed}", place=place, person=neighbour, **told)
    ask(as_user, olga, gone.id)

    assert consent(as_user, mei).status_code == 303

    assert db.session.get_one(Case, case.id).words == "Ring —、—、—、—, not 120 9988 7767"


def repeated(gone, *, by, given_by, now) -> None:
    with writing():
        waiver = db.session.scalars(select(WaiverApplication)).one()
        ended, waiver.status = waiver.status, WaiverStatus.SUBMITTED
    keep_scans(db.session.get_one(Estate, waiver.estate_id))
    scanned(waiver, by=by, now=now)
    with writing():
        waiver = db.session.scalars(select(WaiverApplication)).one()
        waiver.status = ended
        case = db.session.get_one(Case, gone.case).number
        order = db.session.get_one(WorkOrder, gone.order).number
        told = {"application_id": waiver.id, "work_order_id": gone.order, "ordered_by_id": by.id, "ordered_at": now}
        seen = {"answer": "changed", "answered_at": now, "answered_by_id": by.id, "act_id": waiver.acts[-1].id}
        db.session.add(HomeCheck(estate_id=waiver.estate_id, words=f"{CANARY} sat there", **told, **seen, version=0))
        give_one_off(
            db.session.get_one(Charge, gone.charge), amount_fen=100, reason=f"{CANARY} ill", actor=given_by, now=now
        )
        handover = Handover(estate_id=waiver.estate_id, outgoing_id=by.id, opened_at=now, called_off_at=now, version=0)
        paths = f"/hotline/calls/{gone.call}", f"/callbacks/{gone.rung}", f"/cases/{case}", f"/work-orders/{order}"
        lines = [(path, f"{CANARY} again", "3-2-501") for path in paths]
        for path, what, place in [*lines, ("/hotline/calls/999", "Somebody else's", "3-2-502")]:
            words = {"what_zh": what, "what_en": what, "place": place, "who": "Ann"}
            handover.kept_lines.append(
                HandoverLine(section="unfinished", subject_id=1, path=path, state="CallState.unfinished", **words)
            )
        db.session.add(handover)


def files_of_the_database(app, folder) -> list[Path]:
    """The file, the log beside it, and a copy as a backup makes it."""
    file = Path(app.config["SQLALCHEMY_DATABASE_URI"].removeprefix("sqlite:///"))
    db.session.remove()
    db.engine.dispose()
    source = sqlite.connect(file)
    source.execute("VACUUM INTO ?", (str(folder / "backup.db"),))
    source.close()
    return [*file.parent.glob("live.db*"), folder / "backup.db"]


def canaries_in_bytes(path: Path) -> list[str]:
    contents = path.read_bytes()
    return [word for word in (NAME, NUMBER, CANARY) if word.encode() in contents]


@pytest.mark.proves("PD-10")
def test_the_books_stay_with_a_number_in_place_of_the_name(gone, olga, mei, as_user):
    ask(as_user, olga, gone.id)
    consent(as_user, mei)

    name = f"#{gone.id}"
    charge, payment = db.session.get_one(Charge, gone.charge), db.session.get_one(Payment, gone.payment)
    assert (charge.net_fen, charge.words, payment.amount_fen, payment.paid_by) == (2_000, "Key for —", 1_500, name)
    assert db.session.scalars(select(Adjustment.reason)).all() == ["— was right"]
    assert db.session.get_one(Account, gone.account).payer_name == name
    person = db.session.get_one(Person, gone.id)
    assert (person.name, person.phones, person.care_flags, person.birth_year) == (name, [], [], None)
    done = db.session.scalars(select(Event).where(Event.kind == "erasure.done")).one()
    assert done.data == {
        "person_id": gone.id, "calls": 1, "orders": 1, "cases": 1, "waivers": 1, "photos": 1, "numbers": 1,
    }  # fmt: skip


def test_nobody_else_loses_anything(estate, place, gone, olga, mei, as_user):
    """A neighbour, a number that two share, and somebody of the same name stay as they are."""
    twin = add_person(estate, NAME, place)
    shared = add_phone(estate, "12000000010", people=[twin, db.session.get(Person, gone.id)])
    ask(as_user, olga, gone.id)
    consent(as_user, mei)

    twin = db.session.get_one(Person, twin.id)
    assert (twin.name, [phone.digits for phone in twin.phones]) == (NAME, ["12000000010"])
    assert db.session.get(Phone, shared.id) is not None
    assert db.session.scalars(select(SearchKey).where(SearchKey.person_id == twin.id)).all() != []
    others = db.session.scalars(select(Person).where(Person.name == "李建国")).one()
    assert [phone.digits for phone in others.phones] == ["12000000009"]


@pytest.mark.proves("PD-10")
def test_whoever_asked_does_not_consent(gone, mei, person, as_user):
    ask(as_user, mei, gone.id)

    assert consent(as_user, mei).status_code == 403
    assert "Somebody else has to consent" in as_user(mei).get(f"/privacy/requests/{the_request().id}").text
    assert consent(as_user, person("Olaf", Role.OFFICER)).status_code == 403
    assert consent(as_user, person("Otto", Role.OWNER)).status_code == 303


def test_what_is_open_with_them_is_said_and_refused(estate, place, olga, as_user, app, now):
    resident = living(estate, place, since=date(2020, 1, 1))

    page, refused = as_user(olga).get(f"/privacy/residents/{resident.id}"), ask(as_user, olga, resident.id)

    assert "They still live in a home" in page.text
    assert (refused.status_code, "They still live in a home" in refused.text) == (422, True)
    assert "By letter, passport seen" in refused.text
    assert db.session.scalars(select(ErasureRequest)).all() == []


def test_a_request_is_refused_with_words_or_taken_back_once(gone, olga, mei, as_user):
    ask(as_user, olga, gone.id)
    url = f"/privacy/requests/{the_request().id}"
    assert as_user(mei).post(f"{url}/refusal", data={"version": 1}).status_code == 422
    stale = as_user(mei).post(f"{url}/refusal", data={"version": 0, "answer": "Not yet"})
    assert (stale.status_code, "Not yet" in stale.text) == (409, True)
    assert as_user(mei).post(f"{url}/refusal", data={"version": 1, "answer": "Not yet"}).status_code == 303

    assert as_user(olga).post(f"{url}/withdrawal", data={"version": 2}).status_code == 409
    assert (the_request().status, the_request().answer) == (ErasureStatus.REFUSED, "Not yet")
    assert consent(as_user, mei, version=2).status_code == 409
    ask(as_user, olga, gone.id)
    newest = db.session.scalars(select(ErasureRequest.id).order_by(ErasureRequest.id.desc())).first()
    assert as_user(olga).post(f"/privacy/requests/{newest}/withdrawal", data={"version": 1}).status_code == 303
    assert consent_of(as_user, mei, newest) == 409


def consent_of(as_user, who, request_id) -> int:
    return as_user(who).post(f"/privacy/requests/{request_id}/consent", data={"version": 1}).status_code


@pytest.mark.proves("PD-10")
def test_the_copy_holds_everything_of_theirs_and_nothing_of_others(gone, olga, as_user):
    page = as_user(olga).get(f"/privacy/residents/{gone.id}/copy")
    file = as_user(olga).get(f"/privacy/residents/{gone.id}/copy.json")
    told = json.dumps(file.json, ensure_ascii=False)

    for words in (NAME, NUMBER, "1941", f"{CANARY} called", f"{CANARY} drips", f"{CANARY} mended", f"{CANARY} daughter",
                  "3-2-501", "20.00", "15.00"):  # fmt: skip
        assert words in told and words in page.text, words
    for words in ("李建国", "12000000009", "Ann", "Olga"):
        assert words not in told and words not in page.text, words
    assert file.headers["Content-Disposition"] == f'attachment; filename="resident-{gone.id}.json"'
    looks = db.session.scalars(select(Look).where(Look.what == Looked.PERSON_DATA)).all()
    assert [(look.user_id, look.person_id) for look in looks] == [(olga.id, gone.id)] * 2


def test_a_resident_of_another_estate_is_not_there(gone, person, new_estate, as_user):
    eve = person("Eve", Role.MANAGER, at=new_estate("康宁苑"))

    for path in ("", "/copy", "/copy.json"):
        assert as_user(eve).get(f"/privacy/residents/{gone.id}{path}").status_code == 404


def test_an_administrator_sets_a_period_in_the_browser(ada, as_user, now):
    browser = as_user(ada)
    page = browser.get("/retention")
    assert (page.status_code, 'name="months"' in page.text) == (200, True)

    url = "/retention/rules/class_calls"
    assert browser.post(url, data={"months": "24", "version": "0"}).status_code == 303
    stale = browser.post(url, data={"months": "18", "version": "0"})
    refused = browser.post("/retention/rules/class_looks", data={"months": "3", "version": "0"})

    assert (stale.status_code, 'value="18"' in stale.text) == (409, True)
    assert 'name="version" value="1"' in stale.text
    assert (refused.status_code, 'value="3"' in refused.text) == (422, True)
    assert browser.post("/retention/rules/nothing", data={}).status_code == 404
    assert db.session.scalars(select(RetentionRule.months)).all() == [24]


def test_a_manager_holds_a_home_back_and_lifts_it_once(place, mei, as_user, now):
    sent = {"what": "held_place", "named": "3-2-501", "reason": "A court asked", "until_on": "2027-01-01"}
    wrong = as_user(mei).post("/retention/holds", data={**sent, "named": "9-9-909", "request_key": str(uuid4())})
    assert (wrong.status_code, "9-9-909" in wrong.text, "A court asked" in wrong.text) == (422, True, True)
    assert as_user(mei).post("/retention/holds", data={**sent, "request_key": str(uuid4())}).status_code == 303
    held = db.session.scalars(select(LegalHold)).one()
    assert (held.subject_id, held.set_by_id, held.until_on) == (place.id, mei.id, date(2027, 1, 1))
    assert "A court asked" in as_user(mei).get("/retention/holds").text

    url = f"/retention/holds/{held.id}/lifting"
    assert as_user(mei).post(url, data={"version": held.version + 1}).status_code == 409
    assert as_user(mei).post(url, data={"version": held.version}).status_code == 303


@pytest.mark.sqlite_only  # one page
def test_what_is_held_back_is_named_to_who_decides_of_it(estate, place, mei, ada, person, as_user, now):
    wang = add_person(estate, "王桂英", place)
    told = {"estate_id": estate.id, "reason": "A court asked", "until_on": date(2027, 1, 1), "actor": mei, "now": now}
    with writing():
        hold(Held.PLACE, place.address, **told)
        hold(Held.PERSON, "王桂英", **told)

    def shown(user) -> list[str]:
        return [" ".join(one.split()) for one in re.findall(r"<strong hx-disable>(.*?)</strong>", page_of(user))]

    def page_of(user) -> str:
        return as_user(user).get("/retention/holds").text

    assert shown(mei) == [
        f'A resident <a href="/estate/residents/{wang.id}">王桂英</a>',
        f'A home <a href="/estate/places/{place.id}">3-2-501</a>',
    ]
    assert shown(person("Lao", Role.OWNER)) == ["A resident 王桂英", "A home 3-2-501"]  # no register to lead to
    assert shown(ada) == [f"A resident no. {wang.id}", f"A home no. {place.id}"]


@pytest.mark.proves("PD-04")
def test_the_page_of_who_sees_what_says_what_the_table_of_grants_says(person, as_user):
    """Every permission to see something is on it, and each role is shown what it may see and nothing more."""
    shown = {permission for kind in KINDS for permission, _how in kind.seen}
    assert {one for one in Permission if one.startswith(("see_", "reveal_"))} <= shown
    for role in Role:
        for kind in KINDS:
            held = {permission for permission, _how in kind.seen} & GRANTS[role]
            assert (kind.shown_to(role) is not None) == bool(held), (role, kind.name)

    page = as_user(person("Tess", Role.TECHNICIAN)).get("/who-sees-what").text
    assert "own jobs only" in page and "/looks" not in page
    assert 'href="/looks"' in as_user(person("Max", Role.AUDITOR)).get("/who-sees-what").text


def test_the_head_of_the_history_stands_on_the_morning_sheet(ann, work_order, as_user):
    assert head_on_paper() in as_user(ann).get("/morning-sheet/print").text


def test_asking_again_in_the_same_form_asks_once(gone, olga, as_user):
    sent = {"reason": "By letter", "request_key": str(uuid4())}
    url = f"/privacy/residents/{gone.id}/erasure"

    answers = [as_user(olga).post(url, data=sent).status_code for _ in range(3)]
    other = as_user(olga).post(url, data={**sent, "reason": "Other words"})

    assert (answers, other.status_code, "Other words" in other.text) == ([303] * 3, 422, True)
    assert the_request().reason == "By letter"
