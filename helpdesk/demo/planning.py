"""What the technicians of the demonstration can do, when they work, and where its buildings stand."""

from datetime import date, datetime, timedelta

from helpdesk.core import clock
from helpdesk.demo.bulk import Rows
from helpdesk.demo.homes import Spot
from helpdesk.demo.shape import Shape
from helpdesk.demo.staff import TRADES, Staff
from helpdesk.technicians.models import AbsenceReason, Level, Wish

SKILLS = {
    "plumber": ("plumber", "drain", "waterproofing", "general", "care", "locksmith", "utility"),
    "electrician": ("electrician", "weak_current", "utility", "general", "care", "patrol", "operator", "lift"),
    "general": (
        "general", "locksmith", "mason", "welder", "civil", "cleaning", "patrol", "care", "mediation", "drain",
    ),
}  # fmt: skip
WISHES = ((0, Wish.PREFERS), (1, Wish.PREFERS), (2, Wish.AVOIDS))  # of the first homes, by technician
EARLY, LATE = (480, 1050), (570, 1140)  # 08:00–17:30 and 09:30–19:00
BLOCKS = (
    (0, "仓库领料", 780, 30),
    (3, "配电房巡查", 570, 60),
    (4, "扶手安全巡查", 900, 90),
)  # whose, from which minute
ROW_M, COLUMN_M = 48, 70  # buildings stand in rows of six, the office at the gate


def write(
    rows: Rows, estate_id: int, staff: Staff, shape: Shape, first_day: date, today: date, homes: list[Spot]
) -> None:  # fmt: skip
    """Add skills, weekly hours, absences, blocks, wishes, and positions; one licence runs out soon."""
    for at, (user, trade) in enumerate(zip(staff.technicians, TRADES, strict=True)):
        for skill in SKILLS[trade]:
            licensed = skill == "electrician"
            expires_on = today + timedelta(days=35 if at == 3 else 700) if licensed else None
            rows.add(
                "technician_skill", id=rows.next_id("technician_skill"), estate_id=estate_id, user_id=user, skill=skill,
                level=Level.LICENSED if licensed else Level.ALONE, licence_tail=f"{7301 + at}" if licensed else "",
                expires_on=expires_on, version=0,
            )  # fmt: skip
        for weekday in range(7):
            if (weekday, at % 2) in ((5, 1), (6, 0)):
                continue  # one day of the weekend is free
            begin, end = LATE if at == 2 else EARLY
            if (at, weekday) == (4, 5):
                end = 720  # half a day
            rows.add(
                "working_hours", id=rows.next_id("working_hours"), estate_id=estate_id, user_id=user, weekday=weekday,
                from_minute=begin, until_minute=end, valid_from=first_day,
            )  # fmt: skip
    _absences(rows, estate_id, staff, today)
    for spot, (at, wish) in zip(homes, WISHES, strict=False):
        rows.add("technician_wish", place_id=spot.id, user_id=staff.technicians[at], wish=wish)
    for at, words, hour, minutes in BLOCKS:
        for day in (today, today + timedelta(days=1)):
            starts_at = clock.start_of_day(day) + timedelta(minutes=hour)
            rows.add(
                "block", id=rows.next_id("block"), estate_id=estate_id, user_id=staff.technicians[at], words=words,
                starts_at=starts_at, ends_at=starts_at + timedelta(minutes=minutes), version=0,
            )  # fmt: skip
    rows.add("building_position", estate_id=estate_id, building_no=0, east_m=0, north_m=0)
    for number in range(1, len(shape.entrances) + 1):
        row, column = divmod(number - 1, 6)
        rows.add(
            "building_position", estate_id=estate_id, building_no=number, east_m=40 + column * COLUMN_M,
            north_m=30 + row * ROW_M,
        )  # fmt: skip


def _absences(rows: Rows, estate_id: int, staff: Staff, today: date) -> None:
    """A course that is over, half a day in three days, and a holiday next week that was called off."""
    noon = timedelta(hours=12, minutes=30)
    course, half, holiday = (clock.start_of_day(today + timedelta(days=days)) for days in (-6, 3, 8))
    _away(rows, estate_id, staff, 3, AbsenceReason.TRAINING, course, course + timedelta(days=1))
    _away(rows, estate_id, staff, 4, AbsenceReason.OTHER, half, half + noon)
    _away(rows, estate_id, staff, 2, AbsenceReason.HOLIDAY, holiday, holiday + timedelta(days=5), called_off=True)


def _away(
    rows: Rows, estate_id: int, staff: Staff, at: int, reason: AbsenceReason, starts_at: datetime, ends_at: datetime,
    *, called_off: bool = False,
) -> None:  # fmt: skip
    noted_at = starts_at - timedelta(days=10)
    rows.add(
        "absence", id=rows.next_id("absence"), estate_id=estate_id, user_id=staff.technicians[at], reason=reason,
        starts_at=starts_at, ends_at=ends_at, noted_at=noted_at, noted_by_id=staff.manager,
        called_off_at=noted_at + timedelta(days=1) if called_off else None, version=0,
    )  # fmt: skip
