"""Whose mobile number residents may have: most of those who meet them agreed, the day the office opened."""

from datetime import datetime

from helpdesk.core.access import Role

SHY = ("technician3", "manager2")  # who would rather not have residents ring them
ASKED = (Role.OPERATOR, Role.TECHNICIAN, Role.MANAGER)


def agrees(username: str, role: Role) -> bool:
    """Whether residents may have this person's number."""
    return role in ASKED and username.partition("-")[0] not in SHY


def publish(rows, journal, user_id: int, digits: str, at: datetime) -> None:
    rows.add("number_consent", user_id=user_id, digits=digits, given_at=at, noted_by_id=user_id)
    journal.note(at, user_id, "number.published", "user", user_id, [], {})
