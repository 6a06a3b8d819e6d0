"""`flask worker`: a worker of its own, for sites with several web processes."""

import signal

import click
from flask import current_app
from flask.cli import with_appcontext

from helpdesk.core import clock
from helpdesk.worker.loop import Task, Worker


def command(tasks: tuple[Task, ...]) -> click.Command:
    """The command that does these tasks: the list stands further right than this feature."""

    @click.command("worker")
    @with_appcontext
    def worker() -> None:
        """Do what comes round until told to stop. Several may run; each task is done by one at a time."""
        app = current_app._get_current_object()
        working = Worker(app, tasks, clock.now)
        for told in (signal.SIGTERM, signal.SIGINT):
            signal.signal(told, lambda *_: working.stop())
        click.echo(f"Worker {working.holder} works. Ctrl+C stops it.")
        working.run()

    return worker
