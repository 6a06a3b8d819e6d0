"""Room on the disk: uploads stop well before the database, so that calls can still be written down."""

import shutil
from pathlib import Path

LEAST_FREE = 500 * 1024 * 1024  # bytes


def has_room(folder: Path) -> bool:
    """Whether this folder may take what people upload."""
    return shutil.disk_usage(folder).free >= LEAST_FREE
