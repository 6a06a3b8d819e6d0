"""What is done to a waiver after it was granted: let it rest, go on, end, and take it back."""

from datetime import date, datetime

from flask_babel import force_locale
from flask_babel import gettext as _
from sqlalchemy import select

from helpdesk.accounts.models import User
from helpdesk.audit.actions import record
from helpdesk.billing.actions import credit_reduced_months
from helpdesk.core import clock
from helpdesk.core.access import Permission, require
from helpdesk.core.errors import Conflict, NotAllowed, Refused
from helpdesk.core.extensions import db
from helpdesk.core.words import word
from helpdesk.waivers import life, rules
from helpdesk.waivers.acts import act_on
from helpdesk.waivers.calls import forget_calls, tell_of_end, tell_of_rest
from helpdesk.waivers.codes import ActKind, EndReason
from helpdesk.waivers.life_models import TaskKind, WaiverOverGrant, WaiverPause, WaiverTask
from helpdesk.waivers.models import WaiverApplication
from helpdesk.waivers.queries import Power, power_over
from helpdesk.waivers.rules import Bar
from helpdesk.waivers.states import OPEN, WaiverStatus

S, P = WaiverStatus, Permission
RUNNING = (S.APPROVED, S.SUSPENDED)


def suspend(application: WaiverApplication, *, reason: str, actor: User, now: datetime) -> None:
    """Let a waiver rest from the first of the next month, until somebody lets it go on. Refused without a reason."""
    require(actor, P.WORK_WAIVERS, application.estate_id)
    _says_why(reason)
    _still_runs(application, clock.local_date(now))
    act_on(application, ActKind.SUSPENDED, to=S.SUSPENDED, reason=reason, actor=actor, now=now)
    begins = rules.first_of_next_month(clock.local_date(now))
    db.session.add(WaiverPause(application_id=application.id, from_on=begins))
    db.session.flush()
    if begins < application.until_on and _is_alive(application):
        tell_of_rest(application, begins, now)


def resume(application: WaiverApplication, *, reason: str, actor: User, now: datetime) -> None:
    """Let it go on from the first of the next month; a rest that had not begun is as if it had never been.

    Months that were billed in full meanwhile, and are not of the rest, are credited. It gives money again, so it is
    judged like a decision: whoever may decide, or stands in for them, and had no part in asking for it. The database
    holds the same.
    """
    power = _may_give(application, actor, clock.local_date(now))
    _says_why(reason)
    if application.status is not S.SUSPENDED:
        raise Conflict(_("Only a waiver that rests can go on."))
    as_whom = {"as_owner": power.as_owner, "stands_in_for_id": power.for_user_id}
    act_on(application, ActKind.RESUMED, to=S.APPROVED, reason=reason, actor=actor, now=now, **as_whom)
    goes_on = rules.first_of_next_month(clock.local_date(now))
    _end_pauses(application, goes_on)
    credit_reduced_months(application.place_id, goes_on, actor=actor, now=now)
    with force_locale("zh"):  # kept with the call-back, whoever let it go on
        because = _("It goes on")
    forget_calls(application, because=because, now=now, of_reminders=False)


def end(
    application: WaiverApplication, why: EndReason, *, since: date, reason: str = "", actor: User, now: datetime
) -> None:
    """End what runs or still waits, because its ground is gone since a day. What was granted too long is listed.

    The property fee is full from the first of the next month. Refused for a day that has yet to come, unless they
    move or sell then.
    """
    require(actor, P.WORK_WAIVERS, application.estate_id)
    ahead = (EndReason.MOVED, EndReason.SOLD, EndReason.LET)
    if since > clock.local_date(now) and why not in ahead:
        raise Refused(_("This day is still to come."), field="since")
    end_by_itself(application, why, since=since, reason=reason, actor=actor, now=now)


def revoke(application: WaiverApplication, *, since: date | None, reason: str, actor: User, now: datetime) -> None:
    """Take back what should never have been granted, or not since a day; listed from there on, and never claimed back.

    Full price returns with the next month.
    """
    require(actor, P.DECIDE_WAIVERS, application.estate_id)
    _says_why(reason)
    if application.status not in RUNNING:
        raise Conflict(_("Only a waiver that was granted can be revoked."))
    today = clock.local_date(now)
    if since and since > today:
        raise Refused(_("This day is still to come."), field="since")
    application.end_reason = EndReason.OTHER
    _stop(application, ActKind.REVOKED, S.REVOKED, since=since, reason=reason, actor=actor, now=now)


def end_by_itself(
    application: WaiverApplication, why: EndReason, *, since: date, reason: str = "", at_once: bool = False,
    actor: User | None, now: datetime,
) -> None:  # fmt: skip
    """The same as `end`, for what follows from the register: nobody is asked whether they may.

    `at_once`: it counts no day longer than `since`, because the home is charged to somebody else from then on.
    """
    if application.status not in (*RUNNING, *OPEN):
        raise Conflict(_("This is “%(status)s”: nothing is left to end.", status=word(application.status)))
    application.end_reason = why
    said = {"since": since, "reason": reason, "at_once": at_once, "actor": actor, "now": now}
    _stop(application, ActKind.ENDED, S.ENDED, **said)


def ask_officer(
    kind: TaskKind, *, estate_id: int, key: str, application: WaiverApplication | None = None,
    place_id: int | None = None, actor: User | None, now: datetime,
) -> WaiverTask | None:  # fmt: skip
    """Leave something for an officer to see to; the same key is asked once, whoever asks."""
    natural_key = f"{kind}:{key}"
    if db.session.scalar(select(WaiverTask.id).where(WaiverTask.natural_key == natural_key)):
        return None
    task = WaiverTask(
        estate_id=estate_id, kind=kind, application_id=application.id if application else None, place_id=place_id,
        natural_key=natural_key, made_at=now,
    )  # fmt: skip
    db.session.add(task)
    told = {"task": kind, "application_id": task.application_id}
    record("waiver_task.made", task, actor=actor, now=now, topics=task.topics, **told)
    return task


def finish_task(task: WaiverTask, *, actor: User, now: datetime) -> None:
    require(actor, P.WORK_WAIVERS, task.estate_id)
    if task.done_at:
        raise Conflict(_("Somebody has seen to this already."))
    task.done_at, task.done_by_id = now, actor.id
    record("waiver_task.done", task, actor=actor, now=now, topics=task.topics)


def _stop(
    application: WaiverApplication, kind: ActKind, to: WaiverStatus, *, since: date | None, reason: str,
    at_once: bool = False, actor: User | None, now: datetime,
) -> None:  # fmt: skip
    """`since`: from when on it should not have been; None for never."""
    today = clock.local_date(now)
    was_granted = application.approved_on is not None
    ran = was_granted and today < application.until_on
    application.ended_at = now
    if was_granted:
        application.until_on = life.ends_on(today, since or today, application.until_on)
        _list_over_granted(application, since, now)
        application.until_on = min(application.until_on, since) if at_once else application.until_on
    act_on(application, kind, to=to, reason=reason, actor=actor, now=now)
    with force_locale("zh"):  # kept with the call-back, whoever ended it
        because = _("The waiver has ended")
    forget_calls(application, because=because, now=now)
    if ran and _is_alive(application):
        tell_of_end(application, now)


def _is_alive(application: WaiverApplication) -> bool:
    return application.beneficiary is not None and not application.beneficiary.died_on


def _list_over_granted(application: WaiverApplication, since: date | None, now: datetime) -> None:
    """From which month until the end nothing should have been waived; what it comes to stands in the bills."""
    begins = min(application.fee_from, application.approved_on.replace(day=1))  # labour is free from the approval
    from_month = life.too_long_from(begins, since)
    if from_month < application.until_on:
        db.session.add(WaiverOverGrant(
            estate_id=application.estate_id, application_id=application.id, from_month=from_month,
            until_month=application.until_on, noted_at=now,
        ))  # fmt: skip


def _end_pauses(application: WaiverApplication, until_on: date) -> None:
    running = select(WaiverPause).where(WaiverPause.application_id == application.id, WaiverPause.until_on.is_(None))
    for pause in db.session.scalars(running):
        pause.until_on = max(pause.from_on, until_on) if pause.from_on < until_on else pause.from_on
    db.session.flush()


def why_not_give(application: WaiverApplication, actor: User, today: date) -> tuple[Power, list[Bar]]:
    """As whom this person lets a waiver go on, and why they may not; none for somebody who may."""
    return power_over(actor, application, today, besides=Bar.FIRST)  # who granted it may let it go on


def _may_give(application: WaiverApplication, actor: User, today: date) -> Power:
    power, found = why_not_give(application, actor, today)
    if found:
        raise NotAllowed(" ".join(word(bar) for bar in found))
    return power


def _still_runs(application: WaiverApplication, today: date) -> None:
    if application.status is not S.APPROVED or application.until_on <= today:
        raise Conflict(_("Only a waiver that runs can rest."))


def _says_why(reason: str) -> None:
    if not reason.strip():
        raise Refused(_("Write why."), field="reason")
