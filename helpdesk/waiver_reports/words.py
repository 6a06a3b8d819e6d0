from flask_babel import lazy_gettext as _l

from helpdesk.core.words import register
from helpdesk.waiver_reports.rules import By

register({By.GROUND: _l("Ground"), By.BEARER: _l("Who bears it"), By.BUILDING: _l("Building"), By.MONTH: _l("Month")})
