"""Decisions about cases: which promise a kind is given, by when, and how it stands."""

from datetime import date, datetime, time, timedelta
from enum import StrEnum

from helpdesk.cases.models import CaseKind
from helpdesk.core import clock
from helpdesk.repairs import deadlines
from helpdesk.repairs.deadlines import Standing

SHEETS = (CaseKind.CASE_12345, CaseKind.COMMUNITY_SHEET)
PREFIX = {
    CaseKind.COMPLAINT: "TS", CaseKind.CASE_12345: "ZB", CaseKind.COMMUNITY_SHEET: "SQ", CaseKind.HELP: "QZ",
    CaseKind.WAIVER_ENQUIRY: "JM",
}  # fmt: skip
OFFICE_CLOSES = deadlines.WORK_ENDS  # a date on a sheet without a time means the end of that working day


class Level(StrEnum):
    """The rows of the service levels that cases are promised by."""

    COMPLAINT = "complaint"
    COMPLEX = "complaint_complex"
    SHEET = "case_12345"


def level_of(kind: CaseKind, *, is_complex: bool) -> Level:
    """A question about waivers is rarely answered in a day: it has the working days of a complex complaint."""
    if kind in SHEETS:
        return Level.SHEET
    return Level.COMPLEX if is_complex or kind is CaseKind.WAIVER_ENQUIRY else Level.COMPLAINT


def due_of(day: date, at: time | None) -> datetime:
    """The moment a sheet means by a local date, and a time if it names one."""
    return clock.from_local(datetime.combine(day, at or OFFICE_CLOSES))


def standing_of(case, now: datetime) -> Standing:
    """How the reply of a case stands: at risk in the last quarter of its time, a sheet from the day before."""
    warn = (
        deadlines.warn_before(case.counted_from, case.reply_by) if case.reply_by > case.counted_from else timedelta(0)
    )
    if case.kind in SHEETS:
        warn = max(warn, timedelta(days=1))
    return deadlines.standing(case.reply_by, now, warn)
