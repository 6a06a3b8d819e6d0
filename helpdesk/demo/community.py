"""Who looks after the stairs and the grids, what the works of 2021 are still guaranteed for, where water comes."""

from datetime import date, datetime, timedelta

from helpdesk.core import clock
from helpdesk.demo.bulk import Rows
from helpdesk.demo.cribs import lead_of
from helpdesk.demo.homes import Places, add_keys
from helpdesk.demo.households import Resident
from helpdesk.demo.journal import Journal
from helpdesk.demo.people import Register
from helpdesk.demo.staff import Staff
from helpdesk.estate import phone_numbers, search_keys
from helpdesk.estate.community import LeadRole
from helpdesk.estate.facts import Fact
from helpdesk.estate.models import PreferredChannel

HANDED_OVER = date(2021, 11, 30)
GRIDS = (("第一网格", 0, "邵丽娟", "12000000901"), ("第二网格", 1, "蒋志强", "12000000902"))
WORKS: tuple[tuple[str, str, str, int, tuple[str, ...]], ...] = (  # item, contractor, its number, years, for what
    ("外墙防水翻新", "城南建设改造项目部", "052310000021", 5, ("WALL_SEEP", "RENDER_FALL")),
    ("屋面防水", "城南建设改造项目部", "052310000021", 6, ("ROOF_LEAK",)),
    ("雨污水管网", "市政管网改造项目部", "052310000022", 2, ("DRAIN",)),
    ("楼梯扶手", "江畔钢构", "052310000023", 2, ("HANDRAIL",)),
    ("楼道照明", "江畔钢构", "052310000023", 6, ("STAIR_LIGHT",)),
)
FLOODED = ("2024 年 7 月进水到第二级踏步", "门前地势低,暴雨先堵沙袋", "排水沟窄,大雨倒灌")


def write(rows: Rows, journal: Journal, register: Register, staff: Staff, first_day: date, now: datetime) -> None:
    """Everything of one estate, named and noted by its manager in the first days of the history."""
    at = clock.start_of_day(first_day) + timedelta(hours=9)
    _leads(rows, journal, register, staff, first_day, at)
    _guarantees(rows, journal, register, staff, at, clock.local_date(now))
    _flood_marks(rows, register.places)
    _corrections(rows, journal, register.places, staff, now)
    _written_twice(rows, register)


def _leads(
    rows: Rows, journal: Journal, register: Register, staff: Staff, first_day: date, at: datetime
) -> None:  # fmt: skip
    def name(role: LeadRole, person_id: int | None = None, **more) -> None:
        lead_id = rows.next_id("lead")
        rows.add(
            "lead", id=lead_id, estate_id=register.estate_id, role=role, person_id=person_id, from_on=first_day,
            version=1, **{"duty": "", "name": "", "number": ""} | more,
        )  # fmt: skip
        told = {"role": role, "person_id": person_id}
        journal.note(at, staff.manager, "lead.named", "lead", lead_id, [], told)

    for stairwell in register.places.stairwells:
        if found := lead_of(register, stairwell.id):
            name(LeadRole.STAIR_LEAD, found[1].id, place_id=stairwell.id)
    numbers = sorted({stairwell.building_no for stairwell in register.places.stairwells})
    middle = (len(numbers) + 1) // 2
    for title, second, worker, number in GRIDS:
        grid_id = rows.next_id("grid")
        buildings = numbers[middle:] if second else numbers[:middle]
        rows.add("grid", id=grid_id, estate_id=register.estate_id, name=title, buildings=buildings, version=1)
        journal.note(at, staff.manager, "grid.added", "grid", grid_id, [], {})
        name(LeadRole.GRID_WORKER, name=worker, number=number, grid_id=grid_id)
    if register.lived_in:
        scene = register.places.scene_home
        name(LeadRole.OTHER, scene.residents[0].id, duty="居民代表", building_no=scene.building_no)


def _guarantees(
    rows: Rows, journal: Journal, register: Register, staff: Staff, at: datetime, today: date
) -> None:  # fmt: skip
    """Some still run and some are over, in whatever year the demonstration is loaded."""
    late = max(0, today.year - HANDED_OVER.year - 5)
    for item, contractor, number, years, codes in WORKS:
        guarantee_id = rows.next_id("guarantee")
        term = years + late if years >= 5 else years
        rows.add(
            "guarantee", id=guarantee_id, estate_id=register.estate_id, item=item, contractor=contractor,
            number=number, last_on=HANDED_OVER.replace(year=HANDED_OVER.year + term), codes=list(codes), buildings=[],
            stairwells=[], version=1,
        )  # fmt: skip
        journal.note(at, staff.manager, "guarantee.added", "guarantee", guarantee_id, [], {})


def _flood_marks(rows: Rows, places: Places) -> None:
    low = [garage for garage in places.garages if garage.building_no in (3, 7)][::4]
    ground = [home for home in places.homes if home.floor_no == 1 and home.building_no == 3][:2]
    for number, spot in enumerate([*low, *ground, *(s for s in places.shared if s.address == "雨污水井")]):
        rows.add("flood_mark", place_id=spot.id, words=FLOODED[number % len(FLOODED)])


def _corrections(rows: Rows, journal: Journal, places: Places, staff: Staff, now: datetime) -> None:
    """Some of what an office corrects: a door note, a year of birth, a wish to be told by WeChat."""
    scene = places.scene_home
    stairwell = next((s for s in places.stairwells if s.id == scene.stairwell_id), None)
    desk = staff.operators[0]
    done: list[tuple[int, str, str, int, list[Fact]]] = [
        (40, "place.changed", "place", scene.id, [Fact.DOOR_NOTE]),
        (33, "place.crib_changed", "place", stairwell.id, [Fact.KEY_HOLDER, Fact.STOP_VALVE]) if stairwell else None,
        (12, "person.changed", "person", scene.residents[0].id, [Fact.BIRTH_YEAR, Fact.EMERGENCY_CONTACT]),
    ]
    for days, kind, table, row_id, fields in filter(None, done):
        rows.change(table, row_id, version=1)
        journal.note(now - timedelta(days=days), desk, kind, table, row_id, [], {"fields": fields})
    young = [r for home in places.homes for r in home.residents if 25 <= r.age <= 45][:12]
    for resident in young:
        rows.add("person_note", person_id=resident.id, channel=PreferredChannel.WECHAT)


def _written_twice(rows: Rows, register: Register) -> None:
    """A caller who was noted a second time without a home, and a number of which two digits were swapped."""
    single = [line for line in register.lines if len(line.people) == 1 and len(line.homes) == 1]
    if len(single) < 2:
        return
    caller, number = single[len(single) // 3], single[len(single) // 2]
    twin = _same_person(rows, register.estate_id, caller.people[0])
    rows.add("phone_person", phone_id=caller.id, person_id=twin)
    digits = _swapped(number.digits, {line.digits for line in register.lines})
    phone_id = rows.next_id("phone")
    rows.add("phone", id=phone_id, estate_id=register.estate_id, digits=digits)
    rows.add("phone_person", phone_id=phone_id, person_id=number.people[0].id)
    rows.add("phone_place", phone_id=phone_id, place_id=number.homes[0].id)
    add_keys(rows, register.estate_id, search_keys.of_phone(digits), phone_id=phone_id)


def _same_person(rows: Rows, estate_id: int, resident: Resident) -> int:
    person_id = rows.next_id("person")
    rows.add(
        "person", id=person_id, estate_id=estate_id, name=resident.name, hearing=False, mobility=False, dialect=False,
        lives_alone=False, emergency_contact="", version=0,
    )  # fmt: skip
    add_keys(rows, estate_id, search_keys.of_name(resident.name), person_id=person_id)
    return person_id


def _swapped(digits: str, taken: set[str]) -> str:
    """The number with two of its last digits the wrong way round; one that is nobody's and stays invented."""
    for i in range(len(digits) - 2, 3, -1):
        other = digits[:i] + digits[i + 1] + digits[i] + digits[i + 2 :]
        if other not in taken and phone_numbers.is_demo(other):
            return other
    return digits[:-1] + str((int(digits[-1]) + 1) % 10)
