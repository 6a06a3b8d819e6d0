"""`flask keys …`: what an administrator does at the shell with the keys that seal."""

import click
from flask.cli import AppGroup

from helpdesk.core import clock
from helpdesk.core.errors import DomainError
from helpdesk.core.extensions import db
from helpdesk.core.sealing import new_key, ring
from helpdesk.core.transactions import writing
from helpdesk.keys.actions import add_key, drop_key, forget_key, seal_anew, uses

group = AppGroup("keys", help="Keys that seal scans and second steps.")


@group.command("list")
def list_() -> None:
    """Show the ids of the keys, the newest first, and how much each still has to open. Never the keys."""
    counted = uses()
    db.session.rollback()
    for place, key in enumerate(ring().keys):
        says = "lost" if key.secret is None else "seals" if place == 0 else "opens"
        click.echo(f"{key.id}  {says}  {counted[key.id]}")


@group.command("add")
def add() -> None:
    """Add a key that seals from now on. What is sealed stays as it is until `keys rotate`."""
    if ring().given:
        click.echo("The keys come from SEALING_KEYS. Start every process with this, then run keys rotate:", err=True)
        click.echo(",".join(key.written for key in (new_key(), *ring().keys)))
        return
    with writing():
        key_id = add_key(now=clock.now())
    click.echo(f"{key_id} seals from now on. Keep a copy of {ring().file} where you keep keys.")


@group.command("rotate")
def rotate() -> None:
    """Seal everything anew with the newest key. May be broken off and run again; people work on meanwhile."""
    done = broken = 0
    for name, piece in seal_anew(now=clock.now()):
        done, broken = done + piece.done, broken + piece.broken
        click.echo(f"{name}: {done} sealed anew")
    if broken:
        raise click.ClickException(f"{broken} could not be opened and stay as they are.")
    click.echo(f"All is sealed with {ring().newest.id}.")


@group.command("drop")
@click.argument("key_id")
def drop(key_id: str) -> None:
    """Forget a key that nothing needs any more."""
    try:
        with writing():
            drop_key(key_id, now=clock.now())
        with writing():
            forget_key(key_id)
    except DomainError as no:
        raise click.ClickException(no.message) from no
    click.echo(f"{key_id} is forgotten." + (" Take it out of SEALING_KEYS too." if ring().given else ""))
