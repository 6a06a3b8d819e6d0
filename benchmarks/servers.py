"""Starting what is measured, each in a process of its own, and reading how much CPU time that process has used."""

import http.client
import json
import os
import re
import socket
import subprocess
import sys
import time
from contextlib import closing, suppress
from pathlib import Path
from urllib.parse import urlencode

import psutil

ROOT = Path(__file__).resolve().parents[1]


class Server:
    """A started server: a connection that is kept, and the process that does the work."""

    def __init__(self, module: str, env: dict[str, str], ready: str):
        with closing(socket.socket()) as free:
            free.bind(("127.0.0.1", 0))
            self.port = free.getsockname()[1]
        self.process = subprocess.Popen(
            [sys.executable, "-m", module], cwd=ROOT, env={**os.environ, **env, "PORT": str(self.port)},
            stdout=subprocess.DEVNULL,
        )  # fmt: skip
        self.connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=30)
        self.headers: dict[str, str] = {}
        self.started_s = self._wait(ready)
        self.worker = psutil.Process(self.process.pid).children()[0]

    def ask(self, method: str, path: str, form: dict | None = None, **headers) -> tuple[int, str]:
        body = urlencode(form) if form else None
        typed = {"Content-Type": "application/x-www-form-urlencoded"} if form else {}
        self.connection.request(method, path, body=body, headers={**self.headers, **typed, **headers})
        answer = self.connection.getresponse()
        if cookie := re.match(r"session=[^;]+", answer.headers.get("Set-Cookie", "")):
            self.headers["Cookie"] = cookie[0]
        return answer.status, answer.read().decode()

    def cpu_s(self) -> float:
        """CPU seconds the serving process has used so far; in ticks of 10 ms, so measure over many requests."""
        used = self.worker.cpu_times()
        return used.user + used.system

    def memory_mb(self) -> float:
        return self.worker.memory_info().rss / 1e6

    def stop(self) -> float:
        """End it, and return how long that took, in seconds."""
        began = time.monotonic()
        self.connection.close()
        self.process.terminate()
        self.process.wait(30)
        return time.monotonic() - began

    def _wait(self, ready: str) -> float:
        """Ask until it answers; how long that took, in seconds."""
        began = time.monotonic()
        while time.monotonic() < began + 120 and self.process.poll() is None:
            with suppress(OSError, http.client.HTTPException):
                self.ask("GET", ready)
                return time.monotonic() - began
            self.connection.close()
            time.sleep(0.05)
        raise SystemExit("The server to be measured did not start.")


def product(database: str, instance: Path) -> Server:
    """The product as `make run` starts it, on a database that is filled already."""
    env = {"DATABASE_URL": database, "INSTANCE_PATH": str(instance), "HOST": "127.0.0.1", "DEMO": "0"}
    return Server("helpdesk.serve", env, "/healthz")


def bare(database: str, pages: dict[str, dict[str, int]]) -> Server:
    """The bare application under the same server with the same number of threads."""
    path = database.removeprefix("sqlite:///")
    return Server("benchmarks.serve_bare", {"BARE_DATABASE": path, "BARE_PAGES": json.dumps(pages)}, "/console")


def sign_in(server: Server, username: str, password: str) -> None:
    _, page = server.ask("GET", "/sign-in")
    token = re.search(r'name="csrf_token"[^>]*value="([^"]+)"', page)[1]
    status, _ = server.ask("POST", "/sign-in", {"username": username, "password": password, "csrf_token": token})
    if status != 303:
        raise SystemExit(f"Signing in as {username} was answered with {status}.")
