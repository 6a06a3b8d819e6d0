"""Time of a technician that is no visit: put on the board, moved, called off."""

from datetime import datetime, timedelta

from flask_babel import gettext as _

from helpdesk.accounts.models import User
from helpdesk.audit.actions import record
from helpdesk.core import clock
from helpdesk.core.access import Permission, can, require
from helpdesk.core.errors import Conflict, Refused
from helpdesk.core.extensions import db
from helpdesk.dispatch.actions import Why, settle
from helpdesk.dispatch.checks import Placement, breaches
from helpdesk.dispatch.day import day_sheet
from helpdesk.technicians.models import Block
from helpdesk.windows.models import Rule

RULES = (Rule.OVERLAP, Rule.HOURS, Rule.ABSENCE, Rule.RESERVE)


def add_block(
    *, estate_id: int, user: User | None, words: str, starts_at: datetime, minutes: int, why: Why, actor: User,
    now: datetime,
) -> Block:  # fmt: skip
    """Keep time of a technician for something. Refused where a rule blocks, or warns and nobody says why."""
    require(actor, Permission.DISPATCH, estate_id)
    broke = _checked(estate_id, user, starts_at, minutes, why, None, actor)
    block = Block(
        estate_id=estate_id, user=user, words=words, starts_at=starts_at, ends_at=_end(starts_at, minutes), version=0
    )
    db.session.add(block)
    db.session.flush()  # the block needs its id
    _record("block.added", block, block.topics, broke, why, actor, now)
    return block


def change_block(
    block: Block, *, user: User | None, words: str, starts_at: datetime, minutes: int, why: Why, actor: User,
    now: datetime,
) -> None:  # fmt: skip
    """Move it, give it to somebody else, or say otherwise what it is for. Conflict once it was called off."""
    require(actor, Permission.DISPATCH, block.estate_id)
    _refuse_called_off(block)
    broke = _checked(block.estate_id, user, starts_at, minutes, why, block, actor)
    before = block.topics
    block.user, block.user_id, block.words = user, user.id, words
    block.starts_at, block.ends_at = starts_at, _end(starts_at, minutes)
    _record("block.changed", block, before | block.topics, broke, why, actor, now)


def call_off_block(block: Block, *, actor: User, now: datetime) -> None:
    """The time is free again; the row stays. Conflict if somebody did so already."""
    require(actor, Permission.DISPATCH, block.estate_id)
    _refuse_called_off(block)
    block.called_off_at = now
    record("block.called_off", block, actor=actor, now=now, topics=block.topics)


def placement_of_block(user: User, starts_at: datetime, minutes: int, block_id: int | None) -> Placement:
    return Placement([user], starts_at, minutes, block_id=block_id)


def _checked(estate_id: int, user, starts_at: datetime, minutes: int, why: Why, block, actor: User) -> list[Rule]:
    if user is None or not can(user, Permission.DO_VISITS, estate_id):
        raise Refused(_("Choose a technician of this estate."), field="user_id")
    sheet = day_sheet(actor, estate_id, clock.local_date(starts_at))
    placement = placement_of_block(user, starts_at, minutes, block.id if block else None)
    return settle(breaches(sheet, placement, rules=RULES), why)


def _record(kind: str, block: Block, topics: set[str], broke: list[Rule], why: Why, actor: User, now: datetime) -> None:
    record(
        kind, block, actor=actor, now=now, topics=topics, user_id=block.user_id, starts_at=block.starts_at,
        ends_at=block.ends_at, broke=broke, reason=why.reason if broke else None,
    )  # fmt: skip


def _refuse_called_off(block: Block) -> None:
    if block.called_off_at:
        raise Conflict(_("This was called off already."))


def _end(starts_at: datetime, minutes: int) -> datetime:
    return starts_at + timedelta(minutes=minutes)
