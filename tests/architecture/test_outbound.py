"""Nothing of the product asks another machine for anything.

Whoever adds the first adapter that does must add its guard with it: https only, hosts that an administrator named,
the address looked up once, refused unless it is public, and connected to as it was looked up; no redirects, 5 seconds,
64 KB. This test is where that shows.
"""

import ast
from pathlib import Path

import pytest

import helpdesk

PACKAGE = Path(helpdesk.__file__).parent
ASKS_OTHERS = {
    "aiohttp", "ftplib", "http.client", "httpx", "imaplib", "nntplib", "poplib", "pycurl", "requests", "smtplib",
    "telnetlib", "urllib.request", "urllib3", "websockets", "xmlrpc",
}  # fmt: skip
MAY_NAME_SOCKETS = {"serve.py", "worker/loop.py"}  # the port we listen on, and the name of this machine
CONNECTS = {"connect_ex", "create_connection", "open_connection", "urlopen"}


@pytest.mark.proves("FI-11", "PC-08")
def test_no_module_asks_another_machine():
    found = {}
    for path in PACKAGE.rglob("*.py"):
        name, tree = path.relative_to(PACKAGE).as_posix(), ast.parse(path.read_text(encoding="utf-8"))
        imported = {alias.name for node in ast.walk(tree) if isinstance(node, ast.Import) for alias in node.names}
        imported |= {node.module for node in ast.walk(tree) if isinstance(node, ast.ImportFrom) and node.module}
        asks = {one for one in imported if any(one == bad or one.startswith(f"{bad}.") for bad in ASKS_OTHERS)}
        asks |= {"socket"} & imported if name not in MAY_NAME_SOCKETS else set()
        if name in MAY_NAME_SOCKETS:
            asks |= {node.attr for node in ast.walk(tree) if isinstance(node, ast.Attribute)} & CONNECTS
        if asks:
            found[name] = asks

    assert found == {}
