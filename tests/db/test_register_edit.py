"""Editing the register: each act does one thing, is found again by search, and leaves one event of codes."""

from datetime import date

import pytest
from sqlalchemy import select

from helpdesk.audit.models import Event
from helpdesk.audit.queries import verify_chain
from helpdesk.core.access import Role
from helpdesk.core.errors import Conflict, NotAllowed, Refused
from helpdesk.core.extensions import db
from helpdesk.core.transactions import writing
from helpdesk.estate import typed
from helpdesk.estate.actions import keep_number
from helpdesk.estate.facts import Fact
from helpdesk.estate.models import (
    Occupancy,
    OccupancyEnd,
    OccupancyRole,
    Person,
    Phone,
    Place,
    PlaceKind,
    PreferredChannel,
)
from helpdesk.estate.numbers import add_number, remove_number
from helpdesk.estate.people_actions import (
    add_person,
    change_occupancy,
    change_person,
    move_in,
    note_death,
    take_back_death,
)
from helpdesk.estate.place_actions import add_place, change_crib, change_place
from helpdesk.search.queries import find
from tests.conftest import NOON
from tests.households import add_home, add_phone
from tests.households import add_person as household

TODAY = NOON.date()


def events() -> list[tuple[str, dict]]:
    return [(event.kind, event.data) for event in db.session.scalars(select(Event).order_by(Event.seq))]


def found(user, words: str) -> list[str]:
    """What a look-up leads to: names, addresses, digits."""
    matches = [match for group in find(user, words, on=TODAY) for match in group.matches]
    db.session.rollback()
    return [m.person.name if m.person else m.place.address if m.place else m.phone.digits for m in matches]


@pytest.fixture
def guiying(estate, place):
    return household(estate, "王桂英", place)


def facts(**given):
    return {fact: given.get(fact.value) for fact in (Fact.HOME_NO, Fact.USE, Fact.AREA, Fact.UNIT_PRICE)} | {
        Fact.DOOR_NOTE: given.get("door_note", "")
    }


def test_a_new_home_gets_its_stairs_its_number_and_its_keys(ann, estate, now):
    spot = typed.spot_of(PlaceKind.DWELLING, "9-1-302")

    with writing():
        home = add_place(spot, facts(area=8850), flood="Up to the step", estate_id=estate.id, actor=ann, now=now)

    assert (home.home_no, home.area, home.floor_no, home.stairwell.address) == ("1001", 8850, 3, "9-1")
    assert home.flood.words == "Up to the step"
    assert found(ann, "9-1-302") == ["9-1-302"] == found(ann, "1001")
    assert events() == [("place.added", {}), ("place.added", {})] and verify_chain() is None


@pytest.mark.parametrize(
    ("address", "home_no", "field"), [("3-2-501", None, "address"), ("9-1-302", "2073", "home_no")]
)
def test_an_address_and_a_home_number_are_given_once(ann, estate, place, now, address, home_no, field):
    spot = typed.spot_of(PlaceKind.DWELLING, address)

    with pytest.raises(Refused) as no, writing():
        add_place(spot, facts(home_no=home_no), flood=None, estate_id=estate.id, actor=ann, now=now)

    assert no.value.field == field and events() == []


def test_a_corrected_address_is_found_and_the_wrong_one_is_not(ann, place, now):
    with writing():
        change_place(place, typed.spot_of(PlaceKind.DWELLING, "3-1-502"), facts(home_no="2073", door_note="敲门要重"),
                     flood=None, actor=ann, now=now)  # fmt: skip

    assert (place.address, place.stairwell.address, place.version) == ("3-1-502", "3-1", 1)
    assert found(ann, "3-1-502") == ["3-1-502"] and found(ann, "3-2-501") == []
    assert events()[-1] == ("place.changed", {"fields": ["address"]})


def test_saving_the_same_again_is_no_act(ann, place, guiying, now):
    spot = typed.spot_of(PlaceKind.DWELLING, "3-2-501")
    same = {Fact.NAME: "王桂英", Fact.HEARING: False}

    with writing():
        change_place(place, spot, facts(home_no="2073", door_note="敲门要重"), flood=None, actor=ann, now=now)
        change_person(guiying, same, channel=None, actor=ann, now=now)

    assert (events(), place.version, guiying.version) == ([], 0, 0)


def test_the_crib_of_a_stairwell_is_written_the_first_time_and_corrected_later(ann, stairwell, now):
    for words in ("Behind the blue door", "Under the stairs"):
        with writing():
            change_crib(stairwell, {Fact.STOP_VALVE: words, Fact.BREAKER: ""}, actor=ann, now=now)

    assert stairwell.crib.stop_valve == "Under the stairs"
    assert events() == [("place.crib_changed", {"fields": ["stop_valve"]})] * 2


def test_a_corrected_name_is_found_by_its_pinyin(ann, guiying, now):
    with writing():
        change_person(guiying, {Fact.NAME: "翟桂英"}, channel=PreferredChannel.SMS, actor=ann, now=now)

    assert found(ann, "zhai") == ["翟桂英"] and found(ann, "wangguiying") == []
    assert events() == [("person.changed", {"fields": ["name", "channel"]})]


def test_a_number_is_shared_not_taken_away_from_others(ann, estate, place, guiying, now):
    son = household(estate, "李建国", place)
    phone = add_phone(estate, "12000000001", people=[son])

    with writing():
        same = add_number(guiying, "120 0000 0001", actor=ann, now=now)
        landline = add_number(place, "10000012", actor=ann, now=now)

    assert same.id == phone.id and {one.name for one in phone.people} == {"王桂英", "李建国"}
    assert landline.digits == "052310000012" and found(ann, "10000012") == ["3-2-501"]
    assert [kind for kind, _ in events()] == ["person.number_added", "place.number_added"]


@pytest.mark.parametrize("number", ["", "120", "12345", "电话", "1380000"])
def test_what_is_no_number_is_not_noted(ann, guiying, now, number):
    with pytest.raises(Refused), writing():
        add_number(guiying, number, actor=ann, now=now)

    assert events() == []


def test_a_number_is_noted_once_and_taken_away_once(ann, estate, guiying, now):
    phone = add_phone(estate, "12000000001", people=[guiying])

    with pytest.raises(Refused), writing():
        add_number(guiying, "12000000001", actor=ann, now=now)
    with writing():
        remove_number(guiying, phone, actor=ann, now=now)
    with pytest.raises(Conflict), writing():
        remove_number(guiying, phone, actor=ann, now=now)

    assert guiying.phones == [] and events() == [("person.number_removed", {"phone_id": phone.id})]


def test_somebody_moves_in_sells_and_stays_in_the_history(ann, estate, place, now):
    other = add_home(estate, 7, 1, "302")
    with writing():
        chen = add_person(place, name="陈红", role=OccupancyRole.OWNER, from_on=date(2020, 1, 1), actor=ann, now=now)
        move_in(chen, other, role=OccupancyRole.TENANT, from_on=TODAY, actor=ann, now=now)
    first = chen.occupancies[0]

    with writing():
        change_occupancy(first, role=first.role, from_on=first.from_on, until_on=TODAY, reason=OccupancyEnd.SOLD,
                         actor=ann, now=now)  # fmt: skip

    assert [held.place.address for held in chen.occupancies if held.holds_on(TODAY)] == ["7-1-302"]
    where = {"place_id": place.id, "occupancy_id": first.id}
    assert [kind for kind, _ in events()] == ["person.added", "person.moved_in", "person.moved_out"]
    assert events()[-1][1] == where | {"reason": "sold"} and found(ann, "chenhong") == ["陈红"]


@pytest.mark.parametrize(
    ("until_on", "reason", "field"),
    [
        (date(2019, 1, 1), OccupancyEnd.MOVED, "until_on"),
        (TODAY, None, "reason"),
        (None, OccupancyEnd.MOVED, "until_on"),
        (TODAY, OccupancyEnd.DIED, "reason"),
    ],
)
def test_an_end_needs_a_day_and_a_reason_that_fit(ann, guiying, now, until_on, reason, field):
    held = guiying.occupancies[0]

    with pytest.raises(Refused) as no, writing():
        change_occupancy(held, role=held.role, from_on=date(2020, 5, 1), until_on=until_on, reason=reason, actor=ann,
                         now=now)  # fmt: skip

    assert no.value.field == field and guiying.occupancies[0].until_on is None


def test_an_end_that_was_wrong_is_taken_back(ann, estate, place, now):
    li = household(estate, "李大明", place, until=TODAY)
    held = li.occupancies[0]

    with writing():
        change_occupancy(held, role=held.role, from_on=held.from_on, until_on=None, reason=None, actor=ann, now=now)

    assert held.holds_on(TODAY) and events()[-1][1]["fields"] == ["until_on"]


def test_a_death_ends_every_home_and_can_be_taken_back(ann, estate, place, guiying, now):
    other = add_home(estate, 7, 1, "302")
    with writing():
        move_in(guiying, other, role=OccupancyRole.OWNER, from_on=TODAY, actor=ann, now=now)
        note_death(guiying, died_on=date(2026, 3, 1), actor=ann, now=now)
    ended = [(held.until_on, held.end_reason) for held in guiying.occupancies]
    with pytest.raises(Refused), writing():
        move_in(guiying, place, role=OccupancyRole.OWNER, from_on=TODAY, actor=ann, now=now)
    with pytest.raises(Conflict), writing():
        note_death(guiying, died_on=TODAY, actor=ann, now=now)

    with writing():
        take_back_death(guiying, actor=ann, now=now)

    assert ended == [(date(2026, 3, 1), OccupancyEnd.DIED), (TODAY, OccupancyEnd.DIED)]
    assert guiying.died_on is None and [held.until_on for held in guiying.occupancies] == [None, None]
    assert [data for kind, data in events() if "d" in kind][-1] == {"homes": 2}


def test_nobody_died_tomorrow(ann, guiying, now):
    with pytest.raises(Refused), writing():
        note_death(guiying, died_on=date(2026, 3, 3), actor=ann, now=now)

    assert guiying.died_on is None


def test_whoever_may_only_read_changes_nothing(person, place, guiying, now):
    fay = person("Fay", Role.FINANCE)

    for act in (
        lambda: change_person(guiying, {Fact.NAME: "x"}, channel=None, actor=fay, now=now),
        lambda: note_death(guiying, died_on=TODAY, actor=fay, now=now),
        lambda: add_number(place, "12000000001", actor=fay, now=now),
        lambda: change_crib(place, {}, actor=fay, now=now),
    ):
        with pytest.raises(NotAllowed), writing():
            act()

    assert events() == [] and db.session.scalars(select(Phone)).all() == []


def test_no_event_of_the_register_holds_a_name_a_number_or_a_word(ann, estate, place, guiying, now):
    with writing():
        change_person(guiying, {Fact.NAME: "翟桂英", Fact.BIRTH_YEAR: 1945}, channel=None, actor=ann, now=now)
        add_number(guiying, "12000000001", actor=ann, now=now)

    told = "".join(str(data) for _, data in events())
    assert "翟" not in told and "1945" not in told and "12000000001" not in told


def test_a_caller_is_kept_as_before(ann, estate, now):
    with writing():
        phone = keep_number("12000000001", estate_id=estate.id, actor=ann, now=now)
        again = keep_number("120 0000 0001", estate_id=estate.id, actor=ann, now=now)

    assert phone.id == again.id and events() == [("phone.kept", {})] and found(ann, "0001") == ["12000000001"]
    assert db.session.scalars(select(Place)).all() == [] and db.session.scalars(select(Person)).all() == []
    assert db.session.scalars(select(Occupancy)).all() == []
