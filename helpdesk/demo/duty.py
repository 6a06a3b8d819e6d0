"""Who is on duty around the day of the demonstration, and the hand-overs between the shifts."""

from collections.abc import Iterator, Sequence
from datetime import datetime, time, timedelta
from functools import partial

from sqlalchemy import select

from helpdesk.core import clock
from helpdesk.core.extensions import db
from helpdesk.demo.stage import MINUTE, Scene, Stage
from helpdesk.demo.stories import at_local
from helpdesk.duty.models import Post
from helpdesk.duty.rules import Pattern, Span, laid_out, week_of
from helpdesk.handover.sections import state_code
from helpdesk.repairs.models import Category, Urgency
from helpdesk.repairs.states import Status, VisitStatus

CHANGES = (time(8), time(14), time(20))
WEEKS_BACK, WEEKS_AHEAD, AT_ONCE = 4, 5, 3  # this week is the first of those ahead; so many weeks are planned at once
NIGHTS = 3  # whose hand-overs are told
WORDS = (
    "门卫室备用钥匙在第二个抽屉。7 幢楼道口的警示带先别拆。",
    "早上有社区的人来看外墙，到了请联系范经理。",
    "配电房钥匙已还。夜里下雨，地下车库门口看过两次，没有进水。",
)
AT_EIGHT = "小区北门道闸报过修，厂家说明天上午来。"


def roster(stage: Stage) -> None:
    """Operators in three shifts, two technicians on call each week, and who leads; one night somebody stood in."""
    staff, monday = stage.staff, week_of(clock.local_date(stage.now)) - timedelta(weeks=WEEKS_BACK)
    turns = {"weeks": AT_ONCE, "changes": CHANGES, "rotates": False}
    technicians = staff.technicians
    for block in range(0, WEEKS_BACK + WEEKS_AHEAD, AT_ONCE):
        first_on = monday + timedelta(weeks=block)
        shifts: list[tuple[Post, int, int, Span]] = []
        for turn in laid_out(Pattern.THREE_SHIFTS, first_on, people=3, **turns):
            shifts.append((Post.HOTLINE, staff.operators[turn.person], 1, turn.span))
        for turn in laid_out(Pattern.WEEK_EACH, first_on, people=1, **turns):
            number = (clock.local_date(turn.span.starts_at) - monday).days // 7
            for position in (1, 2):
                who = technicians[(number + WEEKS_BACK + position) % len(technicians)]
                shifts.append((Post.ON_CALL, who, position, turn.span))
            shifts.append((Post.LEAD, staff.manager, 1, turn.span))
        _keep(stage, shifts, at_local(clock.start_of_day(first_on), time(15), -4))


def _keep(stage: Stage, shifts: Sequence[tuple[Post, int, int, Span]], planned_at: datetime) -> None:
    """The rows of some weeks, and the one event that tells of them, said when they were planned."""
    desk, planned_at = stage.desk, min(planned_at, stage.now)
    topics, ids = [f"duty:{desk.estate_id}"], []
    relief = stage.staff.operators[3] if len(stage.staff.operators) > 3 else None
    for post, user_id, position, span in shifts:
        shift_id = desk.rows.next_id("shift")
        ids.append(shift_id)
        stood_in = (
            relief if post is Post.HOTLINE and clock.local(span.starts_at).weekday() == 5 and _by_night(span) else None
        )
        comes = stood_in or user_id
        desk.rows.add(
            "shift", id=shift_id, estate_id=desk.estate_id, post=post, user_id=comes, position=position,
            starts_at=span.starts_at, ends_at=span.ends_at, stands_in_for_id=user_id if stood_in else None,
            version=(shift_id == ids[0]) + bool(stood_in),
        )  # fmt: skip
        if stood_in:
            data = {"shift_id": shift_id, "from_user_id": user_id, "user_id": comes}
            times = {"starts_at": span.starts_at, "ends_at": span.ends_at}
            noted = min(stage.now, planned_at + timedelta(hours=2))
            desk.journal.note(noted, stage.staff.manager, "shift.stood_in", "shift", shift_id, topics, data | times)
    ends = {"from_at": min(s[3].starts_at for s in shifts), "until_at": max(s[3].ends_at for s in shifts)}
    desk.journal.note(planned_at, stage.staff.manager, "roster.filled", "shift", ids[0], topics, {"shifts": ids} | ends)


def _by_night(span: Span) -> bool:
    return clock.local(span.starts_at).time() == CHANGES[2]


def handovers(stage: Stage, names: dict[int, str]) -> Iterator[Scene]:
    """The last days' sheets, signed by both ten minutes before each change; in the evening one that is still open."""
    today = clock.local_date(stage.now)
    for ago in range(NIGHTS, -1, -1):
        for slot, change in enumerate(CHANGES):
            changes_at = clock.from_local(datetime.combine(today - timedelta(days=ago), change))
            goes, comes = stage.staff.operators[slot - 1 if slot else 2], stage.staff.operators[slot]
            if _is_night_of_relief(changes_at, slot) and len(stage.staff.operators) > 3:
                goes, comes = (stage.staff.operators[3], comes) if slot == 0 else (goes, stage.staff.operators[3])
            if changes_at <= stage.now:
                yield (
                    changes_at,
                    partial(_sign, stage, changes_at, goes, comes, names, WORDS[(ago + slot) % len(WORDS)]),
                )
            elif slot == 2 and changes_at - stage.now <= 30 * MINUTE:
                yield stage.now - MINUTE, partial(_open, stage, stage.now - MINUTE, goes)


def _is_night_of_relief(at: datetime, slot: int) -> bool:
    """Saturday's night shift begins, or has just ended."""
    weekday = clock.local(at).weekday()
    return (slot == 2 and weekday == 5) or (slot == 0 and weekday == 6)


def _open(stage: Stage, at: datetime, goes: int) -> int:
    desk = stage.desk
    handover_id = desk.rows.next_id("handover")
    topics = [f"duty:{desk.estate_id}"]
    desk.rows.add(
        "handover", id=handover_id, estate_id=desk.estate_id, outgoing_id=goes, opened_at=at, notes=AT_EIGHT, version=2
    )
    desk.journal.note(at, goes, "handover.opened", "handover", handover_id, topics, {})
    desk.journal.note(at, goes, "handover.noted", "handover", handover_id, topics, {})
    return handover_id


def _sign(stage: Stage, at: datetime, goes: int, comes: int, names: dict[int, str], notes: str) -> None:
    desk = stage.desk
    handover_id, topics = desk.rows.next_id("handover"), [f"duty:{desk.estate_id}"]
    opened_at, first, second = at - 12 * MINUTE, at - 4 * MINUTE, at
    lines = list(_lines(stage, at, names))
    desk.rows.add(
        "handover", id=handover_id, estate_id=desk.estate_id, outgoing_id=goes, incoming_id=comes, opened_at=opened_at,
        notes=notes, outgoing_signed_at=first, incoming_signed_at=second, frozen_at=second, version=3,
    )  # fmt: skip
    for line in lines:
        desk.rows.add("handover_line", id=desk.rows.next_id("handover_line"), handover_id=handover_id, **line)
    for when, who, kind, data in (
        (opened_at, goes, "handover.opened", {}),
        (first, goes, "handover.signed", {"outgoing": True}),
        (second, comes, "handover.frozen", {"outgoing": False, "rows": len(lines)}),
    ):
        desk.journal.note(when, who, kind, "handover", handover_id, topics, data)


def _lines(stage: Stage, at: datetime, names: dict[int, str]) -> Iterator[dict]:
    """What of the orders told so far was open at this moment."""
    rows, desk = stage.desk.rows, stage.desk
    places = stage.board.register.places
    everywhere = (places.stairwells, places.shared, places.homes, places.garages, places.shops)
    addresses = {spot.id: spot.address for spots in everywhere for spot in spots}
    found = select(Category.id, Category.name_zh, Category.name_en).where(Category.estate_id == desk.estate_id)
    called = {category_id: both for category_id, *both in db.session.execute(found)}
    visits: dict[int, list[dict]] = {}
    for visit in rows.waiting("visit"):
        visits.setdefault(visit["work_order_id"], []).append(visit)
    crews: dict[int, list[int]] = {}
    for sent in rows.waiting("visit_technician"):
        crews.setdefault(sent["visit_id"], []).append(sent["user_id"])
    for order in rows.waiting("work_order"):
        ended = order["done_at"] or order["closed_at"] or (at if order["status"] is Status.CANCELLED else None)
        if order["estate_id"] != desk.estate_id or order["reported_at"] > at or (ended and ended <= at):
            continue
        section = _section(order, at)
        if section:
            visit = next((v for v in reversed(visits.get(order["id"], [])) if v["planned_at"] <= at), None)
            crew = crews.get(visit["id"], ()) if visit and at < (visit["ended_at"] or stage.now) else ()
            name = called[order["category_id"]]
            yield {
                "section": section, "subject_id": order["id"], "path": f"/work-orders/{order['number']}",
                "state": state_code(_state(order, visit, at)), "due_at": order["done_by"],
                "urgency": order["urgency"].value,
                "place": addresses.get(order["place_id"], ""), "what_zh": name[0], "what_en": name[1],
                "who": "、".join(names[user_id] for user_id in crew),
            }  # fmt: skip


def _section(order: dict, at: datetime) -> str:
    if order["urgency"] in (Urgency.P0, Urgency.P1):
        return "emergencies"
    return "late" if order["done_by"] and order["done_by"] < at else ""


def _state(order: dict, visit: dict | None, at: datetime):
    if order["hold_reason"] and (visit is None or (visit["ended_at"] and visit["ended_at"] <= at)):
        return order["hold_reason"]
    if visit is None:
        return Status.REPORTED
    if visit["ended_at"] and visit["ended_at"] <= at:
        return visit["status"]
    steps = (
        ("arrived_at", VisitStatus.ON_SITE),
        ("departed_at", VisitStatus.ON_THE_WAY),
        ("accepted_at", VisitStatus.ACCEPTED),
    )
    return next((state for name, state in steps if visit[name] and visit[name] <= at), VisitStatus.PLANNED)
