"""What every run of the tests shares: one PostgreSQL for all its processes, and the truth about what it ran on.

TEST_DATABASE says on what to run: `sqlite`, the default, or `postgresql`. For the latter the first process starts a
server and tells the others by TEST_DATABASE_URL; `start_postgres()` in any of them joins it.
At the end the run says on which database, and in which browser, and hands the counts to bin/test.
"""

import json
import os
from importlib.metadata import version
from pathlib import Path

import pytest
from sqlcipher3 import dbapi2 as sqlite

from tests.servers import NotFound, Server, browser_version, find_browser, start_postgres
from tests.statements import same_on_both

SERVER = pytest.StashKey[Server]()
COUNTED = ("passed", "failed", "error", "skipped", "xfailed", "xpassed")


@pytest.hookimpl(tryfirst=True)
def pytest_configure(config):
    if os.environ.get("TEST_DATABASE", "sqlite") not in ("sqlite", "postgresql"):
        raise pytest.UsageError("TEST_DATABASE is sqlite or postgresql.")
    if os.environ.get("TEST_DATABASE") == "postgresql" and not hasattr(config, "workerinput"):
        try:
            server = config.stash[SERVER] = start_postgres()
        except NotFound as problem:
            raise pytest.UsageError(str(problem)) from None
        os.environ["TEST_DATABASE_URL"] = server.url


def pytest_collection_modifyitems(config, items):
    if not os.environ.get("TEST_WHAT_DIFFERS"):
        return
    same = same_on_both()
    alike = {item for item in items if item.nodeid.split("[")[0] in same}
    if alike:
        config.hook.pytest_deselected(items=list(alike))
        items[:] = [item for item in items if item not in alike]


def pytest_unconfigure(config):
    if server := config.stash.get(SERVER, None):
        server.stop()


def pytest_terminal_summary(terminalreporter, config):
    if hasattr(config, "workerinput"):
        return
    stats = terminalreporter.stats
    ran_on = [_database(config)]
    if any("browser" in report.keywords for report in stats.get("passed", []) if report.when == "call"):
        browser = find_browser()
        ran_on.append(f"{browser_version(browser)} ({browser})")
    terminalreporter.write_line(f"Ran on {' and '.join(ran_on)}.")
    if results := os.environ.get("TEST_RESULTS"):
        counts = {outcome: len(stats[outcome]) for outcome in COUNTED if outcome in stats}
        Path(results).write_text(json.dumps({"ran_on": ran_on, "counts": counts}), encoding="utf-8")


def _database(config) -> str:
    if server := config.stash.get(SERVER, None):
        return f"{server.version} ({server.home})"
    return f"SQLite {sqlite.sqlite_version} (sqlcipher3 {version('sqlcipher3')})"
