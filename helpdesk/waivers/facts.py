"""All that a decision rests on, put together for the page, and again for the act, which must be about the same."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date

from flask_babel import gettext as _

from helpdesk.billing.fees import fee_rules
from helpdesk.billing.models import FeeRule, FeeUse
from helpdesk.billing.rules import fee, next_month, use_of
from helpdesk.core import clock
from helpdesk.core.errors import Refused
from helpdesk.estate.models import Place, PlaceKind, Use
from helpdesk.tariff.rules import WHOLE, share
from helpdesk.waivers import rules
from helpdesk.waivers.codes import ActKind
from helpdesk.waivers.models import WaiverApplication
from helpdesk.waivers.policy import ground_of
from helpdesk.waivers.policy_models import CAPS, RATES, WORK, PolicyGround
from helpdesk.waivers.queries import others_of_household, owns_elsewhere, people_at
from helpdesk.waivers.states import OPEN, WaiverStatus


@dataclass(frozen=True)
class Terms:
    """The figures of a waiver: rates in basis points, caps in fen, and the first day on which it no longer counts."""

    property_fee_bp: int
    labour_bp: int
    materials_bp: int
    call_out_bp: int
    property_fee_cap_fen: int | None
    labour_cap_fen: int | None
    materials_cap_fen: int | None
    call_out_cap_fen: int | None
    until_on: date

    @property
    def rates(self) -> tuple[int, ...]:
        return tuple(getattr(self, name) for name in RATES)

    @property
    def of_work(self) -> list[tuple[str, int, int | None]]:
        """What of labour, materials and call-out: name, rate, cap of one order."""
        return [(what, getattr(self, f"{what}_bp"), getattr(self, f"{what}_cap_fen")) for what in WORK]


@dataclass(frozen=True)
class Facts:
    """What stands on the page: `terms` are the policy's, sums are in fen."""

    ground: PolicyGround
    fee_from: date
    terms: Terms
    month_fee_fen: int
    monthly_fen: int
    warnings: list[rules.Warning]
    needs_two: bool
    needs_proof: bool
    digest: str

    @property
    def yearly_fen(self) -> int:
        return self.monthly_fen * 12

    @property
    def walls(self) -> list[rules.Warning]:
        return [warning for warning in self.warnings if warning in rules.WALLS]


def month_fee(place: Place, month: date, use_rules: Mapping[FeeUse, FeeRule]) -> int:
    """What a whole month of the property fee of a home costs, before anything is taken off, as billing reckons it."""
    rule = use_rules.get(use_of(place.kind, place.use))
    usual = (rule.unit_price, rule.rate_bp) if rule else (0, WHOLE)
    price = usual[0] if place.unit_price is None else place.unit_price
    return fee(place.area or 0, price, usual[1], month, next_month(month))


def facts_of(application: WaiverApplication, today: date) -> Facts:
    """What an application comes to under the policy it was made under. Refused while its ground is not chosen."""
    ground = ground_of(application.policy, application.ground_code)
    if ground is None:
        raise Refused(_("Choose the ground."), field="ground_code")
    applied_on = application.applied_on or today
    until_on = rules.valid_until(applied_on, ground.validity_months, application.proof_valid_until)
    terms = Terms(*(getattr(ground, name) for name in (*RATES, *CAPS)), until_on=until_on)
    begins = rules.fee_from(applied_on)
    full = month_fee(application.place, begins, fee_rules(application.estate_id, begins))
    monthly = share(full, terms.property_fee_bp, terms.property_fee_cap_fen)
    policy = application.policy
    return Facts(
        ground=ground, fee_from=begins, terms=terms, month_fee_fen=full, monthly_fen=monthly,
        warnings=warnings_of(application, today), needs_two=needs_two(application, monthly * 12),
        needs_proof=monthly * 12 > policy.proof_above_fen, digest=digest_of(application, ground, full),
    )  # fmt: skip


def needs_two(application: WaiverApplication, yearly_fen: int) -> bool:
    """Whether a second person has to approve: for the sum, or because the policy asks it of this ground."""
    ground = ground_of(application.policy, application.ground_code)
    return yearly_fen > application.policy.second_above_fen or bool(ground and ground.needs_owner)


def warnings_of(application: WaiverApplication, today: date) -> list[rules.Warning]:
    place, person = application.place, application.beneficiary
    ground = ground_of(application.policy, application.ground_code)
    lives = person is not None and person.id in {one.id for one in people_at(place.id, today)}
    case = rules.Case(
        is_dwelling=place.kind is PlaceKind.DWELLING, is_let=place.use is Use.LET, is_vacant=place.use is Use.VACANT,
        has_area=bool(place.area), other_waiver=bool(person and others_of_household(application, today)),
        owns_elsewhere=bool(person and owns_elsewhere(person.id, place.id, today)),
        died=bool(person and person.died_on), lives_there=lives or person is None,
        has_proof=application.proof_type is not None, needs_proof=not (ground and ground.is_verified),
        proof_valid_until=application.proof_valid_until, consented=application.consent_at is not None,
        age=today.year - person.birth_year if person and person.birth_year else None,
        min_age=ground.min_age if ground else None, denied=_denied(application),
        is_over=bool(ground and _is_over(application, ground, today)),
    )  # fmt: skip
    return rules.warnings(case, today)


def _denied(application: WaiverApplication) -> bool:
    """Whether the community said no when it last said something."""
    said = [act.kind for act in application.acts if act.kind in (ActKind.VERIFIED, ActKind.UNVERIFIED)]
    return bool(said) and said[-1] is ActKind.UNVERIFIED


def _is_over(application: WaiverApplication, ground: PolicyGround, today: date) -> bool:
    """Whether an undecided application is older than what it asks for would last."""
    applied_on = application.applied_on or clock.local_date(application.entered_at)
    waits = application.status in (WaiverStatus.DRAFT, *OPEN)
    return waits and rules.valid_until(applied_on, ground.validity_months, None) <= today


def digest_of(application: WaiverApplication, ground: PolicyGround, month_fee_fen: int) -> str:
    """Names everything a decision is about: another person, home, ground, figure or paper gives another name."""
    asked = (
        application.id, application.place_id, application.beneficiary_id, application.payer_id, application.payer_name,
        application.ground_code, application.policy_id, application.applied_on, application.words,
        application.consent_at, application.proof_type, application.proof_issuer, application.proof_tail,
        application.proof_seen_on, application.proof_valid_until, month_fee_fen,
    )  # fmt: skip
    person = application.beneficiary
    home = (application.place.use, application.place.kind, person and person.died_on)
    figures = (ground.id, *(getattr(ground, name) for name in (*RATES, *CAPS)), ground.validity_months)
    verified = [(act.id, act.kind) for act in application.acts]
    return rules.digest((asked, home, figures, verified))
