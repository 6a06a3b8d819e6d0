"""Settings: read from the environment, checked once at the start, refused with a sentence that says what to do."""

import os
import re
import secrets
from collections.abc import Mapping
from ipaddress import ip_address
from pathlib import Path

from sqlcipher3 import dbapi2 as sqlite  # SQLite 3.53 on every platform; encrypted only where DATABASE_KEY is set

SHORTEST_SECRET = 32
DATABASE_KEY = re.compile(r"[0-9a-f]{64}")
FEWEST_DIFFERENT = 16  # bytes of a key of 32; one drawn by chance has 30
LIMITS = {  # in a quarter of an hour or a day, by one person or from one address; a setting of the same name changes it
    "MOST_SEARCHES": 1_000,
    "MOST_REVEALS": 30,
    "MOST_REVEALS_A_DAY": 60,
    "MOST_EXPORTS": 20,
    "MOST_UPLOADS": 20,
    "MOST_PHOTOS": 150,
    "MOST_UPLOADS_A_DAY": 60,  # by one person, like the next; each takes room on the disk for a day at most
    "MOST_PHOTOS_A_DAY": 600,  # and pages of papers
    "MOST_GUESSES": 60,  # at links with a token that nobody holds
}
EXAMPLES = ("dev", "secret", "changeme", "change-me", "example", "password")


class WrongSetting(SystemExit):
    """A setting that would be unsafe or cannot work. Ends the program with its message."""


def load(env: Mapping[str, str], instance: Path) -> dict:
    """Return Flask's settings. `instance` holds the database, the secrets and the photos of this installation.

    Raises WrongSetting, whose message names the variable and the remedy.
    """
    database = env.get("DATABASE_URL") or f"sqlite:///{instance / 'helpdesk.db'}"
    on_sqlite = database.startswith("sqlite")
    host, https = env.get("HOST", "127.0.0.1"), _https(env)
    _refuse_plain_http(env, host, https)
    _refuse_debugger(env, host)
    key, *older = _secret_keys(env, database, instance)
    database_key = _database_key(env, on_sqlite, instance / "secrets")
    return {
        "SECRET_KEY": key,
        "SECRET_KEY_FALLBACKS": older,
        "DATA_KEY": env.get("DATA_KEY", ""),
        "SECRETS_FILE": str(instance / "secrets"),
        "SQLALCHEMY_DATABASE_URI": database,
        "SQLALCHEMY_ENGINE_OPTIONS": _sqlite_options(database_key) if on_sqlite else _postgres_options(),
        "DATABASE_KEY": database_key,
        "TRUSTED_HOSTS": _trusted_hosts(env, host),
        "PROXY_COUNT": _number(env, "PROXY_COUNT", 0),
        "BASE_URL": env.get("BASE_URL", ""),
        "HOST": host,
        "ONLY_THIS_MACHINE": _is_loopback(host),
        "PORT": _number(env, "PORT", 5000),
        "TLS_CERT": env.get("TLS_CERT", ""),
        "TLS_KEY": env.get("TLS_KEY", ""),
        "HTTPS": https,
        "WTF_CSRF_TIME_LIMIT": None,  # as long as the session: a form may stay open all night
        "WTF_CSRF_SSL_STRICT": True,
        "SESSION_COOKIE_NAME": "__Host-session" if https else "session",
        "MAX_FORM_MEMORY_SIZE": 128 * 1024,
        "MAX_FORM_PARTS": 200,
        "LIVE_STREAMS": _number(env, "LIVE_STREAMS", 100),
        **{name: _number(env, name, most) for name, most in LIMITS.items()},
        "PHOTO_FOLDER": str(instance / "photos"),
        "SCAN_FOLDER": str(instance / "scans"),
        "MESSAGE_ADAPTER": _message_adapter(env),
        "BACKUP_FOLDER": env.get("BACKUP_FOLDER") or str(instance / "backups"),
        "BACKUP_KEPT": _number(env, "BACKUP_KEPT", 14),
        "BACKUP_WEEKS": _number(env, "BACKUP_WEEKS", 8),
        "PG_BIN": env.get("PG_BIN", ""),
    }


def _message_adapter(env: Mapping[str, str]) -> str:
    name = env.get("MESSAGE_ADAPTER", "")
    if name not in ("", "log"):
        raise WrongSetting(f"MESSAGE_ADAPTER={name} is not known: leave it empty, or set it to log to try it out.")
    return name


def _sqlite_options(key: str) -> dict:
    options = {
        "module": sqlite,
        "hide_parameters": True,
        "pool_size": 20,
        "max_overflow": 120,
    }  # a thread, a connection
    return options | ({"connect_args": {"factory": unlocked_by(key)}} if key else {})


def unlocked_by(key: str) -> type[sqlite.Connection]:
    """Connections that say the key of the file before anything else."""

    class Unlocked(sqlite.Connection):
        def __init__(self, *args, **kwargs):
            super().__init__(*args, **kwargs)
            self.execute(f"PRAGMA key = \"x'{key}'\"")

    return Unlocked


def _postgres_options() -> dict:
    return {"hide_parameters": True, "pool_pre_ping": True, "pool_size": 20, "max_overflow": 20}


def _https(env: Mapping[str, str]) -> bool:
    if bool(env.get("TLS_CERT")) != bool(env.get("TLS_KEY")):
        raise WrongSetting("TLS_CERT and TLS_KEY belong together: set both, or neither.")
    for name in ("TLS_CERT", "TLS_KEY"):
        if env.get(name) and not Path(env[name]).is_file():
            raise WrongSetting(f"{name}: there is no file {env[name]}.")
    return bool(env.get("TLS_CERT")) or env.get("BASE_URL", "").startswith("https://")


def _refuse_plain_http(env: Mapping[str, str], host: str, https: bool) -> None:
    if https or env.get("ALLOW_HTTP") == "1" or _is_loopback(host):
        return
    raise WrongSetting(
        f"HOST={host} would send names and phone numbers over the network unencrypted. Set TLS_CERT and TLS_KEY, "
        "or BASE_URL=https://… behind a proxy, or ALLOW_HTTP=1 if this network is trusted (phones then cannot "
        "work without signal)."
    )


def _refuse_debugger(env: Mapping[str, str], host: str) -> None:
    """Flask's debugger shows the code, and runs what is typed into it."""
    if env.get("FLASK_DEBUG", "").lower() not in ("", "0", "false", "no") and not _is_loopback(host):
        raise WrongSetting(f"FLASK_DEBUG is for this machine alone, and HOST={host} is open to others. Unset it.")


def _is_loopback(host: str) -> bool:
    try:
        return ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"


def _trusted_hosts(env: Mapping[str, str], host: str) -> list[str]:
    named = [name.strip() for name in env.get("TRUSTED_HOSTS", "").split(",") if name.strip()]
    if named:
        return named
    if not _is_loopback(host):
        raise WrongSetting(f"HOST={host} needs TRUSTED_HOSTS: the names or addresses people type, with commas.")
    return ["127.0.0.1", "localhost", "[::1]"]


def _number(env: Mapping[str, str], name: str, default: int) -> int:
    typed = env.get(name) or str(default)
    if not typed.isdecimal():
        raise WrongSetting(f"{name}={typed} is not a whole number.")
    return int(typed)


def _database_key(env: Mapping[str, str], on_sqlite: bool, kept: Path) -> str:
    """The key of the whole file, or nothing: it is then not encrypted."""
    key = env.get("DATABASE_KEY") or (kept_secrets(kept).get("DATABASE_KEY", "") if kept.exists() else "")
    if key and not on_sqlite:
        raise WrongSetting("DATABASE_KEY is for SQLite; encrypt the disk of PostgreSQL instead.")
    if key and not (DATABASE_KEY.fullmatch(key) and len(set(bytes.fromhex(key))) >= FEWEST_DIFFERENT):
        raise WrongSetting("DATABASE_KEY: 64 digits 0-9 a-f, drawn by chance. Run: openssl rand -hex 32")
    return key


def _secret_keys(env: Mapping[str, str], database: str, instance: Path) -> list[str]:
    """The signing keys, newest first: from the environment, else from the file that the first run writes."""
    kept = instance / "secrets"
    given = env.get("SECRET_KEY") or (kept_secrets(kept).get("SECRET_KEY") if kept.exists() else "")
    if not given:
        given = _first_secret(database, kept)
    older = [key for key in env.get("SECRET_KEY_FALLBACKS", "").split(",") if key]
    for key in (given, *older):
        if len(key) < SHORTEST_SECRET or key.lower().startswith(EXAMPLES):
            raise WrongSetting(f"SECRET_KEY: at least {SHORTEST_SECRET} characters that nobody can guess.")
    if given in older:
        raise WrongSetting("SECRET_KEY_FALLBACKS lists keys used before; it must not hold SECRET_KEY itself.")
    return [given, *older]


def kept_secrets(kept: Path) -> dict[str, str]:
    """What the file of secrets holds. Raises WrongSetting if anybody but its owner may read it."""
    if os.name == "posix" and kept.stat().st_mode & 0o077:
        raise WrongSetting(f"{kept} can be read by others. Run: chmod 600 '{kept}'")
    return dict(line.split("=", 1) for line in kept.read_text().splitlines() if "=" in line)


def _first_secret(database: str, kept: Path) -> str:
    """Write the key of a new installation. A database that lost its key is never given a new one silently."""
    if not database.startswith("sqlite:///"):
        raise WrongSetting("SECRET_KEY is needed with this DATABASE_URL: at least 32 characters, kept for good.")
    if Path(database.removeprefix("sqlite:///")).exists():
        raise WrongSetting(f"There is a database but no key for it: put back {kept}, or set SECRET_KEY.")
    kept.parent.mkdir(parents=True, exist_ok=True)
    key = secrets.token_urlsafe(48)
    with open(os.open(kept, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w") as file:
        file.write(f"SECRET_KEY={key}\n")
    return key
