"""`flask estate …`, as an administrator types it."""

import pytest
from sqlalchemy import func, select

from helpdesk.core.extensions import db
from helpdesk.estate import pattern
from helpdesk.estate.models import Place, PlaceKind
from tests.workbooks import IDENTITY, cells_of, table, ugly


@pytest.fixture
def flask(app, now):
    """Type a command; returns its exit code and what it said."""

    def _flask(*words):
        with app.app_context():
            done = app.test_cli_runner().invoke(args=["estate", *map(str, words)])
        assert done.exception is None or isinstance(done.exception, SystemExit), done.output
        db.session.rollback()
        return done.exit_code, done.output

    return _flask


def places() -> int:
    return db.session.scalar(select(func.count()).select_from(Place))


def test_a_file_is_imported_and_the_report_counts_in_chinese(flask, estate, tmp_path):
    code, said = flask("import", ugly(tmp_path / "登记表.xlsx"))

    assert code == 0
    assert "房屋等处：新增 5，更新 0，未变 0；楼道：新增 3" in said
    assert "未读取也不保存的证件号列：身份证号码" in said
    assert IDENTITY not in said and places() == 8


def test_a_trial_changes_nothing(flask, estate, tmp_path):
    code, said = flask("import", ugly(tmp_path / "登记表.xlsx"), "--dry-run")

    assert (code, places()) == (0, 0)
    assert said.splitlines()[-1] == "这是试运行，没有改动任何内容。"


def test_problems_are_told_by_row_and_written_to_a_file(flask, estate, tmp_path):
    path = table(tmp_path / "a.csv", ["幢", "单元", "房号", "电话"], ["3", "2", "", "1.38E+10"], ["3", "2", "502", ""])

    code, said = flask("import", path, "--errors", tmp_path / "错误.xlsx")

    assert (code, places()) == (1, 0)
    assert "第 2 行，“房号”列：缺少房号。" in said
    assert cells_of(tmp_path / "错误.xlsx")[1][1:] == ["3", "2", None, "1.38E+10"]

    code, said = flask("import", path, "--skip-errors")

    assert (code, places()) == (0, 2)


def test_what_cannot_be_imported_is_said_in_one_sentence(flask, estate, new_estate, tmp_path):
    (tmp_path / "a.pdf").write_bytes(b"%PDF")
    path = table(tmp_path / "a.csv", ["幢", "房号"], ["3", "3-2-501"])

    assert flask("import", tmp_path / "a.pdf")[0] == 1
    assert flask("import", path, "--columns", "错=x")[0] == 1
    assert flask("import", path, "--errors", tmp_path / "b.csv")[0] == 1
    assert flask("import", path, "--estate", "没有的苑")[0] == 1
    new_estate("康宁苑")
    code, said = flask("import", path)
    assert code == 1 and "德裕苑、康宁苑" in said
    assert flask("import", path, "--estate", "康宁苑")[0] == 0


def test_without_an_estate_the_way_to_one_is_shown(flask, tmp_path):
    code, said = flask("import", table(tmp_path / "a.csv", ["幢", "房号"], ["3", "3-2-501"]))

    assert code == 1 and "admin create" in said


def test_the_sample_can_be_imported_as_it_is(flask, estate, tmp_path):
    assert flask("sample", tmp_path / "样表.xlsx")[0] == 0

    code, said = flask("import", tmp_path / "样表.xlsx")

    assert code == 0 and places() == 5


def test_buildings_are_set_up_by_pattern_and_only_once(flask, estate):
    wanted = ("build", "--buildings", "1-2,5", "--units", "3", "--floors", "6", "--homes", "2")

    code, said = flask(*wanted)
    again = flask(*wanted)

    homes = db.session.scalars(select(Place).where(Place.kind == PlaceKind.DWELLING)).all()
    assert (code, len(homes), places()) == (0, 3 * 3 * 6 * 2, 3 * 3 * 6 * 2 + 9)
    assert len({home.home_no for home in homes}) == len(homes)
    last = max(homes, key=lambda home: home.id)
    assert (last.address, last.floor_no, last.stairwell.address) == ("5-3-602", 6, "5-3")
    assert "已添加 108 户、9 个楼道，原有 0 户。" in said and "已添加 0 户、0 个楼道，原有 108 户。" in again[1]


def test_a_pattern_that_cannot_be_is_refused(flask, estate):
    assert flask("build", "--buildings", "3-1", "--units", "3", "--floors", "6", "--homes", "2")[0] == 1


@pytest.mark.parametrize(
    ("typed", "found"), [("1-3", (1, 2, 3)), ("5", (5,)), ("1-2,7、9-10", (1, 2, 7, 9, 10)), ("2,1,2", (1, 2))]
)
def test_numbers_of_buildings(typed, found):
    assert pattern.numbers(typed) == found


@pytest.mark.parametrize("typed", ["", "a", "0", "3-1", "1-", "1-9999"])
def test_what_are_no_numbers_of_buildings(typed):
    with pytest.raises(ValueError):
        pattern.numbers(typed)
