"""Everything the doctor looks at, one function for each matter."""

import platform
import sys
from collections.abc import Iterator
from datetime import datetime, timedelta
from enum import StrEnum
from pathlib import Path
from typing import NamedTuple

from flask import current_app
from sqlalchemy import func, select, text

from helpdesk import health
from helpdesk.accounts.models import User, UserRole
from helpdesk.accounts.queries import has_demo_accounts
from helpdesk.audit.models import ChainHead
from helpdesk.audit.queries import heads_that_do_not_fit, newest_event, newest_of, noted_heads
from helpdesk.backup.manifest import BackupTrouble
from helpdesk.backup.on_postgres import find
from helpdesk.backup.queries import last_good, newest_try
from helpdesk.backup.remains import left_by_dead_ones
from helpdesk.backup.restoring import newest_revision
from helpdesk.backup.rules import is_missed
from helpdesk.core import clock, disk, own_files
from helpdesk.core.access import Permission, roles_with
from helpdesk.core.extensions import db
from helpdesk.core.sealing import ring
from helpdesk.doctor.rules import LEAST_POSTGRES, LEAST_PYTHON, may_use_wal, next_year_is_missing
from helpdesk.estate.models import Estate
from helpdesk.notify.queries import oldest_due
from helpdesk.workdays.queries import announced_years
from helpdesk.workdays.rules import missing_year
from helpdesk.worker.queries import last_beat

HEAD_WITHIN = timedelta(days=2)  # one is noted every day


class Level(StrEnum):
    FINE = "ok"
    NOTE = "note"  # may be meant so
    MUST = "MUST"  # something has to be done


class Finding(NamedTuple):
    level: Level
    words: str


FINE, NOTE, MUST = Level.FINE, Level.NOTE, Level.MUST


def schema() -> Iterator[Finding]:
    """Before anything else: without its tables nothing can be asked."""
    wanted = newest_revision()
    found = db.session.scalar(text("SELECT version_num FROM alembic_version")) if _has_tables() else None
    if found == wanted:
        yield Finding(FINE, f"Tables of version {found}")
    else:
        yield Finding(MUST, f"Tables of {found or 'no version'}, not of {wanted}: run flask --app wsgi db upgrade")


def _has_tables() -> bool:
    return bool(db.inspect(db.engine).has_table("alembic_version"))


def versions(now: datetime) -> Iterator[Finding]:
    yield Finding(FINE if sys.version_info >= LEAST_PYTHON else MUST, f"Python {platform.python_version()}")
    yield from _of_sqlite() if db.engine.dialect.name == "sqlite" else _of_postgres()


def _of_sqlite() -> Iterator[Finding]:
    mode, synchronous = (db.session.scalar(text(f"PRAGMA {name}")) for name in ("journal_mode", "synchronous"))
    version = db.session.scalar(text("SELECT sqlite_version()"))
    said = f"SQLite {version}, journal {mode.upper()}, synchronous {synchronous}"
    if mode == "wal" and not may_use_wal([int(part) for part in version.split(".")]):
        yield Finding(MUST, f"{said}: this version may damage a file in WAL mode; install a newer sqlcipher3")
    else:
        yield Finding(FINE if synchronous == 2 else MUST, said)
    encrypted = bool(current_app.config["DATABASE_KEY"])
    said = "is encrypted as a whole" if encrypted else "is not encrypted: keep the computer where it is safe"
    yield Finding(FINE if encrypted else NOTE, f"The database's file {said}")


def _of_postgres() -> Iterator[Finding]:
    major = int(db.session.scalar(text("SHOW server_version_num"))) // 10_000
    yield Finding(FINE if major >= LEAST_POSTGRES else MUST, f"PostgreSQL {major}")
    try:
        yield Finding(FINE, f"Backups are made with {find('pg_dump', major)}")
    except BackupTrouble as no:
        yield Finding(MUST, f"No backup can be made: {no}")


def settings(now: datetime) -> Iterator[Finding]:
    config, found = current_app.config, []
    if not config["HTTPS"] and not config["ONLY_THIS_MACHINE"]:
        found.append(Finding(MUST, f"HOST={config['HOST']} without HTTPS: names and numbers travel readable"))
    if config["BASE_URL"].startswith("https://") and not config["TLS_CERT"] and not config["PROXY_COUNT"]:
        found.append(Finding(MUST, "BASE_URL is behind a proxy: set PROXY_COUNT, or everybody has one address"))
    if "*" in config["TRUSTED_HOSTS"]:
        found.append(Finding(MUST, "TRUSTED_HOSTS=* lets links lead anywhere: name the addresses people type"))
    if config["SECRET_KEY_FALLBACKS"]:
        found.append(Finding(NOTE, "SECRET_KEY_FALLBACKS: take out keys that are older than a day"))
    if config["MESSAGE_ADAPTER"] != "":
        found.append(Finding(NOTE, "MESSAGE_ADAPTER=log: messages go nowhere"))
    yield from found or [Finding(FINE, "No setting is dangerous")]


def keys(now: datetime) -> Iterator[Finding]:
    if not ring().keys:
        yield Finding(MUST, "There is no key that seals: start the product once, or run flask --app wsgi keys add")
        return
    lost = [key.id for key in ring().keys if key.secret is None]
    yield Finding(FINE, f"{len(ring().keys) - len(lost)} keys seal and open; {ring().keys[0].id} is the newest")
    if lost:
        yield Finding(NOTE, f"Lost for good: {', '.join(lost)}")


def room(now: datetime) -> Iterator[Finding]:
    instance = Path(current_app.instance_path)
    level = FINE if disk.has_room(instance) else MUST
    yield Finding(level, f"{disk.free(instance) >> 20:,} MB are free in {instance}")


def files(now: datetime) -> Iterator[Finding]:
    found = own_files.open_to_others()
    if found:
        said = f"{len(found)} files and folders, such as {found[0]}"
        yield Finding(NOTE, f"Others on this computer may open {said}: the next start of the product corrects it")
    else:
        yield Finding(FINE, "Nobody else on this computer may open the files")


def work(now: datetime) -> Iterator[Finding]:
    beat, waits = last_beat(), oldest_due(now)
    if beat is None:
        yield Finding(MUST, "No worker has ever run: start the product, or flask --app wsgi worker")
    yield from (Finding(MUST, wrong) for wrong in health.of_worker(now))
    yield Finding(FINE, f"Worker last seen: {_said(beat)}. Oldest message that waits: {_said(waits, 'none')}")


def backups(now: datetime) -> Iterator[Finding]:
    if not current_app.config["BACKUP_KEPT"]:
        yield Finding(NOTE, "BACKUP_KEPT=0: nothing is backed up from here")
        return
    made, newest = last_good(), newest_try()
    missed = made is None or is_missed(made, now)
    yield Finding(MUST if missed else FINE, f"Last good backup: {_said(made)}")
    if newest is not None and newest.fault:
        yield Finding(MUST, f"The last try failed: {newest.fault}")


def remains(now: datetime) -> Iterator[Finding]:
    if found := left_by_dead_ones():
        said = ", ".join(str(path) for path in found[:3])
        yield Finding(MUST, f"Left by a restore that was killed: {said}. Delete it, or run backup verify, which does")


def calendar(now: datetime) -> Iterator[Finding]:
    today, announced = clock.local_date(now), announced_years()
    if (year := missing_year(today, announced)) is not None:
        yield Finding(MUST, f"The holidays of {year} are missing: put them in under Working days")
    elif next_year_is_missing(today, announced):
        yield Finding(NOTE, f"The holidays of {today.year + 1} are not put in yet; they are needed by 1 December")
    else:
        yield Finding(FINE, "The calendar of working days is here")


def people(now: datetime) -> Iterator[Finding]:
    if has_demo_accounts():
        real = db.session.scalar(select(User.id).where(User.active, ~User.is_demo).limit(1)) is not None
        reached = not current_app.config["ONLY_THIS_MACHINE"] or bool(current_app.config["BASE_URL"])
        yield Finding(MUST if real or reached else NOTE, f"{health.KNOWN_PASSWORDS} Disable them before real work")
    for permission, what in ((Permission.ADMINISTER, "administer"), (Permission.DECIDE_WAIVERS, "decide on waivers")):
        counted = _holders(permission)
        few = [estate_id for estate_id, number in counted.items() if number < 2]
        if few or not counted:
            where = f" in {len(few)} of {len(counted)} estates" if len(counted) > 1 else ""
            yield Finding(MUST, f"Fewer than two people {what}{where}: one may be ill, or may not decide alone")
        else:
            yield Finding(FINE, f"Two or more people {what}")


def _holders(permission: Permission) -> dict[int, int]:
    """How many people hold a permission, in each estate."""
    held = select(UserRole.estate_id, func.count(func.distinct(UserRole.user_id)).label("people")).join(User)
    counted = held.where(User.active, UserRole.role.in_(roles_with(permission))).group_by(UserRole.estate_id).subquery()
    asked = select(Estate.id, func.coalesce(counted.c.people, 0)).outerjoin(counted, counted.c.estate_id == Estate.id)
    return dict(db.session.execute(asked).all())


def history(now: datetime) -> Iterator[Finding]:
    newest = newest_event()
    if newest is None:
        yield Finding(FINE, "No history yet")
        return
    heads = noted_heads()
    if heads_that_do_not_fit(heads):
        yield Finding(MUST, "The history was cut or written anew: it does not fit its heads. Run audit verify")
    noted_at = db.session.scalar(select(func.max(ChainHead.noted_at)))
    missed = noted_at is None or now - noted_at > HEAD_WITHIN
    if missed:
        yield Finding(MUST, f"Last head of the history: {_said(noted_at)}. The worker notes one every day")
    yield Finding(FINE, f"The history ends with {newest_of(newest.seq, newest.hash)}; {len(heads)} heads were noted")


def _said(moment: datetime | None, otherwise: str = "never") -> str:
    return f"{clock.local(moment):%Y-%m-%d %H:%M}" if moment else otherwise


MATTERS = (versions, settings, keys, room, files, work, backups, remains, calendar, people, history)


def look_at_everything(now: datetime) -> list[Finding]:
    found = list(schema())
    if found[0].level is FINE:
        found += [finding for matter in MATTERS for finding in matter(now)]
    db.session.rollback()
    return found
