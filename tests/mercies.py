"""A task, a sheet that is out, and a notice with an objection, for pages that need something to show."""

from datetime import timedelta

from sqlalchemy import select

from helpdesk.core import clock
from helpdesk.core.extensions import db
from helpdesk.core.transactions import writing
from helpdesk.estate.models import Estate
from helpdesk.notices.actions import note_objection, post_notice
from helpdesk.notices.models import NoticeStyle
from helpdesk.verification.actions import ask_community
from helpdesk.verification.home_checks import note_home_check, order_home_check
from helpdesk.verification.models import Answer
from helpdesk.waivers.life_actions import ask_officer
from helpdesk.waivers.life_models import TaskKind
from helpdesk.waivers.models import WaiverApplication
from helpdesk.waivers.rules import add_months
from helpdesk.waivers.states import WaiverStatus


def something_of_everything(officer, estate, now) -> dict[str, list]:
    said, today = {"actor": officer, "now": now}, clock.local_date(now)
    runs = select(WaiverApplication).where(WaiverApplication.status == WaiverStatus.APPROVED)
    days, month = (today, today + timedelta(days=7)), today.replace(day=1)
    months = (month, add_months(month, 1))
    with writing():
        application = db.session.scalars(runs).first()
        task = ask_officer(TaskKind.LOOK, estate_id=estate.id, key="one", application=application, **said)
        sheet = ask_community(estate.id, [application], asked_by=today, is_review=True, **said)
        checks = [order_home_check(application, **said)]
        note_home_check(checks[0], Answer.CHANGED, words="A son lives there", **said)
        checks.append(order_home_check(application, **said))
        numbers = [check.work_order.number for check in checks]
        where = db.session.get_one(Estate, estate.id)
        notice = post_notice(where, NoticeStyle.MASKED, months=months, posted=days, **said)
        objection = note_objection(notice, words="They let it", by_name="", row_id=None, **said)
    return {
        "check_number": numbers, "task_id": [task.id], "sheet_number": [sheet.number], "notice_id": [notice.id],
        "objection_id": [objection.id],
    }  # fmt: skip
