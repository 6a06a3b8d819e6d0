"""Reading what a telephone system sends, and adding it up: values in, values out.

Reports come twice, late, shuffled, or not at all, and carry no time of their own that could be believed. So only what
cannot be otherwise is concluded: an answer makes a call answered for good, a beginning that is heard after the answer
gives no waiting time, and a call of which nothing more is heard is over after a while.
Source: docs/operations.md, "A telephone system"; the names of the fields are those of Zammad's generic CTI interface.
"""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from hashlib import sha256

from helpdesk.telephony.models import Direction, ReportKind

LONGEST = 64  # characters of what a system calls a number, a user or a call
LARGEST = 4_000  # a name of a call that is longer than the first is kept as its hash
RINGS_AT_MOST = timedelta(minutes=10)  # nothing more heard of an unanswered call: nobody answered it
TALKS_AT_MOST = timedelta(hours=4)  # nothing more heard of an answered one: it is over
RING_BACK_WITHIN = timedelta(minutes=10)
ANSWER_WITHIN = timedelta(seconds=15)
KINDS = {"newcall": ReportKind.NEW_CALL, "answer": ReportKind.ANSWER, "hangup": ReportKind.HANGUP}
ELSEWHERE = frozenset({"forwarded", "answeredelsewhere", "transferred"})  # it went on where we cannot see it


@dataclass(frozen=True, slots=True)
class Told:
    """One report, read. `number` is the other party as it was sent, `extension` who of us it concerns."""

    kind: ReportKind
    call_id: str
    direction: Direction = Direction.IN
    number: str = ""
    extension: str = ""
    cause: str = ""


@dataclass(frozen=True, slots=True)
class Known:
    """What is known of a telephone call so far."""

    began_at: datetime | None = None
    answered: bool = False
    answered_at: datetime | None = None
    ended_at: datetime | None = None
    missed: bool = False


def read(sent: Mapping[str, object]) -> Told | None:
    """A report from the fields that were sent; None if it is none. What it does not know is left out, not refused."""
    kind = KINDS.get(_text(sent, "event").replace("_", "").replace("-", "").lower())
    call_id = _text(sent, "callId", "call_id", longest=LARGEST)
    if kind is None or not call_id:
        return None
    short = call_id if len(call_id) <= LONGEST else sha256(call_id.encode()).hexdigest()
    outgoing = _text(sent, "direction").lower() in ("out", "outgoing", "outbound")
    return Told(
        kind, short, Direction.OUT if outgoing else Direction.IN,
        number=_text(sent, "to" if outgoing else "from"),
        extension=_text(sent, "answeringNumber", "answering_number", "user"),
        cause=_text(sent, "cause").lower(),
    )  # fmt: skip


def fold(known: Known, told: Told, at: datetime) -> Known:
    """What is known once this report was heard at `at`. A report that tells nothing new changes nothing."""
    if told.kind is ReportKind.NEW_CALL:
        first = not (known.began_at or known.answered or known.ended_at)
        return replace(known, began_at=at) if first else known
    if told.kind is ReportKind.ANSWER:
        if known.answered:
            return known
        return replace(known, answered=True, answered_at=None if known.ended_at else at, missed=False)
    if known.ended_at:
        return known
    missed = told.direction is Direction.IN and not known.answered and told.cause not in ELSEWHERE
    return replace(known, ended_at=at, missed=missed)


def _text(sent: Mapping[str, object], *names: str, longest: int = LONGEST) -> str:
    """The first of these fields that holds something, as one short line; a list counts as its first entry."""
    for name in names:
        value = sent.get(name)
        if isinstance(value, list):
            value = next(iter(value), None)
        if isinstance(value, str | int) and not isinstance(value, bool):
            line = "".join(sign for sign in str(value) if sign.isprintable()).strip()[:longest]
            if line:
                return line
    return ""
