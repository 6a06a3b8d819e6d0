from flask_babel import lazy_gettext as _l

from helpdesk.core.words import register
from helpdesk.search.queries import Group

register(
    {
        Group.PHONES: _l("Phone numbers"),
        Group.PEOPLE: _l("People"),
        Group.PLACES: _l("Places"),
        Group.ORDERS: _l("Work orders"),
    }
)
