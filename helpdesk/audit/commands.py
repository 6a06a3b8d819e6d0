"""`flask audit …`: proofs about the history."""

import click
from flask.cli import AppGroup

from helpdesk.audit.queries import heads_that_do_not_fit, newest_event, noted_heads, read_head, verify_chain

group = AppGroup("audit", help="The history of what people did.")


@group.command("verify")
@click.option("--head", "typed", multiple=True, help="A head from paper or the log, such as 1234:9f2c-01ab-77d0-e4c1.")
def verify(typed: tuple[str, ...]) -> None:
    """Check every event against the hash before it, and against the heads that were noted each day.

    Prints the newest head. Compare an old one, from paper, with --head: who can change the database can change what it
    noted as well.
    """
    heads = [read_head(one) for one in typed]
    if None in heads:
        raise click.ClickException(f"{typed[heads.index(None)]!r} is no head: number, colon, at least twelve signs.")
    broken_at = verify_chain()
    if broken_at is not None:
        raise click.ClickException(f"The chain is broken at event {broken_at}.")
    noted = noted_heads()
    wrong = heads_that_do_not_fit([*noted, *heads])
    if wrong:
        cut = "; ".join(f"event {head.seq} is missing or is another one" for head in wrong[:5])
        raise click.ClickException(f"The chain was cut or written anew: {cut}.")
    newest = newest_event()
    if newest is None:
        click.echo("No events yet.")
    else:
        click.echo(f"{newest.seq} events, unbroken. Head: {newest.seq}:{newest.hash}")
        click.echo(f"It fits {len(noted)} heads noted day by day, and {len(heads)} from paper.")
