"""What the search box finds of cases: by our number, by the number on the sheet, or by what was said."""

import re
from datetime import date
from enum import StrEnum

from flask import url_for
from sqlalchemy import func, or_, select

from helpdesk.accounts.models import User
from helpdesk.cases.models import Case, CaseKind
from helpdesk.cases.queries import visible_cases
from helpdesk.core.access import Permission, estates
from helpdesk.core.extensions import db
from helpdesk.core.words import day_name
from helpdesk.estate.models import Place
from helpdesk.search.by_words import excerpt, newest_with, within, worth_looking
from helpdesk.search.registry import Hit, add_group

LEAST_DIGITS = 4


class InCases(StrEnum):
    CASES = "cases"


def cases_with(user: User, typed: str, _on: date) -> list[Hit]:
    """Of waivers only what this user answers for or took down: a search must not tell who is poor."""
    mine = estates(user, Permission.SEE_CASES)
    if not mine or not (worth_looking(typed) or len(re.sub(r"\D", "", typed)) >= LEAST_DIGITS):
        return []
    answers = Case.estate_id.in_(estates(user, Permission.ANSWER_WAIVER_ENQUIRIES))
    told = or_(Case.kind != CaseKind.WAIVER_ENQUIRY, Case.opened_by_id == user.id, answers)
    column = Case.number + " " + func.coalesce(Case.external_ref, "") + " " + Case.words
    ids = newest_with(column, typed, of=Case, visible=visible_cases(user).where(told), estate_ids=mine)
    shown = (Case.number, Case.words, Case.received_at, Place.address)
    found = select(*shown).outerjoin(Case.place).where(Case.id.in_(list(db.session.scalars(ids))))
    return [
        Hit(url_for("cases.show", case_number=number), number, address or "", excerpt(words, typed), day_name(came))
        for number, words, came, address in db.session.execute(found.order_by(Case.id.desc()))
    ]


add_group(InCases.CASES, cases_with, note=within)
