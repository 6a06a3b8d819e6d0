"""How passwords are kept and checked: argon2id, at OWASP's first choice of cost or above."""

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError

hasher = PasswordHasher(time_cost=2, memory_cost=19_456, parallelism=1)
LONGEST = 128
_NOBODY = "$argon2id$v=19$m=19456,t=2,p=1$bm9ib2R5bm9ib2R5bm8$bW9zdCBwYXNzd29yZHMgYXJlIHdyb25nIGhlcmUhIQ"


def hash_password(password: str) -> str:
    return hasher.hash(password)


def matches(password_hash: str | None, password: str) -> bool:
    """Whether this is the password. Without a hash (nobody of that name) it takes as long, and is false."""
    try:
        return hasher.verify(password_hash or _NOBODY, password) and password_hash is not None
    except (VerificationError, InvalidHashError):
        return False


def is_outdated(password_hash: str) -> bool:
    """True for a hash that is weaker than those we make today: renewed at the next sign-in."""
    return hasher.check_needs_rehash(password_hash)
