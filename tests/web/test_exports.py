"""Lists taken out of the house: only what one may see, noted with its reason, and safe to open."""

import csv
import io
from datetime import date, timedelta
from uuid import uuid4

import openpyxl
import pytest
from sqlalchemy import func, select

from helpdesk.audit.models import Event
from helpdesk.billing.actions import correct_charge
from helpdesk.billing.models import Account, Charge
from helpdesk.billing.payment_models import Method, TakenAt
from helpdesk.billing.payments import take_payment
from helpdesk.core import processes
from helpdesk.core.access import Role
from helpdesk.core.extensions import db
from helpdesk.core.transactions import writing
from helpdesk.estate.models import Place
from helpdesk.exports import making, views
from helpdesk.exports.models import ExportFile, ExportList, ExportLog
from helpdesk.exports.rows import Wish, table
from helpdesk.hotline.actions import Typed, save_call
from helpdesk.hotline.models import Call, Outcome
from tests.conftest import NOON, PASSWORD
from tests.households import add_person, add_phone
from tests.money import account_for, bill, owner, set_rules


def asked(what=ExportList.RESIDENTS, **more) -> dict:
    usual = {"what": what.value, "form": "xlsx", "reason": "", "request_key": str(uuid4()), "password": PASSWORD}
    return usual | more


def sheet_of(answer) -> list[list]:
    with answer:
        content = answer.data
    sheet = openpyxl.load_workbook(io.BytesIO(content)).active
    assert all(cell.data_type != "f" for row in sheet.iter_rows() for cell in row)
    return [list(row) for row in sheet.iter_rows(values_only=True)]


@pytest.fixture
def wang(estate, place, now):
    wang = add_person(estate, "=王桂英", place, hearing=True)
    add_phone(estate, "12000000001", people=[wang], places=[place])
    return wang


@pytest.mark.proves("FI-10", "PD-08")
def test_residents_leave_without_numbers_and_flags_unless_they_are_asked_for(as_user, mei, wang):
    answer = as_user(mei).post("/exports", data=asked())

    above, titles, *rows = sheet_of(answer)
    assert above[0] == "Taken by Mei on 2026-03-02 12:00. For internal use."
    assert titles == ["Address", "Home number", "Name", "Role", "Since"]
    assert [row[:3] for row in rows] == [["3-2-501", "2073", "=王桂英"]]
    log = db.session.scalars(select(ExportLog)).one()
    assert (log.rows, log.with_phones, log.taken_by_id) == (1, False, mei.id)


@pytest.mark.proves("AU-16", "FI-10")
@pytest.mark.parametrize("given", ["", "not mine"])
def test_a_list_of_people_needs_the_password_again(given, as_user, mei, wang):
    lying = set(making.folder().iterdir())
    for wish in (asked(), asked(ExportList.CALLS), asked(ExportList.ORDERS, with_phones="y", reason="Typhoon")):
        answer = as_user(mei).post("/exports", data=wish | {"password": given})

        assert answer.status_code == 422 and "Your password again" in answer.text
        assert ("Give your password again" if not given else "The password is not right") in answer.text
    assert db.session.scalar(select(func.count()).select_from(ExportLog)) == 0
    assert set(making.folder().iterdir()) == lying
    assert sheet_of(as_user(mei).post("/exports", data=asked(ExportList.ORDERS, password="")))  # names nobody


@pytest.mark.proves("AU-16", "FI-10")
def test_for_a_quarter_of_an_hour_the_password_is_enough(as_user, mei, wang, set_now):
    browser = as_user(mei)
    assert "Your password again" in browser.get("/exports").text
    assert sheet_of(browser.post("/exports", data=asked()))
    assert "Your password again" not in browser.get("/exports").text

    assert sheet_of(browser.post("/exports", data=asked(password="")))
    set_now(NOON + timedelta(minutes=16))
    assert browser.post("/exports", data=asked(password="")).status_code == 422


@pytest.mark.proves("FI-10", "PD-08")
def test_numbers_and_flags_need_a_reason_which_only_the_log_keeps(as_user, mei, wang):
    wish = {"with_phones": "y", "with_flags": "y"}
    refused = as_user(mei).post("/exports", data=asked(**wish))
    assert refused.status_code == 422 and "Say what the telephone numbers" in refused.text
    assert db.session.scalar(select(func.count()).select_from(ExportLog)) == 0

    answer = as_user(mei).post("/exports", data=asked(**wish, reason="Typhoon list"))

    assert sheet_of(answer)[2][5:] == ["120 0000 0001", "Hears badly"]
    event = db.session.scalars(select(Event).where(Event.kind == "export.taken")).one()
    assert event.data == {
        "what": "export_residents", "form": "xlsx", "filter": [], "rows": 1, "columns": 7,
        "extras": ["export_phones", "export_flags"],
    }  # fmt: skip
    assert db.session.scalars(select(ExportLog.reason)).one() == "Typhoon list"


@pytest.mark.proves("FI-09", "PC-07")
def test_a_csv_opens_in_chinese_excel_and_holds_no_formula(as_user, mei, wang):
    answer = as_user(mei).post("/exports", data=asked(form="csv"))

    with answer:
        content = answer.data
    assert content.startswith(b"\xef\xbb\xbf")
    rows = list(csv.reader(io.StringIO(content.decode("utf-8-sig"))))
    assert rows[2][:3] == ["3-2-501", "2073", "'=王桂英"]
    assert "%E7%8E%8B" not in answer.headers["Content-Disposition"]


def test_work_orders_leave_as_the_list_is_filtered(as_user, mei, work_order):
    open_ones = as_user(mei).post("/exports", data=asked(ExportList.ORDERS))
    closed = as_user(mei).post("/exports", data=asked(ExportList.ORDERS, order_group="closed"))

    assert [row[0] for row in sheet_of(open_ones)[2:]] == [work_order.number]
    assert sheet_of(closed)[2:] == []


def test_the_page_takes_the_filter_of_the_list_with_it(as_user, mei, now):
    page = as_user(mei).get("/exports?what=export_orders&group=late").text

    assert 'name="order_group" value="late"' in page and 'value="export_orders"' in page


@pytest.mark.parametrize("what", [ExportList.PLACES, ExportList.CALLS])
def test_every_list_opens(what, as_user, mei, world):
    answer = as_user(mei).post("/exports", data=asked(what, with_phones="y", reason="Stock-taking"))

    rows = sheet_of(answer)[2:]
    there = {ExportList.PLACES: select(Place.id), ExportList.CALLS: select(Call.id).where(Call.saved_at.is_not(None))}
    assert len(rows) == len(db.session.scalars(there[what]).all()) > 3
    assert all(len(row) == 7 + (what is ExportList.CALLS) for row in rows)


def test_nothing_of_another_estate_leaves(as_user, person, new_estate, wang, estate):
    lin = person("Lin", Role.MANAGER, at=new_estate("康宁苑"))

    answer = as_user(lin).post("/exports", data=asked(estate_id=estate.id))

    assert sheet_of(answer)[2:] == []
    assert db.session.scalars(select(ExportLog.estate_id)).one() != estate.id


def test_the_auditor_reads_the_log_and_takes_nothing(as_user, mei, person, wang):
    as_user(mei).post("/exports", data=asked(reason="Typhoon list")).close()
    auditor = as_user(person("Pei", Role.AUDITOR))

    assert "Typhoon list" in auditor.get("/exports").text
    assert auditor.post("/exports", data=asked()).status_code == 403


def test_operators_take_nothing(as_user, ann, now):
    assert as_user(ann).post("/exports", data=asked()).status_code == 403


def test_nonsense_is_asked_for_again(as_user, mei, now):
    answer = as_user(mei).post("/exports", data=asked() | {"what": "everything", "from_on": "0001-01-01"})

    assert answer.status_code == 422 and "Choose one of these." in answer.text


def test_the_log_asks_as_much_for_three_rows_as_for_one(as_user, mei, wang, count_queries):
    browser = as_user(mei)
    browser.post("/exports", data=asked()).close()
    with count_queries() as one:
        browser.get("/exports")
    for _ in range(2):
        browser.post("/exports", data=asked()).close()
    with count_queries() as three:
        browser.get("/exports")

    assert one.count == three.count


def count(model) -> int:
    db.session.rollback()
    return db.session.scalar(select(func.count()).select_from(model))


@pytest.mark.proves("FI-10", "PD-08")
def test_sent_twice_is_noted_once_and_answers_with_the_same_file(as_user, mei, wang):
    form, browser, before = asked(), as_user(mei), set(making.folder().iterdir())

    first, second = (sheet_of(browser.post("/exports", data=form)) for _ in range(2))

    assert first == second and (count(ExportLog), count(ExportFile)) == (1, 1)
    assert len(set(making.folder().iterdir()) - before) == 1
    changed = browser.post("/exports", data=form | {"form": "csv"})
    assert changed.status_code == 422 and "sent before with other contents" in changed.text


@pytest.fixture
def long_one(as_user, mei, wang, monkeypatch):
    """A list that is too long to be made at once; nothing makes it yet."""
    monkeypatch.setattr(views, "MOST_AT_ONCE", 0)
    started = []
    monkeypatch.setattr(processes, "start", lambda *words: started.append(words))
    answer = as_user(mei).post("/exports", data=asked(with_phones="y", reason="Typhoon list"))
    file = db.session.scalars(select(ExportFile)).one()
    assert (answer.status_code, answer.location) == (303, f"/exports/files/{file.id}")
    assert started == [("exports", "make", str(file.id))]
    return file.id


def test_a_long_list_is_made_elsewhere_and_noted_when_it_is_complete(as_user, mei, long_one, now):
    page = f"/exports/files/{long_one}"
    assert "0 of 1 rows" in as_user(mei).get(page).text and as_user(mei).get(f"{page}/content").status_code == 404
    assert count(ExportLog) == 0

    making.make(long_one, lambda: NOON)
    making.make(long_one, lambda: NOON)

    assert "The file is ready" in as_user(mei).get(page).text and "Residents" in as_user(mei).get("/exports").text
    assert sheet_of(as_user(mei).get(f"{page}/content"))[2][-1] == "120 0000 0001"
    assert db.session.scalars(select(ExportLog.rows)).one() == 1
    assert db.session.scalars(select(Event).where(Event.kind == "export.taken")).one().actor_id == mei.id


def test_only_who_asked_may_fetch_it(as_user, person, long_one):
    making.make(long_one, lambda: NOON)
    lin = as_user(person("Lin", Role.MANAGER))

    assert lin.get(f"/exports/files/{long_one}").status_code == 404
    assert lin.get(f"/exports/files/{long_one}/content").status_code == 404


def test_it_goes_after_a_day(as_user, mei, long_one):
    making.make(long_one, lambda: NOON)

    assert making.forget_files(NOON + timedelta(hours=23)) == 0
    assert making.forget_files(NOON + timedelta(hours=25)) == 1
    assert as_user(mei).get(f"/exports/files/{long_one}").status_code == 404
    assert count(ExportLog) == 1


def test_what_was_killed_is_told(as_user, mei, long_one, set_now):
    set_now(NOON + timedelta(minutes=2))

    assert "Nothing was taken out." in as_user(mei).get(f"/exports/files/{long_one}").text


def test_the_process_of_its_own_makes_it(as_user, mei, wang, monkeypatch, real_processes):
    monkeypatch.setattr(views, "MOST_AT_ONCE", 0)
    page = as_user(mei).post("/exports", data=asked()).location
    assert [child.wait() for child in processes.children][-1] == 0

    assert sheet_of(as_user(mei).get(f"{page}/content"))[2][:3] == ["3-2-501", "2073", "=王桂英"]


@pytest.mark.parametrize("outcome", [None, Outcome.WAIVER])
def test_what_was_said_of_a_waiver_leaves_only_with_who_may_read_it(outcome, app, ann, person, mei, estate, now):
    with writing():
        typed = Typed(
            request_key=str(uuid4()), estate_id=estate.id, caller_number="12000000001", words="低保怎么减免物业费",
            outcome=outcome,
        )  # fmt: skip
        save_call(typed, call=None, actor=ann, now=now)
    wish = Wish(ExportList.CALLS, estate.id, now)

    with app.test_request_context():
        told = [next(table(who, wish).rows)[5] for who in (mei, person("Bea", Role.OPERATOR))]

    assert told == ["低保怎么减免物业费", ""]


@pytest.fixture
def late(estate, place, mei, now):
    """A home that owes 39.31 yuan of November, of which 10.00 are paid, and nothing of December."""
    set_rules(estate)
    with writing():
        home = db.session.get_one(Place, place.id)
        home.area, home.unit_price = 11_230, 3_500
    wang = owner(estate, place, "王桂英")
    add_phone(estate, "12000000001", people=[wang], places=[place])
    account = account_for(place, now=now)
    with writing():
        db.session.get_one(Account, account.id).billed_from = date(2025, 11, 1)
    bill(estate, date(2025, 11, 1), date(2025, 12, 1), now=now)
    with writing():
        here = db.session.get_one(Account, account.id)
        take_payment(here, amount_fen=1_000, method=Method.CASH, taken_at=TakenAt.DESK, actor=mei, now=now)
        take_payment(here, amount_fen=3_931, method=Method.CASH, taken_at=TakenAt.DESK, actor=mei, now=now)
        charges = select(Charge).where(Charge.account_id == account.id).order_by(Charge.id)
        correct_charge(db.session.scalars(charges).all()[1], amount_fen=5_000, reason="Shop", actor=mei, now=now)
    return account


@pytest.mark.parametrize("role", [Role.FINANCE, Role.MANAGER])
def test_overdue_fees_leave_without_who_pays_unless_it_is_asked_for(role, as_user, person, late):
    taker = person("Fen", role)
    titles, *rows = sheet_of(as_user(taker).post("/exports", data=asked(ExportList.ARREARS)))[1:]
    assert titles == ["Address", "Home number", "Account", "Overdue since", "Up to 90 days", "Up to a year",
                      "Up to three years", "Older", "In all"]  # fmt: skip
    assert [[str(cell) for cell in row[:3]] for row in rows] == [["3-2-501", "2073", "owner now"]]
    assert float(rows[0][8]) == 40.0 and "王" not in str(rows)

    told = asked(ExportList.ARREARS, with_phones="y")
    assert as_user(taker).post("/exports", data=told).status_code == 422
    rows = sheet_of(as_user(taker).post("/exports", data=told | {"reason": "Ring round", "request_key": str(uuid4())}))
    assert rows[2][9:] == ["王桂英", "120 0000 0001"]
    logs = db.session.scalars(select(ExportLog).order_by(ExportLog.id)).all()
    assert [(log.what, log.rows, log.with_phones, log.reason) for log in logs] == [
        (ExportList.ARREARS, 1, False, ""), (ExportList.ARREARS, 1, True, "Ring round"),
    ]  # fmt: skip


def test_what_was_collected_leaves_month_by_month(as_user, person, late):
    answer = as_user(person("Fen", Role.FINANCE)).post("/exports", data=asked(ExportList.COLLECTION))

    rows = [[row[0], *(round(float(cell), 2) for cell in row[1:])] for row in sheet_of(answer)[2:]]
    assert rows == [
        ["2025-11", 39.31, 0, 39.31, 0, 0, 100],
        ["2025-12", 50.0, 0, 10.0, 0, 40.0, 20],
    ]  # fmt: skip


@pytest.mark.parametrize("what", [ExportList.ARREARS, ExportList.COLLECTION])
def test_lists_of_money_are_for_who_keeps_the_books(what, as_user, person, late):
    for role in (Role.OPERATOR, Role.OFFICER, Role.TECHNICIAN, Role.OWNER, Role.AUDITOR, Role.ADMIN):
        assert as_user(person(role.name, role)).post("/exports", data=asked(what)).status_code == 403


def test_finance_takes_out_lists_of_money_only_and_reads_no_log(as_user, mei, person, wang):
    as_user(mei).post("/exports", data=asked(reason="Typhoon list")).close()
    fen = as_user(person("Fen", Role.FINANCE))

    page = fen.get("/exports?what=export_arrears").text
    assert "Typhoon list" not in page and "export_residents" not in page and 'value="export_arrears"' in page
    assert fen.post("/exports", data=asked(ExportList.RESIDENTS)).status_code == 422
