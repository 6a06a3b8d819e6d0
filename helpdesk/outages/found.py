"""What the search box finds of outages: there are few, so the newest are read as they are called on the screen."""

from datetime import date
from enum import StrEnum

from flask import url_for

from helpdesk.accounts.models import User
from helpdesk.core.extensions import db
from helpdesk.core.words import day_and_time, word
from helpdesk.outages.models import Outage
from helpdesk.outages.queries import visible_outages
from helpdesk.outages.told import title_of
from helpdesk.search.by_words import worth_looking
from helpdesk.search.registry import AT_MOST, Hit, add_group

NEWEST = 200


class InOutages(StrEnum):
    OUTAGES = "outages"


def outages_with(user: User, typed: str, _on: date) -> list[Hit]:
    if not worth_looking(typed):
        return []
    newest = visible_outages(user).order_by(Outage.id.desc()).limit(NEWEST)
    fitting = [outage for outage in db.session.scalars(newest) if typed.casefold() in _said(outage)]
    return [
        Hit(
            url_for("outages.show", outage_id=outage.id), word(outage.status), words=title_of(outage),
            note=day_and_time(outage.starts_at),
        )
        for outage in fitting[: AT_MOST + 1]
    ]  # fmt: skip


def _said(outage: Outage) -> str:
    kind = outage.category
    told = (title_of(outage), kind.name_zh, kind.name_en, outage.outside_party, outage.words, outage.notice)
    return "\n".join(told).casefold()


add_group(InOutages.OUTAGES, outages_with)
