"""Photos of the papers that prove a ground: only where the policy keeps them, sealed before they touch the disk.

Whoever takes one does not see it again, unless they may see waivers; each look is noted. How long they stay is in
`scan_keeping`.
"""

import secrets
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from flask import abort, current_app
from flask_babel import force_locale
from flask_babel import gettext as _
from sqlalchemy import select
from sqlalchemy.orm import joinedload

from helpdesk.accounts.models import User
from helpdesk.audit.actions import record
from helpdesk.core.access import Permission, can, require
from helpdesk.core.errors import Conflict, NotAllowed, Refused
from helpdesk.core.extensions import db
from helpdesk.core.sealing import key_id_of, seal, unseal
from helpdesk.scheduling.photos import Picture, make_room, no_room, write_whole
from helpdesk.waivers.acts import act_on
from helpdesk.waivers.codes import ActKind, ScanEnd
from helpdesk.waivers.models import WaiverApplication
from helpdesk.waivers.queries import visible_applications
from helpdesk.waivers.scan_models import WaiverScan
from helpdesk.waivers.states import OPEN, WaiverStatus

MOST = 8  # pages of one application
P = Permission


@dataclass
class StoredScan:
    """A sealed file on the disk. It goes again unless an act has put its name into the database."""

    name: str
    key_id: str
    picture: Picture
    wanted: bool = False


@contextmanager
def stored(application_id: int, picture: Picture) -> Iterator[StoredScan]:
    """Seal a picture and write it, before the transaction that names it; goes around `writing()` as photos do.

    Raises Refused if the disk has no room.
    """
    name = secrets.token_hex(16)
    sealed, path = seal(picture.jpeg, place=place_of(application_id, name)), path_of(name)
    kept = StoredScan(name, key_id_of(sealed), picture)
    try:
        try:
            make_room(path)
            write_whole(path, sealed)
        except OSError:
            raise no_room() from None
        yield kept
    except BaseException:
        kept.wanted = False
        raise
    finally:
        if not kept.wanted:
            path.unlink(missing_ok=True)


def path_of(name: str) -> Path:
    return Path(current_app.config["SCAN_FOLDER"]) / name[:2] / name


def place_of(application_id: int, name: str) -> str:
    """A file belongs to its application: given another's name, it does not open."""
    return f"{WaiverScan.__tablename__}:{application_id}.{name}:file"


def add_scan(application: WaiverApplication, file: StoredScan, *, actor: User, now: datetime) -> WaiverScan:
    """Keep a page whose file lies on the disk already. Handed in, it is a change: approvals so far no longer count.

    Refused where the policy keeps none, and beyond the most that are kept.
    """
    require_may_change(application, actor)
    if not application.policy.keeps_scans:
        raise Refused(_("Photos of papers are not kept here: note what was seen."), field="photo")
    if len(kept_of(application)) >= MOST:
        raise Refused(_("At most %(count)d pages are kept.", count=MOST), field="photo")
    scan = WaiverScan(
        application_id=application.id, estate_id=application.estate_id, file_name=file.name, key_id=file.key_id,
        width=file.picture.width, height=file.picture.height, taken_at=now, taken_by_id=actor.id,
    )  # fmt: skip
    db.session.add(scan)
    record("waiver_scan.taken", scan, actor=actor, now=now, topics=scan.topics, application_id=application.id)
    with force_locale("zh"):  # kept with the act, whoever took it
        _note_change(application, _("A photo of a paper was added."), actor, now)
    file.wanted = True
    return scan


def take_away(scan: WaiverScan, *, actor: User, now: datetime) -> None:
    """Delete a page that is the wrong one or cannot be read. Its file goes with the worker's next round."""
    application = scan.application
    require_may_change(application, actor)
    delete_scan(scan, ScanEnd.TAKEN_AWAY, actor=actor, now=now)
    with force_locale("zh"):
        _note_change(application, _("A photo of a paper was taken away."), actor, now)


def forget_with_draft(application: WaiverApplication, *, actor: User, now: datetime) -> None:
    """A draft is thrown away, and its pages with it."""
    for scan in kept_of(application):
        delete_scan(scan, ScanEnd.DISCARDED, actor=actor, now=now)
    for scan in db.session.scalars(select(WaiverScan).where(WaiverScan.application_id == application.id)).all():
        scan.application_id = None
    db.session.flush()


def erase_scans(application_ids: Sequence[int], *, actor: User | None, now: datetime) -> list[str]:
    """Whoever they are about is forgotten; returns the names of the files, which go once this is committed."""
    kept = select(WaiverScan).where(WaiverScan.application_id.in_(application_ids), WaiverScan.deleted_at.is_(None))
    names = []
    for scan in db.session.scalars(kept.order_by(WaiverScan.id)).all():
        names.append(scan.file_name)
        delete_scan(scan, ScanEnd.ERASED, actor=actor, now=now)
    return names


def delete_scan(scan: WaiverScan, because: ScanEnd, *, actor: User | None, now: datetime) -> None:
    """Nothing names the file any more, and the history says that it was deleted."""
    scan.file_name = scan.key_id = None
    scan.deleted_at = now
    told = {"application_id": scan.application_id, "because": because}
    record("waiver_scan.deleted", scan, actor=actor, now=now, topics=scan.topics, **told)


def require_may_change(application: WaiverApplication, actor: User) -> None:
    """Whoever enters it adds pages to their own draft; once handed in, whoever works on it, until it is decided."""
    if application.status is WaiverStatus.DRAFT:
        require(actor, P.APPLY_FOR_WAIVER, application.estate_id)
        if application.entered_by_id != actor.id:
            raise NotAllowed(_("Only whoever began this draft goes on with it."))
        return
    require(actor, P.WORK_WAIVERS, application.estate_id)
    if application.status not in OPEN:
        raise Conflict(_("This application is decided: it can no longer be changed."))


def may_see(user: User, application: WaiverApplication) -> bool:
    return can(user, P.SEE_WAIVERS, application.estate_id)


def kept_of(application: WaiverApplication) -> Sequence[WaiverScan]:
    """The pages of an application that are still there, the first first."""
    here = select(WaiverScan).where(WaiverScan.application_id == application.id, WaiverScan.deleted_at.is_(None))
    return db.session.scalars(here.options(joinedload(WaiverScan.taken_by)).order_by(WaiverScan.id)).all()


def get_scan(user: User, application_number: str, scan_id: int) -> WaiverScan:
    """A page that is still there, of an application this user may know about; 404 otherwise."""
    theirs = visible_applications(user).with_only_columns(WaiverApplication.id)
    found = select(WaiverScan).join(WaiverScan.application).where(
        WaiverScan.id == scan_id, WaiverScan.deleted_at.is_(None), WaiverScan.application_id.in_(theirs),
        WaiverApplication.number == application_number,
    )  # fmt: skip
    return db.session.scalar(found) or abort(404)


def opened(scan: WaiverScan) -> bytes:
    """The picture. Raises SealBroken or OSError if its file is not what it was."""
    return unseal(path_of(scan.file_name).read_bytes(), place=place_of(scan.application_id, scan.file_name))


def _note_change(application: WaiverApplication, words: str, actor: User, now: datetime) -> None:
    if application.status is not WaiverStatus.DRAFT:
        act_on(application, ActKind.EDITED, reason=words, actor=actor, now=now)
