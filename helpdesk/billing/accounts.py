"""Opening and closing accounts: at the start, and whenever a home gets another owner."""

from collections.abc import Callable, Collection, Mapping
from datetime import date, datetime

from sqlalchemy import Select, func, insert, select

from helpdesk.accounts.models import User
from helpdesk.audit.actions import record
from helpdesk.billing.adjusting import adjust, comes_to
from helpdesk.billing.fees import charge_months, fee_rules, is_billable, months_billed
from helpdesk.billing.models import Account, AdjustmentKind, Charge, ChargeKind
from helpdesk.billing.payment_models import Method, Payment, ReceiptNumber, TakenAt
from helpdesk.billing.rules import Opening, days_of, fee, first_of, months, opening, use_of
from helpdesk.billing.waived import gross_until, waived
from helpdesk.core import clock
from helpdesk.core.extensions import db
from helpdesk.estate.models import Estate, Occupancy, OccupancyEnd, OccupancyRole, OpeningPosition, Place
from helpdesk.estate.queries import lives_there

PAYERS = (OccupancyRole.OWNER, OccupancyRole.HEAD, OccupancyRole.MEMBER)  # who pays, if the register names no owner
AT_ONCE = 500
AFTER_CLOSING: list[Callable[..., None]] = []  # called with the account, before the next one is charged; see reactions


def open_accounts(estate: Estate, *, after: int = 0, actor: User | None, now: datetime) -> int | None:
    """Open an account for the next few hundred places that have none, with what was owed or paid ahead.

    Returns the id of the last of these places; None if there was none.
    """
    found = places_without_account(estate.id).where(Place.id > after).limit(AT_ONCE)
    places = list(db.session.scalars(found))
    if not places:
        return None
    _open(estate, places, actor, now)
    return places[-1].id


def account_of(place: Place, *, actor: User, now: datetime) -> Account:
    """The account that runs at a place. If there is none it is opened as a run would, with what was owed or paid."""
    account = open_account_of(place.id)
    if account is None:
        _open(db.session.get_one(Estate, place.estate_id), [place], actor, now)
        account = open_account_of(place.id)
    return account


def _open(estate: Estate, places: list[Place], actor: User | None, now: datetime) -> None:
    today = clock.local_date(now)
    begins = openings([place.id for place in places], today)
    owners = owners_of([place.id for place in places], today)
    rows = [
        {
            "estate_id": estate.id, "place_id": place.id, "person_id": owners.get(place.id), "payer": "",
            "opened_on": begins[place.id].billed_from, "billed_from": begins[place.id].billed_from, "version": 0,
        }
        for place in places
    ]  # fmt: skip
    made = db.session.execute(insert(Account).returning(Account.id, Account.place_id), rows)
    ids = {place_id: account_id for account_id, place_id in made}
    _take_over(estate, places, begins, ids, today, now)
    record("accounts.opened", estate, actor=actor, now=now, count=len(places))


def places_without_account(estate_id: int) -> Select[tuple[Place]]:
    has_one = select(Account.id).where(Account.place_id == Place.id).exists()
    return select(Place).where(Place.estate_id == estate_id, is_billable(), ~has_one).order_by(Place.id)


def openings(place_ids: Collection[int], today: date) -> dict[int, Opening]:
    """How the accounts of these places begin; where nothing was taken over, with this month."""
    kept = select(OpeningPosition).where(OpeningPosition.place_id.in_(place_ids))
    found = {
        one.place_id: opening(one.paid_until, one.arrears_fen, one.as_of) for one in db.session.scalars(kept)
    }  # fmt: skip
    return {place_id: found.get(place_id, Opening(first_of(today), today)) for place_id in place_ids}


def owners_of(place_ids: Collection[int], on: date, roles: Collection[OccupancyRole] = PAYERS) -> dict[int, int]:
    """Who pays for these places on a date, by the ids of people: the owner, else the head of the household."""
    asked = select(Occupancy.place_id, Occupancy.person_id, Occupancy.role)
    asked = asked.where(Occupancy.place_id.in_(place_ids), lives_there(on), Occupancy.role.in_(roles))
    found = sorted(db.session.execute(asked.order_by(Occupancy.id)), key=lambda row: PAYERS.index(row.role))
    owners: dict[int, int] = {}
    for place_id, person_id, _role in found:
        owners.setdefault(place_id, person_id)
    return owners


def _take_over(
    estate: Estate, places: list[Place], begins: Mapping[int, Opening], ids: Mapping[int, int], today: date,
    now: datetime,
) -> None:  # fmt: skip
    """What was owed becomes a line, what was paid ahead a credit of what those days cost."""
    rules = fee_rules(estate.id, first_of(today))
    owed, ahead = [], []
    for place in places:
        start = begins[place.id]
        if start.arrears_fen:
            owed.append({
                "estate_id": estate.id, "account_id": ids[place.id], "place_id": place.id, "kind": ChargeKind.OPENING,
                "words": "", "gross_fen": start.arrears_fen, "reduced_fen": 0, "net_fen": start.arrears_fen,
                "due_on": start.owed_on, "made_at": now,
            })  # fmt: skip
        rule = rules.get(use_of(place.kind, place.use))
        if start.prepaid and rule and place.area and (worth := _worth(place, rule, *start.prepaid)):
            ahead.append((ids[place.id], worth))
    if owed:
        db.session.execute(insert(Charge), owed)
    numbers = draw_receipts(estate.id, today, len(ahead))
    for (account_id, worth), number in zip(ahead, numbers, strict=True):
        db.session.add(
            Payment(
                estate_id=estate.id, account_id=account_id, receipt_no=number, method=Method.OPENING,
                taken_at=TakenAt.DESK, amount_fen=worth, received_at=now, version=0,
            )
        )  # fmt: skip


def _worth(place: Place, rule, from_on: date, until_on: date) -> int:
    """What days paid ahead cost, month by month, as they will be charged."""
    price = rule.unit_price if place.unit_price is None else place.unit_price
    spans = (days_of(month, from_on, until_on) for month in months(from_on, until_on))
    return sum(fee(place.area, price, rule.rate_bp, *span) for span in spans if span)


def draw_receipts(estate_id: int, day: date, count: int) -> list[str]:
    """The next receipt numbers of a day, without a gap; inside `writing()`."""
    if not count:
        return []
    drawn = db.session.get(ReceiptNumber, (estate_id, day))
    if drawn is None:
        drawn = ReceiptNumber(estate_id=estate_id, day=day, last=0)
        db.session.add(drawn)
    first, drawn.last = drawn.last + 1, drawn.last + count
    return [f"SJ{day:%Y%m%d}-{number:04d}" for number in range(first, first + count)]


def open_account_of(place_id: int) -> Account | None:
    """The account that runs at a place."""
    return db.session.scalar(select(Account).where(Account.place_id == place_id, Account.closed_on.is_(None)))


def occupancy_changed(occupancy: Occupancy, *, actor: User, now: datetime) -> None:
    """Somebody moved in, sold, or it was corrected: close the seller's account, and open one for who owns it now.

    Nobody inherits what another owed, known or not: where nobody known paid so far, an owner is named who was it from
    the beginning of the account, and one who came later gets their own.
    """
    account = open_account_of(occupancy.place_id)
    if account is None:
        return
    today = clock.local_date(now)
    owner = owners_of([account.place_id], today, (OccupancyRole.OWNER,)).get(account.place_id)
    sold = occupancy.end_reason is OccupancyEnd.SOLD and occupancy.person_id == account.person_id
    if sold and owner != account.person_id:
        close_account(account, on=occupancy.until_on, person_id=owner, actor=actor, now=now)
    elif account.person_id is None and not account.payer and owner:
        since = _owner_since(account.place_id, owner)
        if since > account.billed_from:
            close_account(account, on=since, person_id=owner, actor=actor, now=now)
            return
        account.person_id = owner
        record("account.named", account, actor=actor, now=now, person_id=owner)


def _owner_since(place_id: int, person_id: int) -> date:
    held = select(func.min(Occupancy.from_on)).where(
        Occupancy.place_id == place_id, Occupancy.person_id == person_id, Occupancy.role == OccupancyRole.OWNER
    )
    return db.session.scalar(held)


def close_account(account: Account, *, on: date, person_id: int | None, actor: User, now: datetime) -> Account:
    """End an account on a local date and open the next owner's. What was charged past that day is taken back."""
    ends = max(on, account.opened_on)
    account.closed_on = ends
    at = {"actor": actor, "now": now}
    record("account.closed", account, place_id=account.place_id, closed_at=clock.start_of_day(ends), **at)
    for effect in AFTER_CLOSING:
        effect(account, **at)
    charged = months_billed(account, from_on=first_of(ends))
    for charge in charged:
        _shorten(charge, ends, actor, now)
    begins = max(ends, account.billed_from)
    opened = Account(
        estate_id=account.estate_id, place_id=account.place_id, person_id=person_id, payer="", opened_on=ends,
        billed_from=begins, version=0,
    )  # fmt: skip
    db.session.add(opened)
    record("account.opened", opened, place_id=opened.place_id, opened_at=clock.start_of_day(ends), **at)
    charge_months(opened, [charge.month for charge in charged if charge.until_on > begins], actor=actor, now=now)
    return opened


def _shorten(charge: Charge, ends: date, actor: User, now: datetime) -> None:
    """A line that reaches past the end of its account comes to the days before it."""
    if charge.until_on <= ends:
        return
    kept = gross_until(charge, ends) - sum(one.fen for one in waived(Charge.id == charge.id))
    if less := comes_to(charge) - min(max(kept, 0), comes_to(charge)):
        adjust(charge, AdjustmentKind.PART_MONTH, -less, actor=actor, now=now)
