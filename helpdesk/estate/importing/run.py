"""One file from beginning to end, for a command or a page: read, compare, apply. The lock is held for the last only."""

from dataclasses import dataclass, field
from datetime import date, datetime
from pathlib import Path
from time import perf_counter

from helpdesk.core import clock
from helpdesk.core.errors import Conflict
from helpdesk.core.transactions import writing
from helpdesk.estate.importing import files, keys, register, sheets
from helpdesk.estate.importing.apply import import_register
from helpdesk.estate.importing.columns import Columns, Field
from helpdesk.estate.importing.households import Sheet, read_sheet
from helpdesk.estate.importing.plan import Counts, Plan, make_plan, taken_home_nos
from helpdesk.estate.importing.rows import RowReader
from helpdesk.estate.importing.troubles import Problem
from helpdesk.estate.models import Estate

TRIES = 3  # if somebody writes to the register just then


@dataclass(slots=True)
class Report:
    """What a file said and what was done with it. `applied` is False after a dry run or with problems in the way."""

    columns: Columns
    rows: int
    problems: list[Problem] = field(default_factory=list)
    warnings: list[Problem] = field(default_factory=list)
    named_dead: list[int] = field(default_factory=list)
    counts: Counts = field(default_factory=Counts)
    not_listed: list[tuple[str, str]] = field(default_factory=list)
    ended: list[tuple[str, str]] = field(default_factory=list)
    without_home_no: int = 0
    applied: bool = False
    locked_s: float = 0.0
    error_rows: int = 0

    @property
    def to_correct(self) -> list[Problem]:
        """All that is wrong, whether it keeps its row out or not, from the top down."""
        return sorted([*self.problems, *self.warnings], key=lambda problem: problem.row_no)


@dataclass(frozen=True, slots=True)
class Wish:
    """How a file is to be read and what is to be done."""

    path: Path
    sheet: str = ""
    columns: dict[str, Field] = field(default_factory=dict)
    dry_run: bool = False
    skip_errors: bool = False
    errors: Path | None = None


def run(wish: Wish, estate: Estate, *, actor, now: datetime) -> Report:
    """Bring a file into the register of an estate; raises Unreadable for a file that is no register.

    With a problem in any row nothing is applied, unless rows with problems are to be skipped.
    """
    as_of, area_code, estate_id = clock.local_date(now), estate.area_code, estate.id
    sheet = read_sheet(sheets.rows_of(wish.path, wish.sheet), as_of=as_of, area_code=area_code, wanted=wish.columns)
    for tries_left in reversed(range(TRIES)):
        report, plan = prepare(sheet, estate_id, as_of)
        try:
            if not wish.dry_run and (wish.skip_errors or not report.problems):
                report.locked_s = _write(plan, actor, now)
                report.applied = True
            break
        except Conflict:
            if not tries_left:
                raise
        finally:
            plan.spool.close()
    if report.applied:
        keys.complete(estate_id)
    if wish.errors and report.to_correct:
        report.error_rows = _write_errors(wish, sheet, report.to_correct, as_of, area_code)
    return report


def prepare(sheet: Sheet, estate_id: int, as_of: date) -> tuple[Report, Plan]:
    """Compare a sheet with the register as it is now; whoever asks closes the plan's spool."""
    known = register.load(estate_id)
    taken = taken_home_nos(sheet, known)
    wrong = {problem.row_no for problem in taken}
    plan = make_plan((h for h in sheet.homes.values() if h.row_no not in wrong), known, as_of=as_of)
    return Report(
        sheet.columns, sheet.rows, sorted([*sheet.problems, *taken], key=lambda problem: problem.row_no),
        sheet.warnings, sheet.named_dead, plan.counts, plan.not_listed, plan.ended, plan.without_home_no,
    ), plan  # fmt: skip


def _write(plan: Plan, actor, now: datetime) -> float:
    """Apply a plan; returns for how many seconds the lock was held, the wait for it included."""
    began = perf_counter()
    with writing():
        import_register(plan, actor=actor, now=now)
    return perf_counter() - began


def _write_errors(wish: Wish, sheet: Sheet, problems: list[Problem], as_of: date, area_code: str) -> int:
    """The file is read a second time: keeping every row in case it is wrong would cost too much memory."""
    reader = RowReader(sheet.columns, as_of=as_of, area_code=area_code)
    rows = (
        (row_no, reader.filled(row))
        for row_no, row in sheets.rows_of(wish.path, wish.sheet)
        if row_no > sheet.columns.row_no
    )
    return files.write_errors(wish.errors, sheet.columns, rows, problems)
