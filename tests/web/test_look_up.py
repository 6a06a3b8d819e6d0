"""What the caller says first, in every accepted form, brings up the right home; and is kept as it was typed."""

import re
from uuid import uuid4

import pytest
from sqlalchemy import select

from helpdesk.core.extensions import db
from helpdesk.estate.models import Place, PlaceKind
from helpdesk.hotline.models import Call
from tests.conftest import HTMX
from tests.households import add_home, add_person, add_phone, index_place

HOME = [
    "3-2-501", "3幢2单元501室", "3幢2单元501", "3栋2单元501", "三号楼二单元501", "三幢二单元五〇一", "3#2-501",
    "3#-2-501", "3 2 501", "３－２－５０１", "3/2/501", "3.2.501", "3、2、501", "3幢2门501", "三幢二单元五楼五〇一",
    "03-02-0501",
    "德裕苑3-2-501", "德裕苑 3幢2单元501室", "2073",
]  # fmt: skip
SEVERAL = {  # what is not said, or can be read in two ways, is offered in every reading
    "3-501": ["3-1-501", "3-2-501"], "3号楼501": ["3-1-501", "3-2-501"], "32501": ["3-2-501", "32-1-501"],
    "32-501": ["3-2-501", "32-1-501"], "十二幢一单元302": ["12-1-302"], "3幢车库12": ["3-车12"], "3-车12": ["3-车12"],
}  # fmt: skip
MOBILE = [
    "13800001234", "138 0000 1234", "138-0000-1234", "１３８００００１２３４", "+86 138 0000 1234", "+8613800001234",
    "(+86)13800001234", "008613800001234", "86-13800001234", "013800001234", "手机:13800001234",
]  # fmt: skip
LANDLINE = [
    "0523-84001234", "052384001234", "(0523) 8400 1234", "84001234", "8400 1234", "８４００－１２３４",
    "+86 523 8400 1234", "+86(0)523 8400 1234", "86 0523 84001234", "8652384001234",
]  # fmt: skip
FOREIGN = ["+1 (415) 555-0100", "001 415 555 0100", "＋１ 415 555 0100"]
KNOWN = ("13800001234", "052384001234", "+14155550100")
NOBODY = ["120", "12345", "95598", "anonymous", "未知", "无号码", "138****1234", "+852 2345 6789", "84009999"]


@pytest.fixture
def register(estate, place, add):
    """The home that is looked for, and others whose addresses and numbers are written almost alike."""
    index_place(place)
    for building, unit, room, home_no in (
        (3, 1, "501", "2001"), (3, 2, "502", "2074"), (13, 2, "501", "2173"), (32, 1, "501", "2373"),
        (12, 1, "302", "3073"),
    ):  # fmt: skip
        add_home(estate, building, unit, room, home_no=home_no)
    index_place(add(Place, estate_id=estate.id, kind=PlaceKind.GARAGE, address="3-车12", building_no=3, room_no="12"))
    wang = add_person(estate, "王桂英", place)
    numbers = {digits: add_phone(estate, digits, people=[wang]) for digits in KNOWN}
    add_phone(estate, "13800001243")
    add_phone(estate, "02584001234")
    return numbers


@pytest.fixture
def look_up(ann, as_user, now):
    browser = as_user(ann)
    return lambda typed: browser.get("/search", query_string={"q": typed}, headers=HTMX).text


def places(shown) -> list[str]:
    """The addresses of the places that are offered for choosing, by themselves and not because of somebody."""
    ids = [int(found) for found in re.findall(r'data-choice="([0-9]+)\.\."', shown)]
    return sorted(db.session.get(Place, place_id).address for place_id in ids)


@pytest.mark.parametrize("typed", HOME)
def test_every_written_form_of_an_address_brings_up_the_home(typed, register, place, look_up):
    assert places(look_up(typed)) == ["3-2-501"]


@pytest.mark.parametrize("typed", SEVERAL)
def test_what_can_be_read_in_several_ways_is_offered_in_all_of_them(typed, register, look_up):
    assert places(look_up(typed)) == SEVERAL[typed]


@pytest.mark.parametrize("typed", MOBILE + LANDLINE + FOREIGN)
def test_every_written_form_of_a_number_brings_up_the_home_and_is_kept_as_typed(
    typed, register, place, look_up, ann, as_user
):
    phone = register[KNOWN[(typed in LANDLINE) + 2 * (typed in FOREIGN)]]

    shown = look_up(typed)
    as_user(ann).post("/hotline/calls", data={"request_key": str(uuid4()), "caller_number": typed}, headers=HTMX)

    assert f'data-known="{phone.id}"' in shown and "3-2-501" in shown and "王桂英" in shown
    call = db.session.scalars(select(Call)).one()
    assert (call.caller_number, call.phone_id) == (typed, phone.id)


@pytest.mark.parametrize("typed", NOBODY)
def test_a_number_of_nobody_is_kept_as_typed_and_belongs_to_nobody(typed, register, look_up, ann, as_user):
    shown = look_up(typed)
    as_user(ann).post("/hotline/calls", data={"request_key": str(uuid4()), "caller_number": typed}, headers=HTMX)

    assert not re.search(r'data-known="[0-9]', shown)
    call = db.session.scalars(select(Call)).one()
    assert (call.caller_number, call.phone_id, call.saved_at) == (typed, None, call.happened_at)


@pytest.mark.parametrize("typed", ["2073", "户号2073", "户号 2073", "户号：2073", "#2073", "２０７３"])
def test_a_home_number_comes_before_the_ends_of_phone_numbers(look_up, register, estate, place, typed):
    add_phone(estate, "13800002073")

    shown = look_up(typed)

    assert f'data-home="{place.id}"' in shown and shown.index("3-2-501") < (shown + "138 0000 2073").index("138 0000")


@pytest.mark.parametrize("typed", ["9999", "207", "20730", "户号", "501"])
def test_what_is_no_home_number_brings_no_home(look_up, register, typed):
    assert 'data-home=""' in look_up(typed)
