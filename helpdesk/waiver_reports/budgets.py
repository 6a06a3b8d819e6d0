"""What may be spent on waivers in a year, by bearer and by ground, against what was waived."""

from collections import Counter
from dataclasses import dataclass
from datetime import date, datetime

from flask_babel import gettext as _
from sqlalchemy import select

from helpdesk.accounts.models import User
from helpdesk.audit.actions import record
from helpdesk.core.access import Permission, can, require
from helpdesk.core.errors import Refused
from helpdesk.core.extensions import db
from helpdesk.waivers.amounts import one_offs, waived_lines
from helpdesk.waivers.codes import Bearer
from helpdesk.waivers.policy_models import WaiverBudget

P = Permission


@dataclass(frozen=True)
class BudgetRow:
    """Of a bearer on one ground or, with no code, on all of them together."""

    bearer: Bearer
    ground_code: str
    amount_fen: int | None
    spent_fen: int

    @property
    def left_fen(self) -> int | None:
        return None if self.amount_fen is None else self.amount_fen - self.spent_fen


def budgets(user: User, estate_id: int, year: int) -> list[BudgetRow]:
    """For each bearer what was meant for the year and what was waived of it so far; for who sees waivers, by ground.

    A bearer whose money was set by ground only has the sum of it.
    """
    meant = {
        (row.bearer, row.ground_code): row.amount_fen
        for row in db.session.scalars(
            select(WaiverBudget).where(WaiverBudget.estate_id == estate_id, WaiverBudget.year == year)
        )
    }
    spent: Counter[tuple[Bearer, str]] = Counter()
    in_year = (date(year, 1, 1), date(year + 1, 1, 1))
    spent[Bearer.COMPANY, ""] = sum(fen for _home, fen in one_offs(estate_id, *in_year))
    for line in waived_lines(estate_id, *in_year):
        for ground in ("", line.ground_code):
            spent[line.bearer, ground] += line.amount_fen
    found = []
    for bearer in Bearer:
        grounds = sorted({ground for one, ground in meant.keys() | spent.keys() if one is bearer and ground})
        by_ground = [BudgetRow(bearer, code, meant.get((bearer, code)), spent[bearer, code]) for code in grounds]
        set_so_far = [row.amount_fen for row in by_ground if row.amount_fen is not None]
        whole = meant.get((bearer, ""), sum(set_so_far) if set_so_far else None)
        found.append(BudgetRow(bearer, "", whole, spent[bearer, ""]))
        found += by_ground if can(user, P.SEE_WAIVERS, estate_id) else []
    return [row for row in found if row.amount_fen is not None or row.spent_fen]


def set_budget(
    estate_id: int, year: int, bearer: Bearer, amount_fen: int, *, ground_code: str = "", actor: User, now: datetime
) -> None:
    """Say what a bearer means to spend in a year, on one ground or on all. Refused for less than nothing."""
    require(actor, P.SET_WAIVER_POLICY, estate_id)
    if amount_fen < 0:
        raise Refused(_("An amount of money like 1200 or 1200.50."), field="amount")
    same = {"estate_id": estate_id, "year": year, "bearer": bearer, "ground_code": ground_code}
    budget = db.session.scalar(select(WaiverBudget).filter_by(**same)) or WaiverBudget(**same)
    budget.amount_fen = amount_fen
    db.session.add(budget)
    record("waiver_budget.set", budget, actor=actor, now=now, year=year, bearer=bearer, amount_fen=amount_fen)
