"""The second step: six digits from an app on one's phone (TOTP, RFC 6238), or one of ten codes on paper."""

import hmac
import re
import secrets
import unicodedata
from dataclasses import dataclass
from datetime import datetime

import pyotp
from argon2.low_level import Type, hash_secret_raw
from sqlalchemy import select, update

from helpdesk.accounts import passwords
from helpdesk.accounts.models import RecoveryCode, SecondFactor, User
from helpdesk.core.access import Role
from helpdesk.core.extensions import db
from helpdesk.core.sealing import seal, unseal

WITHOUT = frozenset({Role.OPERATOR, Role.TECHNICIAN})  # whoever holds another role has a second step
STEP_S = 30
DIGITS = re.compile(r"\d{6}")
LETTERS = "23456789abcdefghjkmnpqrstuvwxyz"  # no two of them look alike
CODES, HALF = 10, 5
ON_PAPER = re.compile(rf"[{LETTERS}]{{{2 * HALF}}}")


@dataclass(frozen=True)
class Typed:
    """What somebody typed as their second step, made ready before any lock is taken: digits, or the hash of a code."""

    digits: str = ""
    code_hash: str = ""


@dataclass(frozen=True)
class Codes:
    """Ten new recovery codes: as they are shown, once, and as they are kept."""

    shown: list[str]
    hashes: list[str]
    salt: bytes


def must_have(user: User) -> bool:
    """Whether this account needs a second step for its work. Accounts of the demonstration do not."""
    return not user.is_demo and any(held.role not in WITHOUT for held in user.roles)


def new_factor(user_id: int) -> SecondFactor:
    factor = SecondFactor(user_id=user_id, last_step=0, salt=b"")
    factor.secret = seal(pyotp.random_base32().encode(), place=factor.place)
    return factor


def secret_of(factor: SecondFactor) -> str:
    return unseal(factor.secret, place=factor.place).decode()


def address_of(secret: str, username: str, issuer: str) -> str:
    """What the square code says to the app."""
    return pyotp.TOTP(secret).provisioning_uri(name=username, issuer_name=issuer)


def make_codes() -> Codes:
    """Takes ten times as long as a password: call it before the lock."""
    plain = ["".join(secrets.choice(LETTERS) for _ in range(2 * HALF)) for _ in range(CODES)]
    salt = secrets.token_bytes(16)
    return Codes([f"{code[:HALF]}-{code[HALF:]}" for code in plain], [_hashed(code, salt) for code in plain], salt)


def read(typed: str, user_id: int) -> Typed:
    """What was typed, blanks and full-width digits forgiven; nothing if it is neither."""
    plain = re.sub(r"[\s-]", "", unicodedata.normalize("NFKC", typed[:40])).lower()
    if DIGITS.fullmatch(plain):
        return Typed(digits=plain)
    factor = db.session.get(SecondFactor, user_id) if ON_PAPER.fullmatch(plain) else None
    return Typed(code_hash=_hashed(plain, factor.salt)) if factor and factor.salt else Typed()


def is_right(typed: Typed, user: User, now: datetime) -> bool:
    """Inside `writing()`: whether the code is this person's and unused; it is used up by this."""
    factor = db.session.get(SecondFactor, user.id)
    if factor is None:
        return False
    if typed.digits:
        return take_digits(factor, typed.digits, now)
    unused = (RecoveryCode.user_id == user.id) & RecoveryCode.used_at.is_(None)
    spent = update(RecoveryCode).where(unused, RecoveryCode.code_hash == typed.code_hash).values(used_at=now)
    return user.second_step_since is not None and db.session.execute(spent).rowcount == 1


def take_digits(factor: SecondFactor, digits: str, now: datetime) -> bool:
    """The code of this half minute, the one before or the one after, and newer than the last that was taken."""
    app, here = pyotp.TOTP(secret_of(factor)), int(now.timestamp()) // STEP_S
    steps = [step for step in (here - 1, here, here + 1) if step > factor.last_step]
    right = [step for step in steps if hmac.compare_digest(app.generate_otp(step), digits)]
    if right:
        factor.last_step = right[-1]
    return bool(right)


def codes_left(user_id: int) -> int:
    unused = select(RecoveryCode.id).where(RecoveryCode.user_id == user_id, RecoveryCode.used_at.is_(None))
    return len(db.session.scalars(unused).all())


def _hashed(code: str, salt: bytes) -> str:
    """As slow as a password: fifty bits are too few for a quick hash (OWASP ASVS 6.5.2)."""
    cost = passwords.hasher
    return hash_secret_raw(
        code.encode(), salt, cost.time_cost, cost.memory_cost, cost.parallelism, hash_len=32, type=Type.ID
    ).hex()
