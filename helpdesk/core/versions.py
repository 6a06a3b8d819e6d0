"""For records that two people may open at once."""

from sqlalchemy.orm import Mapped, mapped_column


class Versioned:
    """Every act, and nothing else, raises `version` (see `audit.actions.record`)."""

    version: Mapped[int] = mapped_column(default=0)
