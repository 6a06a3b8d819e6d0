"""The fairness of waivers and their dates. Pure: values in, values out; rates and limits come from the policy."""

import calendar
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, timedelta
from enum import StrEnum
from hashlib import sha256

from helpdesk.tariff.rules import share


@dataclass(frozen=True)
class Offer:
    """What one waiver would forgive: `key` names it, and settles a tie, so that the answer never depends on order."""

    key: int
    rate_bp: int
    cap_fen: int | None = None


def best(charge_fen: int, offers: Iterable[Offer]) -> Offer | None:
    """The one waiver that forgives most of a charge; several never add up. None without any."""
    ranked = [(share(charge_fen, one.rate_bp, one.cap_fen), one.rate_bp, -one.key, one) for one in offers]
    return max(ranked, key=lambda row: row[:3])[3] if ranked else None


def first_of_next_month(day: date) -> date:
    return date(day.year + day.month // 12, day.month % 12 + 1, 1)


def add_months(day: date, months: int) -> date:
    """The same day some months on; the last day of a shorter month."""
    year, month = divmod(day.year * 12 + day.month - 1 + months, 12)
    return date(year, month + 1, min(day.day, calendar.monthrange(year, month + 1)[1]))


def fee_from(applied_on: date) -> date:
    """The property fee is reduced from the first of the month after the application, however long we take."""
    return first_of_next_month(applied_on)


def valid_until(applied_on: date, months: int, proof_valid_until: date | None) -> date:
    """The first day on which it no longer counts: after its months, or the day after the proof runs out."""
    by_policy = add_months(fee_from(applied_on), months)
    if proof_valid_until is None:
        return by_policy
    return min(by_policy, proof_valid_until + timedelta(days=1))


def last_month_reduced(until_on: date) -> date:
    """The last month whose property fee is reduced, by its first day: full price returns with the next period."""
    last_day = until_on - timedelta(days=1)
    return last_day.replace(day=1)


def months_reduced(begins: date, until_on: date) -> int:
    """Of how many months the property fee is less, from the first of one on."""
    last = last_month_reduced(until_on)
    return max(0, (last.year - begins.year) * 12 + last.month - begins.month + 1)


class Bar(StrEnum):
    """Why somebody may not decide."""

    NO_RIGHT = "no_right"
    ENTERED = "entered"
    REQUESTED = "requested"
    EDITED = "edited"
    VERIFIED = "verified"
    BENEFITS = "benefits"
    RELATED = "related"
    REFUSED_IT = "refused_it"
    FIRST = "first"
    STOOD_IN_FOR = "stood_in_for"


@dataclass(frozen=True)
class Part:
    """What one member of staff has to do with one application."""

    may_decide: bool = True
    entered: bool = False
    requested: bool = False
    edited: bool = False
    verified: bool = False
    benefits: bool = False
    related: bool = False
    refused_it: bool = False
    approved_first: bool = False
    stood_in_for: bool = False  # whoever they stand in for had such a part


def bars(part: Part) -> list[Bar]:
    """Why this person may not decide, all the reasons; none for somebody who may."""
    reasons = {
        Bar.NO_RIGHT: not part.may_decide, Bar.ENTERED: part.entered, Bar.REQUESTED: part.requested,
        Bar.EDITED: part.edited, Bar.VERIFIED: part.verified, Bar.BENEFITS: part.benefits, Bar.RELATED: part.related,
        Bar.REFUSED_IT: part.refused_it, Bar.FIRST: part.approved_first, Bar.STOOD_IN_FOR: part.stood_in_for,
    }  # fmt: skip
    return [bar for bar, holds in reasons.items() if holds]


class Lack(StrEnum):
    """What an estate lacks, so that some applications can never be decided."""

    SECOND = "second_decider"
    OWNER = "no_owner"


class Step(StrEnum):
    """What an approval by this person comes to."""

    COUNTS = "counts"
    FIRST_OF_TWO = "first_of_two"
    NEEDS_OWNER = "needs_owner"  # two have to approve, or it was passed up, and nobody would be the one above


def approval(
    *, needs_two: bool, approved_before: bool, owner_before: bool, as_owner: bool, passed_up: bool = False
) -> Step:
    """Above the limit two people have to approve, one of them standing above; what was passed up is for the one above.

    `needs_two` asks for the one above anyway.
    """
    if not needs_two:
        return Step.NEEDS_OWNER if passed_up and not as_owner else Step.COUNTS
    if not approved_before:
        return Step.FIRST_OF_TWO
    return Step.COUNTS if owner_before or as_owner else Step.NEEDS_OWNER


class Warning(StrEnum):
    """What whoever enters or decides should know; none of it is a wall by itself."""

    SECOND_OF_HOUSEHOLD = "second_of_household"
    LET = "let"
    VACANT = "vacant"
    NO_DWELLING = "no_dwelling"
    NO_AREA = "no_area"
    PROOF_EXPIRED = "proof_expired"
    PROOF_EXPIRES_SOON = "proof_expires_soon"
    PROOF_MISSING = "proof_missing"
    OWNS_ELSEWHERE = "owns_elsewhere"
    PERSON_DIED = "person_died"
    NOT_LIVING_THERE = "not_living_there"
    NO_CONSENT = "no_consent"
    TOO_YOUNG = "too_young"
    DENIED = "denied"
    OVER = "over"


WALLS = (
    Warning.SECOND_OF_HOUSEHOLD, Warning.LET, Warning.VACANT, Warning.NO_DWELLING, Warning.NO_AREA,
    Warning.PROOF_EXPIRED, Warning.PERSON_DIED, Warning.NO_CONSENT, Warning.OVER,
)  # fmt: skip
SOON = timedelta(days=60)


@dataclass(frozen=True)
class Case:
    """What the warnings look at."""

    is_dwelling: bool = True
    is_let: bool = False
    is_vacant: bool = False
    has_area: bool = True
    other_waiver: bool = False  # of the same household, for another home
    owns_elsewhere: bool = False
    died: bool = False
    lives_there: bool = True
    has_proof: bool = True
    needs_proof: bool = True
    proof_valid_until: date | None = None
    consented: bool = True
    age: int | None = None
    min_age: int | None = None
    denied: bool = False  # by the community, when it was last asked
    is_over: bool = False  # so long ago was it asked for that what the policy gives has run out


def warnings(case: Case, today: date) -> list[Warning]:
    until = case.proof_valid_until
    found = {
        Warning.DENIED: case.denied,
        Warning.OVER: case.is_over,
        Warning.PERSON_DIED: case.died,
        Warning.NO_DWELLING: not case.is_dwelling,
        Warning.NO_AREA: not case.has_area,
        Warning.LET: case.is_let,
        Warning.VACANT: case.is_vacant,
        Warning.SECOND_OF_HOUSEHOLD: case.other_waiver,
        Warning.PROOF_EXPIRED: until is not None and until < today,
        Warning.PROOF_EXPIRES_SOON: until is not None and today <= until < today + SOON,
        Warning.PROOF_MISSING: case.needs_proof and not case.has_proof,
        Warning.NO_CONSENT: not case.consented,
        Warning.NOT_LIVING_THERE: case.is_dwelling and not case.lives_there and not case.died,
        Warning.OWNS_ELSEWHERE: case.owns_elsewhere,
        Warning.TOO_YOUNG: case.min_age is not None and case.age is not None and case.age < case.min_age,
    }
    return [warning for warning, holds in found.items() if holds]


def digest(shown: object) -> str:
    """The name of what was shown: a decision is about this and nothing else."""
    return sha256(repr(shown).encode()).hexdigest()[:32]
