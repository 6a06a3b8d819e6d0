from flask_babel import lazy_gettext as _l

from helpdesk.core.words import register
from helpdesk.neighbours.models import Part

register({
    Part.SOURCE: _l("Where it comes from"),
    Part.AFFECTED: _l("Where it does harm"),
})  # fmt: skip
