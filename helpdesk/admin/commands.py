"""`flask admin …`: what an administrator does at the shell."""

import click
from flask.cli import AppGroup

from helpdesk.accounts import passwords
from helpdesk.accounts.actions import add_administrator
from helpdesk.core import clock
from helpdesk.core.errors import DomainError
from helpdesk.core.transactions import writing
from helpdesk.estate.actions import add_estate
from helpdesk.estate.models import Estate
from helpdesk.estate.queries import estate_named
from helpdesk.repairs.policy import install_defaults

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
            estate = estate_named(estate_name) or _new_estate(estate_name)
            add_administrator(
                username=username, name=name, password_hash=password_hash, estate_id=estate.id, now=clock.now()
            )
    except DomainError as no:
        raise click.ClickException(no.message) from no
    click.echo(f"{username} administers {estate_name}.")


def _new_estate(name: str) -> Estate:
    now = clock.now()
    estate = add_estate(name=name, now=now)
    install_defaults(estate, valid_from=clock.local_date(now))
    return estate
