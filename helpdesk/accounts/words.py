"""How codes of this feature are said on the screen."""

from flask_babel import lazy_gettext as _l

from helpdesk.accounts.models import Language, Theme
from helpdesk.core.access import Role
from helpdesk.core.words import register

register({
    Role.OPERATOR: _l("Operator"),
    Role.TECHNICIAN: _l("Technician"),
    Role.FINANCE: _l("Finance"),
    Role.OFFICER: _l("Waiver officer"),
    Role.MANAGER: _l("Manager"),
    Role.OWNER: _l("Company owner"),
    Role.AUDITOR: _l("Auditor"),
    Role.ADMIN: _l("Administrator"),
    Language.ZH: "中文",
    Language.EN: "English",
    Theme.AUTO: _l("As the device"),
    Theme.LIGHT: _l("Light"),
    Theme.DARK: _l("Dark"),
})  # fmt: skip
