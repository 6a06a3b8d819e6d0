"""How long photos of papers stay, and under which key: deleted 30 days after the decision, by the worker."""

from collections import Counter
from collections.abc import Callable, Iterator
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

from flask import current_app
from sqlalchemy import ColumnElement, and_, case, func, or_, select, update

from helpdesk.core import clock
from helpdesk.core.extensions import db
from helpdesk.core.sealed import Piece, Sealed, register
from helpdesk.core.sealing import SealBroken, key_id_of, seal, unseal
from helpdesk.core.transactions import writing
from helpdesk.scheduling.photos import write_whole
from helpdesk.waivers.codes import ActKind, ScanEnd
from helpdesk.waivers.models import WaiverAct, WaiverApplication
from helpdesk.waivers.scan_models import WaiverScan
from helpdesk.waivers.scans import delete_scan, path_of, place_of
from helpdesk.waivers.states import OPEN, WaiverStatus

KEPT = timedelta(days=30)  # after the decision; and of a draft that nobody goes on with, after the photo
CHUNK = 50
IS_FREE: list[Callable[[date], ColumnElement[bool]]] = []  # of an application on a local day; what is held back is not
YOUNG = timedelta(hours=1)  # a file so young may be about to get its row
DECIDED = (ActKind.APPROVED, ActKind.APPROVED_WITH_CHANGES, ActKind.REFUSED)
S = WaiverStatus


def tend_scans(now: datetime) -> int:
    """Delete what was kept long enough, and every file that no row names; returns how many pages were deleted.

    The row first: a server that is killed between the two leaves a file without a row, and the next round takes it.
    """
    deleted = 0
    while ids := _due(now):
        names = []
        with writing():
            for scan in db.session.scalars(select(WaiverScan).where(WaiverScan.id.in_(ids), _is_due(now))).all():
                left = scan.application.status is S.DRAFT
                names.append(scan.file_name)
                delete_scan(scan, ScanEnd.LEFT if left else ScanEnd.DECIDED, actor=None, now=now)
        for name in names:
            path_of(name).unlink(missing_ok=True)
        deleted += len(names)
    _sweep(now)
    return deleted


def _due(now: datetime) -> list[int]:
    found = list(db.session.scalars(select(WaiverScan.id).where(_is_due(now)).order_by(WaiverScan.id).limit(CHUNK)))
    db.session.rollback()
    return found


def _is_due(now: datetime):
    """Decided, or taken back, long enough ago, and not held back. One looked at once more is open again, and waits."""
    act, application = WaiverAct, WaiverApplication
    decided = select(func.max(act.at)).where(act.application_id == application.id, act.kind.in_(DECIDED))
    taken_back = and_(application.status == S.ENDED, application.approved_on.is_(None))
    over_at = case((taken_back, application.ended_at), else_=decided.scalar_subquery())
    over = and_(application.status.not_in((S.DRAFT, *OPEN)), over_at <= now - KEPT)
    left = and_(application.status == S.DRAFT, WaiverScan.taken_at <= now - KEPT)
    free = [is_free(clock.local_date(now)) for is_free in IS_FREE]
    theirs = select(application.id).where(application.id == WaiverScan.application_id, or_(over, left), *free)
    return and_(WaiverScan.deleted_at.is_(None), theirs.exists())


def _sweep(now: datetime) -> None:
    names = []
    for path in _old_files(Path(current_app.config["SCAN_FOLDER"]), now):
        names.append(path)
        if len(names) == CHUNK:
            _remove_unnamed(names)
            names = []
    _remove_unnamed(names)


def _remove_unnamed(paths: list[Path]) -> None:
    known = set(
        db.session.scalars(select(WaiverScan.file_name).where(WaiverScan.file_name.in_([p.name for p in paths])))
    )
    db.session.rollback()
    for path in paths:
        if path.name not in known:
            path.unlink(missing_ok=True)


def _old_files(folder: Path, now: datetime) -> Iterator[Path]:
    """Files as we name them, in the folders as we name them; anything else there is not ours to touch."""
    for path in folder.glob("[0-9a-f][0-9a-f]/*"):
        if path.suffix in ("", ".part") and path.is_file():
            if now - datetime.fromtimestamp(path.stat().st_mtime, UTC) > YOUNG:
                yield path


def _uses() -> Counter:
    counted = select(WaiverScan.key_id, func.count()).where(WaiverScan.key_id.is_not(None)).group_by(WaiverScan.key_id)
    return Counter(dict(db.session.execute(counted).all()))


def _renew(newest: str, after: int) -> Piece:
    """The files first, each whole or not at all, then the rows: whoever is killed between does a file once more."""
    kept = (WaiverScan.deleted_at.is_(None), WaiverScan.key_id != newest, WaiverScan.id > after)
    rows = list(db.session.scalars(select(WaiverScan).where(*kept).order_by(WaiverScan.id).limit(CHUNK)))
    db.session.rollback()
    done = {scan.id: scan.file_name for scan in rows if _sealed_anew(scan, newest)}
    with writing():
        for scan_id, name in done.items():
            still = (WaiverScan.id == scan_id, WaiverScan.file_name == name)
            db.session.execute(update(WaiverScan).where(*still).values(key_id=newest))
    return Piece(rows[-1].id if rows else None, len(done), len(rows) - len(done))


def _sealed_anew(scan: WaiverScan, newest: str) -> bool:
    path, place = path_of(scan.file_name), place_of(scan.application_id, scan.file_name)
    try:
        sealed = path.read_bytes()
        if key_id_of(sealed) != newest:
            write_whole(path, seal(unseal(sealed, place=place), place=place))
    except (OSError, SealBroken):
        return False
    return True


register(Sealed("waiver_scan.file", _uses, _renew))
