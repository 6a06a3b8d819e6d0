"""The gate that guarded tables look at: while it is open, words may be erased and old looks may go. Nothing else."""

from collections.abc import Iterator
from contextlib import contextmanager

from sqlalchemy import delete, insert

from helpdesk.core.extensions import db
from helpdesk.retention.models import ErasureGate


@contextmanager
def erasing() -> Iterator[None]:
    """Inside `writing()`. The row never outlives the transaction: it is taken away before the end, or rolled back."""
    db.session.flush()
    db.session.execute(insert(ErasureGate).values(id=1))
    yield
    db.session.flush()
    db.session.execute(delete(ErasureGate))
