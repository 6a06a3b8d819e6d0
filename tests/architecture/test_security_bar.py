"""Every requirement of the bar is proved by a test, and docs/security.md says by which."""

from tests.security_bar import INAPPLICABLE, PAGE, REQUIREMENTS, proofs, with_table


def test_every_requirement_is_proved():
    found = proofs()
    assert [one for one in REQUIREMENTS if one not in found] == []


def test_no_test_proves_what_is_not_asked():
    assert sorted(set(proofs()) - REQUIREMENTS.keys()) == []
    assert not INAPPLICABLE.keys() & REQUIREMENTS.keys()


def test_the_page_is_current():
    page = PAGE.read_text(encoding="utf-8")
    assert with_table(page) == page, "run python -m tests.security_bar"
