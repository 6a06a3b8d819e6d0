"""`python -m helpdesk.planning`: one request as JSON on stdin; progress and the result as lines of JSON on stdout.

It writes no file and holds no lock, so it can be ended at any moment. When whoever started it is gone, the next line
it writes ends it.
"""

import json
import sys

from helpdesk.planning.search import Effort, Found, search
from helpdesk.planning.wire import plan_from_json, problem_from_json, to_json


def main() -> int:
    """Read, search, answer."""
    request = json.load(sys.stdin)
    plan = plan_from_json(request["plan"]) if request["plan"] else None
    found = search(problem_from_json(request["problem"]), plan, Effort(**request["effort"]), _tell)
    _say(result(found))
    return 0


def result(found: Found) -> dict:
    """Return the last line."""
    return {
        "plan": to_json(found.plan),
        "cost": to_json(found.cost),
        "rounds": found.rounds,
        "pyvrp": found.pyvrp,
    }


def _tell(done: float, points: int) -> None:
    _say({"done": round(done, 3), "points": points})


def _say(line: dict) -> None:
    print(json.dumps(line, separators=(",", ":")), flush=True)


if __name__ == "__main__":
    sys.exit(main())
