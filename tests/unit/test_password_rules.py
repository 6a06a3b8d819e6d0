"""What a new password must be."""

import pytest

from helpdesk.accounts.password_rules import ALONE, COMMON, DESK, FIELD, is_common, problem, shortest_for
from helpdesk.core.access import Role

LISTED = [line for line in COMMON.read_text().splitlines() if not line.startswith("#")]


@pytest.fixture(autouse=True)
def speaking(app):
    with app.test_request_context(headers={"Accept-Language": "zh"}):
        yield


def refusal(typed, shortest=FIELD, words=()):
    return problem(typed, shortest=shortest, words=words)


@pytest.mark.proves("AU-01")
def test_length_alone_counts_and_every_character_may_be_used():
    told = {
        7: "至少 8 个字符", 8: None, 64: None, 128: None, 129: "最多 128 个字符",
    }  # fmt: skip
    for length, says in told.items():
        wrong = refusal(("河边 Heron·7灯塔'\"<b>" * 20)[:length])
        assert (wrong is None) if says is None else (says in wrong), length
    assert refusal(" " * 3 + "一只灰鹭" + " " * 3) is None  # blanks are characters like others


@pytest.mark.proves("AU-01")
def test_how_long_depends_on_what_else_stands_before_the_account():
    told = [
        ({Role.TECHNICIAN}, False, FIELD), ({Role.OPERATOR}, False, DESK),
        ({Role.OPERATOR, Role.TECHNICIAN}, False, DESK),
        ({Role.MANAGER}, True, DESK), ({Role.MANAGER}, False, ALONE), ({Role.TECHNICIAN, Role.ADMIN}, False, ALONE),
        (set(), False, ALONE), ({Role.TECHNICIAN}, True, FIELD),
    ]  # fmt: skip
    for roles, has_second_step, shortest in told:
        assert shortest_for(roles, has_second_step=has_second_step) == shortest, (roles, has_second_step)


@pytest.mark.proves("AU-02")
def test_the_shipped_list_is_long_and_refused_in_words():
    assert len(LISTED) > 3_000 and all(len(line) >= FIELD for line in LISTED) and LISTED == sorted(set(LISTED))
    for typed in [*LISTED[:: len(LISTED) // 40], "Password123", " QWERTYUIOP ", "woaini1314", "WuYe123456"]:
        assert refusal(typed) == "这个密码很多人在用，最容易被试出来。请换一个，用一句话最好记。", typed


@pytest.mark.proves("AU-02")
def test_dates_and_one_piece_again_and_again_are_common_too():
    for typed in (
        "19780512",
        "20260302",
        "abababababab",
        "password1password1",
        "灰鹭灰鹭灰鹭灰鹭",
        "aaaaaaaaaaaaaaaaaaa",
    ):
        assert is_common(typed), typed
    for typed in ("19789912", "grey herons over reeds", "一只灰鹭站在河边的芦苇里"):
        assert not is_common(typed), typed


@pytest.mark.proves("AU-02")
def test_nothing_that_anybody_knows_about_the_person_or_the_company(app, estate):
    from helpdesk.entry.password_words import words_about

    words = words_about(username="wangli2", name="王丽", phone="12000001234")
    for typed in (
        "wangli2 is my name", "long WANGLI sentence", "王丽的密码很长很长", "call 12000001234 now",
        "00001234 is the end",
        "living in deyuyuan", "德裕苑的密码很长很长", "our helpdesk is open", "物业服务台天天开门",
    ):  # fmt: skip
        assert "密码里不能有" in (refusal(typed, words=words) or ""), typed
    assert refusal("grey herons over reeds", words=words) is None
    assert refusal("a limp lamp", words={"li", "wa", ""}) is None  # too short to mean anybody
