"""Slow work in a process of its own, started by a page: no request waits for it, and no other page becomes slow."""

import os
import subprocess
import sys
from pathlib import Path

from flask import current_app

WSGI = Path(__file__).parents[2] / "wsgi.py"
children: list[subprocess.Popen] = []


def settings() -> dict[str, str]:
    """What another application needs to work on the same installation."""
    config = current_app.config
    return {
        "DATABASE_URL": config["SQLALCHEMY_DATABASE_URI"], "SECRET_KEY": config["SECRET_KEY"],
        "SECRET_KEY_FALLBACKS": ",".join(config["SECRET_KEY_FALLBACKS"]),
        "DATA_KEY": config["DATA_KEY"], "DATABASE_KEY": config["DATABASE_KEY"],
        "INSTANCE_PATH": current_app.instance_path, "PG_BIN": config["PG_BIN"],
        "BACKUP_FOLDER": config["BACKUP_FOLDER"], "BACKUP_KEPT": str(config["BACKUP_KEPT"]),
        "BACKUP_WEEKS": str(config["BACKUP_WEEKS"]),
    }  # fmt: skip


def start(*words: str) -> None:
    """Start `flask WORDS`. Settings go with it, whatever environment the server has."""
    env = os.environ | settings()
    command = [sys.executable, "-m", "flask", "--app", str(WSGI), *words]
    children[:] = [child for child in children if child.poll() is None]
    children.append(subprocess.Popen(command, env=env, cwd=WSGI.parent, stdout=subprocess.DEVNULL))  # noqa: S603
