"""The list of cases: what may be asked of it, and one page of the answer. What is not known is passed over."""

import re
from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from enum import StrEnum

from sqlalchemy import ColumnElement, and_, func, or_, select

from helpdesk.accounts.models import User
from helpdesk.cases.models import Case, CaseKind
from helpdesk.cases.queries import AS_ROW, visible_cases
from helpdesk.cases.states import CaseStatus
from helpdesk.core.access import Permission, estates
from helpdesk.core.extensions import db
from helpdesk.core.forms import clean
from helpdesk.core.ids import LARGEST
from helpdesk.estate.models import Place

ROWS = 50  # on one page
LONGEST_WORDS = 60
EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
LATEST_US = 4_102_444_800_000_000  # the year 2100
_PLACE = re.compile(r"(?P<due>[0-9]{1,16})~(?P<id>[0-9]{1,10})", re.ASCII)


class Group(StrEnum):
    OPEN = "open"
    LATE = "late"
    MINE = "mine"
    ANSWERED = "answered"
    RETURNED = "returned"
    CLOSED = "closed"
    ALL = "all"


RUNNING = (Group.OPEN, Group.LATE, Group.MINE)  # what is due first stands on top; else the newest
STATUS = {
    Group.OPEN: CaseStatus.OPEN, Group.LATE: CaseStatus.OPEN, Group.MINE: CaseStatus.OPEN,
    Group.ANSWERED: CaseStatus.ANSWERED, Group.RETURNED: CaseStatus.RETURNED, Group.CLOSED: CaseStatus.CLOSED,
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Asked:
    """`after` is the place behind a row: when its reply is due, and its id."""

    group: Group = Group.OPEN
    kind: CaseKind | None = None
    words: str = ""
    after: tuple[datetime, int] | None = None

    def query(self, **changes) -> dict[str, str]:
        """This filter, with changes, as the query of an address; pages begin anew."""
        asked = replace(self, **{"after": None} | changes)
        after = asked.after and f"{(asked.after[0] - EPOCH) // timedelta(microseconds=1)}~{asked.after[1]}"
        shown = {"kind": asked.kind, "words": asked.words, "after": after}
        group = {} if asked.group is Group.OPEN else {"group": str(asked.group)}
        return group | {name: str(value) for name, value in shown.items() if value}

    @property
    def narrowed(self) -> bool:
        return bool(self.kind or self.words)


@dataclass(frozen=True)
class CasePage:
    rows: list[Case]
    older: tuple[datetime, int] | None  # there is a page after this one


def read(args: Mapping[str, str]) -> Asked:
    """The filter in an address. Anything not known, too long or out of range is as if it were not there."""
    group, kind = args.get("group"), args.get("kind")
    return Asked(
        group=Group(group) if group in set(Group) else Group.OPEN,
        kind=CaseKind(kind) if kind in set(CaseKind) else None,
        words=clean(args.get("words"))[:LONGEST_WORDS].strip(),
        after=_place(args.get("after")),
    )


def case_page(user: User, asked: Asked, *, now: datetime) -> CasePage:
    """One page of what this user may see; `now` decides what is late."""
    found = visible_cases(user).where(*_conditions(user, asked, now)).options(*AS_ROW)
    if asked.group in RUNNING:
        found = found.order_by(Case.reply_by, Case.id)
    else:
        found = found.order_by(Case.id.desc())
    rows = list(db.session.scalars(found.limit(ROWS + 1)))
    last = rows[ROWS - 1] if len(rows) > ROWS else None
    return CasePage(rows[:ROWS], (last.reply_by, last.id) if last else None)


def _conditions(user: User, asked: Asked, now: datetime) -> list[ColumnElement[bool]]:
    conditions = []
    if asked.group in STATUS:
        conditions.append(Case.status == STATUS[asked.group])
    if asked.group is Group.LATE:
        conditions.append(Case.reply_by < now)
    if asked.group is Group.MINE:
        conditions.append(Case.owner_id == user.id)
    if asked.kind:
        conditions.append(Case.kind == asked.kind)
    if asked.words:
        conditions.append(_says(user, asked.words))
    if asked.after:
        due, row_id = asked.after
        behind = or_(Case.reply_by > due, and_(Case.reply_by == due, Case.id > row_id))
        conditions.append(behind if asked.group in RUNNING else Case.id < row_id)
    return conditions


def _says(user: User, words: str) -> ColumnElement[bool]:
    """Our number or theirs, what it is about, or where; where and what of a waiver only for who answers them."""
    there = select(Place.id).where(Place.address.icontains(words, autoescape=True))
    told = or_(
        Case.kind != CaseKind.WAIVER_ENQUIRY, Case.opened_by_id == user.id,
        Case.estate_id.in_(estates(user, Permission.ANSWER_WAIVER_ENQUIRIES)),
    )  # fmt: skip
    return or_(
        Case.number.icontains(words, autoescape=True),
        func.coalesce(Case.external_ref, "").icontains(words, autoescape=True),
        and_(told, or_(Case.words.icontains(words, autoescape=True), Case.place_id.in_(there))),
    )


def _place(typed: str | None) -> tuple[datetime, int] | None:
    match = _PLACE.fullmatch(clean(typed))
    if not match or int(match["due"]) > LATEST_US or not 0 < int(match["id"]) <= LARGEST:
        return None
    return EPOCH + timedelta(microseconds=int(match["due"])), int(match["id"])
