"""Telephone numbers in a list."""

from sqlalchemy import select

from helpdesk.core.extensions import db
from helpdesk.estate.models import Phone
from helpdesk.estate.phone_numbers import display


def numbers_of(column, ids: list[int]) -> dict[int, str]:
    """The numbers that reach some people or places, as one text each."""
    found: dict[int, list[str]] = {}
    asked = select(column, Phone.digits).join(Phone, Phone.id == column.table.c.phone_id).where(column.in_(ids))
    for reached, digits in db.session.execute(asked.order_by(Phone.id)):
        found.setdefault(reached, []).append(display(digits))
    return {reached: "、".join(numbers) for reached, numbers in found.items()}
