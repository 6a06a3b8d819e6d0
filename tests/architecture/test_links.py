"""What people typed never becomes an address to follow: numbers are dialled through one helper, nothing else is linked.

That no word of any column reaches an address of any page is proved in tests/web/test_hostile_text.py.
"""

import re
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
WRITTEN = [
    *(ROOT / "templates").rglob("*.html"), *(ROOT / "static/js").glob("*.js"), *(ROOT / "helpdesk").rglob("*.py")
]  # fmt: skip
HELPER = "helpdesk/estate/phone_numbers.py"
ELSEWHERE = re.compile(r"""["'`](?:tel|mailto|sms|javascript|data|vbscript):(?!image/svg)""")


@pytest.mark.proves("WB-08", "PC-09")
def test_one_helper_makes_addresses_that_lead_out_of_the_page():
    found = [path for path in WRITTEN if ELSEWHERE.search(path.read_text(encoding="utf-8"))]
    assert found == [ROOT / HELPER]


@pytest.mark.proves("WB-08", "PC-09")
def test_nothing_typed_is_made_into_a_link_by_itself():
    found = {path.name for path in WRITTEN if re.search(r"urlize|linkify|autolink", path.read_text(encoding="utf-8"))}
    assert found == set()
