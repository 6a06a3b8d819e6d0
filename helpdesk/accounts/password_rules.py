"""What a new password must be: long enough for its account, and nothing that is tried first. Source: OWASP ASVS 6.2."""

import re
from collections.abc import Iterable
from functools import cache
from pathlib import Path

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l

from helpdesk.accounts.passwords import LONGEST
from helpdesk.core.access import Role

FIELD, DESK, ALONE = 8, 12, 15  # ALONE: nothing but the password stands between a stranger and the account
HOW_LONG = _l(
    "Technicians at least %(field)d characters, operators %(desk)d, everybody else %(alone)d; a sentence is easiest.",
    field=FIELD, desk=DESK, alone=ALONE,
)  # fmt: skip
COMMON = Path(__file__).with_name("common_passwords.txt")
DATE = re.compile(r"(19|20)\d\d(0[1-9]|1[0-2])(0[1-9]|[12]\d|3[01])")
SHORTEST_WORD = 4  # of what must not be in a password; two characters of Chinese
OURS = ("helpdesk", "wuyefuwutai", "物业服务台", "wuyefuwu", "物业")


def shortest_for(roles: Iterable[Role], *, has_second_step: bool) -> int:
    """How long the password of an account must be."""
    held = set(roles)
    if held == {Role.TECHNICIAN}:
        return FIELD
    return DESK if has_second_step or (held and held <= {Role.TECHNICIAN, Role.OPERATOR}) else ALONE


def problem(typed: str, *, shortest: int, words: Iterable[str]) -> str | None:
    """Why this cannot be the new password, in words; None if it can. Its characters are free, blanks included."""
    if len(typed) < shortest:
        return _("At least %(count)d characters; a sentence is easiest.", count=shortest)
    if len(typed) > LONGEST:
        return _("At most %(count)d characters.", count=LONGEST)
    if is_common(typed):
        return _("Many people use this password, so it is tried first. Choose another one; a sentence is easiest.")
    if any(word in typed.casefold() for word in telling(words)):
        return _(
            "The password must not contain the account name, your own name, your phone number, the estate or the "
            "product."
        )
    return None


def is_common(typed: str) -> bool:
    """Listed, a date, or one short piece again and again."""
    plain = typed.casefold().strip()
    piece = _repeated(plain)
    is_repeated = piece != plain and len(piece) < FIELD
    return is_repeated or bool(DATE.fullmatch(plain)) or not _listed().isdisjoint({plain, piece})


def telling(words: Iterable[str]) -> set[str]:
    """Of words about person and company those that are long enough to mean something."""
    plain = {word.casefold().strip() for word in (*words, *OURS) if word}
    return {word for word in plain if len(word) >= (SHORTEST_WORD if word.isascii() else 2)}


def _repeated(plain: str) -> str:
    """The shortest piece of which this is made by repeating it."""
    return plain[: (plain + plain).find(plain, 1)] if plain else ""


@cache
def _listed() -> frozenset[str]:
    lines = COMMON.read_text(encoding="utf-8").splitlines()
    return frozenset(line for line in lines if not line.startswith("#"))
