"""Homes that pay less: who applied on which ground, what came of it, and until when."""

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from itertools import count

from sqlalchemy import bindparam, select, update

from helpdesk.audit.kinds import Code
from helpdesk.core import clock
from helpdesk.core.extensions import db
from helpdesk.demo.bulk import Rows
from helpdesk.demo.homes import Spot
from helpdesk.demo.journal import Journal
from helpdesk.demo.people import Register
from helpdesk.demo.shape import chance, shuffled
from helpdesk.demo.staff import Staff
from helpdesk.estate.models import OccupancyEnd, Use
from helpdesk.tariff.rules import share
from helpdesk.verification.models import Answer
from helpdesk.waivers import rules
from helpdesk.waivers.codes import ActKind, Channel, ConsentHow, EndReason, ProofType
from helpdesk.waivers.models import WaiverApplication
from helpdesk.waivers.policy_models import RATES, PolicyGround, WaiverPolicy
from helpdesk.waivers.states import WaiverStatus

S, A = WaiverStatus, ActKind
PRICE = 3_500  # 0.35 yuan a square metre and month, in 0.01 fen
FATES: tuple[tuple[str, str, tuple[int, ...], int | None], ...] = (
    # ground, what came of it, how many days ago each applied, days until their proof runs out
    ("MIN_LIVING", "active", (40, 75, 110, 150, 190, 215, 240), None), ("MIN_LIVING", "ending", (300,), 12),
    ("MIN_LIVING", "refused", (130,), -150), ("DESTITUTE", "active", (90, 200), None),
    ("LOW_INCOME_EDGE", "active", (35, 80, 120, 160, 205), None), ("LOW_INCOME_EDGE", "ending", (290,), 25),
    ("LOW_INCOME_EDGE", "submitted", (2,), None), ("LOW_INCOME_EDGE", "ended_moved", (330,), None),
    ("LONELY_ELDER", "active", (60, 140), None), ("LONELY_ELDER", "ending", (305,), 40),
    ("LONELY_ELDER", "verifying", (6, 3), None), ("RIGID_EXPENSE", "active", (70, 100), None),
    ("RIGID_EXPENSE", "suspended", (210,), None), ("RIGID_EXPENSE", "verifying", (9,), None),
    ("DISABLED_1_2", "active", (45, 85, 135, 185), None), ("DISABLED_1_2", "ending", (310,), 55),
    ("DISABLED_1_2", "submitted", (1,), None), ("DISABLED_1_2", "ended_died", (320,), None),
    ("LOST_CHILD", "active", (115, 170), None), ("VETERAN_FAMILY", "active", (55, 125, 195), None),
    ("VETERAN_FAMILY", "refused_let", (95,), None),
)  # fmt: skip
GRANTED = "符合办法，材料齐全。"
REASONS = {
    **dict.fromkeys(("active", "ending", "suspended", "ended_moved", "ended_died"), GRANTED),
    "refused": "证件已过期，换证后可再申请。", "refused_let": "房屋出租，办法不含出租房。",
}  # fmt: skip
LEFT = timedelta(days=42)  # ago
ENDED = {
    "ended_moved": (EndReason.MOVED, "搬去女儿家长住，电话里说的。"),
    "ended_died": (EndReason.DIED, "社区告知老人已过世。"),
}
ISSUERS = {"LONELY_ELDER": "康兴新村社区居委会", "DISABLED_1_2": "市残疾人联合会", "VETERAN_FAMILY": "退役军人服务站"}
CARDS = {
    "LONELY_ELDER": ProofType.LETTER, "DISABLED_1_2": ProofType.DISABILITY_CARD,
    "VETERAN_FAMILY": ProofType.VETERAN_CARD, "RIGID_EXPENSE": ProofType.HOSPITAL,
}  # fmt: skip


@dataclass(slots=True)
class Writer:
    """One estate's applications; `settled` are the changes that follow once their acts are written."""

    rows: Rows
    journal: Journal
    register: Register
    staff: Staff
    first_day: date
    today: date
    policy: WaiverPolicy
    settled: list[dict]

    def write(self, now: datetime) -> None:
        rng = chance(now, "waivers", self.register.estate_id)
        homes = shuffled([home for home in self.register.lived_in if home.use is Use.OWN], rng)
        let = shuffled([home for home in self.register.lived_in if home.use is Use.LET], rng)
        alone = [home for home in homes if home.residents[0].lives_alone and home.residents[0].age >= 65]
        left = self._left(homes)
        taken = [home for home, _person_id in left.values()]
        others = [home for home in homes if home not in alone and home not in taken]
        alone = [home for home in alone if home not in taken]
        grounds = {ground.code: ground for ground in self.policy.grounds}
        numbers: dict[date, count] = {}
        told = [(code, fate, ago, proof) for code, fate, days, proof in FATES for ago in days]
        for code, fate, ago, proof in sorted(told, key=lambda one: -one[2]):
            pool = let if fate == "refused_let" else alone if code == "LONELY_ELDER" else others
            home, person_id = left.pop(fate, (None, None)) if fate in ENDED else (None, None)
            if home is None and not pool:
                continue
            home = home or pool.pop()
            applied = max(self.today - timedelta(days=ago), self.first_day + timedelta(days=1))
            number = next(numbers.setdefault(applied, count(1)))
            self._one(home, person_id or home.residents[0].id, grounds[code], fate, applied, proof, number)
        for day, drawn in numbers.items():
            self.rows.add("waiver_number", day=day, last=next(drawn) - 1)

    def _left(self, homes: list[Spot]) -> dict[str, tuple[Spot, int]]:
        """Of those whose wife or husband still lives there: one who died lately, and one who moved away instead."""
        notes = {row["person_id"]: row for row in self.rows.waiting("person_note") if row.get("died_on")}
        places, fates, found = {home.id: home for home in homes}, list(ENDED), {}
        for row in self.rows.waiting("occupancy"):
            note, home = notes.get(row["person_id"]), places.get(row["place_id"])
            if note and home and fates:
                fate = fates.pop()
                row["until_on"] = self.today - LEFT
                died = ENDED[fate][0] is EndReason.DIED
                row["end_reason"] = OccupancyEnd.DIED if died else OccupancyEnd.MOVED
                note["died_on"] = row["until_on"] if died else None
                found[fate] = home, row["person_id"]
        return found

    def _one(
        self, home: Spot, person_id: int, ground: PolicyGround, fate: str, applied: date, proof: int | None,
        number: int,
    ) -> None:  # fmt: skip
        at = clock.start_of_day(applied) + timedelta(hours=9, minutes=number * 7)
        row_id = self.rows.next_id("waiver_application")
        until_proof = self.today + timedelta(days=proof) if proof is not None else None
        entered = self.staff.operators[number % len(self.staff.operators)]
        acts = _Acts(self, row_id, self.policy.id, at)
        self.rows.add(
            "waiver_application", id=row_id, number=f"JM{applied:%Y%m%d}-{number:04}", status=S.DRAFT,
            estate_id=self.register.estate_id, place_id=home.id, beneficiary_id=person_id, payer_name="",
            asked_by_name="", tip_by_name="", entered_by_id=entered, entered_at=at, policy_id=self.policy.id,
            channel=(Channel.PHONE, Channel.DESK, Channel.DOOR)[number % 3], ground_code=ground.code, words="",
            applied_on=applied, consent_at=at, consent_how=ConsentHow.SPOKEN, consent_to_notice=number % 2 == 0,
            proof_type=CARDS.get(ground.code, ProofType.CERTIFICATE), proof_tail=f"{row_id * 37 % 10_000:04}",
            proof_issuer=ISSUERS.get(ground.code, "市民政局"), proof_seen_by_id=entered, proof_seen_on=applied,
            proof_valid_until=until_proof, passed_up=False, reviewed=False, version=0,
        )  # fmt: skip
        acts.add(A.SUBMITTED, S.SUBMITTED if ground.is_verified else S.VERIFIED, entered)
        if ground.is_verified and fate != "submitted":
            asked_at = acts.at
            acts.add(A.VERIFICATION_ASKED, S.VERIFYING, self.staff.officer)
            answered = None
            if fate != "verifying":
                answered = acts.at, acts.add(A.VERIFIED, S.VERIFIED, self.staff.officer)
            self._sheet(row_id, asked_at, answered)
        self._decide(acts, home, ground, fate, applied, until_proof)

    def _sheet(self, row_id: int, asked_at: datetime, answered: tuple[datetime, int] | None) -> None:
        """The sheet with this one home; `answered` is when it came back, and the act that says so."""
        day, sheet_id, officer = clock.local_date(asked_at), self.rows.next_id("verification_sheet"), self.staff.officer
        same_day = sum(clock.local_date(row["made_at"]) == day for row in self.rows.waiting("verification_sheet"))
        at, act_id = answered or (None, None)
        self.rows.add(
            "verification_sheet", id=sheet_id, estate_id=self.register.estate_id, is_review=False, made_at=asked_at,
            number=f"HS{day:%Y%m%d}-{same_day + 1:02}", made_by_id=officer, asked_by=day + timedelta(days=7),
            letter_no="", signed_by_name="周主任" if at else "", signed_on=at and clock.local_date(at), returned_at=at,
            returned_by_id=at and officer, version=2 if at else 1,
        )  # fmt: skip
        self.rows.add(
            "verification_row", id=self.rows.next_id("verification_row"), sheet_id=sheet_id, application_id=row_id,
            position=1, answer=Answer.STILL_SO if at else None, words="", act_id=act_id,
        )  # fmt: skip
        topics, about = [f"waivers:{self.register.estate_id}"], ("verification_sheet", sheet_id)
        self.journal.note(asked_at, officer, Code("verification.asked"), *about, topics, {"homes": 1})
        if at:
            told = {"still_so": 1, "changed": 0, "unclear": 0}
            self.journal.note(at, officer, Code("verification.returned"), *about, topics, told)

    def _decide(
        self, acts: "_Acts", home: Spot, ground: PolicyGround, fate: str, applied: date, until_proof: date | None
    ) -> None:
        begins, until = rules.fee_from(applied), rules.valid_until(applied, ground.validity_months, until_proof)
        monthly = share((home.area * PRICE + 5_000) // 10_000, ground.property_fee_bp)
        figures = {
            "asked_bp": ground.property_fee_bp, "asked_until": until, "asked_fen": monthly,
            "shown_hash": f"demo-{acts.id}",
        }  # fmt: skip
        given = {"given_bp": ground.property_fee_bp, "given_until": until, "given_fen": monthly, **figures}
        changes = {"status": acts.stands}
        if fate.startswith("refused"):
            acts.add(A.REFUSED, S.REFUSED, self.staff.manager, REASONS[fate], **figures, given_bp=0, given_fen=0)
            changes["status"] = S.REFUSED
        elif fate in REASONS:
            if monthly * 12 > self.policy.second_above_fen:
                acts.add(A.FIRST_APPROVAL, S.VERIFIED, self.staff.manager, REASONS[fate], **given)
                acts.add(A.APPROVED, S.APPROVED, self.staff.owner, REASONS[fate], as_owner=True, **given)
            else:
                acts.add(A.APPROVED, S.APPROVED, self.staff.manager, REASONS[fate], **given)
            rates = {name: getattr(ground, name) for name in RATES}
            changes |= {"status": S.APPROVED, "approved_on": clock.local_date(acts.at), "fee_from": begins, **rates}
            changes |= {"until_on": until, "yearly_fen": monthly * 12, "bearer": ground.bearer, "flow": ground.flow}
            self._after(acts, fate, changes)
        self.settled.append({"row_id": acts.id, "version": acts.count, **_blank(), **changes})

    def _after(self, acts: "_Acts", fate: str, changes: dict) -> None:
        """What came after it was granted."""
        if fate == "suspended":
            acts.add(A.SUSPENDED, S.SUSPENDED, self.staff.officer, "住院治疗，子女接走同住，回来再恢复。")
            begins = rules.first_of_next_month(clock.local_date(acts.at))
            self.rows.add(
                "waiver_pause", id=self.rows.next_id("waiver_pause"), application_id=acts.id, from_on=begins,
                until_on=None,
            )  # fmt: skip
            changes["status"] = S.SUSPENDED
        elif fate in ENDED:
            why, words = ENDED[fate]
            acts.at = max(acts.at, clock.start_of_day(self.today - timedelta(days=40)))
            acts.add(A.ENDED, S.ENDED, self.staff.officer, words)
            changes |= {
                "status": S.ENDED, "end_reason": why, "ended_at": acts.at,
                "until_on": rules.first_of_next_month(clock.local_date(acts.at)),
            }  # fmt: skip


class _Acts:
    """The acts about one application, a few hours after one another."""

    def __init__(self, writer: Writer, row_id: int, policy_id: int, at: datetime) -> None:
        self.writer, self.id, self.policy_id, self.at = writer, row_id, policy_id, at
        self.count, self.stands = 0, S.DRAFT

    def add(self, kind: ActKind, to: WaiverStatus, actor_id: int, reason: str = "", **figures) -> int:
        rows, act_id = self.writer.rows, self.writer.rows.next_id("waiver_act")
        rows.add(
            "waiver_act", id=act_id, application_id=self.id, kind=kind, at=self.at, actor_id=actor_id, to_status=to,
            reason=reason, **{"as_owner": False, "shown_hash": ""} | figures,
        )  # fmt: skip
        told: dict = {"act_id": act_id}
        if "given_fen" in figures:
            told |= {"act": kind, "given_fen": figures["given_fen"], "policy_id": self.policy_id}
        elif kind is not A.SUBMITTED:
            told |= {"act": kind}
        name = "submitted" if kind is A.SUBMITTED else "decided" if "given_fen" in figures else "acted"
        topics = [f"waivers:{self.writer.register.estate_id}"]
        self.writer.journal.note(self.at, actor_id, Code(f"waiver.{name}"), "waiver_application", self.id, topics, told)
        self.at += timedelta(hours=3)
        self.count, self.stands = self.count + 1, to
        return act_id


def _blank() -> dict:
    """What only a granted application has; every row of the update names the same columns."""
    names = ("approved_on", "fee_from", "until_on", "yearly_fen", "bearer", "flow", "end_reason", "ended_at", *RATES)
    return dict.fromkeys(names)


def write(
    rows: Rows, journal: Journal, register: Register, staff: Staff, first_day: date, now: datetime
) -> list[dict]:  # fmt: skip
    """Add the applications as drafts, with all that was done about them; returns what `settle` makes of them."""
    policy = db.session.scalars(select(WaiverPolicy).where(WaiverPolicy.estate_id == register.estate_id)).one()
    writer = Writer(rows, journal, register, staff, first_day, clock.local_date(now), policy, [])
    writer.write(now)
    return writer.settled


def settle(settled: list[dict]) -> None:
    """Nothing begins as granted: the database lets it become so once the acts stand there."""
    if not settled:
        return
    table = WaiverApplication.__table__
    values = {name: bindparam(name) for name in settled[0] if name != "row_id"}
    db.session.connection().execute(update(table).where(table.c.id == bindparam("row_id")).values(values), settled)
