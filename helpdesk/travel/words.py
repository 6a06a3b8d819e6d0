from flask_babel import lazy_gettext as _l

from helpdesk.core.words import register
from helpdesk.travel.models import Mode

register({Mode.WALK: _l("On foot"), Mode.EBIKE: _l("By e-bike")})
