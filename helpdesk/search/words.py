from flask_babel import lazy_gettext as _l

from helpdesk.core.words import register
from helpdesk.search.by_words import InOrders
from helpdesk.search.queries import Group

register(
    {
        Group.PHONES: _l("Phone numbers"),
        Group.PEOPLE: _l("People"),
        Group.PLACES: _l("Places"),
        Group.ORDERS: _l("Work orders"),
    }
)
register({InOrders.WORDS: _l("Words in work orders")})
