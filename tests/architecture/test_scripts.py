"""What our own scripts never do, and what every place of typed text carries."""

import re
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
SCRIPTS = sorted((ROOT / "static/js").glob("*.js"))
TEMPLATES = sorted((ROOT / "templates").rglob("*.html"))
NEVER = {
    "markup from text": r"\.(inner|outer)HTML\s*\+?=(?!\s*serverResponse;)|insertAdjacentHTML|document\.write",
    "code from text": r"\beval\(|new Function|setTimeout\(\s*[\"']",
    "anything left behind in the browser": r"localStorage|sessionStorage|indexedDB|\bcaches\.|document\.cookie",
}


@pytest.mark.proves("WB-06")
@pytest.mark.parametrize("what", NEVER)
@pytest.mark.parametrize("path", SCRIPTS, ids=lambda path: path.name)
def test_a_script_never_makes(path, what):
    assert not re.search(NEVER[what], path.read_text(encoding="utf-8"))


@pytest.mark.proves("WB-09")
def test_htmx_asks_for_nothing_inside_typed_text():
    """The second line of defence behind escaping: no attribute in there would be obeyed."""
    written = "".join(path.read_text(encoding="utf-8") for path in TEMPLATES)
    typed = re.findall(r'<[^>]*class="typed[^>]*>', written)
    assert len(typed) > 5 and [tag for tag in typed if "hx-disable" not in tag] == []
