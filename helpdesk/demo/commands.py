"""`flask demo …`"""

from datetime import datetime, time

import click
from flask.cli import AppGroup

from helpdesk.core import clock
from helpdesk.demo import load as loading
from helpdesk.demo.shape import FULL
from helpdesk.demo.staff import PASSWORD, sign_ins

group = AppGroup("demo", help="The demonstration estate.")
MORNING = time(10, 20)  # of a day that is asked for by its date
COUNTED = {
    "place": "places", "person": "people", "phone": "phone numbers", "call": "calls", "work_order": "work orders",
    "event": "events",
}  # fmt: skip


@group.command("load")
@click.option(
    "--as-of", type=click.DateTime(["%Y-%m-%d"]), help="Load it as on the morning of this date (default: now)."
)
@click.option("--scale", type=click.IntRange(1, 100), default=1, help="So many estates of this size.")
@click.option("--calls", type=click.IntRange(1), help="So many calls in the history of the first estate.")
def load(as_of: datetime | None, scale: int, calls: int | None) -> None:
    """Fill an empty installation with a fictional estate, two years of work, and a day that is alive."""
    moment = clock.from_local(datetime.combine(as_of.date(), MORNING)) if as_of else clock.now()
    try:
        written = loading.load(moment, scale=scale, shape=FULL.with_calls(calls))
    except loading.AlreadyThere:
        raise click.ClickException(
            "There is an estate already; the demonstration needs an empty installation."
        ) from None
    click.echo("Loaded " + ", ".join(f"{written.get(table, 0):,} {name}" for table, name in COUNTED.items()) + ".")
    click.echo(f"Sign in as (password {PASSWORD}): " + ", ".join(username for username, _role in sign_ins()))
