"""The files of an upload, in the installation's own folder: they are not in the database because a backup must not
keep for years what was meant for a day, and because a hundred thousand rows are read once, from the top down.

`original` is what was sent, until its columns are settled; `rows` its rows as text, without columns of identity
numbers; `head` the names of its sheets; `report` and `problems` what a check found; `errors` the rows to correct.
"""

import json
import os
import time
from collections.abc import Iterator
from itertools import islice
from pathlib import Path

from flask import current_app

from helpdesk.estate.importing.models import RegisterUpload

JUST_NOW_S = 600


def folder() -> Path:
    path = Path(current_app.instance_path) / "imports"
    path.mkdir(parents=True, exist_ok=True, mode=0o700)
    return path


def original(upload: RegisterUpload) -> Path:
    return folder() / f"{upload.file_key}{upload.suffix}"


def errors(upload: RegisterUpload) -> Path:
    return folder() / f"{upload.file_key}.errors.xlsx"


def part(upload: RegisterUpload, name: str) -> Path:
    return folder() / f"{upload.file_key}.{name}"


def keep(path: Path, content) -> None:
    """Store a file that was sent, for nobody else to read."""
    with open(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as file:
        content.save(file)


def drop(file_key: str) -> None:
    """Remove everything of one upload."""
    for path in folder().glob(f"{file_key}.*"):
        path.unlink(missing_ok=True)


def store_rows(path: Path, rows) -> None:
    """One row a line; the whole file takes its name only when it is complete."""
    unfinished = path.with_name(f"{path.name}.part")
    with unfinished.open("w", encoding="utf-8") as file:
        for row in rows:
            file.write(json.dumps(row, ensure_ascii=False) + "\n")
    unfinished.replace(path)


def rows_in(path: Path, start: int = 0, most: int | None = None) -> Iterator[list]:
    """Rows of a file again; none if it is not there."""
    if path.exists():
        with path.open(encoding="utf-8") as file:
            for line in islice(file, start, None if most is None else start + most):
                yield json.loads(line)


def sweep(known: set[str]) -> None:
    """Remove the files of uploads that are no more; what was written just now may belong to one that begins."""
    for path in folder().iterdir():
        if path.name.split(".")[0] not in known and time.time() - path.stat().st_mtime > JUST_NOW_S:
            path.unlink(missing_ok=True)
