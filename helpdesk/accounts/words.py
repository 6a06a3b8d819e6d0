"""How codes of this feature are said on the screen."""

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l

from helpdesk.accounts.device_models import DeviceKind
from helpdesk.accounts.models import Language, Theme
from helpdesk.accounts.rules import PHONES
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
    DeviceKind.PHONE: _l("Opens with the PIN"),
    DeviceKind.READING: _l("Stays signed in for reading"),
})  # fmt: skip

BROWSERS = {
    "wechat": _l("WeChat"), "huawei": _l("Huawei browser"), "edge": "Edge", "firefox": "Firefox", "chrome": "Chrome",
    "safari": "Safari",
}  # fmt: skip
SYSTEMS = {
    "harmony": "HarmonyOS", "android": "Android", "ios": "iPhone", "windows": "Windows", "macos": "Mac",
    "linux": "Linux",
}  # fmt: skip


def device_words(browser: str, system: str) -> str:
    """How somebody tells one of their browsers from another: "Chrome on a phone (Android)"."""
    named = {
        "browser": str(BROWSERS.get(browser, _("A browser"))),
        "system": SYSTEMS.get(system, _("unknown system")),
    }
    if system in PHONES:
        return _("%(browser)s on a phone (%(system)s)", **named)
    return _("%(browser)s on a computer (%(system)s)", **named)
