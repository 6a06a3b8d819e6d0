from flask_babel import lazy_gettext as _l

from helpdesk.core.words import register
from helpdesk.notices.models import NoticeStyle

register({NoticeStyle.COUNTS: _l("Count and sum only"), NoticeStyle.MASKED: _l("Masked names of those who agreed")})
