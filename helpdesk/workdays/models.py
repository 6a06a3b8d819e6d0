from datetime import date

from sqlalchemy import String
from sqlalchemy.orm import Mapped, mapped_column

from helpdesk.core.extensions import db
from helpdesk.workdays.rules import DayKind


class CalendarDay(db.Model):
    """A day that differs from the rule "Monday to Friday are worked", as the State Council announces it."""

    __tablename__ = "calendar_day"
    day: Mapped[date] = mapped_column(primary_key=True)
    kind: Mapped[DayKind]
    name: Mapped[str] = mapped_column(String(40))
    source: Mapped[str] = mapped_column(String(80))
