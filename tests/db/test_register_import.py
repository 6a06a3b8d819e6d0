"""An office's spreadsheet becomes the register: whole or not at all, and twice the same is once."""

import logging
from datetime import date

import pytest
from sqlalchemy import delete, func, select, text

from helpdesk.audit.models import Event
from helpdesk.core import clock
from helpdesk.core.errors import Conflict
from helpdesk.core.extensions import db
from helpdesk.core.transactions import writing
from helpdesk.estate.importing import columns, register, run
from helpdesk.estate.importing.apply import import_register
from helpdesk.estate.importing.plan import make_plan
from helpdesk.estate.importing.spool import Spool
from helpdesk.estate.importing.troubles import Trouble, Unreadable
from helpdesk.estate.models import (
    Occupancy,
    OccupancyEnd,
    OccupancyRole,
    OpeningPosition,
    Person,
    Phone,
    Place,
    PlaceKind,
    SearchKey,
    Use,
    phone_person,
    phone_place,
)
from tests.workbooks import HEADER, IDENTITY, cells_of, table, ugly, workbook

TABLES = (Place, Person, Phone, Occupancy, SearchKey, OpeningPosition, Event)
SHORT = ["幢号", "单元", "房号", "业主", "电话", "面积", "户号"]


@pytest.fixture
def bring(estate, now):
    def _bring(path, **wish):
        report = run.run(run.Wish(path, **wish), estate, actor=None, now=clock.now())
        db.session.rollback()
        return report

    return _bring


def place_at(address) -> Place:
    return db.session.scalars(select(Place).where(Place.address == address)).one()


def people_at(address) -> dict[str, Occupancy]:
    found = db.session.scalars(select(Occupancy).join(Occupancy.place).where(Place.address == address))
    return {occupancy.person.name: occupancy for occupancy in found}


def numbers_of(person) -> set[str]:
    return {phone.digits for phone in person.phones}


def everything() -> dict:
    """Every row of the register, to see that nothing changed."""
    tables = [*(model.__table__ for model in TABLES), phone_person, phone_place]
    return {table.name: sorted(map(repr, db.session.execute(select(table)).all())) for table in tables}


def test_an_ugly_workbook_becomes_homes_people_and_numbers(bring, tmp_path):
    report = bring(ugly(tmp_path / "登记表.xlsx"))

    assert (report.problems, report.applied) == ([], True)
    assert (report.counts.places_new, report.counts.stairwells_new) == (5, 3)
    home = place_at("3-2-501")
    assert (home.kind, home.building_no, home.unit_no, home.floor_no, home.room_no) == (
        PlaceKind.DWELLING, 3, 2, 5, "501",
    )  # fmt: skip
    assert (home.use, home.home_no, home.area, home.unit_price) == (Use.OWN, "2073", 8_860, 3_500)
    assert home.stairwell.address == "3-2"
    living = people_at("3-2-501")
    assert {name: o.role for name, o in living.items()} == {
        "陈桂英": OccupancyRole.OWNER, "刘志强": OccupancyRole.MEMBER,
    }  # fmt: skip
    chen, liu = living["陈桂英"].person, living["刘志强"].person
    assert (chen.birth_year, chen.lives_alone, chen.hearing, chen.mobility) == (1948, True, True, False)
    assert (liu.birth_year, liu.lives_alone, liu.hearing, liu.mobility) == (1946, False, False, True)
    assert chen.emergency_contact == "陈建国(儿子) 12500000009"
    assert (numbers_of(chen), numbers_of(liu)) == ({"12500000001"}, {"052310001234"})
    assert living["陈桂英"].from_on == date(2026, 3, 2)


def test_two_names_and_two_numbers_in_a_cell_belong_together(bring, tmp_path):
    bring(ugly(tmp_path / "登记表.xlsx"))

    living = people_at("3-2-502")
    assert {name: o.role for name, o in living.items()} == {
        "张三": OccupancyRole.OWNER, "李四": OccupancyRole.OWNER, "王五": OccupancyRole.TENANT,
    }  # fmt: skip
    assert numbers_of(living["王五"].person) == {"12500000003", "12500000004"}  # the row is about the tenant
    both = people_at("4-1-201")
    assert [numbers_of(both[name].person) for name in ("孙七", "周八")] == [{"12500000006"}, {"12500000007"}]
    assert numbers_of(people_at("3-3-101")["赵六"].person) == {"12500000005"}


def test_a_garage_belongs_to_the_same_person_as_the_home(bring, tmp_path):
    bring(ugly(tmp_path / "登记表.xlsx"))

    assert people_at("3-车12")["陈桂英"].person_id == people_at("3-2-501")["陈桂英"].person_id
    assert place_at("3-车12").home_no is None


def test_paid_until_and_arrears_are_kept_as_opening_positions(bring, tmp_path):
    bring(ugly(tmp_path / "登记表.xlsx"))

    kept = db.session.execute(select(Place.address, OpeningPosition).join(OpeningPosition)).all()
    assert {address: (o.paid_until, o.arrears_fen, o.as_of) for address, o in kept} == {
        "3-2-501": (date(2025, 12, 31), 0, date(2026, 3, 2)),
        "3-2-502": (date(2025, 12, 31), 116_002, date(2026, 3, 2)),
    }


def test_the_same_file_twice_changes_nothing(bring, tmp_path, set_now):
    path = ugly(tmp_path / "登记表.xlsx")
    bring(path)
    before = everything()
    set_now(clock.start_of_day(date(2026, 4, 1)))

    again = bring(path)

    assert everything() == before
    assert again.applied and again.counts.changes == 0
    assert (again.counts.places_same, again.counts.people_same) == (5, 8)


def test_identity_numbers_are_dropped_with_a_notice_and_stand_nowhere(bring, tmp_path, caplog):
    caplog.set_level(logging.DEBUG)

    report = bring(ugly(tmp_path / "登记表.xlsx"), dry_run=False)

    assert report.columns.dropped == ["身份证号码"]
    assert report.columns.not_read == ["网格员"]
    assert IDENTITY not in str(everything()) + caplog.text


def test_everybody_is_found_by_the_search_keys(bring, tmp_path):
    bring(ugly(tmp_path / "登记表.xlsx"))

    def found(key):
        return db.session.scalars(select(SearchKey).where(SearchKey.key == key)).all()

    assert [k.place_id for k in found("2073")] == [place_at("3-2-501").id]
    assert [k.person_id for k in found("cgy")] == [people_at("3-2-501")["陈桂英"].person_id]
    assert len(found("00000001")) == 1 and len(found("32501")) == 1 and len(found("3-2")) == 1


def test_one_event_counts_and_names_nobody(bring, tmp_path, estate):
    bring(ugly(tmp_path / "登记表.xlsx"))

    entry = db.session.scalars(select(Event).where(Event.kind == "register.imported")).one()
    assert (entry.subject_type, entry.subject_id, entry.topics) == ("estate", estate.id, [])  # no page follows it
    assert entry.data == {
        "places_added": 8, "places_changed": 0, "people_added": 8, "people_changed": 0, "phones_added": 7,
    }  # fmt: skip


def test_new_records_go_on_after_the_imported_ones(bring, tmp_path, add, estate):
    bring(ugly(tmp_path / "登记表.xlsx"))

    assert add(Person, estate_id=estate.id, name="新来的").id == 9


def test_an_updated_file_updates_and_says_who_is_not_listed(bring, tmp_path):
    bring(table(tmp_path / "a.csv", SHORT, ["3", "2", "501", "张三、李四", "12500000001", "80", "2073"]))
    before = people_at("3-2-501")["张三"].person.version

    report = bring(table(tmp_path / "b.csv", SHORT, ["3", "2", "501", "张三", "12500000002", "81.5", "2074"]))

    home, person = place_at("3-2-501"), people_at("3-2-501")["张三"].person
    assert (home.area, home.home_no, home.version) == (8_150, "2074", 1)
    assert numbers_of(person) == {"12500000001", "12500000002"} and person.version == before + 1
    assert report.not_listed == [("3-2-501", "李四")]
    assert people_at("3-2-501")["李四"].until_on is None
    keys = db.session.scalars(select(SearchKey.key).where(SearchKey.place_id == home.id)).all()
    assert sorted(keys) == ["2074", "3-2-501", "32501", "501"]


def test_two_homes_can_exchange_their_numbers(bring, tmp_path):
    bring(
        table(tmp_path / "a.csv", SHORT, ["3", "2", "501", "", "", "", "2073"], ["3", "2", "502", "", "", "", "2074"])
    )

    report = bring(
        table(tmp_path / "b.csv", SHORT, ["3", "2", "501", "", "", "", "2074"], ["3", "2", "502", "", "", "", "2073"])
    )

    assert report.problems == []
    assert (place_at("3-2-501").home_no, place_at("3-2-502").home_no) == ("2074", "2073")


def test_who_died_or_moved_away_does_not_come_back(bring, tmp_path):
    path = table(tmp_path / "a.csv", SHORT, ["3", "2", "501", "张三", "12500000001", "", ""])
    bring(path)
    with writing():
        gone = people_at("3-2-501")["张三"]
        gone.until_on, gone.end_reason = date(2026, 3, 2), OccupancyEnd.DIED
    elsewhere = table(tmp_path / "b.csv", SHORT, ["3", "2", "502", "张三", "12500000001", "", ""])

    assert bring(path).ended == [("3-2-501", "张三")]
    assert bring(elsewhere).ended == [("3-2-502", "张三")]
    assert people_at("3-2-502") == {}


def test_one_wrong_row_and_nothing_is_applied(bring, tmp_path):
    before = everything()
    path = table(
        tmp_path / "a.csv", SHORT, ["3", "2", "501", "张三", "1.38E+10", "80", ""],
        ["3", "2", "502", "李四", "", "八十", ""],
    )  # fmt: skip

    report = bring(path)

    assert [(p.row_no, p.column, p.trouble, p.bars) for p in report.to_correct] == [
        (2, "电话", Trouble.PHONE_SHORTENED, False), (3, "面积", Trouble.AREA, True),
    ]  # fmt: skip
    assert not report.applied and everything() == before


def test_a_number_that_is_lost_does_not_keep_its_row_out(bring, tmp_path):
    path = table(
        tmp_path / "a.csv", SHORT, ["3", "2", "501", "张三", "1.38E+10", "80", ""],
        ["3", "2", "502", "李四", "12500000001/138123", "80", ""],
    )  # fmt: skip

    report = bring(path)

    assert [(p.row_no, p.trouble, p.value) for p in report.warnings] == [
        (2, Trouble.PHONE_SHORTENED, "1.38E+10"), (3, Trouble.PHONE, "138123"),
    ]  # fmt: skip
    assert report.applied and report.problems == []
    assert numbers_of(people_at("3-2-501")["张三"].person) == set()
    assert numbers_of(people_at("3-2-502")["李四"].person) == {"12500000001"}


def test_a_failing_row_in_the_last_chunk_applies_nothing(bring, tmp_path):
    before = everything()
    rows = [[no // 48 + 1, no // 24 % 2 + 1, no % 24 + 101, f"张{no}号" if no == 4_999 else "张三", "", "80", ""]
            for no in range(5_000)]  # fmt: skip

    report = bring(table(tmp_path / "a.csv", SHORT, *rows))

    assert [(p.row_no, p.trouble) for p in report.problems] == [(5_001, Trouble.NAME)]
    assert not report.applied and everything() == before


def test_a_row_that_the_database_refuses_at_the_very_end_applies_nothing(bring, tmp_path, monkeypatch):
    before, rows_of = everything(), Spool.rows
    rows = [[no // 48 + 1, no // 24 % 2 + 1, no % 24 + 101, "张三", "", "80", ""] for no in range(5_000)]

    def broken(spool, name):
        yield from rows_of(spool, name)
        if name == "occupancy":
            yield (10**6, 10**6, 10**6, "owner", "2026-01-01", None, None)  # of nobody, nowhere

    monkeypatch.setattr(Spool, "rows", broken)
    with pytest.raises(Exception, match="(?i)foreign key"):
        bring(table(tmp_path / "a.csv", SHORT, *rows))
    db.session.rollback()

    assert everything() == before


def test_importing_twice_is_once_for_each_place_whatever_the_rows_look_like(bring, tmp_path):
    bring(table(tmp_path / "a.csv", SHORT, ["3", "2", "501", "张三", "12500000001", "80", "2073"]))
    first = everything()

    again = bring(table(tmp_path / "b.csv", ["地址", "业主"], ["３幢二单元501室", "张三"], ["3-2-501", "张三"]))

    assert (again.counts.changes, everything()) == (0, first)


def test_rows_with_problems_can_be_skipped_corrected_and_sent_again(bring, tmp_path):
    path, errors = tmp_path / "a.xlsx", tmp_path / "错误.xlsx"
    workbook(
        path, HEADER[1:15],
        ["3幢", "2单元", 501, 80, "自住", None, "张三", "12500000001"],
        [None, None, "跃层", 80, "自住", None, "=1+1", "@12", None, "@SUM(A1)", None, None, IDENTITY],
        [None, None, None, None, None, None, "他的家人"],
    )  # fmt: skip

    report = bring(path, skip_errors=True, errors=errors)

    assert [(p.row_no, p.trouble) for p in report.problems] == [(3, Trouble.ROOM), (4, Trouble.NO_ROOM)]
    assert report.applied and set(people_at("3-2-501")) == {"张三"}
    written = cells_of(errors)
    assert written[0] == ["问题", *HEADER[1:13], HEADER[14]]
    assert [row[1:3] for row in written[1:]] == [["3幢", "2单元"], ["3幢", "2单元"]]
    assert IDENTITY not in str(written)

    again = bring(errors)

    assert [p.row_no for p in again.problems] == [2, 3]
    assert "问题" not in again.columns.not_read


def test_formulas_are_read_by_their_result_and_never_written_as_such(bring, tmp_path):
    path, errors = tmp_path / "a.xlsx", tmp_path / "错误.xlsx"
    for text_of_cell in ("=HYPERLINK(1)", "+1", "-1+2", "@x", "\tx", "\rx", "＝1", "＋1", "－1", "＠1"):
        table(tmp_path / "a.csv", SHORT, ["3", "2", "501", text_of_cell, "x", "", ""], encoding="utf-8-sig")
        bring(tmp_path / "a.csv", errors=errors)
        assert cells_of(errors)[1][4] == text_of_cell.strip()

    workbook(path, SHORT, ["=1+2", "2", "501", "张三", None, "=40*2", None])

    assert [p.trouble for p in bring(path).problems] == [Trouble.NO_BUILDING]  # never computed, so nothing is there


def test_homes_without_a_number_are_given_the_next_free_one(bring, tmp_path):
    bring(
        table(
            tmp_path / "a.csv",
            SHORT,
            ["1", "1", "101", "", "", "", ""],
            ["1", "1", "102", "", "", "", "1001"],
            ["1", "1", "103", "", "", "", ""],
        )  # fmt: skip
    )

    assert [place_at(f"1-1-10{door}").home_no for door in (1, 2, 3)] == ["1002", "1001", "1003"]


def test_home_numbers_are_given_once(bring, tmp_path):
    bring(table(tmp_path / "a.csv", SHORT, ["1", "1", "101", "", "", "", "2073"]))

    taken = bring(table(tmp_path / "b.csv", SHORT, ["1", "1", "102", "", "", "", "2073"]))
    twice = bring(
        table(tmp_path / "c.csv", SHORT, ["2", "1", "101", "", "", "", "3000"], ["2", "1", "102", "", "", "", "3000"])
    )

    assert [(p.trouble, p.value) for p in taken.problems] == [(Trouble.HOME_NO_TAKEN, "1-1-101")]
    assert [(p.row_no, p.trouble, p.value) for p in twice.problems] == [(3, Trouble.HOME_NO_TWICE, "2-1-101")]


def test_rows_that_contradict_each_other_are_shown(bring, tmp_path):
    report = bring(
        table(
            tmp_path / "a.csv", SHORT, ["1", "1", "101", "张三", "", "80", ""], ["1", "1", "101", "李四", "", "81", ""]
        )
    )

    assert [(p.row_no, p.column, p.value) for p in report.problems] == [(3, "面积", "2")]


def test_a_dry_run_changes_nothing_and_tells_what_would_be(bring, tmp_path):
    before = everything()

    report = bring(ugly(tmp_path / "登记表.xlsx"), dry_run=True)

    assert not report.applied and report.counts.places_new == 5 and everything() == before


def test_a_register_that_changed_meanwhile_is_not_overwritten(app, bring, tmp_path, estate, add, now):
    bring(table(tmp_path / "a.csv", SHORT, ["1", "1", "101", "张三", "", "", ""]))
    plan = make_plan([], register.load(estate.id), as_of=date(2026, 3, 2))
    add(Person, estate_id=estate.id, name="李四")

    with pytest.raises(Conflict), writing():
        import_register(plan, actor=None, now=now)


def test_a_failure_at_the_end_leaves_nothing(bring, tmp_path, monkeypatch):
    before = everything()
    monkeypatch.setattr("helpdesk.estate.importing.apply.record", lambda *args, **kwargs: 1 / 0)

    with pytest.raises(ZeroDivisionError):
        bring(ugly(tmp_path / "登记表.xlsx"))

    assert everything() == before


@pytest.mark.parametrize("encoding", ["gbk", "gb18030", "utf-8", "utf-8-sig", "utf-16"])
def test_tables_are_read_in_every_usual_encoding(bring, tmp_path, encoding):
    bring(table(tmp_path / "a.csv", SHORT, ["三号楼", "二单元", "501室", "张三", "", "", ""], encoding=encoding))

    assert set(people_at("3-2-501")) == {"张三"}


def test_columns_can_be_named(bring, tmp_path):
    path = table(tmp_path / "a.csv", ["幢", "单元", "门", "谁"], ["3", "2", "501", "张三"])

    with pytest.raises(Unreadable) as wrong:
        bring(path)
    bring(path, columns=columns.chosen("房号=门,业主=谁"))

    assert wrong.value.trouble is Trouble.NO_HEADER
    assert people_at("3-2-501")["张三"].role is OccupancyRole.OWNER


def test_other_estates_are_left_alone(bring, tmp_path, new_estate, estate):
    other = new_estate("康宁苑")
    path = table(tmp_path / "a.csv", SHORT, ["3", "2", "501", "张三", "12500000001", "", "2073"])
    bring(path)
    run.run(run.Wish(path), other, actor=None, now=clock.now())

    counts = db.session.execute(select(Place.estate_id, func.count()).group_by(Place.estate_id)).all()
    assert dict(map(tuple, counts)) == {estate.id: 2, other.id: 2}
    assert db.session.scalar(text("SELECT count(*) FROM phone")) == 2


def test_of_very_many_the_search_keys_follow_and_are_the_same(bring, tmp_path, monkeypatch):
    path = ugly(tmp_path / "登记表.xlsx")
    monkeypatch.setattr("helpdesk.estate.importing.plan.MOST_WITH_KEYS", 0)
    monkeypatch.setattr("helpdesk.estate.importing.keys.AT_ONCE", 2)

    bring(path)

    found = select(SearchKey.kind, SearchKey.key, SearchKey.person_id, SearchKey.place_id, SearchKey.phone_id)
    late = sorted(map(repr, db.session.execute(found)))
    with writing():
        db.session.execute(delete(SearchKey))
    monkeypatch.undo()
    bring(path)
    assert sorted(map(repr, db.session.execute(found))) == late  # whatever has no keys gets them again
    assert len(late) == len(set(late)) > 100


def test_a_changed_home_number_is_found_when_its_keys_follow(bring, tmp_path, monkeypatch):
    monkeypatch.setattr("helpdesk.estate.importing.plan.MOST_WITH_KEYS", 0)
    bring(table(tmp_path / "a.csv", SHORT, ["3", "2", "501", "", "", "", "2073"]))

    bring(table(tmp_path / "b.csv", SHORT, ["3", "2", "501", "", "", "", "2074"], ["3", "2", "502", "", "", "", ""]))

    keys = db.session.scalars(select(SearchKey.key).where(SearchKey.place_id == place_at("3-2-501").id)).all()
    assert sorted(keys) == ["2074", "3-2-501", "32501", "501"]


def test_people_of_merged_homes_never_move_up_to_another_home(bring, tmp_path):
    header = ["幢号", "单元", "房号", "姓名", "与户主关系"]
    path = table(
        tmp_path / "a.csv", header, ["3", "2", "501", "张三", "户主"], ["", "", "", "李四", "配偶"],
        ["", "3", "", "王五", "户主"], ["4", "", "101", "赵六", "户主"],
    )  # fmt: skip

    report = bring(path, skip_errors=True)

    assert [(p.row_no, p.trouble) for p in report.problems] == [(4, Trouble.NO_ROOM), (5, Trouble.NO_UNIT)]
    assert {name: o.role for name, o in people_at("3-2-501").items()} == {
        "张三": OccupancyRole.HEAD, "李四": OccupancyRole.MEMBER,
    }  # fmt: skip
