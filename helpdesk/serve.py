"""Starts the product: `python -m helpdesk.serve`, which is what `make run` does.

Makes the database current, fills it with the demo estate the first time (DEMO=0 leaves it empty, and prints the link
for the first administrator), says where to go, and serves until it is told to stop.
"""

import errno
import os
import signal
import socket
import ssl
import sys
import threading
from multiprocessing import connection, parent_process
from pathlib import Path

from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from flask import Flask, current_app, url_for
from flask_migrate import upgrade
from granian import Granian
from granian.constants import HTTPModes, Interfaces
from granian.log import LogLevels
from granian.server.common import SSLProtocols
from sqlalchemy import select
from sqlalchemy.exc import OperationalError

from helpdesk import create_app
from helpdesk.accounts.actions import offer_first_administrator
from helpdesk.accounts.models import User
from helpdesk.accounts.queries import has_administrator, user_named
from helpdesk.backup.manifest import BackupTrouble
from helpdesk.backup.nightly import before_update
from helpdesk.core import clock, own_files
from helpdesk.core.access import Role
from helpdesk.core.arriving import AT_ONCE, LARGE_AT_ONCE
from helpdesk.core.extensions import db
from helpdesk.core.transactions import writing
from helpdesk.core.words import word
from helpdesk.demo import staff
from helpdesk.demo.load import load as load_demo
from helpdesk.estate.models import Estate
from helpdesk.keys.start import meet_database
from helpdesk.live.views import feed
from helpdesk.tasks import TASKS
from helpdesk.worker.loop import Worker

PAGE_THREADS = 16  # beside those that streams and arriving bodies may take
STOP_WITHIN_S = 2  # then what still runs is ended by force
EVERYWHERE = ("0.0.0.0", "::")  # noqa: S104
IN_USE = "Port {port} is in use: is the product running already? To use another one: make run PORT=8000"
NO_PORT = {
    errno.EADDRINUSE: IN_USE,
    errno.EACCES: "Port {port} is not for ordinary users. To use another one: make run PORT=8000",
    errno.EADDRNOTAVAIL: "HOST={host} is not an address of this machine.",
}


def main() -> None:
    sys.stdout.reconfigure(errors="replace", line_buffering=True)
    own_files.for_us_alone()
    app = create_app()
    host, port = _address(app.config["HOST"], app.config["PORT"])
    port_is_ours = _take_port(host, port)
    with app.app_context():
        own_files.close_to_others()
        _make_current()
        _load_demo_once()
        print(*_where_to_go(app, port), sep="\n")
        db.session.remove()
        db.engine.dispose()  # the serving process must not inherit a connection
    _serve(app, host, port)
    port_is_ours.close()


def _address(host: str, port: int) -> tuple[str, int]:
    """HOST may be a name; the server wants the number."""
    if not 0 < port < 65_536:
        sys.exit(f"PORT={port} is not a port: choose one from 1 to 65535.")
    try:
        return socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)[0][4][:2]
    except (OSError, UnicodeError):
        sys.exit(f"HOST={host} is not an address.")


def _take_port(host: str, port: int) -> socket.socket:
    """Make sure of the port first of all, so that starting twice ends before anything is done twice.

    On Linux it stays ours from here on, and the server shares it with us.
    """
    ours = socket.socket(socket.AF_INET6 if ":" in host else socket.AF_INET)
    try:
        if os.name == "posix":  # elsewhere this option would let two programs share the port
            ours.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        ours.bind((host, port))
    except OSError as problem:
        reason = NO_PORT.get(problem.errno, f"{{host}}:{{port}} cannot be used: {problem.strerror}.")
        sys.exit(reason.format(host=host, port=port))
    if sys.platform == "linux":
        ours.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEPORT, 1)
    else:
        ours.close()
    return ours


def _make_current() -> None:
    """Bring the tables to what this program expects; never work on those of a newer one."""
    scripts = ScriptDirectory(str(Path(__file__).parent / "migrations"))
    known = {script.revision for script in scripts.walk_revisions()}
    try:
        with db.engine.connect() as opened:
            found = set(MigrationContext.configure(opened).get_current_heads())
    except OperationalError as problem:
        sys.exit(f"The database {db.engine.url!r} does not answer: {str(problem.orig).strip().splitlines()[0]}")
    if found - known:
        sys.exit("The database was made by a newer version of this program. Start that version, or restore a backup.")
    if found != set(scripts.get_heads()):
        print("Preparing the database …")
        if found:
            _put_aside()
        upgrade()
        meet_database()


def _put_aside() -> None:
    """A backup before an update. Where none can be made the update is not begun, unless backups are switched off."""
    if not current_app.config["BACKUP_KEPT"]:
        return
    try:
        print(f"Put aside before the update: {before_update(now=clock.now())}")
    except BackupTrouble as no:
        sys.exit(f"The update was not begun, because no backup can be made: {no} BACKUP_KEPT=0 goes on without.")


def _load_demo_once() -> None:
    if os.environ.get("DEMO", "1") != "0" and _is_empty():
        print("正在准备演示小区，请稍候 … Loading the demo estate, once; this takes a moment …")
        load_demo(as_of=clock.now())


def _is_empty() -> bool:
    return not any(db.session.scalar(select(table.id).limit(1)) for table in (Estate, User))


def _is_demo() -> bool:
    """Whether the accounts are those of the demonstration, whose password is no secret."""
    first = user_named(staff.SIGN_INS[0][0])
    return first is not None and first.password_hash == staff.PASSWORD_HASH


def _where_to_go(app: Flask, port: int) -> list[str]:
    bases = _base_urls(app, port)
    lines = ["", "  物业服务台 · Property Service Desk", *(f"  {base}" for base in bases), ""]
    with app.test_request_context(base_url=bases[0]):
        if not has_administrator():
            with writing():
                token = offer_first_administrator(now=clock.now())
            address = url_for("admin.first_administrator", token=token, _external=True)
            lines += ["  请在 30 分钟内打开此链接，设置第一位管理员。"]
            lines += ["  For the first administrator, within 30 minutes:", f"  {address}", ""]
        elif _is_demo():
            lines += [f"  演示账号，密码都是 {staff.PASSWORD} · demo sign-ins, one password for all:"]
            lines += [f"    {username:<12} {word(Role(role))}" for username, role in staff.sign_ins()] + [""]
    return lines + ["  按 Ctrl+C 停止 · Ctrl+C stops it", ""]


def _base_urls(app: Flask, port: int) -> list[str]:
    """What people type. A server for the whole network is known by the names it was told to answer to."""
    if app.config["BASE_URL"]:
        return [app.config["BASE_URL"]]
    scheme = "https" if app.config["TLS_CERT"] else "http"
    host = app.config["HOST"]
    names = app.config["TRUSTED_HOSTS"] if host in EVERYWHERE else [f"[{host}]" if ":" in host else host]
    return [f"{scheme}://{name}:{port}" for name in names]


def _serve(app: Flask, host: str, port: int) -> None:
    server = Granian(
        "wsgi:app",
        address=host,
        port=port,
        interface=Interfaces.WSGI,
        http=HTTPModes.http1,  # in HTTP/2 a body that is broken off is waited for for ever, and keeps its thread
        workers=1,
        blocking_threads=app.config["LIVE_STREAMS"] + AT_ONCE + LARGE_AT_ONCE + PAGE_THREADS,
        respawn_failed_workers=True,
        workers_kill_timeout=STOP_WITHIN_S,
        log_level=LogLevels.error,
        **_tls(app.config["TLS_CERT"], app.config["TLS_KEY"]),
    )
    server.signal_handler_reload = server.signal_handler_interrupt  # a closed terminal ends the program
    server.serve(target_loader=_application, wrap_loader=False)


def _tls(cert: str, key: str) -> dict:
    if not cert:
        return {}
    try:
        ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER).load_cert_chain(cert, key, password="")  # it asks nobody for one
    except (ssl.SSLError, OSError, ValueError):
        sys.exit(f"TLS_CERT={cert} and TLS_KEY={key} are not a certificate and its key, without a password.")
    oldest = SSLProtocols.tls12  # phones from before 2019 know no newer one
    return {"ssl_cert": Path(cert), "ssl_key": Path(key), "ssl_protocol_min": oldest}


def _application() -> Flask:
    """The application and its worker, in the serving process; that ends when the one that started it is gone."""
    threading.Thread(target=_stop_with_parent, daemon=True).start()
    app = create_app()
    worker = Worker(app, TASKS, clock.now)
    threading.Thread(target=_end_on_signal, args=(_signals(), worker), daemon=True).start()
    worker.start()
    return app


def _signals() -> socket.socket:
    """Gets a byte whenever a signal arrives; the server sets its own handlers later, this is heard beside them."""
    heard, told = socket.socketpair()
    told.setblocking(False)
    signal.set_wakeup_fd(told.detach(), warn_on_full_buffer=False)
    return heard


def _end_on_signal(heard: socket.socket, worker: Worker) -> None:
    """Open streams would hold up a stop: the server waits for every answer that is under way. The worker ends too."""
    while signal_number := heard.recv(1):
        if signal_number[0] in (signal.SIGTERM, signal.SIGINT):
            feed.stop()
            worker.stop()


def _stop_with_parent() -> None:
    connection.wait([parent_process().sentinel])
    os.kill(os.getpid(), signal.SIGTERM)


if __name__ == "__main__":
    try:
        main()
    except KeyboardInterrupt:
        sys.exit(130)
