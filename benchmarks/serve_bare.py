"""Starts the bare application in the way `helpdesk.serve` starts the product."""

import os

from granian import Granian
from granian.constants import Interfaces
from granian.log import LogLevels

from benchmarks.bare import create_app
from helpdesk.serve import PAGE_THREADS, STOP_WITHIN_S

LIVE_STREAMS = 100  # the default of the product

if __name__ == "__main__":
    server = Granian(
        "benchmarks.bare",
        port=int(os.environ["PORT"]),
        interface=Interfaces.WSGI,
        workers=1,
        blocking_threads=LIVE_STREAMS + PAGE_THREADS,
        workers_kill_timeout=STOP_WITHIN_S,
        log_level=LogLevels.error,
    )
    server.serve(target_loader=create_app, wrap_loader=False)
