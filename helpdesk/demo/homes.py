"""The places of an estate: homes, garages, shops, stairwells, and what all share."""

from dataclasses import dataclass, field
from random import Random

from helpdesk.demo.bulk import Rows
from helpdesk.demo.shape import Shape, share, shuffled, spread
from helpdesk.estate import search_keys
from helpdesk.estate.models import PlaceKind, Use

AREAS = {6_800: 15, 7_800: 30, 8_800: 30, 9_800: 18, 11_200: 7}  # in 0.01 m², and their share in percent
UNIT_PRICE = 3_500  # 0.35 yuan a square metre and month, in 0.01 fen
USES = {Use.OWN: 487, Use.LET: 87, Use.VACANT: 50}
SHARED = ("小区北门", "小区南门", "中心广场", "充电棚", "垃圾房", "雨污水井", "水泵房", "小区道路")
SCENE_HOME = "7-2-501"  # where the pipe bursts at 02:14


@dataclass(slots=True, eq=False)
class Spot:
    """A place as the generator needs it; the people of a home are added when they move in."""

    id: int
    kind: PlaceKind
    address: str
    building_no: int | None = None
    unit_no: int | None = None
    floor_no: int | None = None
    room_no: str | None = None
    stairwell_id: int | None = None
    use: Use | None = None
    area: int | None = None
    home_no: str | None = None
    door_note: str = ""
    residents: list = field(default_factory=list)
    lines: list = field(default_factory=list)


@dataclass(slots=True)
class Places:
    estate_id: int
    stairwells: list[Spot]
    shared: list[Spot]
    homes: list[Spot]
    garages: list[Spot]
    shops: list[Spot]

    @property
    def scene_home(self) -> Spot:
        return next((home for home in self.homes if home.address == SCENE_HOME), self.homes[0])

    def at(self, address: str) -> Spot | None:
        everywhere = (self.stairwells, self.shared, self.homes, self.garages, self.shops)
        return next((spot for spots in everywhere for spot in spots if spot.address == address), None)


def build(rows: Rows, estate_id: int, shape: Shape, rng: Random) -> Places:
    """Lay out every place. Homes above one another have the same area, as the walls have."""
    stairwells = [
        Spot(rows.next_id("place"), PlaceKind.COMMON_AREA, f"{building}-{unit}", building, unit)
        for building, entrances in enumerate(shape.entrances, start=1)
        for unit in range(1, entrances + 1)
    ]
    shared = [Spot(rows.next_id("place"), PlaceKind.COMMON_AREA, name) for name in SHARED]
    places = Places(estate_id, stairwells, shared, _homes(rows, stairwells, shape, rng), [], [])
    places.garages += _garages(rows, stairwells, shape)
    for number in range(1, shape.shops + 1):
        places.shops.append(Spot(rows.next_id("place"), PlaceKind.SHOP, f"店{number}", room_no=str(number), area=4_500))
    return places


def write(rows: Rows, places: Places) -> None:
    """Add the rows of every place and its keys, when all that is known of a home has been found out."""
    for spots in (places.stairwells, places.shared, places.homes, places.garages, places.shops):
        for spot in spots:
            rows.add(
                "place", id=spot.id, estate_id=places.estate_id, kind=spot.kind, address=spot.address, version=0,
                building_no=spot.building_no, unit_no=spot.unit_no, floor_no=spot.floor_no, room_no=spot.room_no,
                home_no=spot.home_no, use=spot.use, area=spot.area, door_note=spot.door_note,
                unit_price=UNIT_PRICE if spot.area else None, stairwell_id=spot.stairwell_id,
            )  # fmt: skip
            found_by = search_keys.of_place(spot.address, room_no=spot.room_no, home_no=spot.home_no)
            add_keys(rows, places.estate_id, found_by, place_id=spot.id)


def add_keys(rows: Rows, estate_id: int, keys: list[search_keys.Key], **found: int) -> None:
    for kind, key in keys:
        rows.add("search_key", id=rows.next_id("search_key"), estate_id=estate_id, kind=kind, key=key, **found)


def _homes(rows: Rows, stairwells: list[Spot], shape: Shape, rng: Random) -> list[Spot]:
    columns = len(stairwells) * shape.homes_a_landing
    areas = iter(spread(dict(zip(AREAS, share(columns, list(AREAS.values())), strict=True)), rng))
    uses = spread(dict(zip(USES, share(shape.homes, list(USES.values())), strict=True)), rng)
    numbers = rng.sample(range(1_001, 10_000), shape.homes)  # a home number, so that no two are confused by order
    homes = []
    for stairwell in stairwells:
        by_column = [next(areas) for _ in range(shape.homes_a_landing)]
        for floor in range(1, shape.floors + 1):
            for column, area in enumerate(by_column, start=1):
                room = f"{floor}{column:02}"
                homes.append(
                    Spot(
                        rows.next_id("place"),
                        PlaceKind.DWELLING,
                        f"{stairwell.address}-{room}",
                        stairwell.building_no,
                        stairwell.unit_no,
                        floor,
                        room,
                        stairwell.id,
                        uses[len(homes)],
                        area,
                        str(numbers[len(homes)]),
                    )  # fmt: skip
                )
    _keep_scene_home(homes)
    return homes


def _keep_scene_home(homes: list[Spot]) -> None:
    """Whoever lives where the scene plays lives in a home of their own."""
    scene = next((home for home in homes if home.address == SCENE_HOME), homes[0])
    other = next(home for home in homes if home.use is Use.OWN)
    scene.use, other.use = other.use, scene.use


def _garages(rows: Rows, stairwells: list[Spot], shape: Shape) -> list[Spot]:
    """Garages lie under the entrances and are counted through in each building."""
    garages, number = [], 0
    for stairwell, count in zip(stairwells, share(shape.garages, [1] * len(stairwells)), strict=True):
        number = 0 if stairwell.unit_no == 1 else number
        for _ in range(count):
            number += 1
            garages.append(
                Spot(
                    rows.next_id("place"),
                    PlaceKind.GARAGE,
                    f"{stairwell.building_no}-车{number}",
                    stairwell.building_no,
                    room_no=str(number),
                    stairwell_id=stairwell.id,
                    area=1_200 + 100 * (number % 5),
                )  # fmt: skip
            )
    return garages


def door_notes(places: Places, rng: Random) -> None:
    """What whoever comes must know; the same few things everywhere, and for those who hear badly always."""
    notes = (
        "门铃坏了,请敲门", "家里有小狗,先打电话", "下午一点到三点午睡", "进门请换鞋套", "白天家里只有老人",
        "楼道灯暗,上楼小心", "开门慢,请多等一会儿", "电瓶车停在门口,请绕一下",
    )  # fmt: skip
    lived_in = [home for home in places.homes if home.residents]
    for home in shuffled(lived_in, rng)[: len(lived_in) // 9]:
        home.door_note = rng.choice(notes)
    for home in lived_in:
        if any(resident.hearing for resident in home.residents) and len(home.residents) == 1:
            home.door_note = "敲门要重,按门铃听不见"
