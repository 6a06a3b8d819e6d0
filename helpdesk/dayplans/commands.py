"""`flask dayplans …`: what pages and the worker start by themselves."""

import click
from flask.cli import AppGroup

from helpdesk.core import clock
from helpdesk.dayplans.making import run

group = AppGroup("dayplans", help="Plans of a day.")


@group.command("run", hidden=True)
@click.argument("plan_id", type=int)
def run_(plan_id: int) -> None:
    """Make a plan that somebody asked for; pages start this by themselves."""
    run(plan_id, clock.now)
