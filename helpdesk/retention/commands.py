"""`flask retention …`: forgetting what is old enough, or saying only how much it would be."""

import click
from flask.cli import AppGroup

from helpdesk.core import clock
from helpdesk.retention.queries import dry_run
from helpdesk.retention.sweeping import forget_what_is_over

group = AppGroup("retention", help="How long what is kept.")


@group.command("run")
@click.option("--dry-run", "only_count", is_flag=True, help="Say what would go, and change nothing.")
def run(only_count: bool) -> None:
    """Forget what is old enough, at once; the worker does the same by night."""
    if only_count:
        for kept in dry_run(clock.local_date(clock.now())):
            name = kept.data_class.removeprefix("class_")
            click.echo(f"{name:12} {kept.months:4} months  up to {kept.day}  {kept.count:8} would go")
        return
    for data_class, count in forget_what_is_over(clock.now()).items():
        click.echo(f"{data_class.removeprefix('class_'):12} {count:8} forgotten")
