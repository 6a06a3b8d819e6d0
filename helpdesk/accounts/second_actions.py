"""Setting up, renewing and taking away somebody's second step."""

from datetime import datetime

from flask_babel import gettext as _
from sqlalchemy import delete

from helpdesk.accounts.actions import end_all_sessions, require_to_administer
from helpdesk.accounts.models import RecoveryCode, SecondFactor, SecondFactorReset, User
from helpdesk.accounts.proof import require_proof
from helpdesk.accounts.queries import reset_asked_for
from helpdesk.accounts.second_step import Codes, Typed, new_factor, take_digits
from helpdesk.audit.actions import record
from helpdesk.core.errors import Conflict, NotAllowed, Refused
from helpdesk.core.extensions import db


def begin_second_step(*, actor: User) -> None:
    """Draw what a new app is to know; an unfinished one is forgotten. It counts once a code of it was given."""
    if actor.second_step_since is not None:
        raise Conflict(_("Your second step is set up already."))
    db.session.execute(delete(SecondFactor).where(SecondFactor.user_id == actor.id))
    db.session.add(new_factor(actor.id))


def confirm_second_step(typed: Typed, codes: Codes, *, actor: User, now: datetime) -> None:
    """From now on this person gives a code too. Refused if it is not the code of the app that was just set up."""
    factor = db.session.get(SecondFactor, actor.id)
    if factor is None or actor.second_step_since is not None:
        raise Conflict(_("Your second step is set up already, or not begun. Reload the page."))
    if not typed.digits or not take_digits(factor, typed.digits, now):
        raise Refused(_("This is not the code your app shows now. Wait for the next one and type it."))
    actor.second_step_since = now
    _keep(factor, codes)
    record("second_step.set_up", actor, actor=actor, now=now)


def renew_recovery_codes(codes: Codes, *, proved: bool, actor: User, now: datetime) -> None:
    """Ten new codes; those on the old paper stop working."""
    require_proof(proved)
    factor = db.session.get(SecondFactor, actor.id)
    if factor is None or actor.second_step_since is None:
        raise Conflict(_("Set up the second step first."))
    _keep(factor, codes)
    record("second_step.codes_renewed", actor, actor=actor, now=now)


def give_up_second_step(*, proved: bool, actor: User, now: datetime) -> None:
    """For whoever changes their phone. Who needs a second step sets up a new one before anything else."""
    require_proof(proved)
    _forget(actor)
    record("second_step.given_up", actor, actor=actor, now=now)


def ask_reset(user: User, *, proved: bool, actor: User, now: datetime) -> None:
    """Ask that somebody who lost phone and paper may set up a new second step; another administrator agrees."""
    require_to_administer(user, actor)
    require_proof(proved)
    if user.id == actor.id or user.second_step_since is None:
        raise NotAllowed(_("Another administrator must ask for this."))
    db.session.execute(delete(SecondFactorReset).where(SecondFactorReset.user_id == user.id))
    db.session.add(SecondFactorReset(user_id=user.id, asked_by_id=actor.id, asked_at=now))
    record("second_step.reset_asked", user, actor=actor, now=now)


def agree_to_reset(user: User, *, proved: bool, actor: User, now: datetime) -> None:
    """The second of two administrators; the person is signed out, and sets up a new second step at the next sign-in."""
    require_to_administer(user, actor)
    require_proof(proved)
    asked = reset_asked_for(user.id, now)
    if asked is None:
        raise Conflict(_("Nobody asks for this any more. Ask again, and let another administrator agree."))
    if actor.id in (user.id, asked.asked_by_id):
        raise NotAllowed(_("A second administrator must agree to this."))
    reset_second_step(user, actor=actor, now=now)


def reset_second_step(user: User, *, actor: User | None, now: datetime) -> None:
    """For the second administrator and for the command line, where nobody is signed in."""
    _forget(user)
    end_all_sessions(user, now)
    record("second_step.reset", user, actor=actor, now=now)


def _keep(factor: SecondFactor, codes: Codes) -> None:
    factor.salt = codes.salt
    db.session.execute(delete(RecoveryCode).where(RecoveryCode.user_id == factor.user_id))
    db.session.add_all([RecoveryCode(user_id=factor.user_id, code_hash=one) for one in codes.hashes])


def _forget(user: User) -> None:
    user.second_step_since = None
    for table in (RecoveryCode, SecondFactorReset, SecondFactor):
        db.session.execute(delete(table).where(table.user_id == user.id))
