"""Posting a notice, taking it down, and hearing what people have against it."""

from datetime import date, datetime

from flask_babel import gettext as _

from helpdesk.accounts.models import User
from helpdesk.audit.actions import record
from helpdesk.core import clock
from helpdesk.core.access import Permission, require
from helpdesk.core.errors import Conflict, Refused
from helpdesk.core.extensions import db
from helpdesk.estate.models import Estate
from helpdesk.looks.masks import mask_name
from helpdesk.notices.models import NoticeRow, NoticeStyle, Objection, WaiverNotice
from helpdesk.waivers.acts import act_on
from helpdesk.waivers.amounts import waived_lines
from helpdesk.waivers.codes import ActKind
from helpdesk.waivers.models import WaiverApplication

P = Permission


def post_notice(
    estate: Estate, style: NoticeStyle, *, months: tuple[date, date], posted: tuple[date, date], actor: User,
    now: datetime,
) -> WaiverNotice:  # fmt: skip
    """Write what is posted: always the count and the sum, and with `MASKED` a row for each who agreed to it.

    Building, masked name, period and sum; never a ground, a room or a number. Refused for days or months that are none.
    """
    require(actor, P.WORK_WAIVERS, estate.id)
    (from_month, until_month), (posted_on, until_on) = months, posted
    if until_month <= from_month or from_month.day != 1 or until_month.day != 1:
        raise Refused(_("The last month is not before the first."), field="last_month")
    if until_on <= posted_on or posted_on < clock.local_date(now):
        raise Refused(_("It hangs from today or later, for a day at least."), field="posted_on")
    lines = waived_lines(estate.id, from_month, until_month)
    notice = WaiverNotice(
        estate_id=estate.id, style=style, posted_on=posted_on, until_on=until_on, from_month=from_month,
        until_month=until_month, homes=len({line.place_id for line in lines}),
        amount_fen=sum(line.amount_fen for line in lines), phone=estate.hotline, made_at=now, made_by_id=actor.id,
        version=0,
    )  # fmt: skip
    db.session.add(notice)
    db.session.flush()
    if style is NoticeStyle.MASKED:
        _write_rows(notice, lines)
    told = {"style": style, "homes": notice.homes, "amount_fen": notice.amount_fen}
    record("notice.posted", notice, actor=actor, now=now, topics=notice.topics, **told)
    return notice


def take_down(notice: WaiverNotice, *, actor: User, now: datetime) -> None:
    require(actor, P.WORK_WAIVERS, notice.estate_id)
    if notice.taken_down_at:
        raise Conflict(_("This notice was taken down already."))
    notice.taken_down_at = now
    record("notice.taken_down", notice, actor=actor, now=now, topics=notice.topics)


def note_objection(
    notice: WaiverNotice, *, words: str, by_name: str, row_id: int | None, actor: User, now: datetime
) -> Objection:
    """Note what somebody has against it, with or without their name; about one row, it stands with that waiver too."""
    require(actor, P.WORK_WAIVERS, notice.estate_id)
    if not words.strip():
        raise Refused(_("Write what they object to."), field="words")
    row = next((one for one in notice.rows if one.id == row_id), None)
    if row_id is not None and row is None:
        raise Refused(_("What was chosen does not exist. Look it up again."), field="row_id")
    objection = Objection(
        notice=notice, row=row, at=now, taken_by_id=actor.id, by_name=by_name.strip(), words=words.strip(), answer="",
        version=0,
    )  # fmt: skip
    db.session.add(objection)
    record("objection.taken", objection, actor=actor, now=now, topics=notice.topics, notice_id=notice.id)
    if row:
        _act(row, ActKind.OBJECTION, words, actor, now)
    return objection


def answer_objection(objection: Objection, *, answer: str, actor: User, now: datetime) -> None:
    """Write what they were told. Refused without words; Conflict once it is answered."""
    notice = objection.notice
    require(actor, P.WORK_WAIVERS, notice.estate_id)
    if objection.answered_at:
        raise Conflict(_("This objection was answered already."))
    if not answer.strip():
        raise Refused(_("Write what they were told."), field="answer")
    objection.answer, objection.answered_at, objection.answered_by_id = answer.strip(), now, actor.id
    record("objection.answered", objection, actor=actor, now=now, topics=notice.topics, notice_id=notice.id)
    if objection.row:
        _act(objection.row, ActKind.OBJECTION_ANSWERED, answer, actor, now)


def _write_rows(notice: WaiverNotice, lines) -> None:
    """Only those who agreed; the lines of one waiver together."""
    agreed: dict[int, list] = {}
    for line in lines:
        if line.may_be_posted:
            agreed.setdefault(line.application_id, []).append(line)
    for application_id, theirs in sorted(agreed.items(), key=lambda pair: (pair[1][0].building_no or 0, pair[0])):
        db.session.add(NoticeRow(
            notice_id=notice.id, application_id=application_id, building_no=theirs[0].building_no,
            masked_name=mask_name(theirs[0].name), from_month=min(line.month for line in theirs),
            until_month=max(line.month for line in theirs), amount_fen=sum(line.amount_fen for line in theirs),
        ))  # fmt: skip


def _act(row: NoticeRow, kind: ActKind, words: str, actor: User, now: datetime) -> None:
    application = db.session.get_one(WaiverApplication, row.application_id)
    act_on(application, kind, reason=words, actor=actor, now=now)
