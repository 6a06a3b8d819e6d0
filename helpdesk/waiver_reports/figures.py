"""The figures of the report, for whoever asks: with grounds, or sums alone."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from sqlalchemy import select
from sqlalchemy.orm import joinedload

from helpdesk.accounts.models import User
from helpdesk.core.access import Permission, can
from helpdesk.core.extensions import db
from helpdesk.core.words import locale, word
from helpdesk.estate.models import Occupancy, OccupancyRole, Person, Place, PlaceKind, Use
from helpdesk.estate.queries import lives_there, not_merged
from helpdesk.waiver_reports.rules import FEWEST, By, Sum, added_up, without_small
from helpdesk.waivers.amounts import Line, one_offs, waived_lines
from helpdesk.waivers.codes import Bearer, Flow
from helpdesk.waivers.effect import counted
from helpdesk.waivers.models import WaiverApplication
from helpdesk.waivers.policy_models import PolicyGround, WaiverPolicy

P = Permission
OLD_AGE = 80
KEYS = {
    By.GROUND: lambda line: line.ground_code, By.BEARER: lambda line: line.bearer.value,
    By.BUILDING: lambda line: line.building_no or 0, By.MONTH: lambda line: line.month,
}  # fmt: skip


@dataclass(frozen=True)
class Report:
    lines: Sequence[Line]
    total: Sum
    parts: dict[By, list[Sum]]
    one_offs: Sum
    sees_grounds: bool


def report(user: User, estate_id: int, from_month: date, until_month: date) -> Report:
    """What was waived in these months, as much apart as this person may know."""
    lines, whole = waived_lines(estate_id, from_month, until_month), can(user, P.SEE_WAIVERS, estate_id)
    add, told = (added_up, list(By)) if whole else (without_small, [by for by in By if by is not By.GROUND])
    parts = {by: add((KEYS[by](line), line.place_id, line.amount_fen) for line in lines) for by in told}
    total = Sum(None, len({line.place_id for line in lines}), sum(line.amount_fen for line in lines))
    once = one_offs(estate_id, from_month, until_month)
    lowered = Sum(None, len({home for home, _fen in once}), sum(fen for _home, fen in once))
    return Report(lines if whole else [], total, parts, lowered, whole)


def claims(estate_id: int, from_month: date, until_month: date) -> list[Line]:
    """What the sub-district office, or whoever else bears it, is asked to pay back."""
    lines = waived_lines(estate_id, from_month, until_month)
    return [line for line in lines if line.flow is Flow.WAIVE_THEN_CLAIM]


@dataclass(frozen=True)
class TakeUp:
    """Homes of those who live alone and are eighty or older; `people` only for who sees waivers."""

    homes: int
    helped: int
    people: list[tuple[Place, Person]]
    too_few: bool


def take_up(user: User, estate_id: int, today: date) -> TakeUp:
    """How many of those who are probably entitled have a waiver; the others by name for those who may offer one."""
    asked = (
        select(Place, Person).select_from(Occupancy).join(Occupancy.place).join(Occupancy.person)
        .where(
            Place.estate_id == estate_id, Place.kind == PlaceKind.DWELLING, Place.use.is_distinct_from(Use.LET),
            Person.lives_alone, Person.birth_year <= today.year - OLD_AGE, lives_there(today), not_merged(Person),
            Occupancy.role.in_((OccupancyRole.HEAD, OccupancyRole.MEMBER, OccupancyRole.OWNER)),
        ).order_by(Place.building_no, Place.address)
    )  # fmt: skip
    likely = {place.id: (place, person) for place, person in db.session.execute(asked)}
    runs = select(WaiverApplication.place_id).where(
        WaiverApplication.estate_id == estate_id, counted(WaiverApplication.approved_on, today)
    )
    helped = set(db.session.scalars(runs)) & likely.keys()
    others = [pair for home, pair in likely.items() if home not in helped]
    whole = can(user, P.SEE_WAIVERS, estate_id)
    too_few = not whole and min(len(helped), len(others)) < FEWEST
    return TakeUp(len(likely), len(helped), others if whole else [], too_few)


def ground_names(estate_id: int) -> dict[str, str]:
    """What the grounds are called, in the newest edition that has them."""
    asked = select(PolicyGround).join(PolicyGround.policy).where(WaiverPolicy.estate_id == estate_id)
    found = db.session.scalars(asked.options(joinedload(PolicyGround.policy)).order_by(WaiverPolicy.number))
    return {ground.code: ground.name_zh if locale() == "zh" else ground.name_en for ground in found}


def recorded_only(estate_id: int, today: date) -> int:
    """How many homes pay in full and get a grant elsewhere: known here, and in no figure."""
    asked = select(WaiverApplication.place_id).where(
        WaiverApplication.estate_id == estate_id, WaiverApplication.flow == Flow.PAY_THEN_SUBSIDY,
        WaiverApplication.approved_on <= today, WaiverApplication.until_on > today,
    )  # fmt: skip
    return len(set(db.session.scalars(asked)))


def key_said(by: By, key, names: dict[str, str]) -> str:
    if key is None or by is By.BUILDING:
        return str(key or "")
    return {By.GROUND: lambda: names.get(key, key), By.BEARER: lambda: word(Bearer(key)),
            By.MONTH: lambda: f"{key:%Y-%m}"}[by]()  # fmt: skip
