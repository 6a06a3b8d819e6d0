"""Asking the community whether it is so, and noting what they say."""

from datetime import datetime

from flask_babel import gettext as _

from helpdesk.accounts.models import User
from helpdesk.core.access import Permission, require
from helpdesk.core.errors import Conflict, Refused
from helpdesk.waivers.acts import act_on
from helpdesk.waivers.codes import ActKind
from helpdesk.waivers.models import WaiverApplication
from helpdesk.waivers.states import WaiverStatus

S = WaiverStatus
ANSWERS = (ActKind.VERIFIED, ActKind.UNVERIFIED, ActKind.UNCLEAR)


def ask_community(application: WaiverApplication, *, actor: User, now: datetime) -> None:
    """Note that the community was asked. Conflict unless it waits for that."""
    require(actor, Permission.WORK_WAIVERS, application.estate_id)
    act_on(application, ActKind.VERIFICATION_ASKED, to=S.VERIFYING, actor=actor, now=now)


def note_answer(application: WaiverApplication, answer: ActKind, *, words: str, actor: User, now: datetime) -> None:
    """Note what the community says, by whom and from when, in words. Yes and no both go to whoever decides."""
    require(actor, Permission.WORK_WAIVERS, application.estate_id)
    if application.status not in (S.SUBMITTED, S.VERIFYING):
        raise Conflict(_("Nobody waits for the community's answer any more."))
    if answer not in ANSWERS or not words.strip():
        raise Refused(_("Write who of the community said so, and when; the number of the letter if there is one."),
                      field="reason")  # fmt: skip
    to = S.VERIFIED if answer is not ActKind.UNCLEAR else None
    act_on(application, answer, to=to, reason=words, actor=actor, now=now)
