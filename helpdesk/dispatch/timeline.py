"""What the board did to a visit, as sentences of the history of its order."""

from datetime import datetime

from flask_babel import gettext as _

from helpdesk.core import clock
from helpdesk.core.words import clock_time, locale, word
from helpdesk.repairs.timeline import list_names, window_words
from helpdesk.windows.models import Override, Rule


def _moved(*, name, crew, data, work_order) -> str:
    return _told(_what_moved(name, data), data)


def _reassigned(*, name, crew, data, work_order) -> str:
    said = _("%(name)s gave the visit to %(crew)s, %(time)s.", name=name, crew=crew, time=_moment(data["to_at"]))
    return _told(said, data)


def _overridden(*, name, crew, data, work_order) -> str:
    return _all_the_same(data)


def _delayed(*, name, crew, data, work_order) -> str:
    expected, until = (clock_time(datetime.fromisoformat(data[key])) for key in ("expected_at", "promised_until"))
    return _("Running late: there at about %(expected)s, promised until %(until)s.", expected=expected, until=until)


def _what_moved(name: str, data: dict) -> str:
    if data["from_at"] != data["to_at"]:
        old, new = _moment(data["from_at"]), _moment(data["to_at"])
        return _("%(name)s moved the visit from %(old)s to %(new)s.", name=name, old=old, new=new)
    return _("%(name)s changed how the visit is planned.", name=name)


def _told(sentence: str, data: dict) -> str:
    parts = [sentence]
    if data["promised_from"]:
        window = window_words(*(datetime.fromisoformat(data[key]) for key in ("promised_from", "promised_until")))
        parts.append(_("The resident agreed to %(window)s.", window=window))
    if data["broke"]:
        parts.append(_all_the_same(data))
    return ("" if locale() == "zh" else " ").join(parts)


def _all_the_same(data: dict) -> str:
    rules = list_names(word(Rule(rule)) for rule in data["broke"])
    return _("Planned although it breaks: %(rules)s. Reason: %(reason)s.", rules=rules,
             reason=word(Override(data["reason"])))  # fmt: skip


def _moment(kept: str) -> str:
    return f"{clock.local(datetime.fromisoformat(kept)):%m-%d %H:%M}"


SENTENCES = {
    "visit.moved": _moved, "visit.reassigned": _reassigned, "visit.overridden": _overridden, "visit.delayed": _delayed,
}  # fmt: skip
