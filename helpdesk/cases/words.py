"""How codes of this feature, and the moments by which an answer is due, are said on the screen."""

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l

from helpdesk.cases.found import InCases
from helpdesk.cases.lists import Group
from helpdesk.cases.models import Case, CaseKind, ReplyWay, Satisfaction, Team
from helpdesk.cases.rules import SHEETS
from helpdesk.cases.states import CaseStatus
from helpdesk.core.words import clock_time, day_and_time, day_name, register

register({
    CaseStatus.OPEN: _l("To be answered"),
    CaseStatus.ANSWERED: _l("Replied"),
    CaseStatus.RETURNED: _l("Sent back"),
    CaseStatus.CLOSED: _l("Closed"),
})  # fmt: skip
register({
    CaseKind.COMPLAINT: _l("Complaint"),
    CaseKind.CASE_12345: _l("12345 sheet"),
    CaseKind.COMMUNITY_SHEET: _l("Community sheet"),
    CaseKind.HELP: _l("Asks for help"),
    CaseKind.WAIVER_ENQUIRY: _l("Waiver enquiry"),
})  # fmt: skip
register({InCases.CASES: _l("Cases")})
register({
    ReplyWay.PHONE: _l("By telephone"),
    ReplyWay.VISIT: _l("At the door"),
    ReplyWay.WRITTEN: _l("In writing"),
    ReplyWay.MESSAGE: _l("By message"),
})  # fmt: skip
register({
    Satisfaction.SATISFIED: _l("Satisfied"),
    Satisfaction.FAIR: _l("Fairly satisfied"),
    Satisfaction.DISSATISFIED: _l("Not satisfied"),
})  # fmt: skip
register({
    Team.EVERYBODY: _l("All of us"),
    Team.OPERATORS: _l("The operators"),
    Team.TECHNICIANS: _l("The technicians"),
})  # fmt: skip
register({
    Group.OPEN: _l("To be answered"),
    Group.LATE: _l("Late"),
    Group.MINE: _l("Mine"),
    Group.ANSWERED: _l("Replied"),
    Group.RETURNED: _l("Sent back"),
    Group.CLOSED: _l("Closed"),
    Group.ALL: _l("All"),
})  # fmt: skip


def tone_of_case(case: Case) -> str:
    """Whose turn it is, for the pill: nobody has taken it in hand, somebody has, it rests, it is over."""
    if case.status is CaseStatus.OPEN:
        return "moving" if case.responded_at else "waiting"
    return "resting" if case.status is CaseStatus.ANSWERED else "over"


def due_explained(case: Case) -> str:
    """Why the reply is due when it is, in a sentence."""
    granted = [one for one in case.extensions if one.granted and one.until == case.reply_by]
    if granted:
        return _("extended, as asked for on %(time)s", time=day_and_time(granted[-1].asked_at))
    if case.kind in SHEETS:
        return _("as written on the sheet")
    start = f"{day_name(case.counted_from)} {clock_time(case.counted_from)}"
    if case.is_complex or case.kind is CaseKind.WAIVER_ENQUIRY:
        return _("counted in working days from %(time)s, which itself does not count", time=start)
    return _("counted from %(time)s, every hour counts", time=start)
