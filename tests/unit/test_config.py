"""What the product refuses to start with, and how it says so."""

import re
import stat
from pathlib import Path

import pytest

from helpdesk.config import WrongSetting, load

pytestmark = pytest.mark.proves("PD-13")
KEY = "k" * 48
PATTERNS = re.compile(
    rb"-----BEGIN [A-Z ]*PRIVATE KEY|(SECRET_KEY|DATABASE_KEY)=['\"]?[\w-]{32}|[0-9a-z]{8}:[\w-]{43}="
)


def settings(tmp_path, **env):
    return load({"SECRET_KEY": KEY, **env}, tmp_path)


def test_nothing_needs_to_be_set(tmp_path):
    found = load({}, tmp_path)

    assert found["SQLALCHEMY_DATABASE_URI"] == f"sqlite:///{tmp_path}/helpdesk.db"
    assert (found["HOST"], found["PORT"], found["HTTPS"], found["SESSION_COOKIE_NAME"]) == (
        "127.0.0.1",
        5000,
        False,
        "session",
    )


def test_the_first_run_keeps_a_key_that_only_its_owner_can_read(tmp_path):
    first = load({}, tmp_path)["SECRET_KEY"]

    assert stat.S_IMODE((tmp_path / "secrets").stat().st_mode) == 0o600
    assert load({}, tmp_path)["SECRET_KEY"] == first and len(first) >= 48


def test_a_database_that_lost_its_key_gets_no_new_one(tmp_path):
    (tmp_path / "helpdesk.db").write_bytes(b"SQLite")

    with pytest.raises(WrongSetting, match="There is a database but no key for it"):
        load({}, tmp_path)
    assert not (tmp_path / "secrets").exists()


def test_a_key_that_others_can_read_is_refused(tmp_path):
    kept = tmp_path / "secrets"
    kept.write_text(f"SECRET_KEY={KEY}\n")
    kept.chmod(0o644)

    with pytest.raises(WrongSetting, match="chmod 600"):
        load({}, tmp_path)


@pytest.mark.parametrize("key", ["short", "dev" + "x" * 40, "change-me-" + "x" * 40])
def test_a_key_that_can_be_guessed_is_refused(key, tmp_path):
    with pytest.raises(WrongSetting, match="SECRET_KEY"):
        settings(tmp_path, SECRET_KEY=key)


def test_the_key_in_use_is_not_among_the_old_ones(tmp_path):
    with pytest.raises(WrongSetting, match="SECRET_KEY_FALLBACKS"):
        settings(tmp_path, SECRET_KEY_FALLBACKS=KEY)


@pytest.mark.parametrize(
    ("env", "says"),
    [
        ({"HOST": "0.0.0.0"}, "unencrypted"),
        ({"HOST": "192.168.1.5"}, "unencrypted"),
        ({"HOST": "0.0.0.0", "ALLOW_HTTP": "1"}, "TRUSTED_HOSTS"),
        ({"TLS_CERT": "/no/such/file"}, "set both, or neither"),
        ({"TLS_CERT": "/no/such/file", "TLS_KEY": "/no/such/file"}, "there is no file"),
        ({"PORT": "http"}, "PORT=http"),
        ({"PROXY_COUNT": "-1"}, "PROXY_COUNT=-1"),
        ({"DATABASE_URL": "postgresql+psycopg:///x", "SECRET_KEY": ""}, "SECRET_KEY is needed"),
    ],
)
def test_what_cannot_work_is_refused_with_a_remedy(env, says, tmp_path):
    with pytest.raises(WrongSetting, match=says):
        settings(tmp_path, **env)


@pytest.mark.proves("PD-12", "PD-15")
@pytest.mark.parametrize("debug", ["1", "true", "yes"])
def test_the_debugger_is_for_this_machine_alone(debug, tmp_path):
    open_to_all = {"HOST": "0.0.0.0", "ALLOW_HTTP": "1", "TRUSTED_HOSTS": "desk.example"}
    with pytest.raises(WrongSetting, match="FLASK_DEBUG"):
        settings(tmp_path, FLASK_DEBUG=debug, **open_to_all)

    assert settings(tmp_path, FLASK_DEBUG="0", **open_to_all) and settings(tmp_path, FLASK_DEBUG=debug)


@pytest.mark.parametrize("host", ["127.0.0.1", "localhost", "::1", "127.0.0.5"])
def test_this_machine_alone_needs_no_encryption(host, tmp_path):
    assert settings(tmp_path, HOST=host)["TRUSTED_HOSTS"] == ["127.0.0.1", "localhost", "[::1]"]


def test_behind_a_proxy_with_encryption_the_cookie_is_bound(tmp_path):
    found = settings(tmp_path, BASE_URL="https://desk.example", HOST="0.0.0.0", TRUSTED_HOSTS="desk.example, 10.0.0.2")

    assert (found["HTTPS"], found["SESSION_COOKIE_NAME"]) == (True, "__Host-session")
    assert found["TRUSTED_HOSTS"] == ["desk.example", "10.0.0.2"]


def test_no_secret_lies_in_the_repository():
    root = Path(__file__).parents[2]
    assert "instance/*" in (root / ".gitignore").read_text().splitlines()
    ours = [root / name for name in ("helpdesk", "static", "templates", "docs", "bin", "benchmarks", ".ci")]
    files = [path for folder in ours for path in folder.rglob("*") if path.is_file() and path.suffix != ".pyc"]
    assert [path for path in files if PATTERNS.search(path.read_bytes())] == []
