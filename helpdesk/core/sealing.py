"""Sealing: what nobody may read who only has the database, a backup or the disk. AES-256-GCM, under keys with ids.

What is sealed belongs to one place ("table:row id:column"): moved to another row it does not open. Several keys may be
known; the first one seals, each opens what it sealed. They come from `SEALING_KEYS`, else from the line of that name in
the file of secrets, which is read again when it changes: a server that runs goes on with the key that was added.
"""

import base64
import binascii
import os
import re
import secrets
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from flask import Flask, current_app

from helpdesk.config import WrongSetting, kept_secrets

NAME = "SEALING_KEYS"
ID = re.compile(r"[0-9a-z]{8}")
KEY_BYTES, NONCE_BYTES = 32, 12
ID_BYTES = 9  # with the colon: what every sealed value begins with
FEWEST_DIFFERENT = 16  # of 32 bytes drawn by chance 30 differ; an example such as 000… or abcabc… stays below
LOST = "lost"


class KeyTrouble(WrongSetting):
    """A key is missing, or is none. Ends the program with its message, as any wrong setting does."""


class SealBroken(Exception):
    """What was sealed cannot be opened here: changed, moved to another place, or its key is not known."""


@dataclass(frozen=True)
class Key:
    """`secret` is None for a key that was lost: its id is known, what it sealed stays closed."""

    id: str
    secret: bytes | None

    @property
    def written(self) -> str:
        return f"{self.id}:{base64.urlsafe_b64encode(self.secret).decode() if self.secret else LOST}"


def new_key() -> Key:
    return Key(secrets.token_hex(4), secrets.token_bytes(KEY_BYTES))


def init_app(app: Flask) -> None:
    app.extensions["sealing"] = Ring(app.config[NAME], Path(app.config["SECRETS_FILE"]))


def seal(plain: bytes, *, place: str) -> bytes:
    """`plain`, readable again only with our keys and for this place ("table:row id:column")."""
    key = ring().newest
    nonce = os.urandom(NONCE_BYTES)
    head = f"{key.id}:".encode()
    return head + nonce + AESGCM(key.secret).encrypt(nonce, plain, head + place.encode())


def unseal(sealed: bytes, *, place: str) -> bytes:
    """What `seal` got. Raises SealBroken rather than ever returning something else."""
    key = ring().find(key_id_of(sealed))
    if key is None or key.secret is None:
        raise SealBroken("its key is not known")
    head, rest = sealed[:ID_BYTES], sealed[ID_BYTES:]
    nonce, sealed_part = rest[:NONCE_BYTES], rest[NONCE_BYTES:]
    try:
        return AESGCM(key.secret).decrypt(nonce, sealed_part, head + place.encode())
    except (InvalidTag, ValueError):  # ValueError: cut off
        raise SealBroken("changed, or of another place") from None


def key_id_of(sealed: bytes) -> str:
    """The id of the key that sealed this."""
    name = bytes(sealed[:ID_BYTES]).decode("ascii", "replace")
    if not (name.endswith(":") and ID.fullmatch(name[:-1])):
        raise SealBroken("not sealed")
    return name[:-1]


class Ring:
    """The keys this process knows, the newest first."""

    def __init__(self, given: str, file: Path):
        self.given, self.file = given, file
        self._seen, self._keys = None, ()
        self.keys  # noqa: B018 - what cannot be used is refused at the start

    @property
    def keys(self) -> tuple[Key, ...]:
        if self.given:
            self._keys = self._keys or parsed(self.given)
        elif (stands := self._stands()) != self._seen:
            self._keys = parsed(kept_secrets(self.file).get(NAME, "")) if stands else ()
            self._seen = stands
        return self._keys

    @property
    def newest(self) -> Key:
        """The key that seals; there is one as soon as the program met its database."""
        if not self.keys or self.keys[0].secret is None:
            raise KeyTrouble("There is no key to seal with. Run: flask --app wsgi keys add")
        return self.keys[0]

    def find(self, key_id: str) -> Key | None:
        return next((key for key in self.keys if key.id == key_id), None)

    def keep(self, keys: Sequence[Key]) -> None:
        """Write the keys into the file of secrets, whole or not at all; what else it holds stays."""
        part = self.file.with_name(f"{self.file.name}.{secrets.token_hex(4)}.part")
        try:
            kept = kept_secrets(self.file) if self.file.exists() else {}
            self.file.parent.mkdir(parents=True, exist_ok=True)
            lines = [f"{name}={value}\n" for name, value in (kept | {NAME: written(keys)}).items()]
            with open(os.open(part, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w") as file:
                file.writelines(lines)
                file.flush()
                os.fsync(file.fileno())
            os.replace(part, self.file)
        except OSError as problem:
            part.unlink(missing_ok=True)
            raise KeyTrouble(f"{self.file} cannot be written ({problem.strerror}). Set {NAME} instead.") from None

    def _stands(self) -> tuple[int, int, int] | None:
        """What tells one content of the file from the next; None if there is no file."""
        try:
            found = self.file.stat()
        except FileNotFoundError:
            return None
        return found.st_mtime_ns, found.st_size, found.st_ino


def ring() -> Ring:
    return current_app.extensions["sealing"]


def parsed(text: str) -> tuple[Key, ...]:
    """Keys as they are written, "id:key,id:key". Raises KeyTrouble for what would be no protection."""
    keys = tuple(_parsed_one(part.strip()) for part in text.split(",") if part.strip())
    secret = [key.secret for key in keys if key.secret]
    if len({key.id for key in keys}) < len(keys) or len(set(secret)) < len(secret):
        raise KeyTrouble(f"{NAME}: two of the keys are the same. Each needs an id and a key of its own.")
    return keys


def _parsed_one(part: str) -> Key:
    name, _colon, typed = part.partition(":")
    if not ID.fullmatch(name):
        raise KeyTrouble(f"{NAME}: each key is written id:key, and an id has 8 small letters or digits.")
    if typed == LOST:
        return Key(name, None)
    try:
        secret = base64.b64decode(typed, altchars=b"-_", validate=True)
    except (binascii.Error, ValueError):
        secret = b""
    if len(secret) != KEY_BYTES or len(set(secret)) < FEWEST_DIFFERENT:
        raise KeyTrouble(f"{NAME}: key {name} is too short or an example. Run: flask --app wsgi keys add")
    return Key(name, secret)


def written(keys: Sequence[Key]) -> str:
    """As `parsed` reads it."""
    return ",".join(key.written for key in keys)
