"""Words that say so much about a person or the company that no password may contain them."""

from sqlalchemy import select

from helpdesk.core.extensions import db
from helpdesk.estate.models import Estate
from helpdesk.estate.pinyin import name_keys


def words_about(*, username: str, name: str, phone: str | None, estate: str = "") -> set[str]:
    """Of one person, and of every estate here; how a name sounds in pinyin included."""
    names = {name, estate, *db.session.scalars(select(Estate.name))}
    spelled = {key for one in names for key in name_keys(one).full}
    return names | spelled | {username, phone or "", (phone or "")[-8:]}
