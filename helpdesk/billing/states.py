"""The statuses of a billing run, and the only function that changes them."""

from enum import StrEnum

from flask_babel import gettext as _

from helpdesk.core.errors import Conflict


class RunStatus(StrEnum):
    PREVIEWED = "run_previewed"
    RUNNING = "run_running"
    DONE = "run_done"
    DROPPED = "run_dropped"


R = RunStatus
NEXT: dict[RunStatus, frozenset[RunStatus]] = {
    R.PREVIEWED: frozenset({R.RUNNING, R.DROPPED}),
    R.RUNNING: frozenset({R.DONE}),
    R.DONE: frozenset(),
    R.DROPPED: frozenset(),
}


def move_run(run, to: RunStatus) -> None:
    if to not in NEXT[run.status]:
        raise Conflict(_("This billing run was started or dropped already."))
    run.status = to
