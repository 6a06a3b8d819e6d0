"""`flask estate …`: the register from an office's own spreadsheets, or from a pattern."""

from pathlib import Path

import click
from flask.cli import AppGroup
from flask_babel import gettext as _
from flask_babel import ngettext

from helpdesk.core import clock
from helpdesk.core.errors import DomainError
from helpdesk.core.transactions import writing
from helpdesk.estate import pattern
from helpdesk.estate.importing import columns, files, keys, register, run, work
from helpdesk.estate.importing.apply import lay_out
from helpdesk.estate.importing.plan import make_plan
from helpdesk.estate.importing.report import lines_of
from helpdesk.estate.importing.troubles import Unreadable
from helpdesk.estate.importing.words import sentence
from helpdesk.estate.models import Estate
from helpdesk.estate.queries import every_estate

group = AppGroup("estate", help="The register of an estate.")
FILE = click.Path(exists=True, dir_okay=False, path_type=Path)
NEW_FILE = click.Path(dir_okay=False, writable=True, path_type=Path)


@group.command("import")
@click.argument("file", type=FILE)
@click.option("--estate", "estate_name", help="Its name; needed only if there are several.")
@click.option("--sheet", default="", help="The name of the sheet (default: the first that holds anything).")
@click.option("--columns", "named", default="", help="Columns called otherwise: 房号=房间号,幢号=楼.")
@click.option("--dry-run", is_flag=True, help="Say what would happen; change nothing.")
@click.option("--skip-errors", is_flag=True, help="Import the rows without a problem.")
@click.option("--errors", type=NEW_FILE, help="Write the rows to correct to this .xlsx file.")
def import_(
    file: Path, estate_name: str, sheet: str, named: str, dry_run: bool, skip_errors: bool, errors: Path | None
) -> None:
    """Import the register from FILE (.xlsx, .xls, .ods, .csv). The same file twice changes nothing."""
    _check_new(errors, file)
    try:
        wish = run.Wish(file, sheet, columns.chosen(named), dry_run, skip_errors, errors)
        report = run.run(wish, _estate(estate_name), actor=None, now=clock.now())
    except Unreadable as wrong:
        raise click.ClickException(sentence(wrong)) from None
    except DomainError as no:
        raise click.ClickException(no.message) from None
    for line in lines_of(report, dry_run=dry_run):
        click.echo(line)
    if report.problems and not report.applied:
        raise SystemExit(1)


@group.command("work", hidden=True)
@click.argument("upload_id", type=int)
@click.argument("attempt", type=int)
def work_(upload_id: int, attempt: int) -> None:
    """Do the slow part of a file that was uploaded; pages start this by themselves."""
    work.do(upload_id, attempt, clock.now)


@group.command("sample")
@click.argument("file", type=NEW_FILE)
def sample(file: Path) -> None:
    """Write a sample workbook to FILE (.xlsx), with every column that the import reads."""
    _check_new(file)
    rows = files.write_sample(file)
    click.echo(ngettext("%(num)d row written to %(file)s.", "%(num)d rows written to %(file)s.", rows, file=file))


@group.command("build")
@click.option("--buildings", required=True, help="Their numbers, like 1-12 or 1-3,5.")
@click.option("--units", required=True, type=click.IntRange(1, pattern.MOST_UNITS), help="Entrances a building.")
@click.option("--floors", required=True, type=click.IntRange(1, pattern.MOST_FLOORS))
@click.option("--homes", required=True, type=click.IntRange(1, pattern.MOST_HOMES), help="Homes a landing.")
@click.option("--estate", "estate_name", help="Its name; needed only if there are several.")
def build(buildings: str, units: int, floors: int, homes: int, estate_name: str) -> None:
    """Set up buildings that are alike. What is there already stays as it is."""
    try:
        wanted = pattern.Pattern(pattern.numbers(buildings), units, floors, homes)
    except ValueError:
        raise click.ClickException(_("Write the buildings like 1-12 or 1-3,5.")) from None
    now, estate = clock.now(), _estate(estate_name)
    plan = make_plan(pattern.homes_of(wanted), register.load(estate.id), as_of=clock.local_date(now))
    try:
        with writing():
            lay_out(plan, actor=None, now=now)
        keys.complete(estate.id)
    except DomainError as no:
        raise click.ClickException(no.message) from None
    finally:
        plan.spool.close()
    counts = plan.counts
    click.echo(
        _(
            "%(homes)d homes and %(stairwells)d stairwells added, %(same)d homes were there.",
            homes=counts.places_new,
            stairwells=counts.stairwells_new,
            same=counts.places_same + counts.places_changed,
        )  # fmt: skip
    )


def _estate(name: str | None) -> Estate:
    """The estate of this name, or the only one there is."""
    found = [estate for estate in every_estate() if name in (None, estate.name)]
    if len(found) == 1:
        return found[0]
    names = "、".join(estate.name for estate in every_estate())
    if not names:
        raise click.ClickException(_("There is no estate yet. Create one first: flask --app wsgi admin create"))
    raise click.ClickException(_("Which estate? Add --estate with one of: %(names)s", names=names))


def _check_new(file: Path | None, source: Path | None = None) -> None:
    if file and file.suffix.lower() != ".xlsx":
        raise click.ClickException(_("%(file)s: the name must end in .xlsx.", file=file))
    if file and source and file.resolve() == source.resolve():
        raise click.ClickException(_("The file with the rows to correct must be another one than the file imported."))
