"""A form sent twice acts once. The key comes from the form, the first result is stored with the act itself."""

from collections.abc import Callable

from flask_babel import gettext as _
from sqlalchemy import JSON, ForeignKey
from sqlalchemy.orm import Mapped, mapped_column

from helpdesk.core.errors import Refused
from helpdesk.core.extensions import db
from helpdesk.core.forms import CreatingForm


class Request(db.Model):
    __tablename__ = "request"
    user_id: Mapped[int] = mapped_column(ForeignKey("user.id"), primary_key=True)
    key: Mapped[str] = mapped_column(primary_key=True)
    body_hash: Mapped[str]
    result: Mapped[int | str] = mapped_column(JSON)


def once(
    user, form: CreatingForm, act: Callable[[], int | str], *, changed: Callable[[], None] | None = None
) -> int | str:  # fmt: skip
    """Call `act` the first time this user sends this key; afterwards return what it returned.

    Inside `writing()`, so two replays at the same moment wait for each other.
    Raises Refused if the key comes back with another body, unless `changed` has more to say of it.
    """
    first = db.session.get(Request, (user.id, form.request_key.data))
    if first is None:
        first = Request(user_id=user.id, key=form.request_key.data, body_hash=form.body_hash, result=act())
        db.session.add(first)
    elif first.body_hash != form.body_hash:
        if changed:
            changed()
        raise Refused(_("This form was sent before with other contents. Open a new one."))
    return first.result
