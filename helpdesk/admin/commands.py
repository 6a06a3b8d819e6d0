"""`flask admin …`: what an administrator does at the shell."""

import click
from flask.cli import AppGroup

from helpdesk.accounts import passwords
from helpdesk.accounts.actions import add_administrator
from helpdesk.accounts.password_rules import ALONE, problem
from helpdesk.accounts.queries import user_named
from helpdesk.accounts.second_actions import reset_second_step
from helpdesk.admin.actions import estate_to_begin_with
from helpdesk.core import clock
from helpdesk.core.errors import DomainError
from helpdesk.core.transactions import writing
from helpdesk.entry.password_words import words_about

group = AppGroup("admin", help="Accounts of administrators.")


@group.command("create")
@click.option("--username", prompt=True)
@click.option("--name", prompt=True)
@click.option("--estate", "estate_name", prompt="Name of the estate")
@click.password_option(help=f"{ALONE} to {passwords.LONGEST} characters.")
def create(username: str, name: str, estate_name: str, password: str) -> None:
    """Add an administrator, and the estate if it is new."""
    words = words_about(username=username, name=name, phone=None, estate=estate_name)
    if wrong := problem(password, shortest=ALONE, words=words):
        raise click.ClickException(wrong)
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


@group.command("reset-second-step")
@click.option("--username", prompt=True)
def reset_second_step_of(username: str) -> None:
    """Take a second step away whose phone and paper are lost. The password still counts; a new step is set up next."""
    with writing():
        user = user_named(username)
        if user is None or user.second_step_since is None:
            raise click.ClickException(f"{username} has no second step.")
        reset_second_step(user, actor=None, now=clock.now())
    click.echo(f"{username} is signed out, and sets up a new second step after the next sign-in.")
