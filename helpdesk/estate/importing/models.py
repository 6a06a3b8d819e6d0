from datetime import datetime

from sqlalchemy import JSON, ForeignKey, String
from sqlalchemy.orm import Mapped, mapped_column, relationship

from helpdesk.accounts.models import User
from helpdesk.core.clock import UTCDateTime
from helpdesk.core.extensions import db
from helpdesk.core.versions import Versioned
from helpdesk.estate.importing.states import Stage
from helpdesk.estate.importing.troubles import Trouble
from helpdesk.estate.models import Estate


class RegisterUpload(Versioned, db.Model):
    """A spreadsheet somebody sent, from its arrival until it is applied or left behind.

    What it says of people stays in files named by `file_key` (see `uploads`), which go with it; the row keeps codes
    and figures. `attempt` counts the processes that were started for it: only the last may write, and `seen_at` is
    its last sign of life. `columns` assigns positions to fields; `counts` are figures of the last check.
    """

    __tablename__ = "register_upload"
    id: Mapped[int] = mapped_column(primary_key=True)
    estate_id: Mapped[int] = mapped_column(ForeignKey("estate.id"), index=True)
    estate: Mapped[Estate] = relationship()
    file_key: Mapped[str] = mapped_column(String(32), unique=True)
    suffix: Mapped[str] = mapped_column(String(5))
    file_name: Mapped[str] = mapped_column(String(120))  # as it was called where it came from
    status: Mapped[Stage] = mapped_column(default=Stage.READING)
    sheet: Mapped[str] = mapped_column(String(100), default="")
    header_row: Mapped[int | None]
    columns: Mapped[dict | None] = mapped_column(JSON)
    skip_errors: Mapped[bool] = mapped_column(default=False)
    trouble: Mapped[Trouble | None]
    trouble_value: Mapped[str] = mapped_column(String(40), default="")
    counts: Mapped[dict] = mapped_column(JSON, default=dict)
    uploaded_by_id: Mapped[int] = mapped_column(ForeignKey("user.id"))
    uploaded_by: Mapped[User] = relationship(foreign_keys=[uploaded_by_id])
    uploaded_at: Mapped[datetime] = mapped_column(UTCDateTime)
    attempt: Mapped[int] = mapped_column(default=0)
    asked_by_id: Mapped[int] = mapped_column(ForeignKey("user.id"))
    asked_by: Mapped[User] = relationship(foreign_keys=[asked_by_id])
    asked_at: Mapped[datetime] = mapped_column(UTCDateTime)
    seen_at: Mapped[datetime | None] = mapped_column(UTCDateTime)
    rows_read: Mapped[int] = mapped_column(default=0)
