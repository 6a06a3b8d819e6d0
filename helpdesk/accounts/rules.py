"""What a browser says of itself, in a word: enough to tell one's own apart; and which PINs are too easy."""

BROWSERS = (  # most of them also call themselves what they were made from, so the order counts
    ("MicroMessenger", "wechat"),
    ("HuaweiBrowser", "huawei"),
    ("Edg", "edge"),
    ("Firefox", "firefox"),
    ("FxiOS", "firefox"),
    ("Chrome", "chrome"),
    ("CriOS", "chrome"),
    ("Safari", "safari"),
)
SYSTEMS = (
    ("OpenHarmony", "harmony"),
    ("HarmonyOS", "harmony"),
    ("Android", "android"),
    ("iPhone", "ios"),
    ("iPad", "ios"),
    ("Windows", "windows"),
    ("Mac OS X", "macos"),
    ("Linux", "linux"),
)
PHONES = frozenset({"harmony", "android", "ios"})
OTHER = "other"


def device_of(user_agent: str) -> tuple[str, str]:
    """The browser and the system of a `User-Agent`, as codes of ours; what is not known is "other"."""
    named = [next((code for mark, code in known if mark in user_agent), OTHER) for known in (BROWSERS, SYSTEMS)]
    return named[0], named[1]


def is_easy(pin: str) -> bool:
    """One digit all over, or digits in a row: the first that anybody would try."""
    steps = {int(after) - int(before) for before, after in zip(pin, pin[1:], strict=False)}
    return steps in ({0}, {1}, {-1})
