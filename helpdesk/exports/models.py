from datetime import datetime
from enum import StrEnum

from sqlalchemy import JSON, ForeignKey, Index, String
from sqlalchemy.orm import Mapped, mapped_column, relationship

from helpdesk.accounts.models import User
from helpdesk.core.access import Permission
from helpdesk.core.clock import UTCDateTime
from helpdesk.core.extensions import db


class ExportList(StrEnum):
    RESIDENTS = "export_residents"
    PLACES = "export_places"
    CALLS = "export_calls"
    ORDERS = "export_orders"
    WAIVER_CLAIM = "export_waiver_claim"  # asked for on a page of its own, by those who see waivers
    ARREARS = "export_arrears"
    COLLECTION = "export_collection"


OF_MONEY = (ExportList.ARREARS, ExportList.COLLECTION)


def needed_for(what: ExportList) -> Permission:
    """What somebody must hold to take out a list."""
    return Permission.EXPORT_MONEY if what in OF_MONEY else Permission.EXPORT


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


class ExportFile(db.Model):
    """A list on its way to who asked for it, and its file for a day after; nobody else may fetch it.

    `asked` holds the dates and the filter, `rows` how many there will be. It is ready once it is noted (`log_id`).
    While a process of its own makes it, `seen_at` is that one's last sign of life.
    """

    __tablename__ = "export_file"
    __table_args__ = (Index(None, "asked_by_id", "id"),)
    id: Mapped[int] = mapped_column(primary_key=True)
    file_key: Mapped[str] = mapped_column(String(32), unique=True)
    estate_id: Mapped[int] = mapped_column(ForeignKey("estate.id"))
    what: Mapped[ExportList]
    form: Mapped[FileForm]
    with_phones: Mapped[bool]
    with_flags: Mapped[bool]
    reason: Mapped[str] = mapped_column(String(200))
    asked: Mapped[dict] = mapped_column(JSON)
    rows: Mapped[int]
    rows_done: Mapped[int] = mapped_column(default=0)
    asked_by_id: Mapped[int] = mapped_column(ForeignKey("user.id"))
    asked_by: Mapped[User] = relationship()
    asked_at: Mapped[datetime] = mapped_column(UTCDateTime)
    seen_at: Mapped[datetime | None] = mapped_column(UTCDateTime)
    failed: Mapped[bool] = mapped_column(default=False)
    log_id: Mapped[int | None] = mapped_column(ForeignKey("export_log.id"))

    @property
    def about_people(self) -> bool:
        """Whether somebody is named in it, or can be rung by it."""
        return self.what not in (ExportList.PLACES, ExportList.ORDERS) or self.with_phones or self.with_flags

    @property
    def extras(self) -> list[Extra]:
        return [Extra.PHONES] * self.with_phones + [Extra.FLAGS] * self.with_flags
