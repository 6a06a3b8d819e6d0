"""The one file that holds a backup: a zip, whose last 64 characters are the hash of everything before them.

So a file that was cut off, or in which a single bit was turned, is known without understanding it. Nothing in its name
or its index tells of anybody: files of the installation have names drawn by chance.
"""

import os
import secrets
import zipfile
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from hashlib import sha256
from pathlib import Path

from helpdesk.backup.manifest import MANIFEST, BackupTrouble, Manifest, Part

BLOCK = 1 << 20
SEAL = 64  # characters


class Writer:
    """Takes in one file after the other; `parts` says what it took."""

    def __init__(self, file):
        self._zip = zipfile.ZipFile(file, "w")
        self.parts: dict[str, Part] = {}

    def add(self, name: str, source: Path, *, packed: bool = False) -> bytes:
        """Take in a file, and return its first bytes. FileNotFoundError, and nothing taken in, if it is gone."""
        digest, size, first = sha256(), 0, b""
        with open(source, "rb") as read, self._zip.open(_entry(name, packed), "w", force_zip64=True) as kept:
            while block := read.read(BLOCK):
                first = first or block[:16]
                digest.update(block)
                kept.write(block)
                size += len(block)
        self.parts[name] = Part(size, digest.hexdigest())
        return first

    def close(self, manifest: Manifest) -> None:
        self._zip.writestr(_entry(MANIFEST, True), manifest.as_json())
        self._zip.comment = b"0" * SEAL
        self._zip.close()

    def end(self) -> None:
        """Given up on the way, it must not write its index later by itself."""
        with suppress(OSError, ValueError):
            self._zip.close()


def _entry(name: str, packed: bool) -> zipfile.ZipInfo:
    entry = zipfile.ZipInfo(name)
    entry.compress_type = zipfile.ZIP_DEFLATED if packed else zipfile.ZIP_STORED
    entry.external_attr = 0o600 << 16
    return entry


@contextmanager
def new_archive(path: Path) -> Iterator[Writer]:
    """The file is there whole or not at all: written beside its name, sealed, forced to the disk, then renamed."""
    part = path.with_name(f".{path.name}.{secrets.token_hex(4)}.part")
    try:
        with open(os.open(part, os.O_RDWR | os.O_CREAT | os.O_EXCL, 0o600), "w+b") as file:
            writer = Writer(file)
            try:
                yield writer
            finally:
                writer.end()
            file.seek(-SEAL, os.SEEK_END)
            end = file.tell()
            file.write(_digest_of(file, end).encode())
            file.flush()
            os.fsync(file.fileno())
        os.replace(part, path)
        sync_folder(path.parent)
    finally:
        part.unlink(missing_ok=True)


def _digest_of(file, end: int) -> str:
    """Of everything before `end`, where the file stands afterwards."""
    digest, left = sha256(), end
    file.seek(0)
    while left and (block := file.read(min(BLOCK, left))):
        digest.update(block)
        left -= len(block)
    file.seek(end)
    return digest.hexdigest()


def sync_folder(folder: Path) -> None:
    """A new name itself must survive a power cut."""
    if os.name == "posix":
        opened = os.open(folder, os.O_RDONLY)
        try:
            os.fsync(opened)
        finally:
            os.close(opened)


class Archive:
    """An archive whose seal holds. Raises BackupTrouble, which says what is wrong, for anything else."""

    def __init__(self, path: Path):
        self.path = path
        _check_seal(path)
        self._zip = zipfile.ZipFile(path)
        try:
            names = sorted(self._zip.namelist())
            self.manifest = Manifest.read(self._zip.read(MANIFEST) if MANIFEST in names else b"", path)
            if names != sorted([MANIFEST, *self.manifest.parts]):
                raise BackupTrouble(f"{path} does not hold what its manifest lists.")
        except BaseException:
            self._zip.close()
            raise

    def check_files(self) -> None:
        """Every file is what the manifest says of it."""
        for name in self.manifest.parts:
            self._copy(name, None)

    def extract(self, name: str, to: Path) -> None:
        to.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        with open(os.open(to, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as file:
            self._copy(name, file)
            file.flush()
            os.fsync(file.fileno())

    def _copy(self, name: str, file) -> None:
        said, digest, size = self.manifest.parts[name], sha256(), 0
        with self._zip.open(name) as kept:
            while size <= said.bytes and (block := kept.read(BLOCK)):
                digest.update(block)
                size += len(block)
                if file:
                    file.write(block)
        if (size, digest.hexdigest()) != (said.bytes, said.sha256):
            raise BackupTrouble(f"{self.path}: {name} is not what the manifest says of it.")

    def close(self) -> None:
        self._zip.close()


def _check_seal(path: Path) -> None:
    try:
        with open(path, "rb") as file:
            begins, size = file.read(4) == b"PK\x03\x04", file.seek(0, os.SEEK_END)
            holds = _digest_of(file, max(size - SEAL, 0)).encode() == file.read()
    except OSError as problem:
        raise BackupTrouble(f"{path} cannot be read: {problem.strerror}.") from None
    if not begins:
        raise BackupTrouble(f"{path} is no backup of this program.")
    if not holds:
        raise BackupTrouble(_what_is_wrong(path, size))


def _what_is_wrong(path: Path, size: int) -> str:
    """Of a file whose seal does not hold; its index is believed only as far as to tell one from the other."""
    with suppress(zipfile.BadZipFile, OSError, ValueError), zipfile.ZipFile(path) as found:
        if MANIFEST not in found.namelist():
            return f"{path} is no backup of this program."
        if len(found.comment) == SEAL:
            return f"{path} is damaged: it is no longer what was written (the hash at its end differs)."
    return f"{path} is cut off or damaged: its end is missing ({size:,} bytes are here)."
