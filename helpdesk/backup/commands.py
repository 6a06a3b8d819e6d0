"""`flask backup FILE`, `flask backup verify FILE` and `flask restore FILE`."""

from pathlib import Path

import click
from flask.cli import AppGroup, with_appcontext

from helpdesk.backup.checking import needed_keys, verify_archive
from helpdesk.backup.making import make_backup
from helpdesk.backup.manifest import BackupTrouble, Manifest
from helpdesk.backup.nightly import make_nightly, note
from helpdesk.backup.restoring import Factory, restore
from helpdesk.core import clock
from helpdesk.core.sealing import ring

FILE = click.Path(path_type=Path, dir_okay=False)


class FileOrCommand(AppGroup):
    """`backup FILE`, unless the first word is a command. A file of such a name is written ./verify."""

    def parse_args(self, ctx: click.Context, args: list[str]) -> list[str]:
        if args and args[0] not in self.commands and not args[0].startswith("-"):
            args = ["make", *args]
        return super().parse_args(ctx, args)


group = FileOrCommand(
    "backup",
    help="Put everything aside in FILE, while people work; `verify FILE` proves that such a file is whole.",
    subcommand_metavar="FILE | verify FILE",
)


@group.command("make", hidden=True)
@click.argument("file", type=FILE)
def make(file: Path) -> None:
    """Put everything aside in one file."""
    now, path = clock.now(), file.absolute()
    try:
        manifest = make_backup(path, now=now)
    except BackupTrouble as no:
        raise click.ClickException(str(no)) from None
    note(manifest, path, begun_at=now)
    click.echo(f"{file}: {_told(manifest)}, {path.stat().st_size / 1e6:,.1f} MB.")
    if manifest.gone:
        click.echo(f"{len(manifest.gone)} files that rows name were not there; the manifest lists them.")
    click.echo(f"The keys are not in it. Keep a copy of {ring().file} somewhere else.")


@group.command("nightly", hidden=True)
@click.argument("row_id", type=int)
def nightly(row_id: int) -> None:
    """What the worker starts."""
    try:
        make_nightly(row_id, now=clock.now())
    except BackupTrouble as no:
        raise click.ClickException(str(no)) from None


@group.command("verify")
@click.argument("file", type=FILE)
def verify(file: Path) -> None:
    """Prove that a backup is whole: its files, its rows and its history. Says which keys it needs."""
    try:
        manifest = verify_archive(file)
    except BackupTrouble as no:
        raise click.ClickException(str(no)) from None
    click.echo(f"{file} is whole: {_told(manifest)}, tables of {manifest.revision}, history up to {manifest.head}.")
    if manifest.gone:
        click.echo(f"{len(manifest.gone)} files had been deleted while it was made.")
    for need in needed_keys(manifest):
        click.echo(f"It needs {need.name}, which is {'here' if need.here else 'NOT HERE'}.")


def restore_command(application: Factory) -> click.Command:
    """The command that works with applications made by this: the factory stands further right than this feature."""

    @click.command("restore")
    @click.argument("file", type=FILE)
    @click.option("--replace", is_flag=True, help="Put aside what is here. Stop the product and every worker first.")
    @with_appcontext
    def restore_(file: Path, replace: bool) -> None:
        """Put a backup back, to an empty machine or with --replace in place of what is here: all of it or nothing."""
        try:
            manifest, beside = restore(file, replace=replace, application=application, now=clock.now())
        except BackupTrouble as no:
            raise click.ClickException(str(no)) from None
        click.echo(f"Restored: {_told(manifest)}. Everybody signs in again.")
        if beside:
            click.echo(f"What was here before lies in {beside}; on PostgreSQL the database is kept under that name.")

    return restore_


def _told(manifest: Manifest) -> str:
    rows = sum(manifest.counts.values())
    return f"as of {clock.local(manifest.made_at):%Y-%m-%d %H:%M:%S}, {rows:,} rows, {len(manifest.files):,} files"
