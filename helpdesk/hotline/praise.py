"""Whom a resident probably praises: proposed from the words and from who came last, never decided."""

from collections.abc import Iterable

from sqlalchemy import select

from helpdesk.accounts.models import User
from helpdesk.cases.models import Team
from helpdesk.cases.praising import staff_of
from helpdesk.core.extensions import db
from helpdesk.estate.models import Place
from helpdesk.repairs.models import Visit, WorkOrder
from helpdesk.repairs.queries import visible_work_orders
from helpdesk.repairs.states import VisitStatus

OF_OPERATORS = ("接电话", "接线", "客服", "值班", "热线", "前台", "调度", "operator", "hotline", "on the phone")
OF_TECHNICIANS = (
    "师傅", "维修", "修", "电工", "水工", "管道工", "上门", "technician", "plumber", "electrician", "repair", "fixed",
)  # fmt: skip
TITLES = ("师傅", "工", "姐", "哥", "主任", "经理", "小姐", "女士", "先生", "同志")


def praised_in(words: str, staff: Iterable[tuple[int, str]], last_there: int | None) -> str:
    """Who is meant: "u" and an id, a team, or empty where nothing tells.

    A name counts most, whole or as 陆师傅 or 小陆 where only one is called so; then whoever answers the telephone, if
    the words are about that; then who was in this home last; then the trade.
    """
    said, people = words.lower(), list(staff)
    named = [who for who, name in people if name.lower() in said] or _by_family_name(words, people)
    if len(named) == 1:
        return f"u{named[0]}"
    if any(word in said for word in OF_OPERATORS):
        return Team.OPERATORS
    if last_there:
        return f"u{last_there}"
    return Team.TECHNICIANS if any(word in said for word in OF_TECHNICIANS) else ""


def _by_family_name(words: str, people: list[tuple[int, str]]) -> list[int]:
    """Everybody who may be meant by 陆师傅, 小陆 or 老陆."""
    titles = {who: [name[0] + title for title in TITLES] for who, name in people}
    return [who for who, name in people if any(f in words for f in (f"小{name[0]}", f"老{name[0]}", *titles[who]))]


def likely_praised(user: User, words: str, place: Place | None, estate_id: int) -> str:
    """The same for this estate and home, as the form of a call names it."""
    here = staff_of(estate_id)
    there = _last_there(user, place) if place else None
    return praised_in(words, ((one.id, one.name) for one in here), there if there in {one.id for one in here} else None)


def _last_there(user: User, place: Place) -> int | None:
    """Who last finished a visit in this home; of two, the first."""
    here = visible_work_orders(user).where(WorkOrder.place_id == place.id)
    orders = here.order_by(None).with_only_columns(WorkOrder.id)
    done = select(Visit).where(Visit.work_order_id.in_(orders), Visit.status == VisitStatus.DONE)
    visit = db.session.scalar(done.order_by(Visit.ended_at.desc(), Visit.id.desc()).limit(1))
    return visit.crew[0].id if visit and visit.crew else None
