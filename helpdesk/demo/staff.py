"""The accounts of the demonstration: those that are printed, and a few more so that the office is complete."""

from dataclasses import dataclass
from datetime import datetime

from helpdesk.accounts.models import Language, Theme
from helpdesk.core.access import Role
from helpdesk.demo import consents
from helpdesk.demo.bulk import Rows

PASSWORD = "demo-2026"  # noqa: S105 - printed on purpose: it breaks the password rules, and only here
# Made once with a fixed salt, at the cost of helpdesk.accounts.passwords, so that two loads are alike.
PASSWORD_HASH = "$argon2id$v=19$m=19456,t=2,p=1$ZGVtby1lc3RhdGUtc2FsdA$m0P4htGu5soBWs02kvHsHTTOx3u3HXdkU+nYP6WDf+E"  # noqa: S105
SIGN_INS: tuple[tuple[str, Role, str], ...] = (
    ("operator", Role.OPERATOR, "周晓兰"),
    ("operator2", Role.OPERATOR, "顾文娟"),
    ("technician", Role.TECHNICIAN, "陆建平"),
    ("technician2", Role.TECHNICIAN, "朱国平"),
    ("finance", Role.FINANCE, "沈亚琴"),
    ("officer", Role.OFFICER, "徐益芳"),
    ("manager", Role.MANAGER, "范文斌"),
    ("manager2", Role.MANAGER, "钱惠琴"),
    ("owner", Role.OWNER, "严志华"),
    ("auditor", Role.AUDITOR, "何静"),
    ("admin", Role.ADMIN, "马晓峰"),
)
MORE: tuple[tuple[str, Role, str], ...] = (
    ("operator3", Role.OPERATOR, "盛春燕"),
    ("operator4", Role.OPERATOR, "郑美琴"),
    ("technician3", Role.TECHNICIAN, "杨志明"),
    ("technician4", Role.TECHNICIAN, "孙海军"),
    ("technician5", Role.TECHNICIAN, "吴永强"),
)
TRADES = ("plumber", "electrician", "plumber", "electrician", "general")  # of the technicians, in this order
EVERYWHERE = ("operator", "manager")  # with several estates these two work in all of them


@dataclass(frozen=True, slots=True)
class Staff:
    """Who answers and who repairs in one estate, by id; technicians in the order of TRADES."""

    operators: list[int]
    technicians: list[int]
    manager: int
    admin: int
    officer: int
    owner: int

    def of_trade(self, trade: str) -> list[int]:
        return [user for user, own in zip(self.technicians, TRADES, strict=True) if own == trade]


def sign_ins() -> list[tuple[str, str]]:
    """The printed accounts, username and role, which all have the password `PASSWORD`."""
    return [(username, role.value) for username, role, _name in SIGN_INS]


class Office:
    """Adds accounts, and the events that tell of them."""

    def __init__(self, rows: Rows, journal, opened_at: datetime) -> None:
        self.rows, self.journal, self.opened_at = rows, journal, opened_at
        self.ids: dict[str, int] = {}
        self.numbers = 0

    def staff_of_first(self, estate_id: int) -> Staff:
        """All accounts of the first estate; the administrator comes first, as in a real installation."""
        admin_first = sorted((*SIGN_INS, *MORE), key=lambda account: account[1] is not Role.ADMIN)
        for username, role, name in admin_first:
            self._add(username, name, [(role, estate_id)])
        return self._staff(estate_id, "")

    def staff_of_another(self, estate_id: int, number: int) -> Staff:
        """Own operators and technicians; the operator and the manager of the first estate work here too."""
        for username, role, name in (*SIGN_INS, *MORE):
            if username in EVERYWHERE:
                self.rows.add("user_role", user_id=self.ids[username], role=role, estate_id=estate_id)
            elif role in (Role.OPERATOR, Role.TECHNICIAN):
                self._add(f"{username}-{number}", f"{name[0]}{name[1:][::-1]}", [(role, estate_id)])
        return self._staff(estate_id, f"-{number}")

    def _staff(self, estate_id: int, suffix: str) -> Staff:
        def of(role: Role) -> list[int]:
            named = (username for username, own, _name in (*SIGN_INS, *MORE) if own is role)
            return [self.ids.get(f"{username}{suffix}") or self.ids[username] for username in named]

        technicians = sorted(of(Role.TECHNICIAN))
        return Staff(
            sorted(of(Role.OPERATOR)),
            technicians,
            self.ids["manager"],
            self.ids["admin"],
            self.ids["officer"],
            self.ids["owner"],
        )

    def _add(self, username: str, name: str, roles: list[tuple[Role, int]]) -> None:
        user_id = self.ids[username] = self.rows.next_id("user")
        self.numbers += 1
        self.rows.add(
            "user", id=user_id, username=username, name=name, password_hash=PASSWORD_HASH, language=Language.ZH,
            phone=(phone := f"1200000{self.numbers:04}"), theme=Theme.AUTO, active=True, is_demo=True,
            version=1 + consents.agrees(username, roles[0][0]),
        )  # fmt: skip
        for role, estate_id in roles:
            self.rows.add("user_role", user_id=user_id, role=role, estate_id=estate_id)
        actor = None if roles[0][0] is Role.ADMIN else self.ids["admin"]
        self.journal.note(self.opened_at, actor, "user.added", "user", user_id, [], {})
        if consents.agrees(username, roles[0][0]):
            consents.publish(self.rows, self.journal, user_id, phone, self.opened_at)
