"""`flask audit …`: proofs about the history."""

import click
from flask.cli import AppGroup

from helpdesk.audit.queries import newest_event, verify_chain

group = AppGroup("audit", help="The history of what people did.")


@group.command("verify")
def verify() -> None:
    """Check every event against the hash before it; prints the head, to be kept elsewhere."""
    broken_at = verify_chain()
    if broken_at is not None:
        raise click.ClickException(f"The chain is broken at event {broken_at}.")
    newest = newest_event()
    if newest is None:
        click.echo("No events yet.")
    else:
        click.echo(f"{newest.seq} events, unbroken. Head: {newest.hash}")
