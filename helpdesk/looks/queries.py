"""Finding looks. Who may see who saw what is whoever may see what left the house."""

from collections.abc import Sequence

from sqlalchemy import Select, select
from sqlalchemy.orm import joinedload

from helpdesk.core.access import Permission, estates
from helpdesk.core.extensions import db
from helpdesk.looks.models import Look

PAGE = 100


def visible_looks(user) -> Select[tuple[Look]]:
    return select(Look).where(Look.estate_id.in_(estates(user, Permission.SEE_EXPORTS))).order_by(Look.id.desc())


def newest_looks(user, estate_id: int, *, before: int | None = None) -> Sequence[Look]:
    found = visible_looks(user).where(Look.estate_id == estate_id).options(joinedload(Look.user)).limit(PAGE)
    return db.session.scalars(found.where(Look.id < before) if before else found).all()
