"""Asking the community, and taking in what came back signed."""

from collections.abc import Mapping, Sequence
from datetime import date, datetime

from flask_babel import gettext as _
from sqlalchemy import func, select

from helpdesk.accounts.models import User
from helpdesk.audit.actions import record
from helpdesk.core import clock
from helpdesk.core.access import Permission, require
from helpdesk.core.errors import Conflict, Refused
from helpdesk.core.extensions import db
from helpdesk.verification.models import Answer, VerificationRow, VerificationSheet
from helpdesk.verification.queries import sheet_out
from helpdesk.waivers.acts import act_on
from helpdesk.waivers.codes import ActKind
from helpdesk.waivers.models import WaiverApplication
from helpdesk.waivers.states import WaiverStatus

S = WaiverStatus
P = Permission
MOST = 100  # homes on one sheet
ACTS = {Answer.STILL_SO: ActKind.VERIFIED, Answer.CHANGED: ActKind.UNVERIFIED, Answer.UNCLEAR: ActKind.UNCLEAR}


def ask_community(
    estate_id: int, applications: Sequence[WaiverApplication], *, asked_by: date, is_review: bool, actor: User,
    now: datetime,
) -> VerificationSheet:  # fmt: skip
    """Put homes on one sheet. Refused without any, for too many, or for what need not be asked about."""
    require(actor, P.WORK_WAIVERS, estate_id)
    if not 0 < len(applications) <= MOST:
        raise Refused(_("Choose from 1 to %(most)d homes.", most=MOST))
    if asked_by < clock.local_date(now):
        raise Refused(_("This day is past."), field="asked_by")
    wanted = (S.APPROVED,) if is_review else (S.SUBMITTED, S.VERIFYING)
    if any(one.estate_id != estate_id or one.status not in wanted for one in applications):
        raise Conflict(_("One of these no longer waits for the community. Choose again."))
    if not is_review and any(sheet_out(one) for one in applications):
        raise Conflict(_("One of these is on a sheet that has not come back yet."))
    sheet = VerificationSheet(
        estate_id=estate_id, number=_next_number(now), is_review=is_review, made_at=now, made_by_id=actor.id,
        asked_by=asked_by, letter_no="", signed_by_name="", version=0,
    )  # fmt: skip
    db.session.add(sheet)
    db.session.flush()
    for position, application in enumerate(applications, 1):
        row = {"sheet_id": sheet.id, "application_id": application.id, "position": position, "words": ""}
        db.session.add(VerificationRow(**row))
        to = S.VERIFYING if application.status is S.SUBMITTED else None
        act_on(application, ActKind.VERIFICATION_ASKED, to=to, actor=actor, now=now)
    record("verification.asked", sheet, actor=actor, now=now, topics=sheet.topics, homes=len(applications))
    return sheet


def take_in(
    sheet: VerificationSheet, answers: Mapping[int, tuple[Answer, str]], *, signed_by_name: str, signed_on: date,
    letter_no: str, papers_by: date | None, actor: User, now: datetime,
) -> None:  # fmt: skip
    """Write what the community signed, for every home of the sheet; whoever writes it has verified them.

    What is so is decided next, and so is a change, with their words; where they cannot say, papers are waited for
    until `papers_by`. A home whose application went another way meanwhile keeps the answer and stays as it is.
    """
    require(actor, P.WORK_WAIVERS, sheet.estate_id)
    if sheet.returned_at:
        raise Conflict(_("This sheet was taken in already."))
    today = clock.local_date(now)
    if not signed_by_name.strip():
        raise Refused(_("Write who signed it."), field="signed_by_name")
    if not clock.local_date(sheet.made_at) <= signed_on <= today:
        raise Refused(_("It was signed after it was printed, and not later than today."), field="signed_on")
    if any(row.id not in answers for row in sheet.rows):
        raise Refused(_("Say for each home what they answered."))
    asks_papers = not sheet.is_review and any(answer is Answer.UNCLEAR for answer, _words in answers.values())
    if asks_papers and (papers_by is None or papers_by <= today):
        raise Refused(_("Say until when papers are waited for, where they cannot say."), field="papers_by")
    for row in sheet.rows:
        row.answer, row.words = answers[row.id]
        _answer(row, papers_by, actor, now)
    sheet.signed_by_name, sheet.signed_on, sheet.letter_no = signed_by_name.strip(), signed_on, letter_no.strip()
    sheet.returned_at, sheet.returned_by_id = now, actor.id
    counts = {answer.value: sum(row.answer is answer for row in sheet.rows) for answer in Answer}
    record("verification.returned", sheet, actor=actor, now=now, topics=sheet.topics, **counts)


def decide_without(application: WaiverApplication, *, actor: User, now: datetime) -> None:
    """The day until which papers were waited for is over: let somebody decide by what there is."""
    require(actor, P.WORK_WAIVERS, application.estate_id)
    is_late = application.papers_by is not None and application.papers_by < clock.local_date(now)
    if application.status is not S.MORE_PAPERS or not is_late:
        raise Conflict(_("Its papers are still waited for, or no longer."))
    reason = _("No papers came until %(day)s", day=application.papers_by)
    act_on(application, ActKind.UNCLEAR, to=S.VERIFIED, reason=reason, actor=actor, now=now)


def _answer(row: VerificationRow, papers_by: date | None, actor: User, now: datetime) -> None:
    application, to = row.application, None
    if application.status is S.VERIFYING:
        to = S.MORE_PAPERS if row.answer is Answer.UNCLEAR else S.VERIFIED
    if to is S.MORE_PAPERS:
        application.papers_by = papers_by
    if application.status in (S.VERIFYING, S.APPROVED, S.SUSPENDED):
        row.act_id = act_on(application, ACTS[row.answer], to=to, reason=row.words, actor=actor, now=now).id


def _next_number(now: datetime) -> str:
    """HS20261201-02: the second sheet of that day. Under the write lock, so it has no twin."""
    begins = f"HS{clock.local_date(now):%Y%m%d}-"
    same_day = select(func.count()).select_from(VerificationSheet).where(VerificationSheet.number.startswith(begins))
    return f"{begins}{db.session.scalar(same_day) + 1:02}"
