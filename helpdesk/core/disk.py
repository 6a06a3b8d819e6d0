"""Room on the disk: uploads stop well before the database, so that calls can still be written down."""

import shutil
from pathlib import Path

LEAST_FREE = 500 * 1024 * 1024  # bytes


def has_room(folder: Path) -> bool:
    """Whether this folder may take what people upload."""
    return free(folder) >= LEAST_FREE


def free(folder: Path) -> int:
    """Bytes that are free where this folder is, or will be."""
    return shutil.disk_usage(next(path for path in (folder, *folder.parents) if path.exists())).free


class NoRoom(Exception):
    """The message says how much is free, and how much is wanted."""


def refuse_without_room(folder: Path, wanted: int) -> None:
    """Raises NoRoom unless so many bytes fit here, and what uploads leave free stays free."""
    left = free(folder)
    if left - wanted < LEAST_FREE:
        raise NoRoom(f"{left >> 20} MB are free, {(wanted + LEAST_FREE) >> 20} MB are needed")
