"""`flask exports …`: what pages start by themselves."""

import click
from flask.cli import AppGroup

from helpdesk.core import clock
from helpdesk.exports.making import make

group = AppGroup("exports", help="Lists that are taken out.")


@group.command("make", hidden=True)
@click.argument("file_id", type=int)
def make_(file_id: int) -> None:
    """Make a long list that somebody asked for; pages start this by themselves."""
    make(file_id, clock.now)
