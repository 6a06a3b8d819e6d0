"""Slow work in a process of its own, started by a page: no request waits for it, and no other page becomes slow."""

import os
import subprocess
import sys
from pathlib import Path

from flask import current_app

WSGI = Path(__file__).parents[2] / "wsgi.py"
children: list[subprocess.Popen] = []


def start(*words: str) -> None:
    """Start `flask WORDS`. Settings go with it, whatever environment the server has."""
    config = current_app.config
    env = os.environ | {
        "DATABASE_URL": config["SQLALCHEMY_DATABASE_URI"], "SECRET_KEY": config["SECRET_KEY"],
        "SECRET_KEY_FALLBACKS": ",".join(config["SECRET_KEY_FALLBACKS"]),
        "DATA_KEY": config["DATA_KEY"], "DATABASE_KEY": config["DATABASE_KEY"],
        "INSTANCE_PATH": current_app.instance_path,
    }  # fmt: skip
    command = [sys.executable, "-m", "flask", "--app", str(WSGI), *words]
    children[:] = [child for child in children if child.poll() is None]
    children.append(subprocess.Popen(command, env=env, cwd=WSGI.parent, stdout=subprocess.DEVNULL))  # noqa: S603
