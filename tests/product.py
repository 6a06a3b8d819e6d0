"""The product as it is started for real: a process of its own, with a port, a database and an end."""

import http.client
import os
import signal
import socket
import subprocess
import sys
import time
from contextlib import closing, suppress
from pathlib import Path

import psycopg
from sqlalchemy import make_url

from tests import databases

ROOT = Path(__file__).resolve().parents[1]
SECRET_KEY = "only-for-tests-" + "s" * 40


class Product:
    """One installation, in a folder whose name has a space; started and stopped as often as a test likes."""

    def __init__(self, folder: Path, name: str = "serving"):
        with closing(socket.socket()) as free:
            free.bind(("127.0.0.1", 0))
            self.port = free.getsockname()[1]
        self.folder = folder
        self.name = f"{name}_{os.environ.get('PYTEST_XDIST_WORKER', 'main')}"
        self.url = self._database()
        self.env = {
            "PATH": os.environ["PATH"], "PYTHONPATH": str(ROOT), "DATABASE_URL": self.url, "SECRET_KEY": SECRET_KEY,
            "INSTANCE_PATH": str(folder), "PORT": str(self.port), "DEMO": "0", "TZ": "America/St_Johns",
        }  # fmt: skip
        self.running: subprocess.Popen | None = None

    def start(self, **env) -> "Product":
        """Start and wait until it answers; how long that took is kept in `took_s`."""
        began = time.monotonic()
        self.running = self._begin(**env)
        self.words = ""
        while (line := self.running.stdout.readline()) and "Ctrl+C" not in line:
            self.words += line
        while time.monotonic() - began < 30 and self.running.poll() is None:
            with suppress(OSError):
                if self.get("/healthz").status == 200:
                    self.took_s = time.monotonic() - began
                    return self
            time.sleep(0.02)
        self.running.kill()
        raise AssertionError(f"It did not start: {self.words}{self.running.communicate()[0]}")

    def refuse(self, **env) -> str:
        """Start, expect that it ends with 1, and return what it said."""
        process = self._begin(**env)
        words, _ = process.communicate(timeout=30)
        assert process.returncode == 1, words
        return words

    def stop(self, how=signal.SIGTERM, *, everything: bool = False) -> tuple[float, int, str]:
        """Stop it, or `everything` it has started; returns the seconds that took, the exit code and its last words."""
        began = time.monotonic()
        process, self.running = self.running, None
        os.killpg(process.pid, how) if everything else process.send_signal(how)
        words, _ = process.communicate(timeout=30)
        return time.monotonic() - began, process.returncode, words

    def get(self, path: str, cookie: str = "") -> http.client.HTTPResponse:
        """The answer; a stream is left open, and is to be closed."""
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=10)
        headers = {"Connection": "close", "Cookie": f"session={cookie}"}
        try:
            connection.request("GET", path, headers=headers)
            answer = connection.getresponse()
        except OSError:
            connection.close()
            raise
        if answer.headers.get_content_type() != "text/event-stream":
            answer.text = answer.read().decode()
        return answer

    def answers(self) -> bool:
        with suppress(OSError):
            return self.get("/healthz").status == 200
        return False

    def drop(self) -> None:
        if self.running:
            self.stop(signal.SIGKILL)
        if databases.ON_POSTGRES:
            self._on_server(f"DROP DATABASE IF EXISTS {self.name} WITH (FORCE)")

    def _begin(self, **env) -> subprocess.Popen:
        return subprocess.Popen(
            [sys.executable, "-m", "helpdesk.serve"], env={**self.env, **env}, cwd=self.folder, text=True,
            stdout=subprocess.PIPE, stderr=subprocess.STDOUT, start_new_session=True,
        )  # fmt: skip

    def _database(self) -> str:
        if not databases.ON_POSTGRES:
            return f"sqlite:///{self.folder}/desk.db"
        self._on_server(f"DROP DATABASE IF EXISTS {self.name} WITH (FORCE)", f"CREATE DATABASE {self.name}")
        server = make_url(os.environ["TEST_DATABASE_URL"])
        return server.set(drivername="postgresql+psycopg", database=self.name).render_as_string(hide_password=False)

    def _on_server(self, *statements: str) -> None:
        with psycopg.connect(os.environ["TEST_DATABASE_URL"], autocommit=True) as connection:
            for statement in statements:
                connection.execute(statement)
