"""Which tests of pages PostgreSQL need not repeat: `python -m tests.statements` finds out and writes the list.

What a page shows is the same on both databases as long as its statements work. So all tests run on PostgreSQL once,
each noting the statements it sends and the faults the database answers, without values. Then as few tests of pages are
chosen as send what no other sends; the rest is listed in tests/web/same_on_both.txt, and `make test` leaves it out on
PostgreSQL. A new test stands in no list, so it runs on both; so does whoever is named: `make test ARGS=tests/web/…`.
"""

import json
import os
import re
import subprocess
import sys
import tempfile
import time
from collections import defaultdict
from pathlib import Path

import pytest
from sqlalchemy import event
from sqlalchemy.engine import Engine

ROOT = Path(__file__).resolve().parent.parent
LIST = ROOT / "tests" / "web" / "same_on_both.txt"
# Fixtures and files of tests about what happens at the same moment, or in another process, where nobody notes it.
TIMELY = {"at_once", "real_processes", "product", "test_live.py", "test_throttles.py"}
VALUE = re.compile(r"%\(\w+\)s(::\w+)?|\$\d+|\d+|'[^']*'")
MANY = re.compile(r"\?(, \?)+"), re.compile(r"\(\?\)(, \(\?\))+")


def same_on_both() -> set[str]:
    """The tests that are left out on PostgreSQL, each as `tests/web/test_calls.py::test_name`, without parameters."""
    return {line for line in LIST.read_text(encoding="utf-8").splitlines() if not line.startswith("#")}


class Recorder:
    """Notes for each test what it sent and how long it took; a plugin of the run that main() starts."""

    def __init__(self, folder: Path):
        self.folder, self.now = folder, ""
        self.sent, self.took_s, self.timely = defaultdict(set), defaultdict(float), set()
        event.listen(Engine, "before_cursor_execute", self._sends)
        event.listen(Engine, "handle_error", self._fails)

    def _sends(self, _connection, _cursor, statement, *_rest) -> None:
        self.sent[self.now].add(without_values(statement))

    def _fails(self, context) -> None:
        said = getattr(context.original_exception, "diag", None)
        self.sent[self.now].add(f"{type(context.original_exception).__name__} {getattr(said, 'constraint_name', '')}")

    @pytest.hookimpl(hookwrapper=True)
    def pytest_runtest_protocol(self, item):
        self.now, began = item.nodeid.split("[")[0], time.process_time()
        if TIMELY & {*item.fixturenames, item.path.name}:
            self.timely.add(self.now)
        yield
        self.took_s[self.now] += time.process_time() - began

    def pytest_sessionfinish(self):
        noted = {test: [took, test in self.timely, sorted(self.sent[test])] for test, took in self.took_s.items()}
        (self.folder / f"{os.getpid()}.json").write_text(json.dumps(noted), encoding="utf-8")


def pytest_configure(config):
    config.pluginmanager.register(Recorder(Path(os.environ["TEST_STATEMENTS"])))


def without_values(statement: str) -> str:
    words = VALUE.sub("?", statement)
    for many in MANY:
        words = many.sub("?", words)
    return words


def not_needed(took_s: dict[str, float], sent: dict[str, set[str]], kept: set[str]) -> set[str]:
    """The tests without which `kept` and the others still send every statement; the slow ones go first."""
    missing = set().union(*sent.values()) - set().union(*(sent[test] for test in kept))
    rest = set(took_s) - kept
    while missing:
        best = max(sorted(rest), key=lambda test: len(sent[test] & missing) / (took_s[test] + 0.05))
        rest.remove(best)
        missing -= sent[best]
    return rest


def main() -> None:
    took_s, sent, kept = defaultdict(float), defaultdict(set), set()
    with tempfile.TemporaryDirectory() as folder:
        env = {**os.environ, "TEST_DATABASE": "postgresql", "TEST_STATEMENTS": folder}
        which = ["-n", "2", "--dist", "worksteal", "-m", "not soak and not sqlite_only", "tests/db", "tests/web"]
        command = [sys.executable, "-m", "pytest", "-q", "-p", "tests.statements", *which]
        if code := subprocess.run(command, env=env, cwd=ROOT, check=False).returncode:
            sys.exit(code)
        for file in Path(folder).glob("*.json"):
            for test, (took, is_timely, statements) in json.loads(file.read_text(encoding="utf-8")).items():
                took_s[test] += took
                sent[test] |= set(statements)
                if is_timely or not test.startswith("tests/web/"):
                    kept.add(test)
    write(not_needed(took_s, sent, kept))


def write(tests: set[str]) -> None:
    words = "# Left out on PostgreSQL, for others send the same there. Written by python -m tests.statements"
    LIST.write_text("\n".join([words, *sorted(tests)]) + "\n", encoding="utf-8")
    print(f"{len(tests)} tests of pages need not run on PostgreSQL.")


if __name__ == "__main__":
    main()
