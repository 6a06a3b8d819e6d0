from flask_babel import lazy_gettext as _l

from helpdesk.core.words import register
from helpdesk.verification.models import Answer

register({Answer.STILL_SO: _l("Still so"), Answer.CHANGED: _l("It has changed"), Answer.UNCLEAR: _l("Cannot say")})
