"""Runs a search in a process of its own, so that it can be ended at any moment and never holds up the server."""

import json
import os
import subprocess
import sys
import threading
from pathlib import Path

from helpdesk.planning.model import Plan, Problem
from helpdesk.planning.search import Effort, Found
from helpdesk.planning.wire import cost_from_json, plan_from_json, problem_to_json, to_json

ROOT = Path(__file__).parents[2]
GRACE_S = 15.0  # beside the search itself: starting, reading, writing, a busy machine


class Failed(Exception):
    """The search ended without a plan: it was cancelled, took too long, or broke. `why` is one of these words."""

    def __init__(self, why: str, said: str = "") -> None:
        super().__init__(f"{why} {said}".strip())
        self.why = why


class Search:
    """One search that is running. Use it as a context: when that ends, so does the process."""

    def __init__(self, problem: Problem, plan: Plan | None = None, effort: Effort | None = None) -> None:
        """Start at once. The process gets no secret of ours with its environment."""
        effort = effort or Effort()
        self.done, self.points = 0.0, None
        self._answer: dict | None = None
        self._why = ""
        self._limit_s = effort.seconds + GRACE_S
        command = [sys.executable, "-m", "helpdesk.planning"]
        pipes = {"stdin": subprocess.PIPE, "stdout": subprocess.PIPE, "stderr": subprocess.PIPE}
        env = {name: os.environ[name] for name in KEPT if name in os.environ}
        self._child = subprocess.Popen(command, cwd=ROOT, env=env, text=True, encoding="utf-8", **pipes)  # noqa: S603
        request = {
            "problem": problem_to_json(problem),
            "plan": to_json(plan) if plan else None,
            "effort": {name: getattr(effort, name) for name in effort.__slots__},
        }
        self._errors: list[str] = []
        self._readers = [
            threading.Thread(target=self._read, args=(json.dumps(request),), daemon=True),
            threading.Thread(target=lambda: self._errors.append(self._child.stderr.read()[-2000:]), daemon=True),
        ]
        self._timer = threading.Timer(self._limit_s, self._end, ("too_long",))
        for thread in (*self._readers, self._timer):
            thread.daemon = True
            thread.start()

    def _read(self, request: str) -> None:
        try:
            with self._child.stdin as stdin:
                stdin.write(request)
        except OSError:
            return  # it ended before it had read everything
        for line in self._child.stdout:
            try:
                said = json.loads(line)
            except ValueError:
                return  # cut off in the middle
            if "plan" in said:
                self._answer = said
            else:
                self.done, self.points = said["done"], said["points"]

    @property
    def running(self) -> bool:
        """Tell whether the process is still at work."""
        return self._child.poll() is None

    @property
    def pid(self) -> int:
        """The number of the process."""
        return self._child.pid

    def cancel(self) -> None:
        """End the search; its plan is not wanted any more."""
        self._end("cancelled")

    def _end(self, why: str) -> None:
        if self.running:
            self._why = self._why or why
            self._child.kill()

    def result(self) -> Found:
        """Wait for the plan. Raises Failed."""
        self._child.wait()
        for reader in self._readers:
            reader.join()
        self._timer.cancel()
        if self._answer is None:
            raise Failed(self._why or "broken", "".join(self._errors))
        said = self._answer
        return Found(plan_from_json(said["plan"]), cost_from_json(said["cost"]), said["rounds"], said["pyvrp"])

    def __enter__(self) -> "Search":
        return self

    def __exit__(self, *_error) -> None:
        self.cancel()
        self._child.wait()
        self._timer.cancel()
        for reader in self._readers:
            reader.join()
        for pipe in (self._child.stdout, self._child.stderr):
            pipe.close()


KEPT = ("PATH", "SYSTEMROOT", "LANG", "LC_ALL", "TMPDIR", "TEMP", "OPENBLAS_NUM_THREADS", "LD_LIBRARY_PATH")
