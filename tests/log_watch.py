"""Every line that is logged while a test runs is looked at: none tells a name, a number, typed words or a secret."""

import logging
import re

CANARIES = re.compile(
    r"12[01]\d{8}|王桂英|周国强|沈梅|沈兰|It drips|They will be at home"
    r"|correct horse|only-for-tests-|b25seS1mb3ItdGVzdHM"
)  # people and words of tests/web/world_*.py, and the secrets of tests/conftest.py


class Watch(logging.Handler):
    """Keeps what should not have been said; tracebacks are part of a line."""

    def __init__(self):
        super().__init__()
        self.told: list[str] = []

    def emit(self, record: logging.LogRecord) -> None:
        line = self.format(record)
        if CANARIES.search(line):
            self.told.append(line)
