from sqlalchemy import LargeBinary, String
from sqlalchemy.orm import Mapped, mapped_column

from helpdesk.core.extensions import db


class SealingKey(db.Model):
    """A key that something here may be sealed with; the key itself is never in the database.

    `canary` is a word sealed with it: whoever has another key under the same id cannot open it.
    """

    __tablename__ = "sealing_key"
    id: Mapped[int] = mapped_column(primary_key=True)
    key_id: Mapped[str] = mapped_column(String(8), unique=True)
    canary: Mapped[bytes] = mapped_column(LargeBinary)
