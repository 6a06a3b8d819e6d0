from datetime import datetime
from enum import StrEnum

from sqlalchemy import ForeignKey, Index, String
from sqlalchemy.orm import Mapped, mapped_column, relationship

from helpdesk.accounts.models import User
from helpdesk.core.clock import UTCDateTime
from helpdesk.core.extensions import db


class ExportList(StrEnum):
    RESIDENTS = "export_residents"
    PLACES = "export_places"
    CALLS = "export_calls"
    ORDERS = "export_orders"


class FileForm(StrEnum):
    XLSX = "xlsx"
    CSV = "csv"


class Extra(StrEnum):
    """Columns that are left out unless somebody says what they are needed for."""

    PHONES = "export_phones"
    FLAGS = "export_flags"


class ExportLog(db.Model):
    """One list that was taken out: by whom, when, how much of it, and the reason in their words."""

    __tablename__ = "export_log"
    __table_args__ = (Index(None, "estate_id", "id"),)
    id: Mapped[int] = mapped_column(primary_key=True)
    estate_id: Mapped[int] = mapped_column(ForeignKey("estate.id"))
    what: Mapped[ExportList]
    form: Mapped[FileForm]
    with_phones: Mapped[bool]
    with_flags: Mapped[bool]
    rows: Mapped[int]
    reason: Mapped[str] = mapped_column(String(200))
    taken_by_id: Mapped[int] = mapped_column(ForeignKey("user.id"))
    taken_by: Mapped[User] = relationship()
    taken_at: Mapped[datetime] = mapped_column(UTCDateTime)
