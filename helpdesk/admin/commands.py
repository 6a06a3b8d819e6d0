"""`flask admin …`: what an administrator does at the shell."""

import click
from flask.cli import AppGroup

from helpdesk.accounts import passwords
from helpdesk.accounts.actions import add_administrator
from helpdesk.admin.actions import estate_to_begin_with
from helpdesk.core import clock
from helpdesk.core.errors import DomainError
from helpdesk.core.transactions import writing

group = AppGroup("admin", help="Accounts of administrators.")


@group.command("create")
@click.option("--username", prompt=True)
@click.option("--name", prompt=True)
@click.option("--estate", "estate_name", prompt="Name of the estate")
@click.password_option(help=f"At least {passwords.SHORTEST} characters.")
def create(username: str, name: str, estate_name: str, password: str) -> None:
    """Add an administrator, and the estate if it is new."""
    if not passwords.SHORTEST <= len(password) <= passwords.LONGEST:
        raise click.ClickException(f"The password needs {passwords.SHORTEST} to {passwords.LONGEST} characters.")
    password_hash = passwords.hash_password(password)
    try:
        with writing():
            estate = estate_to_begin_with(estate_name, now=clock.now())
            add_administrator(
                username=username, name=name, password_hash=password_hash, estate_id=estate.id, now=clock.now()
            )
    except DomainError as no:
        raise click.ClickException(no.message) from no
    click.echo(f"{username} administers {estate_name}.")
