"""The register's pages to add and edit: they work, refuse, keep what was typed, and are for those who may."""

from datetime import date
from uuid import uuid4

import pytest
from sqlalchemy import select

from helpdesk.audit.models import Event
from helpdesk.core.access import Role
from helpdesk.core.extensions import db
from helpdesk.core.transactions import writing
from helpdesk.estate.community import Grid, Guarantee, Lead, LeadRole
from helpdesk.estate.merging import merge_people
from helpdesk.estate.models import OccupancyRole, Person, Phone, Place, RegisterMerge
from tests.conftest import HTMX, NOON
from tests.households import add_home, add_person, add_phone, index_place

TODAY = NOON.date().isoformat()


def key() -> dict:
    return {"request_key": str(uuid4())}


@pytest.fixture
def guiying(estate, place):
    return add_person(estate, "王桂英", place)


def person_form(person, **given):
    return {"name": person.name, "channel": "", "version": person.version} | given


def place_form(place, **given):
    return {"address": place.address, "home_no": place.home_no or "", "use": "", "door_note": place.door_note,
            "version": place.version} | given  # fmt: skip


# people


def test_a_name_is_corrected_and_told_in_the_history(ann, guiying, as_user, now):
    browser = as_user(ann)
    sent = person_form(guiying, name="翟桂英", birth_year="1945", hearing="y", contact_name="女儿 陈红",
                       contact_number="12000000009", channel="wechat")  # fmt: skip

    answer = browser.post(f"/estate/residents/{guiying.id}/facts", data=sent)

    assert (answer.status_code, answer.location) == (303, f"/estate/residents/{guiying.id}")
    page = browser.get(answer.location).text
    for told in ("翟桂英", "born 1945", "Hears badly", "女儿 陈红", "120 0000 0009", "WeChat"):
        assert told in page, told
    assert "Ann corrected: name, year of birth, hearing, emergency contact, how to tell them something" in page
    assert f"/estate/residents/{guiying.id}" in browser.get("/search?q=zgy").text


@pytest.mark.parametrize(
    ("given", "said"),
    [
        ({"name": ""}, "This field is required."),
        ({"birth_year": "1"}, "Write the year with four digits."),
        ({"birth_year": "9" * 400}, "Write the year with four digits."),
        ({"contact_name": "女儿", "contact_number": "12"}, "This is not a whole telephone number."),
        ({"contact_name": "", "contact_number": "12000000009"}, "Say whose number this is."),
        ({"channel": "pigeon"}, "Choose one of these."),
        ({"version": ""}, "Reload the page"),
    ],
)
def test_what_cannot_be_is_refused_and_what_was_typed_stays(ann, guiying, as_user, now, given, said):
    answer = as_user(ann).post(
        f"/estate/residents/{guiying.id}/facts", data=person_form(guiying, contact_name="李 typed it") | given
    )

    assert answer.status_code == 422 and said in answer.text
    assert "李 typed it" in answer.text or "contact_name" in given
    assert db.session.get(Person, guiying.id).emergency_contact == ""


def test_who_comes_second_sees_what_changed_and_keeps_what_they_typed(ann, mei, guiying, as_user, now):
    as_user(mei).post(f"/estate/residents/{guiying.id}/facts", data=person_form(guiying, name="翟桂英"))

    answer = as_user(ann).post(
        f"/estate/residents/{guiying.id}/facts", data=person_form(guiying, name="王桂莲", version=0)
    )

    assert answer.status_code == 409 and "Someone changed this" in answer.text
    assert 'value="王桂莲"' in answer.text and 'name="version" value="1"' in answer.text
    assert db.session.get(Person, guiying.id).name == "翟桂英"


def test_a_second_number_is_noted_once_however_often_it_is_sent(ann, guiying, as_user, now):
    browser, sent = as_user(ann), {"number": "120 0000 0001", **key()}

    answers = [browser.post(f"/estate/residents/{guiying.id}/numbers", data=sent) for _ in range(2)]

    assert [answer.location for answer in answers] == [f"/estate/residents/{guiying.id}/edit#numbers"] * 2
    assert [phone.digits for phone in db.session.get(Person, guiying.id).phones] == ["12000000001"]
    changed = browser.post(f"/estate/residents/{guiying.id}/numbers", data=sent | {"number": "12000000002"})
    assert changed.status_code == 422 and "sent before with other contents" in changed.text


def test_a_number_is_taken_away(ann, estate, guiying, as_user, now):
    phone = add_phone(estate, "12000000001", people=[guiying])
    sent = {"phone_id": phone.id, "version": guiying.version}

    first = as_user(ann).post(f"/estate/residents/{guiying.id}/numbers/removed", data=sent)
    stale = as_user(ann).post(f"/estate/residents/{guiying.id}/numbers/removed", data=sent)

    assert (first.status_code, stale.status_code) == (303, 409)
    assert db.session.get(Person, guiying.id).phones == []


def test_homes_begin_and_end(ann, estate, guiying, as_user, now):
    add_home(estate, 7, 1, "302")
    browser, held = as_user(ann), guiying.occupancies[0]
    moved = {"address": "七幢一单元302", "role": "owner", "from_on": TODAY, **key()}

    browser.post(f"/estate/residents/{guiying.id}/homes", data=moved)
    ended = {"role": "head", "from_on": "2020-05-01", "until_on": TODAY, "reason": "moved", "version": 1}
    answer = browser.post(f"/estate/homes/{held.id}", data=ended)

    assert answer.status_code == 303
    page = browser.get(f"/estate/residents/{guiying.id}").text
    assert "7-1-302" in page and "2020-05-01 to 2026-03-02 · Moved away" in " ".join(page.split())
    assert "Ann noted an end: Moved away" in page and "Ann noted that a resident moved in" in page
    assert "Ann noted an end: Moved away" in browser.get(f"/estate/places/{held.place_id}").text


@pytest.mark.parametrize(
    ("given", "said"),
    [
        ({"address": "99-9-999"}, "There is no such place in the register."),
        ({"from_on": ""}, "Give the day."),
        ({"from_on": "0001-01-01"}, "Give the day."),
        ({"role": "king"}, "Choose one of these."),
        ({"address": "3-2-501"}, "This home is noted already."),
    ],
)
def test_a_home_that_cannot_be_is_refused(ann, guiying, place, as_user, now, given, said):
    sent = {"address": "3-2-501", "role": "owner", "from_on": TODAY, **key()} | given

    answer = as_user(ann).post(f"/estate/residents/{guiying.id}/homes", data=sent)

    assert answer.status_code == 422 and said in answer.text


def test_a_death_is_noted_and_taken_back(ann, guiying, as_user, now):
    browser, page = as_user(ann), f"/estate/residents/{guiying.id}"

    late = browser.post(f"{page}/death", data={"died_on": "2026-03-03", "version": 0})
    browser.post(f"{page}/death", data={"died_on": "2026-03-01", "version": 0})
    noted = browser.get(page).text
    browser.post(f"{page}/death/taken-back", data={"version": 1})

    assert late.status_code == 422 and "This day is still to come." in late.text
    assert "since 2026-03-01 · not to be rung any more" in " ".join(noted.split())
    assert "not to be rung" not in browser.get(page).text


# places


def test_a_place_is_added_and_corrected(ann, estate, as_user, now):
    browser = as_user(ann)
    sent = {"kind": "dwelling", "address": "9幢1单元302", "use": "let", "area": "88.5", "unit_price": "0.35",
            "flood": "y", "flood_words": "Up to the step", "estate_id": estate.id, **key()}  # fmt: skip

    added = browser.post("/estate/places", data=sent)
    again = browser.post("/estate/places", data=sent)

    home = db.session.scalars(select(Place).where(Place.address == "9-1-302")).one()
    assert added.location == again.location == f"/estate/places/{home.id}/edit"
    assert (home.area, home.unit_price, home.use, home.home_no) == (8850, 3500, "let", "1001")
    page = browser.get(f"/estate/places/{home.id}").text
    assert "Flood risk" in page and "Up to the step" in page and "Ann added this place" in page
    assert f"/estate/places/{home.id}" in browser.get("/search?q=9-1-302").text


@pytest.mark.parametrize(
    ("given", "said"),
    [
        ({"address": "everywhere"}, "This is no address of this kind."),
        ({"address": "3-2-501"}, "This address is in the register already."),
        ({"home_no": "2073"}, "3-2-501 has this home number."),
        ({"home_no": "20"}, "A home number has four digits."),
        ({"area": "large"}, "Write it like 88.5."),
        ({"unit_price": "1e9"}, "Write it like 0.35."),
        ({"kind": ""}, "Choose one of these."),
        ({"use": "castle"}, "Choose one of these."),
    ],
)
def test_a_place_that_cannot_be_is_refused(ann, place, as_user, now, given, said):
    sent = {"kind": "dwelling", "address": "9-1-302", "use": "", "door_note": "typed note", **key()} | given

    answer = as_user(ann).post("/estate/places", data=sent)

    assert answer.status_code == 422 and said in answer.text and "typed note" in answer.text
    assert len(db.session.scalars(select(Place)).all()) == 2


def test_a_place_changed_meanwhile_is_not_overwritten(ann, mei, place, as_user, now):
    as_user(mei).post(f"/estate/places/{place.id}/facts", data=place_form(place, door_note="Knock"))

    answer = as_user(ann).post(f"/estate/places/{place.id}/facts", data=place_form(place, door_note="Ring", version=0))

    assert answer.status_code == 409 and "Ring" in answer.text
    assert db.session.get(Place, place.id).door_note == "Knock"


def test_the_crib_of_a_stairwell_is_written(ann, place, stairwell, as_user, now):
    browser = as_user(ann)

    answer = browser.post(
        f"/estate/places/{stairwell.id}/crib", data={"stop_valve": "Behind the blue door", "version": 0}
    )

    assert answer.status_code == 303 and "Behind the blue door" in browser.get(f"/estate/places/{place.id}").text
    assert "Stop valve" not in browser.get(f"/estate/places/{place.id}/edit").text  # it belongs to the stairs
    assert "Behind the blue door" in browser.get(f"/estate/places/{stairwell.id}/edit").text


def test_somebody_new_comes_with_their_number_or_not_at_all(ann, place, as_user, now):
    browser, sent = as_user(ann), {"name": "陈红", "role": "tenant", "from_on": TODAY, "number": "12"}

    refused = browser.post(f"/estate/places/{place.id}/people", data=sent | key())
    nobody = db.session.scalars(select(Person)).all()
    browser.post(f"/estate/places/{place.id}/people", data=sent | {"number": "12000000001"} | key())

    assert refused.status_code == 422 and "This is not a whole telephone number." in refused.text and nobody == []
    page = browser.get(f"/estate/places/{place.id}").text
    assert "陈红" in page and "120 0000 0001" in page and "Ann noted a new resident" in page


def test_a_number_of_the_home_comes_and_goes(ann, place, as_user, now):
    browser = as_user(ann)
    browser.post(f"/estate/places/{place.id}/numbers", data={"number": "10000012", **key()})
    phone = db.session.scalars(select(Phone)).one()

    with_it = browser.get(f"/estate/places/{place.id}").text
    browser.post(f"/estate/places/{place.id}/numbers/removed", data={"phone_id": phone.id, "version": 1})

    assert "0523-1000 0012" in with_it and "0523-1000 0012" not in browser.get(f"/estate/places/{place.id}").text


# leads, grids, guarantees


def lead_form(**given):
    return {"role": "stair_lead", "name": "周师傅", "number": "12000000003", "where": "3-2", "from_on": TODAY} | given


def test_a_lead_is_named_shown_and_ended(ann, estate, place, as_user, now):
    browser = as_user(ann)
    answer = browser.post("/estate/leads", data=lead_form(estate_id=estate.id) | key())
    lead = db.session.scalars(select(Lead)).one()

    assert answer.location == f"/estate/leads?estate={estate.id}"
    for page in (answer.location, f"/estate/places/{place.id}", f"/hotline/card?place_id={place.id}"):
        shown = browser.get(page, headers=HTMX).text
        assert "周师傅" in shown and "Stairwell lead" in shown and "120 0000 0003" in shown
    browser.post(f"/estate/leads/{lead.id}/facts", data=lead_form(until_on=TODAY, version=1))
    assert "周师傅" not in browser.get(f"/estate/places/{place.id}").text
    assert "周师傅" in browser.get("/estate/leads").text


def test_a_resident_is_made_a_lead_and_their_numbers_follow(ann, estate, guiying, place, as_user, now):
    index_place(place)
    add_phone(estate, "12000000001", people=[guiying])
    browser = as_user(ann)

    form = browser.get(f"/estate/leads?person={guiying.id}").text
    sent = lead_form(name="", number="", person_id=guiying.id, role="unit_lead", where="3幢") | key()
    browser.post("/estate/leads", data=sent)

    lead = db.session.scalars(select(Lead)).one()
    assert "a resident; their numbers are used" in form
    assert (lead.person_id, lead.building_no, lead.role) == (guiying.id, 3, LeadRole.UNIT_LEAD)
    assert "120 0000 0001" in browser.get("/estate/leads").text


@pytest.mark.parametrize(
    ("given", "said"),
    [
        ({"name": ""}, "Say who it is."),
        ({"where": "", "grid_id": ""}, "Name one stairwell, one building, or one grid."),
        ({"where": "upstairs"}, "Write a stairwell like 3-2, or a building like 3."),
        ({"where": "99-9"}, "There is no such stairwell in the register."),
        ({"number": "12"}, "This is not a whole telephone number."),
        ({"until_on": "2020-01-01"}, "This day is before the day it began."),
        ({"role": "other_lead"}, "Say in your own words what they do."),
        ({"person_id": "999"}, "This resident is not in the register any more."),
    ],
)
def test_a_lead_that_cannot_be_is_refused(ann, estate, place, as_user, now, given, said):
    answer = as_user(ann).post("/estate/leads", data=lead_form() | key() | given)

    assert answer.status_code == 422 and said in answer.text and ("周师傅" in answer.text or "name" in given)
    assert db.session.scalars(select(Lead)).all() == []


def test_the_worker_of_a_grid_is_shown_in_its_buildings_only(ann, estate, place, add, as_user, now):
    browser = as_user(ann)
    other = add_home(estate, 7, 1, "302")
    browser.post("/estate/grids", data={"name": "Grid one", "buildings": "1-3,5", **key()})
    grid = db.session.scalars(select(Grid)).one()
    browser.post("/estate/leads", data=lead_form(role="grid_worker", where="", grid_id=grid.id) | key())

    assert grid.buildings == [1, 2, 3, 5]
    assert "周师傅" in browser.get(f"/estate/places/{place.id}").text
    assert "周师傅" not in browser.get(f"/estate/places/{other.id}").text
    changed = {"name": "Grid one", "buildings": "7", "version": 1}
    assert browser.post(f"/estate/grids/{grid.id}/facts", data=changed).status_code == 303
    assert browser.post(f"/estate/grids/{grid.id}/facts", data=changed).status_code == 409
    assert browser.post("/estate/grids", data={"name": "Grid one", "buildings": "9", **key()}).status_code == 422
    assert browser.post("/estate/grids", data={"name": "Two", "buildings": "x", **key()}).status_code == 422


def guarantee_form(**given):
    return {"item": "Drains", "contractor": "Builders & Sons", "number": "12000000004", "last_on": "2026-03-02",
            "codes": ["WATER"], "buildings": "", "stairwells": "3-2"} | given  # fmt: skip


def test_a_running_guarantee_is_proposed_on_the_order_and_in_the_console(ann, work_order, place, as_user, now):
    browser = as_user(ann)

    browser.post("/estate/guarantees", data=guarantee_form() | key())
    order = browser.get(f"/work-orders/{work_order.number}").text

    line = "2021 works: Drains, guaranteed until 2026-03-02, contractor Builders &amp; Sons"
    assert line in order and "120 0000 0004" in order
    draft = {"words": "水龙头漏水", "caller_number": "", "place_id": place.id}
    call_key = str(uuid4())
    browser.post(f"/hotline/drafts/{call_key}", data=draft | {"request_key": call_key})
    assert line in browser.get(f"/hotline/drafts/{call_key}/suggestion", headers=HTMX).text


@pytest.mark.parametrize(
    "given",
    [{"last_on": "2026-03-01"}, {"codes": ["POWER"]}, {"stairwells": "3-1"}, {"buildings": "4", "stairwells": ""}],
)
def test_what_has_ended_or_is_about_something_else_is_not_proposed(ann, work_order, as_user, now, given):
    browser = as_user(ann)

    browser.post("/estate/guarantees", data=guarantee_form(**given) | key())

    assert "2021 works" not in browser.get(f"/work-orders/{work_order.number}").text
    assert "Builders" in browser.get("/estate/guarantees").text


@pytest.mark.parametrize(
    ("given", "said"),
    [
        ({"codes": []}, "Choose at least one kind."),
        ({"codes": ["MADE_UP"]}, "Choose at least one kind."),
        ({"last_on": ""}, "Give the day."),
        ({"buildings": "many"}, "Write the buildings like 1-12 or 1-3,5."),
        ({"stairwells": "3-2, upstairs"}, "Write the stairwells like 3-2, 5-1."),
        ({"number": "12"}, "This is not a whole telephone number."),
        ({"item": ""}, "This field is required."),
    ],
)
def test_a_guarantee_that_cannot_be_is_refused(ann, estate, as_user, now, given, said):
    answer = as_user(ann).post("/estate/guarantees", data=guarantee_form() | key() | given)

    assert answer.status_code == 422 and said in answer.text and "Builders &amp; Sons" in answer.text


def test_a_guarantee_is_corrected_unless_somebody_was_faster(ann, estate, as_user, now):
    browser = as_user(ann)
    browser.post("/estate/guarantees", data=guarantee_form() | key())
    one = db.session.scalars(select(Guarantee)).one()
    later = guarantee_form(last_on="2027-01-01", buildings="1-3", version=1)

    assert "Builders" in browser.get(f"/estate/guarantees/{one.id}").text
    assert browser.post(f"/estate/guarantees/{one.id}/facts", data=later).status_code == 303
    assert browser.post(f"/estate/guarantees/{one.id}/facts", data=later).status_code == 409
    one = db.session.scalars(select(Guarantee)).one()
    assert (one.last_on, one.buildings, one.stairwells) == (date(2027, 1, 1), [1, 2, 3], ["3-2"])


# merging, building


def test_two_records_become_one_after_a_look_at_what_moves(mei, estate, place, as_user, now):
    kept, merged = (add_person(estate, "王桂英", place) for _ in range(2))
    add_phone(estate, "12000000001", people=[merged])
    browser, ids = as_user(mei), f"keep={kept.id}&merge={merged.id}"

    listed = browser.get("/estate/duplicates").text
    preview = browser.get(f"/estate/duplicates/people?{ids}").text
    sent = {"keep_id": kept.id, "merge_id": merged.id, "keep_version": 0, "merge_version": 0, **key()}
    stale = browser.post("/estate/duplicates/people", data=sent | {"keep_version": 7} | key())
    answers = [browser.post("/estate/duplicates/people", data=sent) for _ in range(2)]

    assert ids.replace("&", "&amp;") in listed and "Links between numbers and people" in preview
    assert stale.status_code == 409 and "Someone changed this" in stale.text
    assert [answer.location for answer in answers] == [f"/estate/residents/{kept.id}"] * 2
    pointer = browser.get(f"/estate/residents/{merged.id}")
    assert (pointer.status_code, pointer.location) == (302, f"/estate/residents/{kept.id}")
    assert "Mei merged another record into this one" in browser.get(f"/estate/residents/{kept.id}").text
    assert "王桂英" not in browser.get("/estate/duplicates").text


def test_two_numbers_become_one(mei, estate, place, as_user, now):
    guiying = add_person(estate, "王桂英", place)
    kept, merged = (add_phone(estate, digits, people=[guiying]) for digits in ("12000000012", "12000000021"))
    browser = as_user(mei)

    page = browser.get(f"/estate/duplicates/numbers?keep={kept.id}&merge={merged.id}").text
    sent = {"keep_id": kept.id, "merge_id": merged.id, **key()}
    answer = browser.post("/estate/duplicates/numbers", data=sent)

    assert "120 0000 0021" in page and answer.status_code == 303
    assert [phone.digits for phone in db.session.get(Person, guiying.id).phones] == ["12000000012"]
    assert browser.get(f"/estate/duplicates/numbers?keep={kept.id}&merge={merged.id}").status_code == 404


def test_people_of_two_estates_are_not_there_to_be_merged(mei, estate, new_estate, place, as_user, now):
    kept, stranger = add_person(estate, "王桂英", place), add_person(new_estate("别苑"), "王桂英")
    sent = {"keep_id": kept.id, "merge_id": stranger.id, "keep_version": 0, "merge_version": 0, **key()}

    assert as_user(mei).get(f"/estate/duplicates/people?keep={kept.id}&merge={stranger.id}").status_code == 404
    assert as_user(mei).post("/estate/duplicates/people", data=sent).status_code == 404


@pytest.mark.parametrize("role", [Role.ADMIN, Role.MANAGER])
def test_buildings_are_set_up_after_a_look_at_what_would_be_added(person, role, estate, place, as_user, now):
    browser, asked = as_user(person("Kim", role)), {"buildings": "3-4", "units": 2, "floors": 6, "homes": 2}

    seen = " ".join(browser.get("/estate/buildings/new", query_string=asked).text.split())
    sent = asked | {"estate_id": estate.id, **key()}
    answers = [browser.post("/estate/buildings/new", data=sent) for _ in range(2)]

    assert "<dt>Homes</dt><dd>48</dd>" in seen or "<dt>Homes</dt><dd>47</dd>" in seen
    assert [answer.status_code for answer in answers] == [303, 303]
    assert "2 buildings with 48 homes" in browser.get(answers[0].location).text
    assert db.session.get(Place, place.id).door_note == "敲门要重"  # what was there stays as it is
    assert [event.kind for event in db.session.scalars(select(Event))] == ["register.laid_out"]


@pytest.mark.parametrize(
    "given", [{"buildings": "all"}, {"units": 0}, {"floors": 99}, {"homes": ""}, {"buildings": "1-999", "units": 20}]
)
def test_a_pattern_that_cannot_be_adds_nothing(mei, estate, as_user, now, given):
    asked = {"buildings": "1", "units": 3, "floors": 60, "homes": 2} | given

    shown = as_user(mei).get("/estate/buildings/new", query_string=asked)
    sent = as_user(mei).post("/estate/buildings/new", data=asked | key())

    assert (shown.status_code, sent.status_code) == (422, 422) and "Add them" not in shown.text
    assert db.session.scalars(select(Place)).all() == []


# who may


ALL = [
    ("get", "/estate/places/new"), ("post", "/estate/places"), ("get", "/estate/places/{place}/edit"),
    ("post", "/estate/places/{place}/facts"), ("post", "/estate/places/{place}/crib"),
    ("post", "/estate/places/{place}/numbers"), ("post", "/estate/places/{place}/numbers/removed"),
    ("post", "/estate/places/{place}/people"), ("get", "/estate/residents/{person}/edit"),
    ("post", "/estate/residents/{person}/facts"), ("post", "/estate/residents/{person}/numbers"),
    ("post", "/estate/residents/{person}/numbers/removed"), ("post", "/estate/residents/{person}/homes"),
    ("post", "/estate/residents/{person}/death"), ("post", "/estate/residents/{person}/death/taken-back"),
    ("post", "/estate/homes/{home}"),
]  # fmt: skip


@pytest.mark.parametrize(("method", "path"), ALL)
def test_who_only_reads_is_refused_and_another_estate_is_not_found(
    person, new_estate, place, guiying, as_user, now, method, path
):
    path = path.format(place=place.id, person=guiying.id, home=guiying.occupancies[0].id)
    stranger = as_user(person("Sam", Role.OPERATOR, at=new_estate("别苑")))

    assert getattr(as_user(person("Fay", Role.FINANCE)), method)(path).status_code == 403
    if "new" not in path and path != "/estate/places":
        assert getattr(stranger, method)(path).status_code == 404


def test_whoever_edits_elsewhere_only_reads_here(person, add, new_estate, place, guiying, as_user, now):
    from helpdesk.accounts.models import UserRole

    fay = person("Fay", Role.FINANCE)
    add(UserRole, user_id=fay.id, role=Role.OFFICER, estate_id=new_estate("别苑").id)

    assert as_user(fay).get(f"/estate/residents/{guiying.id}/edit").status_code == 403
    answer = as_user(fay).post(f"/estate/residents/{guiying.id}/facts", data=person_form(guiying, name="x"))
    assert answer.status_code == 403 and db.session.get(Person, guiying.id).name == "王桂英"
    assert "/edit" not in as_user(fay).get(f"/estate/residents/{guiying.id}").text


@pytest.mark.parametrize("path", ["/estate/leads", "/estate/guarantees", "/estate/places/{place}/edit"])
def test_the_number_of_queries_does_not_grow_with_the_rows(
    mei, estate, place, stairwell, add, count_queries, as_user, path, now
):
    def one_more(number):
        person = add_person(estate, f"王{number}", place, role=OccupancyRole.MEMBER)
        add_phone(estate, f"1200000010{number}", people=[person])
        add(
            Lead,
            estate_id=estate.id,
            role=LeadRole.STAIR_LEAD,
            person_id=person.id,
            place_id=stairwell.id,
            from_on=NOON.date(),
        )
        add(Guarantee, estate_id=estate.id, item=f"王{number}", contractor="x", last_on=NOON.date(), codes=["WATER"],
            buildings=[], stairwells=[])  # fmt: skip

    browser, path = as_user(mei), path.format(place=place.id)
    one_more(1)
    with count_queries() as first:
        browser.get(path)
    one_more(2)
    one_more(3)

    with count_queries() as second:
        shown = browser.get(path).text

    assert ("王3" in shown, second.count) == (True, first.count)


def test_a_merge_is_undone_from_its_page_and_the_old_address_of_editing_leads_on(as_user, mei, ann, estate, place, now):
    kept, merged = (add_person(estate, "王桂英", place) for _ in range(2))
    with writing():
        merge_people(db.session.get(Person, kept.id), db.session.get(Person, merged.id), actor=mei, now=now)
    browser, merge_id = as_user(mei), db.session.scalars(select(RegisterMerge.id)).one()

    edit = browser.get(f"/estate/residents/{merged.id}/edit")
    assert (edit.status_code, edit.location) == (302, f"/estate/residents/{kept.id}/edit")
    assert as_user(ann).post(f"/estate/merges/{merge_id}/undoing").status_code == 403
    assert "王桂英 → 王桂英" in browser.get("/estate/merges").text

    assert browser.post(f"/estate/merges/{merge_id}/undoing").location == "/estate/merges"
    assert browser.post(f"/estate/merges/{merge_id}/undoing").status_code == 404
    assert browser.get(f"/estate/residents/{merged.id}/edit").status_code == 200
    assert "Nothing was merged lately" in browser.get("/estate/merges").text
