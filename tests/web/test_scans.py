"""Photos of papers, from the phone at the door to whoever decides: who may take, see and delete them."""

import re
from io import BytesIO
from uuid import uuid4

import pytest
from sqlalchemy import select

from helpdesk.audit.models import Event
from helpdesk.core.access import Role
from helpdesk.core.extensions import db
from helpdesk.core.transactions import writing
from helpdesk.looks.models import Look, Looked, Purpose
from helpdesk.waivers import scans
from helpdesk.waivers.applying import begin_application
from helpdesk.waivers.codes import Channel
from helpdesk.waivers.models import WaiverApplication, WaiverPolicy
from helpdesk.waivers.scan_models import WaiverScan
from tests.waivers import a_home, a_paper, applied, keep_scans, scanned, verified

pytestmark = pytest.mark.proves("FI-02", "FI-05")

KEEPS = re.compile(r'<input[^>]*name="keeps_scans"[^>]*checked|<input[^>]*checked[^>]*name="keeps_scans"')


@pytest.fixture
def folder(app, tmp_path, monkeypatch):
    monkeypatch.setitem(app.config, "SCAN_FOLDER", str(tmp_path / "scans"))
    return tmp_path / "scans"


@pytest.fixture
def draft(estate, tao, now, folder):
    """What the technician began to enter at the door, where photos are kept."""
    keep_scans(estate)
    home = a_home(estate)[0]
    with writing():
        application = begin_application(place=db.session.merge(home), channel=Channel.DOOR, actor=tao, now=now)
        return application.number


@pytest.fixture
def waits(estate, ann, ling, now, folder):
    keep_scans(estate)
    application = applied(*a_home(estate), by=ann, now=now)
    verified(application, by=ling, now=now)
    return application


def page(number, *, agreed="y", raw=None, name="a.jpg", key=None):
    told = {"request_key": key or str(uuid4()), "photo": (BytesIO(a_paper() if raw is None else raw), name)}
    return f"/waivers/{number}/scans", told | ({"agreed": agreed} if agreed else {})


def send(browser, number, **more):
    url, data = page(number, **more)
    return browser.post(url, data=data)


def files(folder):
    return [path for path in folder.rglob("*") if path.is_file()]


def looks():
    return list(db.session.scalars(select(Look).where(Look.what == Looked.PROOF).order_by(Look.id)))


def test_at_the_door_a_paper_is_photographed_and_not_seen_again(draft, tao, as_user, folder):
    technician = as_user(tao)
    entering = technician.get(f"/waivers/{draft}/draft").text
    assert "a photo of it until 30 days after the decision" in entering
    version = re.search(r'name="version" value="(\d+)"', entering)[1]

    kept = technician.post(f"/waivers/{draft}/draft?scans=1", data={"version": version, "words": "Lives alone"})
    assert kept.location.startswith(f"/waivers/{draft}/scans")
    answer = send(technician, draft)

    assert (answer.status_code, answer.location) == (303, f"/waivers/{draft}/scans")
    listed = technician.get(answer.location).text
    (scan,) = db.session.scalars(select(WaiverScan)).all()
    assert "Page 1" in listed and f'/scans/{scan.id}"' not in listed and scan.file_name not in listed
    for url in (f"/waivers/{draft}/scans/{scan.id}", f"/waivers/{draft}/scans/{scan.id}/picture"):
        assert technician.get(url).status_code == 403
    assert len(files(folder)) == 1 and looks() == []


def test_taken_away_again_it_is_gone(draft, tao, as_user):
    technician = as_user(tao)
    send(technician, draft)
    (scan_id,) = db.session.scalars(select(WaiverScan.id)).all()

    for _twice in range(2):
        answer = technician.post(f"/waivers/{draft}/scans/{scan_id}/removal")

    assert answer.status_code == 404
    assert "Page 1" not in technician.get(f"/waivers/{draft}/scans").text
    kinds = db.session.scalars(select(Event.kind).where(Event.kind.startswith("waiver_scan")).order_by(Event.seq))
    assert list(kinds) == ["waiver_scan.taken", "waiver_scan.deleted"]


@pytest.mark.proves("AC-10")
def test_each_look_is_noted_with_who_and_why(waits, ling, mei, person, as_user, now):
    scan_id = scanned(waits, by=ling, now=now)
    verified(waits, by=ling, now=now)
    url = f"/waivers/{waits.number}/scans/{scan_id}"
    assert as_user(person("Audrey", Role.AUDITOR)).get(f"{url}/picture").status_code == 403

    for user in (ling, mei, mei):
        browser = as_user(user)
        assert f'href="{url}"' in browser.get(f"/waivers/{waits.number}").text
        assert f'src="{url}/picture"' in browser.get(url).text
        answer = browser.get(f"{url}/picture")
        assert (answer.status_code, answer.mimetype, answer.data[:3]) == (200, "image/jpeg", b"\xff\xd8\xff")
        assert answer.headers["Cache-Control"] == "no-store"
        assert (
            answer.headers["Content-Disposition"] == "inline" and answer.headers["X-Content-Type-Options"] == "nosniff"
        )

    assert [(look.user_id, look.purpose, look.subject_id) for look in looks()] == [
        (ling.id, Purpose.VERIFYING, scan_id), (mei.id, Purpose.DECIDING, scan_id), (mei.id, Purpose.DECIDING, scan_id),
    ]  # fmt: skip
    assert {look.person_id for look in looks()} == {waits.beneficiary_id}


@pytest.mark.proves("AC-03", "PC-02")
@pytest.mark.parametrize(
    ("role", "status"),
    [(Role.OPERATOR, 403), (Role.TECHNICIAN, 403), (Role.FINANCE, 403), (Role.ADMIN, 403), (Role.OFFICER, 404)],
)
def test_nobody_else_sees_one(role, status, waits, ling, person, new_estate, as_user, now):
    scan_id = scanned(waits, by=ling, now=now)
    where = new_estate("Another estate") if role is Role.OFFICER else None
    browser = as_user(person("Zoe", role, at=where))

    for url in (f"/waivers/{waits.number}/scans/{scan_id}", f"/waivers/{waits.number}/scans/{scan_id}/picture"):
        assert browser.get(url).status_code == status
    assert looks() == []


def test_a_page_is_asked_for_with_its_own_application(waits, estate, ann, ling, as_user, now):
    other = applied(*a_home(estate, "601", name="李建国"), by=ann, now=now)
    scan_id = scanned(waits, by=ling, now=now)

    assert as_user(ling).get(f"/waivers/{other.number}/scans/{scan_id}/picture").status_code == 404


@pytest.mark.parametrize(
    ("sent", "says"),
    [
        ({"raw": b"%PDF-1.7 " + b"x" * 90}, "This is a PDF. Open it and take a photo of it"),
        ({"raw": b"<svg xmlns='http://www.w3.org/2000/svg'/>", "name": "a.jpg"}, "This is not a photo."),
        ({"raw": b""}, "Choose a photo first."),
        ({"agreed": ""}, "Ask them first: without their consent no photo is kept."),
    ],
)
def test_what_is_refused_says_why_and_leaves_nothing(sent, says, draft, tao, as_user, folder):
    answer = send(as_user(tao), draft, **sent)

    assert answer.status_code == 422 and says in answer.text
    assert files(folder) == [] and db.session.scalars(select(WaiverScan)).all() == []


def test_sent_twice_it_is_kept_once_and_another_photo_is_refused(draft, tao, as_user, folder):
    technician, key, raw = as_user(tao), str(uuid4()), a_paper()

    for _twice in range(2):
        assert send(technician, draft, key=key, raw=raw).status_code == 303
    assert send(technician, draft, key=key).status_code == 422

    assert len(files(folder)) == 1 == len(db.session.scalars(select(WaiverScan)).all())


def test_none_is_taken_where_the_policy_keeps_none_or_it_is_decided(draft, tao, estate, as_user):
    technician = as_user(tao)
    with writing():
        db.session.query(WaiverPolicy).update({"keeps_scans": False})

    assert technician.get(f"/waivers/{draft}/scans").status_code == 404
    assert send(technician, draft).status_code == 404
    entering = technician.get(f"/waivers/{draft}/draft").text
    assert "photograph the papers" not in entering and "no copy" in entering


def test_a_decision_about_an_older_page_is_told_of_the_new_photo(waits, ling, mei, as_user, now):
    decides = as_user(mei)
    shown = decides.get(f"/waivers/{waits.number}").text
    scanned(waits, by=ling, now=now)

    data = {name: re.search(rf'name="{name}" value="([^"]*)"', shown)[1] for name in ("version", "seen")}
    answer = decides.post(f"/waivers/{waits.number}/approval",
                          data={**data, "reason": "Yes", "property_fee": "5000", "until_on": "2027-04-01"})  # fmt: skip

    assert answer.status_code == 409 and "A photo of a paper was added" not in shown
    assert db.session.get_one(WaiverApplication, waits.id).status == "verified"


def test_a_page_that_cannot_be_opened_is_no_look(waits, ling, as_user, now):
    scan_id = scanned(waits, by=ling, now=now)
    scans.path_of(db.session.get_one(WaiverScan, scan_id).file_name).write_bytes(b"fortests:" + bytes(60))

    assert as_user(ling).get(f"/waivers/{waits.number}/scans/{scan_id}/picture").status_code == 404
    assert looks() == []


def test_the_company_switches_it_on_in_a_new_edition(estate, mei, as_user, now):
    manager = as_user(mei)
    made = manager.post("/waiver-policies", data={"request_key": str(uuid4())})
    found = manager.get(made.location).text
    assert 'name="keeps_scans"' in found and not KEEPS.search(found)
    version = re.findall(r'name="version" value="(\d+)"', found)[0]
    limits = {"second_above": "600", "proof_above": "600", "one_off_limit": "50", "words": "", "keeps_scans": "y"}

    manager.post(f"{made.location}/limits", data={"version": version, **limits})

    assert KEEPS.search(manager.get(made.location).text)
    states = db.session.execute(select(WaiverPolicy.state, WaiverPolicy.keeps_scans).order_by(WaiverPolicy.id)).all()
    assert states == [("in_force", False), ("draft", True)]
