"""What people do about the roster: plan it, change it, call off, stand in."""

from dataclasses import dataclass
from datetime import datetime

from flask_babel import gettext as _

from helpdesk.accounts.models import User
from helpdesk.audit.actions import record
from helpdesk.core.access import Permission, can, require
from helpdesk.core.errors import Conflict, NotAllowed, Refused
from helpdesk.core.extensions import db
from helpdesk.core.words import day_and_time, word
from helpdesk.duty.models import Post, Shift
from helpdesk.duty.queries import fits, shifts_of
from helpdesk.duty.rules import AHEAD, BACK, LONGEST, WEEK, Span, overlap, pieces


@dataclass(frozen=True, slots=True)
class Planned:
    """A shift that is not a row yet."""

    post: Post
    user: User
    position: int
    span: Span


def add_shift(planned: Planned, *, estate_id: int, actor: User, now: datetime) -> Shift:
    """Put somebody on a post. Refused for who does not fit it, impossible times, and where they are on already."""
    require(actor, Permission.PLAN_DUTY, estate_id)
    _check_person(planned.user, planned.post, estate_id)
    _check_time(planned.span, now)
    _check_free(planned, estate_id)
    shift = _new(planned, estate_id)
    record(
        "shift.added", shift, actor=actor, now=now, topics=shift.topics, post=shift.post, user_id=shift.user.id,
        starts_at=shift.starts_at, ends_at=shift.ends_at,
    )  # fmt: skip
    return shift


def change_shift(shift: Shift, planned: Planned, *, actor: User, now: datetime) -> None:
    """Another person, time or place in the chain; the post stays. Conflict once it is over or called off."""
    require(actor, Permission.PLAN_DUTY, shift.estate_id)
    _check_running(shift, now)
    _check_person(planned.user, shift.post, shift.estate_id)
    _check_time(planned.span, now)
    _check_free(planned, shift.estate_id, but_not=shift)
    if planned.user.id != shift.user_id:
        shift.stands_in_for = None
    shift.user, shift.position = planned.user, planned.position
    shift.starts_at, shift.ends_at = planned.span.starts_at, planned.span.ends_at
    record(
        "shift.changed", shift, actor=actor, now=now, topics=shift.topics, user_id=shift.user.id,
        starts_at=shift.starts_at, ends_at=shift.ends_at,
    )  # fmt: skip


def call_off(shift: Shift, *, actor: User, now: datetime) -> None:
    """It will not be, and nobody comes instead. Conflict once it is over or called off."""
    require(actor, Permission.PLAN_DUTY, shift.estate_id)
    _check_running(shift, now)
    shift.called_off_at = now
    record("shift.called_off", shift, actor=actor, now=now, topics=shift.topics)


def may_note_stand_in(shift: Shift, user: User) -> bool:
    """Whoever plans, and the person whose shift it is."""
    own = shift.user_id == user.id and can(user, Permission.LOG_CALL, shift.estate_id)
    return own or can(user, Permission.PLAN_DUTY, shift.estate_id)


def note_stand_in(shift: Shift, *, user: User | None, part: Span, actor: User, now: datetime) -> Shift:
    """Somebody comes for somebody else, for the whole shift or a part of it; returns the shift of who comes.

    What is left before and after stays with whose shift it was. Refused for a part outside of the shift.
    """
    if not may_note_stand_in(shift, actor):
        raise NotAllowed(_("Only whoever plans the roster, or whose shift it is, can note who comes instead."))
    _check_running(shift, now)
    whose, whole = shift.user, Span(shift.starts_at, shift.ends_at)
    _check_person(user, shift.post, shift.estate_id)
    if user.id == whose.id:
        raise Refused(_("Choose somebody else: this is whose shift it is."), field="user_id")
    try:
        before, after = pieces(whole, part)
    except ValueError:
        raise Refused(
            _("The stand-in must lie within the shift, and end after it begins."), field="starts_at"
        ) from None
    _check_free(Planned(shift.post, user, shift.position, part), shift.estate_id, but_not=shift)
    original = shift.stands_in_for or whose
    comes = None if original.id == user.id else original  # whoever comes back themselves stands in for nobody
    if before is None:
        taken = shift
        taken.user, taken.stands_in_for, taken.ends_at = user, comes, part.ends_at
    else:
        shift.ends_at = before.ends_at
        taken = _new(Planned(shift.post, user, shift.position, part), shift.estate_id, stands_in_for=comes)
    if after is not None:
        back = None if original.id == whose.id else original
        _new(Planned(shift.post, whose, shift.position, after), shift.estate_id, stands_in_for=back)
    db.session.flush()
    record(
        "shift.stood_in", shift, actor=actor, now=now, topics=shift.topics, shift_id=taken.id, from_user_id=whose.id,
        user_id=user.id, starts_at=part.starts_at, ends_at=part.ends_at,
    )  # fmt: skip
    return taken


def fill_weeks(week: list[Shift], *, estate_id: int, weeks: int, actor: User, now: datetime) -> int:
    """Let the following weeks be as this one was planned, without its stand-ins; returns how many shifts that made.

    Where somebody is on already nothing is added. Refused when nothing is left to fill.
    """
    usual = [planned for planned in _usual(week) if planned.user.active and fits(planned.user, planned.post, estate_id)]
    shifted = [_later(planned, number) for number in range(1, weeks + 1) for planned in usual]
    return lay_out(shifted, estate_id=estate_id, actor=actor, now=now)


def lay_out(plan: list[Planned], *, estate_id: int, actor: User, now: datetime) -> int:
    """Add many shifts at once; those that clash with the same person's at the same post are left out.

    Returns how many were added. Refused for whoever does not fit, for times too far away, and if nothing is left.
    """
    require(actor, Permission.PLAN_DUTY, estate_id)
    for planned in plan:
        _check_person(planned.user, planned.post, estate_id)
        _check_time(planned.span, now)
    ends = Span(min(p.span.starts_at for p in plan), max(p.span.ends_at for p in plan)) if plan else None
    there = [
        (shift.post, shift.user_id, Span(shift.starts_at, shift.ends_at))
        for shift in (shifts_of(estate_id, {p.user.id for p in plan}, ends) if ends else ())
    ]
    added: list[Shift] = []
    for planned in plan:
        mine = (span for post, user_id, span in there if (post, user_id) == (planned.post, planned.user.id))
        if not any(overlap(span, planned.span) for span in mine):
            there.append((planned.post, planned.user.id, planned.span))
            added.append(_new(planned, estate_id))
    if not added:
        raise Refused(_("There is nothing to add: these people are on at these times already."))
    db.session.flush()
    first = added[0]
    record(
        "roster.filled", first, actor=actor, now=now, topics=first.topics, shifts=[shift.id for shift in added],
        from_at=min(shift.starts_at for shift in added), until_at=max(shift.ends_at for shift in added),
    )  # fmt: skip
    return len(added)


def _usual(week: list[Shift]) -> list[Planned]:
    """A week as it was planned: who stood in is replaced by whose shift it was, and its parts are one again."""
    plain, parted = [], {}
    for shift in sorted(week, key=lambda shift: shift.starts_at):
        whose, span = shift.stands_in_for or shift.user, Span(shift.starts_at, shift.ends_at)
        stood_in = shift.stands_in_for is not None
        before = parted.get((shift.post, whose.id, shift.position))
        touches = before is not None and before[0].span.ends_at == span.starts_at
        if touches and (stood_in or before[1]):
            span = Span(plain.pop(plain.index(before[0])).span.starts_at, span.ends_at)
        plain.append(Planned(shift.post, whose, shift.position, span))
        parted[shift.post, whose.id, shift.position] = plain[-1], stood_in
    return plain


def _later(planned: Planned, weeks: int) -> Planned:
    span = Span(planned.span.starts_at + weeks * WEEK, planned.span.ends_at + weeks * WEEK)
    return Planned(planned.post, planned.user, planned.position, span)


def _new(planned: Planned, estate_id: int, *, stands_in_for: User | None = None) -> Shift:
    shift = Shift(
        estate_id=estate_id, post=planned.post, user=planned.user, starts_at=planned.span.starts_at,
        ends_at=planned.span.ends_at, position=planned.position, stands_in_for=stands_in_for, version=0,
    )  # fmt: skip
    db.session.add(shift)
    return shift


def _check_person(user: User | None, post: Post, estate_id: int) -> None:
    if user is None or not user.active or not fits(user, post, estate_id):
        raise Refused(_("This person cannot be put on this post. Choose somebody from the list."), field="user_id")


def _check_time(span: Span, now: datetime) -> None:
    if span.ends_at <= span.starts_at:
        raise Refused(_("The shift must end after it begins."), field="ends_at")
    if span.ends_at - span.starts_at > LONGEST:
        raise Refused(_("A shift lasts eight days at most. Plan the next one by itself."), field="ends_at")
    if not now - BACK <= span.starts_at <= now + AHEAD:
        raise Refused(_("The roster reaches a month back and about a year ahead."), field="starts_at")


def _check_free(planned: Planned, estate_id: int, *, but_not: Shift | None = None) -> None:
    """Nobody is twice at one post; two posts at once are allowed, and said on the page."""
    for shift in shifts_of(estate_id, {planned.user.id}, planned.span):
        if shift.post is planned.post and shift is not but_not:
            times = f"{day_and_time(shift.starts_at)}–{day_and_time(shift.ends_at)}"
            said = {"name": shift.user.name, "post": word(shift.post), "times": times}
            raise Refused(_("%(name)s is on then already: %(post)s %(times)s.", **said), field="starts_at")


def _check_running(shift: Shift, now: datetime) -> None:
    if shift.called_off_at is not None:
        raise Conflict(_("This shift was called off. Look at the roster again."))
    if shift.ends_at <= now:
        raise Conflict(_("This shift is over: the roster keeps who was on."))
