"""What the codes of prices and quotes are called."""

from flask_babel import lazy_gettext as _l

from helpdesk.core.words import locale, register
from helpdesk.tariff.models import Agreed, MaterialPolicy, PriceItem
from helpdesk.tariff.states import ListStatus, QuoteStatus

register({
    ListStatus.DRAFT: _l("draft"),
    ListStatus.IN_FORCE: _l("in force"),
    ListStatus.DROPPED: _l("dropped"),
})  # fmt: skip
register({
    QuoteStatus.OPEN: _l("not agreed yet"),
    QuoteStatus.ACCEPTED: _l("agreed"),
    QuoteStatus.DECLINED: _l("declined"),
    QuoteStatus.REPLACED: _l("replaced"),
})  # fmt: skip
register({
    MaterialPolicy.OWNER_BUYS: _l("the resident buys it"),
    MaterialPolicy.COMPANY_SELLS: _l("we sell it"),
    MaterialPolicy.FREE: _l("free"),
})  # fmt: skip
register({
    Agreed.AT_THE_DOOR: _l("at the door"),
    Agreed.BY_PHONE: _l("by telephone"),
    Agreed.AT_THE_DESK: _l("at the desk"),
})  # fmt: skip


def item_name(item: PriceItem) -> str:
    return item.name_zh if locale() == "zh" else item.name_en or item.name_zh
