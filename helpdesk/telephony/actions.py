"""What happens when a telephone system reports, and what its administrator does."""

from datetime import datetime

from flask_babel import gettext as _
from sqlalchemy import delete, func, select

from helpdesk.accounts.models import User
from helpdesk.accounts.sessions import hashed
from helpdesk.audit.actions import record
from helpdesk.callbacks.actions import ask_to_ring, note_they_rang
from helpdesk.callbacks.models import Callback, Reason
from helpdesk.callbacks.states import CallbackStatus
from helpdesk.core.access import Permission, can, require
from helpdesk.core.errors import Conflict, Refused
from helpdesk.core.extensions import db
from helpdesk.estate import phone_numbers
from helpdesk.estate.models import Estate, Phone
from helpdesk.telephony.models import Line, Report, ReportKind, TelephoneCall, TelephoneExtension, Verdict
from helpdesk.telephony.queries import never_ended
from helpdesk.telephony.rules import RING_BACK_WITHIN, Known, Told, fold

REPORTS_KEPT = 500  # of each line
MOST_EXTENSIONS = 60


def take_report(line: Line, told: Told | None, *, now: datetime) -> Verdict:
    """Note one message of a telephone system; the same one again changes nothing.

    Whoever rang in vain gets a call-back; one that turns out to have been answered needs none. Calls whose end was
    never reported are ended on this occasion.
    """
    for lost in never_ended(line.estate_id, now):
        _end_in_vain(lost, now)
    if told is None:
        return _log(line, None, "", Verdict.UNREADABLE, now)
    ring = _ring(line, told, now)
    before = Known(ring.began_at, ring.answered, ring.answered_at, ring.ended_at, ring.missed)
    after = fold(before, told, now)
    if told.kind is ReportKind.ANSWER and after != before:
        ring.answered_by = _who_answers(line, told.extension)
    if after != before:
        ring.began_at, ring.answered, ring.answered_at = after.began_at, after.answered, after.answered_at
        ring.ended_at, ring.missed = after.ended_at, after.missed
        _ring_back(ring, now)
        _tell(ring, told.kind, now)
    return _log(line, told, ring.number, Verdict.TAKEN if after != before else Verdict.DOUBLED, now)


def end_lost_rings(estate_id: int, *, now: datetime) -> int:
    """End the calls whose end was never reported; how many there were."""
    lost = never_ended(estate_id, now)
    for ring in lost:
        _end_in_vain(ring, now)
    return len(lost)


def set_hotline(estate: Estate, *, digits: str, seen: str, actor: User, now: datetime) -> None:
    """The number residents ring stands on cards and slips. Conflict if somebody changed it since it was looked at."""
    require(actor, Permission.ADMINISTER, estate.id)
    if seen != estate.hotline:
        raise Conflict(_("Somebody changed this number while you were looking at it. Check, then save again."))
    estate.hotline = digits
    record("estate.hotline_set", estate, actor=actor, now=now)


def add_line(*, estate_id: int, name: str, token: str, actor: User, now: datetime) -> Line:
    """Let a telephone system report to an estate; only a hash of its token is kept."""
    require(actor, Permission.ADMINISTER, estate_id)
    line = Line(estate_id=estate_id, name=name, token_hash=hashed(token), added_at=now, version=0)
    db.session.add(line)
    record("line.added", line, actor=actor, now=now)
    return line


def end_line(line: Line, *, actor: User, now: datetime) -> None:
    """Refuse what this telephone system sends from now on. Conflict if it was ended before."""
    require(actor, Permission.ADMINISTER, line.estate_id)
    if line.ended_at:
        raise Conflict(_("This telephone system was disconnected before."))
    line.ended_at = now
    record("line.ended", line, actor=actor, now=now)


def set_extension(line: Line, *, number: str, user: User | None, actor: User, now: datetime) -> None:
    """Say who answers at an extension, or (None) that nobody does any more."""
    require(actor, Permission.ADMINISTER, line.estate_id)
    if user and not can(user, Permission.WORK_HOTLINE, line.estate_id):
        raise Refused(_("Choose somebody who works this hotline."), field="user_id")
    known = next((one for one in line.extensions if one.number == number), None)
    if known and user:
        known.user = user
    elif known:
        line.extensions.remove(known)
        db.session.delete(known)
    elif not user:
        raise Refused(_("Nobody is noted at this extension."), field="number")
    elif len(line.extensions) >= MOST_EXTENSIONS:
        raise Refused(_("There are too many extensions; take one away first."), field="number")
    else:
        line.extensions.append(TelephoneExtension(number=number, user=user))
    record("line.extension_set", line, actor=actor, now=now, user_id=user.id if user else None)


def _ring(line: Line, told: Told, now: datetime) -> TelephoneCall:
    """The call a report is about; a number that was not known before is kept with it."""
    ring = db.session.scalar(
        select(TelephoneCall).where(TelephoneCall.line_id == line.id, TelephoneCall.pbx_call_id == told.call_id)
    )
    if ring is None:
        ring = TelephoneCall(
            estate_id=line.estate_id, line_id=line.id, pbx_call_id=told.call_id, direction=told.direction, number="",
            heard_at=now, answered=False, missed=False, version=0,
        )  # fmt: skip
        db.session.add(ring)
    if not ring.number and told.number:
        area_code = db.session.get_one(Estate, line.estate_id).area_code
        number = phone_numbers.normalise(told.number, area_code=area_code)
        ring.number = number.digits if number else ""
        here = select(Phone).where(Phone.estate_id == line.estate_id, Phone.digits == ring.number)
        ring.phone = db.session.scalar(here) if ring.number else None
    db.session.flush()
    return ring


def _who_answers(line: Line, extension: str) -> User | None:
    answers = (
        select(User)
        .join(TelephoneExtension)
        .where(TelephoneExtension.line_id == line.id, TelephoneExtension.number == extension)
    )
    user = db.session.scalar(answers) if extension else None
    return user if user and can(user, Permission.WORK_HOTLINE, line.estate_id) else None


def _ring_back(ring: TelephoneCall, now: datetime) -> None:
    """A missed caller is rung back once, however often they tried; who was answered after all is not."""
    if ring.missed and ring.callback is None and ring.number:
        ring.callback = _waiting_for(ring) or _ask(ring, now)
    elif ring.callback and not ring.missed:
        callback, ring.callback = ring.callback, None
        others = (
            select(TelephoneCall.id)
            .where(TelephoneCall.callback_id == callback.id, TelephoneCall.id != ring.id)
            .limit(1)
        )
        if callback.status is CallbackStatus.OPEN and not callback.attempts and db.session.scalar(others) is None:
            note_they_rang(callback, actor=None, now=now)


def _waiting_for(ring: TelephoneCall) -> Callback | None:
    same = (Callback.estate_id == ring.estate_id, Callback.number == ring.number, Callback.reason == Reason.MISSED)
    return db.session.scalar(select(Callback).where(*same, Callback.status == CallbackStatus.OPEN).limit(1))


def _ask(ring: TelephoneCall, now: datetime) -> Callback:
    people = ring.phone.people if ring.phone else []
    places = ring.phone.places if ring.phone else []
    return ask_to_ring(
        estate_id=ring.estate_id, reason=Reason.MISSED, due_at=now + RING_BACK_WITHIN, number=ring.number,
        person=people[0] if len(people) == 1 else None, place=places[0] if len(places) == 1 else None,
        actor=None, now=now,
    )  # fmt: skip


def _end_in_vain(ring: TelephoneCall, now: datetime) -> None:
    told = Told(ReportKind.HANGUP, ring.pbx_call_id, ring.direction)
    after = fold(Known(ring.began_at), told, now)
    ring.ended_at, ring.missed = after.ended_at, after.missed
    _ring_back(ring, now)
    _tell(ring, ReportKind.HANGUP, now)


def _tell(ring: TelephoneCall, kind: ReportKind, now: datetime) -> None:
    record("telephone_call.reported", ring, actor=None, now=now, topics=ring.topics, report=kind, missed=ring.missed)


def _log(line: Line, told: Told | None, number: str, verdict: Verdict, now: datetime) -> Verdict:
    """Keep what was sent, masked, for whoever looks for a fault; only the newest."""
    extension = told.extension if told else ""
    report = Report(
        line_id=line.id, at=now, kind=told.kind if told else None, verdict=verdict,
        number=phone_numbers.mask(number) if number else "", extension=extension[:40],
    )  # fmt: skip
    db.session.add(report)
    newest = select(func.max(Report.id)).where(Report.line_id == line.id).scalar_subquery()
    db.session.flush()
    db.session.execute(delete(Report).where(Report.line_id == line.id, Report.id <= newest - REPORTS_KEPT))
    return verdict
