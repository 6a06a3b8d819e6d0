"""The PostgreSQL that the tests start for themselves."""

import os
import subprocess
import sys
from pathlib import Path

import pytest
from sqlalchemy import NullPool, create_engine, text

from tests.servers import start_postgres


@pytest.mark.postgres_only
def test_every_process_reaches_the_one_server_and_each_of_its_databases():
    server = start_postgres()

    with create_engine(server.url_for("template1"), poolclass=NullPool).connect() as connection:
        assert connection.scalar(text("SELECT current_database()")) == "template1"
        assert server.version == "PostgreSQL " + connection.scalar(text("SHOW server_version")).split()[0]


@pytest.mark.postgres_only
def test_a_killed_run_leaves_no_server_and_no_folder_behind():
    killed = "import os, tests.servers as s; print(s.start_postgres().url, flush=True); os.kill(os.getpid(), 9)"
    env = {name: value for name, value in os.environ.items() if name != "TEST_DATABASE_URL"}

    # The keeper holds the error stream as long as it lives, so this returns when all is cleaned up.
    run = subprocess.run([sys.executable, "-c", killed], env=env, capture_output=True, text=True, timeout=60)

    folder = run.stdout.strip().partition("host=")[2].partition("&")[0]
    assert run.returncode == -9
    assert Path(folder).name.startswith("helpdesk-pg-")
    assert not Path(folder).exists()
