"""A technician's visits as an iCalendar file (RFC 5545), without names and numbers: phones copy calendars on."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, datetime

LONGEST_LINE = 75  # octets, without the line break


@dataclass(frozen=True)
class Entry:
    """One visit: `uid` stays the same when it moves, so that the phone moves it too."""

    uid: str
    starts_at: datetime
    ends_at: datetime
    summary: str
    description: str
    changed_at: datetime
    sequence: int


def calendar(name: str, entries: Iterable[Entry]) -> str:
    """The whole file, with the line breaks the format asks for."""
    lines = [
        "BEGIN:VCALENDAR", "VERSION:2.0", "PRODID:-//property-service-desk//visits//EN", "CALSCALE:GREGORIAN",
        "METHOD:PUBLISH", f"X-WR-CALNAME:{_escaped(name)}", "X-WR-TIMEZONE:Asia/Shanghai",
    ]  # fmt: skip
    for entry in entries:
        lines += [
            "BEGIN:VEVENT", f"UID:{entry.uid}", f"DTSTAMP:{_moment(entry.changed_at)}",
            f"DTSTART:{_moment(entry.starts_at)}", f"DTEND:{_moment(entry.ends_at)}", f"SEQUENCE:{entry.sequence}",
            f"SUMMARY:{_escaped(entry.summary)}", f"DESCRIPTION:{_escaped(entry.description)}", "END:VEVENT",
        ]  # fmt: skip
    return "\r\n".join(piece for line in [*lines, "END:VCALENDAR"] for piece in _folded(line)) + "\r\n"


def _moment(at: datetime) -> str:
    return f"{at.astimezone(UTC):%Y%m%dT%H%M%SZ}"


def _escaped(text: str) -> str:
    """Typed words may hold the signs of the format itself, and line breaks that would begin another property."""
    text = text.replace("\\", "\\\\").replace(";", "\\;").replace(",", "\\,")
    return "\\n".join(line for line in text.splitlines() if line)


def _folded(line: str) -> list[str]:
    """A long line in pieces of at most 75 octets, never within a character."""
    pieces, piece = [], ""
    for sign in line:
        if len((piece + sign).encode()) > LONGEST_LINE:
            pieces.append(piece)
            piece = " "
        piece += sign
    return [*pieces, piece]
