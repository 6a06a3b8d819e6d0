"""Finding sheets, and what could stand on the next one."""

from collections.abc import Sequence
from datetime import date

from flask import abort
from flask_babel import gettext as _
from sqlalchemy import Select, func, select
from sqlalchemy.orm import joinedload, selectinload

from helpdesk.core import clock
from helpdesk.core.access import Permission, estates
from helpdesk.core.errors import Conflict
from helpdesk.core.extensions import db
from helpdesk.verification.models import Answer, VerificationRow, VerificationSheet
from helpdesk.waivers.models import WaiverApplication
from helpdesk.waivers.policy_models import WaiverPolicy
from helpdesk.waivers.queries import visible_applications
from helpdesk.waivers.states import WaiverStatus

S = WaiverStatus
ROWS = 50
HOMES = (
    joinedload(WaiverApplication.place), joinedload(WaiverApplication.beneficiary),
    joinedload(WaiverApplication.policy).selectinload(WaiverPolicy.grounds),
)  # fmt: skip


def visible_sheets(user) -> Select[tuple[VerificationSheet]]:
    return select(VerificationSheet).where(VerificationSheet.estate_id.in_(estates(user, Permission.SEE_WAIVERS)))


def get_sheet(user, number: str, *, seen_version: int | None = None) -> VerificationSheet:
    """One sheet with its homes; 404 if there is none for this user, Conflict if it changed since they looked."""
    rows = selectinload(VerificationSheet.rows).joinedload(VerificationRow.application)
    found = visible_sheets(user).where(VerificationSheet.number == number).options(rows.options(*HOMES))
    sheet = db.session.scalar(found) or abort(404)
    if seen_version is not None and seen_version != sheet.version:
        raise Conflict(_("Someone changed this while you were looking at it. Check, then save again."))
    return sheet


def sheet_out(application: WaiverApplication) -> VerificationSheet | None:
    """The sheet on which the community is asked about an application and that has not come back."""
    found = select(VerificationSheet).join(VerificationSheet.rows).where(
        VerificationRow.application_id == application.id, VerificationSheet.returned_at.is_(None)
    )  # fmt: skip
    return db.session.scalars(found.order_by(VerificationSheet.id.desc())).first()


def latest_sheets(user, estate_id: int) -> Sequence[tuple[VerificationSheet, int]]:
    """The newest sheets, those that are still out first, each with how many homes it has."""
    homes = select(func.count()).where(VerificationRow.sheet_id == VerificationSheet.id).scalar_subquery()
    found = visible_sheets(user).where(VerificationSheet.estate_id == estate_id).add_columns(homes)
    out_first = (VerificationSheet.returned_at.is_not(None), VerificationSheet.id.desc())
    return db.session.execute(found.order_by(*out_first).limit(ROWS)).all()


def to_be_asked(user, estate_id: int) -> Sequence[WaiverApplication]:
    """What waits for the community and stands on no sheet that is still out."""
    out = select(VerificationRow.id).join(VerificationRow.sheet).where(
        VerificationRow.application_id == WaiverApplication.id, VerificationSheet.returned_at.is_(None)
    )  # fmt: skip
    return _of(user, estate_id, S.SUBMITTED, S.VERIFYING, but=~out.exists())


def waiting_for_papers(user, estate_id: int) -> Sequence[WaiverApplication]:
    return _of(user, estate_id, S.MORE_PAPERS)


def to_be_reviewed(user, estate_id: int, today: date) -> Sequence[tuple[WaiverApplication, str]]:
    """Waivers that run, by their homes, each with how far this year's review of it is: an answer, "out" or nothing."""
    runs = _visible(user, estate_id).where(WaiverApplication.status == S.APPROVED, WaiverApplication.until_on > today)
    this_year = VerificationSheet.made_at >= clock.start_of_day(today.replace(month=1, day=1))
    asked = select(VerificationRow.application_id, VerificationRow.answer).join(VerificationRow.sheet).where(
        VerificationSheet.is_review, VerificationSheet.estate_id == estate_id, this_year
    )  # fmt: skip
    known = {row[0]: row[1] or "out" for row in db.session.execute(asked.order_by(VerificationRow.id))}
    return [(one, known.get(one.id, "")) for one in sorted(db.session.scalars(runs), key=_by_home)]


def chosen(user, estate_id: int, ids: Sequence[int]) -> list[WaiverApplication]:
    return sorted(db.session.scalars(_visible(user, estate_id).where(WaiverApplication.id.in_(ids))), key=_by_home)


def not_so(rows: Sequence[tuple[WaiverApplication, str]]) -> int:
    return sum(state in (Answer.CHANGED, Answer.UNCLEAR) for _one, state in rows)


def _by_home(application: WaiverApplication) -> tuple:
    return application.place.building_no or 0, application.place.address, application.id


def _of(user, estate_id: int, *statuses: WaiverStatus, but=None) -> Sequence[WaiverApplication]:
    found = _visible(user, estate_id).where(WaiverApplication.status.in_(statuses), *([] if but is None else [but]))
    return db.session.scalars(found.order_by(WaiverApplication.id).limit(2 * ROWS)).all()


def _visible(user, estate_id: int) -> Select[tuple[WaiverApplication]]:
    mine = estates(user, Permission.SEE_WAIVERS) & {estate_id}
    return visible_applications(user).where(WaiverApplication.estate_id.in_(mine)).options(*HOMES)
