from datetime import date

from sqlalchemy import String
from sqlalchemy.orm import Mapped, mapped_column

from helpdesk.core.extensions import db
from helpdesk.core.versions import Versioned
from helpdesk.workdays.rules import DayKind


class CalendarDay(db.Model):
    """A day that differs from the rule "Monday to Friday are worked", as the State Council announces it."""

    __tablename__ = "calendar_day"
    day: Mapped[date] = mapped_column(primary_key=True)
    kind: Mapped[DayKind]
    name: Mapped[str] = mapped_column(String(40))
    source: Mapped[str] = mapped_column(String(80))


class CalendarYear(Versioned, db.Model):
    """A year of the calendar; its id is the year. `announced` says that the whole plan was put in, not single days."""

    __tablename__ = "calendar_year"
    id: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    announced: Mapped[bool] = mapped_column(default=False)
