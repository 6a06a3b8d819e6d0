"""Two years of fees and payments of the invented homes: most pay in time, some late, some not at all."""

from collections import Counter
from datetime import date, datetime, time, timedelta
from random import Random

from sqlalchemy import select

from helpdesk.billing.accounts import owners_of
from helpdesk.billing.fees import fee_rules, is_billable
from helpdesk.billing.lines import Line, Span, lines_of
from helpdesk.billing.models import ChargeKind
from helpdesk.billing.payment_models import Method, TakenAt
from helpdesk.billing.rules import first_of, months, next_month, use_of
from helpdesk.core import clock
from helpdesk.core.extensions import db
from helpdesk.demo.bulk import Rows
from helpdesk.estate.models import Place
from helpdesk.tariff.models import MaterialPolicy
from helpdesk.tariff.reductions import Reduction, Scope, reductions_of
from helpdesk.tariff.states import ListStatus

MONTHS = 24
PRICES = (  # labour and material in fen, and who brings it
    ("换灯管", "Change a lamp tube", "支", 500, MaterialPolicy.OWNER_BUYS, 0),
    ("换开关插座面板", "Change a switch or socket", "个", 1_000, MaterialPolicy.OWNER_BUYS, 0),
    ("换普通龙头", "Change an ordinary tap", "个", 500, MaterialPolicy.COMPANY_SELLS, 3_500),
    ("换混水龙头", "Change a mixer tap", "个", 2_000, MaterialPolicy.OWNER_BUYS, 0),
    ("疏通马桶、地漏", "Unblock a toilet or floor drain", "次", 6_000, MaterialPolicy.FREE, 0),
    ("机器疏通", "Unblock by machine", "次", 12_000, MaterialPolicy.FREE, 0),
    ("换抽屉锁", "Change a drawer lock", "把", 2_000, MaterialPolicy.OWNER_BUYS, 0),
)
MISSING, WHY_MISSING = 500, "下午找零多找了 5 元，已和住户核对，月底补齐。"
IN_TIME, LATE = 0.74, 0.86  # of all; the others stopped paying, most of them within a year
YOUNG = 0.6
WAYS = (Method.WECHAT,) * 6 + (Method.CASH,) * 3 + (Method.ALIPAY, Method.BANK)


def write(rows: Rows, estate_id: int, cashier_id: int, now: datetime, rng: Random) -> None:
    """Accounts, fee lines and payments of the last 24 months; needs the register in the database."""
    today = clock.local_date(now)
    until = first_of(today)
    since = date(until.year - MONTHS // 12, until.month, 1)
    _prices(rows, estate_id, since)
    places = list(db.session.scalars(select(Place).where(Place.estate_id == estate_id, is_billable())))
    owners, spans = owners_of([place.id for place in places], today), []
    for place in places:
        account_id = rows.next_id("account")
        rows.add(
            "account", id=account_id, estate_id=estate_id, place_id=place.id, person_id=owners.get(place.id), payer="",
            opened_on=since, billed_from=since, version=0,
        )  # fmt: skip
        spans.append(
            Span(place.id, account_id, since, None, place.area, place.unit_price, use_of(place.kind, place.use))
        )
    homes = [place.id for place in places]
    paid_through = {span.account_id: _paid_through(rng) for span in spans}
    numbers: Counter[date] = Counter()
    for number, month in enumerate(months(since, next_month(until))):
        rules = fee_rules(estate_id, month) or fee_rules(estate_id, until)
        for line in lines_of(spans, month, rules, reductions_of(homes, Scope.PROPERTY_FEE, month)):
            charge_id = _charge(rows, estate_id, line)
            stops, delay = paid_through[line.span.account_id]
            at = _moment(month + timedelta(days=rng.randint(3, 27) + delay), rng)
            if line.net_fen and number < MONTHS - stops and at <= now:
                _payment(rows, estate_id, line, charge_id, at, cashier_id, numbers, rng)
    for day, last in numbers.items():
        rows.add("receipt_number", estate_id=estate_id, day=day, last=last)
    _closings(rows, estate_id, cashier_id, today)


def _closings(rows: Rows, estate_id: int, cashier_id: int, today: date) -> None:
    """The till counted on three evenings; on the last one five yuan were missing, and it is said why."""
    taken = [row for row in rows.waiting("payment") if row["estate_id"] == estate_id]
    since = None
    for ago in (30, 2, 1):
        until = clock.start_of_day(today - timedelta(days=ago)) + timedelta(hours=18)
        here = [row for row in taken if row["received_at"] <= until and (since is None or row["received_at"] > since)]
        sums: Counter[str] = Counter()
        for row in here:
            sums[row["method"].value] += row["amount_fen"]
        cash = sums[Method.CASH.value]
        missing = MISSING if ago == 1 and cash >= MISSING else 0
        rows.add(
            "day_closing", id=rows.next_id("day_closing"), estate_id=estate_id, from_at=since, until_at=until,
            payments=len(here), sums=dict(sums), expected_fen=cash, counted_fen=cash - missing,
            words=WHY_MISSING if missing else "", closed_by_id=cashier_id,
        )  # fmt: skip
        since = until


def _prices(rows: Rows, estate_id: int, since: date) -> None:
    list_id = rows.next_id("price_list")
    rows.add(
        "price_list", id=list_id, estate_id=estate_id, edition=1, status=ListStatus.IN_FORCE, valid_from=since,
        call_out_fen=0, version=0,
    )  # fmt: skip
    for position, (name_zh, name_en, unit, labour, policy, material) in enumerate(PRICES, start=1):
        rows.add(
            "price_item", id=rows.next_id("price_item"), price_list_id=list_id, code=f"L{position:03d}",
            name_zh=name_zh, name_en=name_en, unit=unit, labour_fen=labour, material_policy=policy,
            material_fen=material, position=position,
        )  # fmt: skip


def _paid_through(rng: Random) -> tuple[int, int]:
    """How many of the last months a home has not paid, and how many days late it pays the others."""
    kind = rng.random()
    if kind < IN_TIME:
        return -1, 0
    if kind < LATE:
        return -1, 45
    return (rng.randint(2, 11) if rng.random() < YOUNG else rng.randint(13, MONTHS)), 0


def _moment(day: date, rng: Random) -> datetime:
    return clock.from_local(datetime.combine(day, time(rng.randint(8, 17), rng.randint(0, 59))))


def _charge(rows: Rows, estate_id: int, line: Line) -> int:
    charge_id = rows.next_id("charge")
    rows.add(
        "charge", id=charge_id, estate_id=estate_id, account_id=line.span.account_id, place_id=line.span.place_id,
        kind=ChargeKind.PROPERTY_FEE, month=line.month, from_on=line.from_on, until_on=line.until_on,
        fee_use=line.span.use, area=line.span.area, unit_price=line.unit_price, use_bp=line.use_bp, words="",
        gross_fen=line.gross_fen, reduced_fen=line.reduced_fen, net_fen=line.net_fen, due_on=line.due_on,
        made_at=clock.start_of_day(line.month), **_why(line.reduction),
    )  # fmt: skip
    return charge_id


def _why(reduction: Reduction | None) -> dict[str, int | None]:
    """By which waiver and edition of the policy a line is lower; every line names the same columns."""
    names = ("waiver_id", "rate_bp", "policy_id")
    return {name: reduction and getattr(reduction, name) for name in names}


def _payment(
    rows: Rows, estate_id: int, line: Line, charge_id: int, at: datetime, cashier_id: int, numbers: Counter[date],
    rng: Random,
) -> None:  # fmt: skip
    day, payment_id = clock.local_date(at), rows.next_id("payment")
    numbers[day] += 1
    rows.add(
        "payment", id=payment_id, estate_id=estate_id, account_id=line.span.account_id,
        receipt_no=f"SJ{day:%Y%m%d}-{numbers[day]:04d}", method=rng.choice(WAYS), taken_at=TakenAt.DESK,
        amount_fen=line.net_fen, invoice_wanted=rng.random() < 0.1, paid_by="", received_by_id=cashier_id,
        received_at=at, reversal_reason="", version=0,
    )  # fmt: skip
    rows.add("allocation", payment_id=payment_id, charge_id=charge_id, amount_fen=line.net_fen)
