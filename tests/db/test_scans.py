"""Photos of papers: sealed on the disk, bound to their application, deleted in time, under a key that may change."""

import os
import shutil
from datetime import date, timedelta
from pathlib import Path

import pytest
from sqlalchemy import select, text
from sqlalchemy.exc import IntegrityError

from helpdesk.audit.models import Event
from helpdesk.core.access import Role
from helpdesk.core.errors import Conflict, NotAllowed, Refused
from helpdesk.core.extensions import db
from helpdesk.core.sealing import Key, Ring, SealBroken, key_id_of, ring, written
from helpdesk.core.transactions import writing
from helpdesk.keys.actions import drop_key, seal_anew, uses
from helpdesk.keys.models import SealingKey
from helpdesk.keys.start import know
from helpdesk.retention.actions import hold
from helpdesk.retention.models import Held
from helpdesk.scheduling import photos
from helpdesk.waivers import scans
from helpdesk.waivers.applying import begin_application, discard_draft
from helpdesk.waivers.codes import Channel, EndReason
from helpdesk.waivers.deciding import approve, ask_review, refuse
from helpdesk.waivers.life_actions import end
from helpdesk.waivers.models import WaiverApplication
from helpdesk.waivers.scan_keeping import KEPT, tend_scans
from helpdesk.waivers.scan_models import WaiverScan
from tests.databases import ON_POSTGRES
from tests.waivers import a_home, a_paper, applied, keep_scans, scanned, seen, verified

TODAY, DAY, SECOND = date(2026, 3, 2), timedelta(days=1), timedelta(seconds=1)
OTHER = Key("bbbb2222", bytes(range(1, 33)))


@pytest.fixture(autouse=True)
def words(app):
    """Refusals are said in words, which need a request."""
    with app.test_request_context(headers={"Accept-Language": "en"}):
        yield


@pytest.fixture
def folder(app, tmp_path, monkeypatch):
    monkeypatch.setitem(app.config, "SCAN_FOLDER", str(tmp_path / "scans"))
    return tmp_path / "scans"


@pytest.fixture
def waits(estate, ann, ling, now, folder):
    keep_scans(estate)
    application = applied(*a_home(estate), by=ann, now=now)
    verified(application, by=ling, now=now)
    return application


@pytest.fixture
def scan(waits, ling, now):
    return db.session.get_one(WaiverScan, scanned(waits, by=ling, now=now))


@pytest.fixture
def use(app):
    """Let the application know these keys, the newest first."""
    before = ring()

    def _use(*keys):
        app.extensions["sealing"] = Ring(",".join([written(keys), before.given]) if keys else before.given, before.file)

    yield _use
    app.extensions["sealing"] = before


def files(folder):
    return sorted(path for path in folder.rglob("*") if path.is_file())


def again(row):
    db.session.rollback()
    return db.session.get(type(row), row.id, populate_existing=True)


def told(kind="waiver_scan.deleted"):
    return [event.data for event in db.session.scalars(select(Event).where(Event.kind == kind).order_by(Event.seq))]


def decide(application, mei, now, act=approve):
    with writing():
        row = db.session.get_one(WaiverApplication, application.id)
        act(row, seen=seen(row, now), reason="As the policy says", actor=mei, now=now)


@pytest.mark.proves("PD-01")
def test_neither_disk_nor_database_tells_what_is_on_it(scan, folder):
    (file,) = files(folder)
    sealed = file.read_bytes()

    assert b"JFIF" not in sealed and b"\xff\xd8\xff" not in sealed[:40] and key_id_of(sealed) == "fortests"
    assert scans.opened(scan)[:3] == b"\xff\xd8\xff"
    assert file.stat().st_mode & 0o777 == 0o600 or os.name != "posix"
    if not ON_POSTGRES:
        database = Path(db.engine.url.database)
        for name in database.parent.glob(f"{database.name}*"):
            assert b"JFIF" not in name.read_bytes()


@pytest.mark.proves("PD-01")
def test_a_file_of_another_application_does_not_open(scan, waits, estate, ann, ling, now, folder):
    home, person = a_home(estate, "601", name="李建国")
    other = db.session.get_one(WaiverScan, scanned(applied(home, person, by=ann, now=now), by=ling, now=now))
    first, second = scans.path_of(scan.file_name), scans.path_of(other.file_name)
    shutil.copy(first, second)

    with pytest.raises(SealBroken):
        scans.opened(other)
    with writing():
        db.session.execute(text("UPDATE waiver_scan SET application_id = :to WHERE id = :id"),
                           {"to": other.application_id, "id": scan.id})  # fmt: skip
    with pytest.raises(SealBroken):
        scans.opened(again(scan))


def test_where_the_policy_keeps_none_none_is_kept(estate, ann, ling, now, folder):
    application = applied(*a_home(estate), by=ann, now=now)

    with pytest.raises(Refused, match="not kept here"):
        scanned(application, by=ling, now=now)

    assert files(folder) == [] and db.session.scalars(select(WaiverScan)).all() == []


def test_a_page_added_later_is_a_change_and_bars_whoever_added_it(waits, mei, now, folder):
    before = waits.version
    scanned(waits, by=mei, now=now)

    application = again(waits)
    assert application.version > before and application.acts[-1].kind == "edited"
    with pytest.raises(NotAllowed):
        decide(waits, mei, now)


@pytest.mark.parametrize("who", ["ann", "tao", "oma"])
def test_only_who_works_on_it_adds_a_page_once_it_is_handed_in(who, waits, person, request, now):
    actor = person("Oma", Role.OWNER) if who == "oma" else request.getfixturevalue(who)

    with pytest.raises(NotAllowed):
        scanned(waits, by=actor, now=now)


def test_no_page_is_added_to_or_taken_from_what_is_decided(scan, waits, ling, mei, now):
    decide(waits, mei, now)

    with pytest.raises(Conflict):
        scanned(waits, by=ling, now=now)
    with pytest.raises(Conflict), writing():
        scans.take_away(again(scan), actor=ling, now=now)


def test_eight_pages_are_enough(waits, ling, now, folder):
    for _page in range(scans.MOST):
        scanned(waits, by=ling, now=now)

    with pytest.raises(Refused, match="At most 8 pages"):
        scanned(waits, by=ling, now=now)
    assert len(files(folder)) == scans.MOST


@pytest.mark.proves("PD-09")
@pytest.mark.parametrize("act", [approve, refuse])
def test_thirty_days_after_the_decision_it_is_deleted(act, scan, waits, mei, now, folder):
    decided_at = now + DAY
    decide(waits, mei, decided_at, act)

    assert tend_scans(decided_at + 29 * DAY) == 0
    assert tend_scans(decided_at + KEPT - SECOND) == 0 and len(files(folder)) == 1
    assert tend_scans(decided_at + KEPT) == 1

    row = again(scan)
    assert (row.file_name, row.key_id, row.deleted_at) == (None, None, decided_at + KEPT)
    assert files(folder) == []
    assert told() == [{"application_id": waits.id, "because": "decided"}]
    assert tend_scans(decided_at + 40 * DAY) == 0


@pytest.mark.parametrize("what", [Held.WAIVER, Held.PERSON, Held.PLACE])
def test_what_is_held_back_keeps_its_papers_until_the_hold_ends(what, scan, waits, mei, now, folder):
    decide(waits, mei, now)
    application = db.session.get_one(WaiverApplication, waits.id)
    named = {Held.WAIVER: application.number, Held.PERSON: application.beneficiary.name}.get(what)
    said = {"reason": "A court asked", "until_on": TODAY + 60 * DAY, "actor": mei, "now": now}
    with writing():
        hold(what, named or application.place.address, estate_id=waits.estate_id, **said)

    assert tend_scans(now + 59 * DAY) == 0 and len(files(folder)) == 1
    assert tend_scans(now + 60 * DAY) == 1 and files(folder) == []


def test_taken_back_it_is_deleted_as_well(scan, waits, ling, now, folder):
    with writing():
        row = db.session.get_one(WaiverApplication, waits.id)
        end(row, EndReason.WITHDRAWN, since=now.date(), actor=ling, now=now + DAY)

    assert tend_scans(now + DAY + KEPT - SECOND) == 0
    assert tend_scans(now + DAY + KEPT) == 1 and files(folder) == []


def test_ended_later_it_still_goes_thirty_days_after_the_decision(scan, waits, ling, mei, now):
    decide(waits, mei, now)
    with writing():
        row = db.session.get_one(WaiverApplication, waits.id)
        end(row, EndReason.MOVED, since=now.date(), actor=ling, now=now + 20 * DAY)

    assert tend_scans(now + KEPT) == 1


def test_while_it_is_looked_at_once_more_it_stays(scan, waits, ling, mei, now):
    decide(waits, mei, now, refuse)
    with writing():
        ask_review(db.session.get_one(WaiverApplication, waits.id), reason="They object", actor=ling, now=now + DAY)

    assert tend_scans(now + 60 * DAY) == 0


def test_of_a_draft_that_nobody_goes_on_with_it_goes_after_thirty_days(estate, place, tao, now, folder):
    keep_scans(estate)
    with writing():
        draft = begin_application(place=db.session.merge(place), channel=Channel.DOOR, actor=tao, now=now)
    scanned(draft, by=tao, now=now)

    assert tend_scans(now + KEPT - SECOND) == 0
    assert tend_scans(now + KEPT) == 1
    assert told()[0]["because"] == "left"


def test_thrown_away_with_its_draft(estate, place, tao, now, folder):
    keep_scans(estate)
    with writing():
        draft = begin_application(place=db.session.merge(place), channel=Channel.DOOR, actor=tao, now=now)
    scanned(draft, by=tao, now=now)

    with writing():
        discard_draft(db.session.get_one(WaiverApplication, draft.id), actor=tao, now=now)

    (row,) = db.session.scalars(select(WaiverScan)).all()
    assert (row.application_id, row.file_name) == (None, None) and told()[0]["because"] == "discarded"
    [os.utime(path, (now.timestamp(), now.timestamp())) for path in files(folder)]
    tend_scans(now + timedelta(hours=2))
    assert files(folder) == []


def test_files_without_a_row_are_swept_and_nothing_else(scan, now, folder):
    (named,) = files(folder)
    unnamed, part = folder / "ab" / ("ab" * 16), folder / "ab" / f"{'cd' * 16}.part"
    not_ours, young = folder / "readme.txt", folder / "ef" / ("ef" * 16)
    for path in (unnamed, part, not_ours, young):
        path.parent.mkdir(exist_ok=True)
        path.write_bytes(b"x")
    for path in (named, unnamed, part, not_ours):
        os.utime(path, ((now - 2 * DAY).timestamp(),) * 2)
    os.utime(young, (now.timestamp(),) * 2)

    tend_scans(now)

    assert files(folder) == sorted([named, not_ours, young])


@pytest.mark.proves("RE-11")
def test_no_room_on_the_disk_leaves_nothing_and_is_said(waits, ling, now, folder, monkeypatch):
    def full(*_args):
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(photos.os, "fsync", full)

    with pytest.raises(Refused, match="no room for photos"):
        scanned(waits, by=ling, now=now)

    assert files(folder) == [] and db.session.scalars(select(WaiverScan)).all() == []


@pytest.mark.proves("PD-02")
def test_pages_are_sealed_anew_and_hold_their_key_until_then(scan, waits, ling, now, folder, use):
    pages = [scan.id, *(scanned(waits, by=ling, now=now) for _page in range(2))]
    use(OTHER)
    with writing():
        know(OTHER)
    assert uses()["fortests"] == 3
    with pytest.raises(Conflict, match="3 sealed values still need"), writing():
        drop_key("fortests", now=now)
    with pytest.raises(IntegrityError), writing():  # nor by hand
        db.session.execute(text("DELETE FROM sealing_key WHERE key_id = 'fortests'"))

    done = sum(piece.done for _name, piece in seal_anew(now=now))

    assert done == 3 and {key_id_of(path.read_bytes()) for path in files(folder)} == {OTHER.id}
    with writing():
        drop_key("fortests", now=now)
    assert [key.key_id for key in db.session.scalars(select(SealingKey))] == [OTHER.id]
    assert all(scans.opened(db.session.get_one(WaiverScan, page))[:3] == b"\xff\xd8\xff" for page in pages)


@pytest.mark.proves("PD-02")
def test_killed_between_file_and_row_it_is_done_once_more(scan, now, use, monkeypatch):
    use(OTHER)
    with writing():
        know(OTHER)
    with monkeypatch.context() as patched:  # the files are written, the rows are not
        patched.setattr("helpdesk.waivers.scan_keeping.writing", lambda: (_ for _ in ()).throw(KeyboardInterrupt))
        with pytest.raises(KeyboardInterrupt):
            list(seal_anew(now=now))
    assert again(scan).key_id == "fortests" and scans.opened(scan)[:3] == b"\xff\xd8\xff"

    list(seal_anew(now=now))

    assert again(scan).key_id == OTHER.id and scans.opened(scan)[:3] == b"\xff\xd8\xff"


def test_a_page_whose_file_is_gone_is_counted_and_holds_up_nothing(scan, waits, ling, now, use):
    scanned(waits, by=ling, now=now)
    scans.path_of(scan.file_name).unlink()
    use(OTHER)
    with writing():
        know(OTHER)

    pieces = [piece for _name, piece in seal_anew(now=now)]

    assert [(piece.done, piece.broken) for piece in pieces] == [(1, 1)]


def test_the_paper_is_written_anew_without_what_the_camera_added(scan):
    assert b"Exif" not in scans.opened(scan) and a_paper()[:3] == b"\xff\xd8\xff"
