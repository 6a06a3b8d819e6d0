"""`flask doctor`"""

import sys

import click
from flask.cli import with_appcontext

from helpdesk.core import clock
from helpdesk.doctor.findings import Level, look_at_everything


@click.command("doctor")
@with_appcontext
def doctor() -> None:
    """Say what is right and what is wrong here. Ends with 1 if something must be done."""
    found = look_at_everything(clock.now())
    for level, words in found:
        click.echo(f"{level:<5} {words}")
    must = sum(level is Level.MUST for level, _words in found)
    click.echo(f"{must} things must be done." if must else "Nothing must be done.")
    sys.exit(1 if must else 0)
