"""What technicians do with their jobs. Only the crew of a visit may; times nobody tapped stay unknown."""

from collections.abc import Callable
from datetime import datetime

from flask_babel import gettext as _
from sqlalchemy import select

from helpdesk.accounts.models import User
from helpdesk.accounts.sessions import hashed
from helpdesk.audit.actions import record
from helpdesk.core.access import Permission, can_anywhere, require
from helpdesk.core.errors import Conflict, NotAllowed, Refused
from helpdesk.core.extensions import db
from helpdesk.repairs.models import HoldReason, Photo, PhotoStage, Visit, WorkOrder
from helpdesk.repairs.states import STILL_TO_DO, Setback, Status, Step, VisitStatus, move, move_visit
from helpdesk.scheduling.models import CalendarLink
from helpdesk.scheduling.photos import StoredPicture
from helpdesk.scheduling.rules import AFTER_STEP, believed, is_recent

MOST_PHOTOS = 12  # of one visit
AFTER_ENDING: list[Callable[..., None]] = []  # called with the visit, in the transaction of its ending; see reactions
HOLDS = {
    Setback.HELP: HoldReason.HELP,
    Setback.PARTS: HoldReason.PARTS,
    Setback.OUTSIDE: HoldReason.OUTSIDE,
    Setback.NOBODY_HOME: HoldReason.APPOINTMENT,  # an attempt; the office rings and makes a new appointment
}


def take_step(visit: Visit, step: Step, *, claimed_at: datetime | None = None, actor: User, now: datetime) -> None:
    """Say that a visit is accepted, that one is on the way, or that one has arrived; steps may be skipped.

    The visit keeps the phone's time of the tap where it can be true, the event keeps both.
    Raises NotAllowed for anyone but the crew; Conflict if the visit has gone further, or has ended.
    """
    _require_crew(visit, actor)
    at = _moment(visit, claimed_at, now)
    move_visit(visit, AFTER_STEP[step])
    if step is Step.ACCEPT:
        visit.accepted_at = at
    elif step is Step.DEPART:
        visit.departed_at = at
    else:
        visit.arrived_at = at
    work_order = visit.work_order
    if step is not Step.ACCEPT:
        _go_on(work_order)
        move(work_order, Status.IN_PROGRESS)
    if step is Step.ARRIVE and work_order.arrived_at is None:
        work_order.arrived_at = at
    record(
        "visit.stepped", work_order, actor=actor, now=now, topics=work_order.topics, visit_id=visit.id, step=step,
        claimed_at=claimed_at,
    )  # fmt: skip


def finish_visit(
    visit: Visit, *, work_done: str, parts_used: str = "", no_photo_reason: str = "",
    claimed_at: datetime | None = None, actor: User, now: datetime,
) -> None:  # fmt: skip
    """Say that the work is done. The order is done with it, unless another of its visits is still to do.

    Raises Refused without words about the work, or without a photo or a reason why there is none.
    """
    _require_crew(visit, actor)
    if not work_done:
        raise Refused(_("Say in a few words what was done."), field="work_done")
    if not visit.photos and not no_photo_reason:
        raise Refused(_("Add a photo, or say why there is none."), field="no_photo")
    at = _moment(visit, claimed_at, now)
    old = move_visit(visit, VisitStatus.DONE)
    visit.ended_at = at
    visit.work_done, visit.parts_used = work_done, parts_used
    visit.no_photo_reason = "" if visit.photos else no_photo_reason
    work_order = visit.work_order
    _go_on(work_order)
    if not any(other.status in STILL_TO_DO for other in work_order.visits):
        move(work_order, Status.DONE)
        work_order.done_at = at
    record(
        "visit.finished", work_order, actor=actor, now=now, topics=work_order.topics, visit_id=visit.id,
        from_status=old, claimed_at=claimed_at, photos=len(visit.photos),
    )  # fmt: skip
    _tell(visit, None, actor, now)


def fail_visit(
    visit: Visit, *, reason: Setback, note: str = "", parts_needed: str = "", no_photo_reason: str = "",
    claimed_at: datetime | None = None, actor: User, now: datetime,
) -> None:  # fmt: skip
    """Say that the work could not be done, and why: the order is on hold until the office arranges what is missing.

    "Nobody home" is an attempt: the order waits for another appointment. It is shown by a photo of the door, or a
    reason is given; what is missing is named for the next visit. Refused without them.
    """
    _require_crew(visit, actor)
    at = _moment(visit, claimed_at, now)
    nobody_home = reason is Setback.NOBODY_HOME
    old = move_visit(visit, VisitStatus.NOBODY_HOME if nobody_home else VisitStatus.FAILED)
    if nobody_home and not visit.photos and not no_photo_reason:
        raise Refused(_("Add a photo of the door, or say why there is none."), field="no_photo")
    if reason is Setback.PARTS and not parts_needed:
        raise Refused(_("Say which parts are missing: they are brought along next time."), field="parts_needed")
    visit.ended_at, visit.fail_note, visit.parts_needed = at, note, parts_needed
    visit.no_photo_reason = "" if visit.photos else no_photo_reason
    work_order = visit.work_order
    move(work_order, Status.ON_HOLD)
    work_order.hold_reason = HOLDS[reason]
    record(
        "visit.failed", work_order, actor=actor, now=now, topics=work_order.topics, visit_id=visit.id,
        from_status=old, reason=reason, claimed_at=claimed_at,
    )  # fmt: skip
    _tell(visit, reason, actor, now)


def add_photo(visit: Visit, file: StoredPicture, *, stage: PhotoStage, actor: User, now: datetime) -> Photo:
    """Keep a picture whose files lie on the disk already. At most twelve to a visit.

    Raises Conflict if the visit was cancelled or ended more than a day ago.
    """
    _require_crew(visit, actor)
    if not is_recent(visit.status, visit.ended_at, now):
        raise Conflict(_("This visit is over; it takes no more photos."))
    if len(visit.photos) >= MOST_PHOTOS:
        raise Refused(_("A visit has at most %(count)d photos.", count=MOST_PHOTOS), field="photo")
    photo = Photo(
        visit=visit, stage=stage, file_name=file.name, width=file.picture.width, height=file.picture.height,
        size_bytes=len(file.picture.jpeg), added_at=now, added_by_id=actor.id,
    )  # fmt: skip
    db.session.add(photo)
    db.session.flush()
    work_order = visit.work_order
    record(
        "photo.added", work_order, actor=actor, now=now, topics=work_order.topics, visit_id=visit.id,
        photo_id=photo.id, stage=stage,
    )  # fmt: skip
    file.wanted = True
    return photo


def _require_crew(visit: Visit, actor: User) -> None:
    require(actor, Permission.DO_VISITS, visit.work_order.estate_id)
    if actor not in visit.crew:
        raise NotAllowed(_("Only the technicians of a visit can do this."))


def _moment(visit: Visit, claimed_at: datetime | None, now: datetime) -> datetime:
    """When it happened. A claim before the last step that is known, or before the report, cannot be true."""
    known = (visit.work_order.reported_at, visit.accepted_at, visit.departed_at, visit.arrived_at)
    return believed(claimed_at, known_before=max(at for at in known if at), now=now)


def _tell(visit: Visit, setback: Setback | None, actor: User, now: datetime) -> None:
    for effect in AFTER_ENDING:
        effect(visit, setback=setback, actor=actor, now=now)


def _go_on(work_order: WorkOrder) -> None:
    """Somebody is at work again, so the order no longer waits for what it was put on hold for."""
    if work_order.status is Status.ON_HOLD:
        move(work_order, Status.ASSIGNED)
        work_order.hold_reason = None


def make_calendar_link(user: User, *, token: str, actor: User, now: datetime) -> CalendarLink:
    """A new private address for one's own visits; an older one stops answering. Only the hash of `token` is kept."""
    _require_own(user, actor)
    revoke_calendar_links(user, actor=actor, now=now)
    link = CalendarLink(user_id=user.id, token_hash=hashed(token), made_at=now)
    db.session.add(link)
    record("calendar_link.made", link, actor=actor, now=now)
    return link


def revoke_calendar_links(user: User, *, actor: User, now: datetime) -> None:
    """Every address of one's own stops answering. Nothing happens if there is none."""
    _require_own(user, actor)
    mine = select(CalendarLink).where(CalendarLink.user_id == user.id, CalendarLink.revoked_at.is_(None))
    for link in db.session.scalars(mine):
        link.revoked_at = now
        record("calendar_link.revoked", link, actor=actor, now=now)


def _require_own(user: User, actor: User) -> None:
    if actor.id != user.id or not can_anywhere(actor, Permission.DO_VISITS):
        raise NotAllowed()
