"""What an archive says it holds: ids, numbers and hashes, never a key and nothing of anybody."""

import json
import re
from dataclasses import asdict, dataclass, field
from datetime import datetime
from pathlib import Path

MANIFEST = "manifest.json"
FORMAT = "helpdesk-backup-1"
DATABASE = {"sqlite": "database.db", "postgresql": "database.dump"}
FILE = re.compile(r"(photos|scans)/[0-9a-f]{2}/[0-9a-f]{32}(-small\.jpg|\.jpg)?")  # as we name them, and no other


class BackupTrouble(Exception):
    """A backup cannot be made, believed or put back; the message says why, in one line."""


@dataclass(frozen=True)
class Part:
    bytes: int
    sha256: str


@dataclass(frozen=True)
class Stand:
    """What a database holds at one moment. `counts` are the rows of each table, `head` is the newest event."""

    revision: str
    counts: dict[str, int]
    head: str
    keys: list[str]
    files: list[str]  # that rows point to, as they are called in an archive


@dataclass(frozen=True)
class Manifest:
    """`gone` are files that rows point to and that were not there any more: what was deleted meanwhile."""

    made_at: datetime
    dialect: str
    encrypted: bool
    revision: str
    counts: dict[str, int]
    head: str
    keys: list[str]
    parts: dict[str, Part]
    gone: list[str] = field(default_factory=list)

    @property
    def database(self) -> str:
        return DATABASE[self.dialect]

    @property
    def files(self) -> list[str]:
        return [name for name in self.parts if name != self.database]

    @property
    def bytes(self) -> int:
        return sum(part.bytes for part in self.parts.values())

    def as_json(self) -> bytes:
        written = {"format": FORMAT, **asdict(self), "made_at": self.made_at.isoformat()}
        return json.dumps(written, indent=1, sort_keys=True).encode()

    @classmethod
    def read(cls, raw: bytes, path: Path) -> "Manifest":
        """Raises BackupTrouble unless everything in it is as we write it: names lead nowhere else."""
        try:
            said = json.loads(raw)
            if said.pop("format") != FORMAT:
                raise ValueError("format")
            said["made_at"] = datetime.fromisoformat(said["made_at"])
            said["parts"] = {name: Part(**part) for name, part in said["parts"].items()}
            found = cls(**said)
            if found.database not in found.parts or not all(FILE.fullmatch(name) for name in found.files):
                raise ValueError("names")
        except (ValueError, KeyError, TypeError, AttributeError):
            raise BackupTrouble(f"{path} is no backup that this version can read.") from None
        return found

    def differs(self, found: Stand) -> str:
        """What a database holds otherwise than this says; nothing if they agree."""
        if found.revision != self.revision:
            return f"its tables are those of {found.revision or 'no version'}, not of {self.revision}"
        tables = sorted(found.counts.keys() | self.counts.keys())
        wrong = [name for name in tables if found.counts.get(name) != self.counts.get(name)]
        if wrong:
            return f"the number of rows differs in {', '.join(wrong[:5])}"
        if found.head != self.head:
            return "the newest event is another one"
        if not set(found.keys) <= set(self.keys):
            return "it needs keys that the manifest does not list"
        if missing := set(found.files) - set(self.parts) - set(self.gone):
            return f"{len(missing)} files are missing that rows point to"
        return ""
