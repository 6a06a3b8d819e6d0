"""Both languages are complete: every sentence of the code has its Chinese, and nothing is stale."""

import subprocess
import sys
from io import BytesIO
from pathlib import Path

import pytest
from babel.messages.mofile import read_mo, write_mo
from babel.messages.pofile import read_po

ROOT = Path(__file__).parents[2]
CATALOG = ROOT / "helpdesk/translations/zh/LC_MESSAGES/messages.po"


def catalog(path=CATALOG):
    with path.open("rb") as file:
        return read_po(file, locale="zh")


@pytest.fixture(scope="module")
def used(tmp_path_factory):
    """Every sentence that the code and the templates say."""
    found = tmp_path_factory.mktemp("words") / "messages.pot"
    command = [sys.executable, "-m", "babel.messages.frontend", "-q", "extract", "-F", "babel.cfg", "-k", "_l",
               "-o", str(found), "."]  # fmt: skip
    subprocess.run(command, cwd=ROOT, check=True, capture_output=True)
    return {message.id for message in catalog(found) if message.id}


def test_every_sentence_has_its_chinese(used):
    said = {message.id for message in catalog() if message.id and message.string and all(_forms(message))}
    assert sorted(map(str, used - said)) == []


def test_no_sentence_is_kept_that_nobody_says(used):
    assert sorted(str(message.id) for message in catalog() if message.id and message.id not in used) == []


def test_names_inside_sentences_are_the_same_in_both_languages():
    problems = [(message.id, str(error)) for message, errors in catalog().check() for error in errors]
    assert problems == []


def test_what_the_program_reads_is_what_stands_in_the_file():
    fresh = BytesIO()
    write_mo(fresh, catalog())
    fresh.seek(0)
    with CATALOG.with_suffix(".mo").open("rb") as compiled:
        assert sentences(read_mo(compiled)) == sentences(read_mo(fresh))


def sentences(found):
    return {str(message.id): message.string for message in found if message.id}


def _forms(message):
    return message.string if isinstance(message.string, tuple | list) else (message.string,)
