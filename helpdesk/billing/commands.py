"""`flask billing …`: what pages start by themselves, and the proof that every account adds up."""

import click
from flask.cli import AppGroup

from helpdesk.billing.runs import finish
from helpdesk.billing.verifying import problems
from helpdesk.core import clock

group = AppGroup("billing", help="Accounts, charges and payments.")


@group.command("run", hidden=True)
@click.argument("run_id", type=int)
def run_(run_id: int) -> None:
    """Go on with a billing run to its end; pages start this by themselves."""
    finish(run_id, clock.now())


@group.command("verify")
def verify() -> None:
    """Check that every line, payment and account adds up, each by two ways that share nothing."""
    found, accounts = problems()
    for problem in found:
        click.echo(problem)
    if found:
        raise click.ClickException(f"{len(found)} problems.")
    click.echo(f"{accounts} accounts, all of them add up.")
