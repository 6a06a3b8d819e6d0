"""What is told after an import: counts, then what was left out, then each thing to correct."""

from collections.abc import Iterator

from flask_babel import gettext as _
from flask_babel import ngettext

from helpdesk.estate.importing.columns import Field
from helpdesk.estate.importing.run import Report
from helpdesk.estate.importing.words import sentence

MOST_LINES = 200  # of each list; the file with the rows to correct has all of them


def lines_of(report: Report, *, dry_run: bool = False) -> Iterator[str]:
    """The report as lines of text, in the reader's language."""
    yield from _counts(report)
    yield from _columns(report)
    yield from _people(report)
    yield from _problems(report)
    yield _outcome(report, dry_run)


def _counts(report: Report) -> Iterator[str]:
    counts = report.counts
    yield _("Rows read: %(rows)d", rows=report.rows)
    yield _(
        "Places: %(new)d new, %(changed)d changed, %(same)d unchanged; stairwells: %(stairwells)d new",
        new=counts.places_new, changed=counts.places_changed, same=counts.places_same,
        stairwells=counts.stairwells_new,
    )  # fmt: skip
    yield _(
        "People: %(new)d new, %(changed)d changed, %(same)d unchanged",
        new=counts.people_new, changed=counts.people_changed, same=counts.people_same,
    )  # fmt: skip
    yield _("Telephone numbers: %(new)d new", new=counts.phones_new)
    yield _(
        "Paid until and arrears: %(new)d new, %(changed)d changed",
        new=counts.openings_new, changed=counts.openings_changed,
    )  # fmt: skip


def _columns(report: Report) -> Iterator[str]:
    if names := report.columns.dropped:
        yield _("Columns with identity numbers were not read and are not kept: %(names)s", names="、".join(names))
    remarks = [report.columns.title(known) for known in (Field.CATEGORY, Field.NOTE) if report.columns.has(known)]
    if remarks:
        yield _(
            "Of these columns only hearing, walking, dialect and living alone are taken over: %(names)s",
            names="、".join(remarks),
        )
    if names := report.columns.not_read:
        yield _("Columns that are not taken over: %(names)s", names="、".join(names))


def _people(report: Report) -> Iterator[str]:
    if report.without_home_no:
        yield ngettext(
            "%(num)d home has no home number: all four-digit numbers are given out.",
            "%(num)d homes have no home number: all four-digit numbers are given out.",
            report.without_home_no,
        )
    for row_no in report.named_dead[:MOST_LINES]:
        yield _("Row %(row)d names somebody who died; that person was left out.", row=row_no)
    for address, name in report.ended[:MOST_LINES]:
        yield _("%(name)s at %(address)s has moved away or died, and was not added again.", name=name, address=address)
    for address, name in report.not_listed[:MOST_LINES]:
        yield _("Not in the file, and left as they are: %(name)s at %(address)s", name=name, address=address)
    more = sum(max(0, len(found) - MOST_LINES) for found in (report.named_dead, report.ended, report.not_listed))
    if more:
        yield ngettext("… and %(num)d more.", "… and %(num)d more.", more)


def _problems(report: Report) -> Iterator[str]:
    for problem in report.to_correct[:MOST_LINES]:
        yield _(
            "Row %(row)d, %(column)s: %(sentence)s",
            row=problem.row_no, column=problem.column, sentence=sentence(problem),
        )  # fmt: skip
    if (more := len(report.to_correct) - MOST_LINES) > 0:
        yield ngettext("… and %(num)d more.", "… and %(num)d more.", more)
    if report.error_rows:
        yield ngettext(
            "%(num)d row to correct was written to the error file.",
            "%(num)d rows to correct were written to the error file.",
            report.error_rows,
        )


def _outcome(report: Report, dry_run: bool) -> str:
    if report.applied and not report.counts.changes:
        return _("Nothing was changed: the register holds all of this already.")
    if report.applied:
        return _("Imported. Others waited at most %(seconds).1f seconds.", seconds=report.locked_s)
    if dry_run:
        return _("A trial: nothing was changed.")
    return _("Nothing was imported, because rows have problems. Correct them, or add --skip-errors.")
