"""The posted prices and the price of one order: said, agreed to, by the right people only."""

import pytest
from sqlalchemy import select

from helpdesk.core.access import Role
from helpdesk.core.extensions import db
from helpdesk.tariff.models import PriceItem, PriceList, Quote
from helpdesk.tariff.states import ListStatus, QuoteStatus

KEY = "0b8f7a4e-6d5c-4f0e-9a51-0d6c1f0b8f7b"


@pytest.fixture
def send(world, as_user):
    def _send(role, url, **data):
        return as_user(world.users[role]).post(url, data={"request_key": KEY, **data})

    return _send


def order_url(world) -> str:
    return f"/work-orders/{world.ids['quotes'][0]['number']}/quote"


def test_anybody_reads_the_posted_prices(world, app):
    page = app.test_client().get(f"/prices/{world['estate_id']}", headers={"Accept-Language": "en"}).text

    assert "Change a tap" in page and "20.00" in page and "35.00" in page


def test_a_technician_says_the_price_at_the_door_and_notes_who_agreed(world, send, as_user):
    item = db.session.scalars(select(PriceItem.id)).first()
    assert send(Role.TECHNICIAN, order_url(world), **{f"item_{item}": "3"}).status_code == 303
    assert send(Role.TECHNICIAN, order_url(world), **{f"item_{item}": "3"}).status_code == 303  # once
    quote = db.session.scalars(select(Quote).where(Quote.status == QuoteStatus.OPEN)).one()
    url = f"{order_url(world)}s/{quote.id}/acceptance"
    sent = {"accepted_by": "王桂英", "accepted_how": "agreed_at_the_door", "version": str(quote.version)}

    assert send(Role.TECHNICIAN, url, **sent | {"accepted_by": ""}).status_code == 422
    refused = send(Role.TECHNICIAN, url, **sent | {"accepted_how": ""})
    assert refused.status_code == 422 and 'value="王桂英"' in refused.text
    assert send(Role.TECHNICIAN, url, **sent).status_code == 303
    assert send(Role.TECHNICIAN, url, **sent).status_code == 409
    assert "王桂英" in as_user(world.users[Role.OPERATOR]).get(order_url(world)).text


def test_one_quote_is_printed_for_the_resident(world, as_user):
    quoted = world.ids["quotes"][0]
    url = f"/work-orders/{quoted['number']}/quotes/{quoted['quote_id']}"
    paper = as_user(world.users[Role.TECHNICIAN]).get(url).text

    assert quoted["number"] in paper and "In all" in paper
    assert url in as_user(world.users[Role.OPERATOR]).get(order_url(world)).text
    assert as_user(world.users[Role.OPERATOR]).get(f"{url}9").status_code == 404


def test_whoever_says_the_price_reads_what_need_not_be_paid(world, as_user, monkeypatch):
    monkeypatch.setattr("helpdesk.tariff.views.less_of", lambda *_: 250)
    assert "Less 2.50" in as_user(world.users[Role.OPERATOR]).get(order_url(world)).text


@pytest.mark.parametrize("typed", ["", "0", "-1", "x", "1.5"])
def test_a_quote_without_any_line_is_refused(world, send, typed):
    item = db.session.scalars(select(PriceItem.id)).first()
    refused = send(Role.OPERATOR, order_url(world), **{f"item_{item}": typed})
    assert refused.status_code == 422 and f'name="item_{item}" value="{typed}"' in refused.text


@pytest.mark.parametrize("role", [Role.FINANCE, Role.OFFICER, Role.OWNER, Role.AUDITOR, Role.ADMIN])
def test_who_may_not_quote(world, send, role):
    assert send(role, order_url(world)).status_code == 403


def test_a_technician_who_is_not_sent_there_finds_nothing(world, person, as_user):
    assert as_user(person("Bob", Role.TECHNICIAN)).get(order_url(world)).status_code == 404


def test_a_list_is_shown_as_it_would_be_typed_in_the_readers_own_words(world, send, as_user):
    draft = db.session.get_one(PriceList, world.ids["list_id"][1])
    line = "换龙头 ｜ Tap ｜ 个 ｜ 25 ｜ 提供 ｜ 40 ｜"
    assert send(Role.FINANCE, f"/tariff/{draft.id}", version=str(draft.version), lines=line, call_out="12.50").location
    books = as_user(world.users[Role.FINANCE])
    page = books.get(f"/tariff/{draft.id}").text
    assert "换龙头 | Tap | 个 | 25.00 | company_sells | 40.00 |" in page and 'value="12.50"' in page

    books.post("/me/language", data={"language": "zh", "next": "/"})
    assert "换龙头 | Tap | 个 | 25.00 | 提供 | 40.00 |" in books.get(f"/tariff/{draft.id}").text
    in_force = db.session.scalars(select(PriceList.id).where(PriceList.status == ListStatus.IN_FORCE)).first()
    page = books.get(f"/tariff/{in_force}").text
    assert 'name="lines"' not in page and "人工费" in page


def test_a_draft_is_written_and_put_in_force(world, send):
    draft = db.session.get_one(PriceList, world.ids["list_id"][1])
    url, lines = f"/tariff/{draft.id}", "换龙头 | Tap | 个 | 25 | 提供 | 40 | WATER_LEAK\n换灯泡 | Bulb | 个 | 0"

    assert send(Role.FINANCE, url, version=str(draft.version), lines="a | b | c | x", call_out="5").status_code == 422
    assert send(Role.FINANCE, url, version=str(draft.version), lines=lines, call_out="5").status_code == 303
    assert send(Role.FINANCE, url, version="0", lines=lines, call_out="5").status_code == 409
    now = db.session.get_one(PriceList, draft.id)
    assert [(item.labour_fen, item.material_fen) for item in now.items] == [(2_500, 4_000), (0, 0)]
    assert send(Role.OPERATOR, f"{url}/force", version="2", valid_from="2026-03-03").status_code == 403
    assert send(Role.FINANCE, f"{url}/force", version=str(now.version), valid_from="2026-03-01").status_code == 422
    assert send(Role.FINANCE, f"{url}/force", version=str(now.version), valid_from="2026-03-03").status_code == 303
    assert db.session.get_one(PriceList, draft.id).status is ListStatus.IN_FORCE
