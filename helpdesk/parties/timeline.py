"""What the history of a work order tells of the outside parties that had it."""

from flask_babel import gettext as _

from helpdesk.core.access import Permission, can
from helpdesk.parties.models import HandOff
from helpdesk.parties.queries import hand_offs_of
from helpdesk.parties.states import HandOffStatus
from helpdesk.repairs.models import WorkOrder
from helpdesk.repairs.timeline import Entry


def entries_of(work_order: WorkOrder, reader) -> list[Entry]:
    """Every hand-off and every chase. Only the desk reads what was noted: it may name people."""
    desk = reader is not None and can(reader, Permission.DISPATCH, work_order.estate_id)
    return [entry for given in hand_offs_of(work_order) for entry in _entries(given, desk)]


def _entries(given: HandOff, desk: bool) -> list[Entry]:
    party = given.party.name
    made = _("%(name)s handed the work order to %(party)s.", name=given.handed_by.name, party=party)
    told = [Entry(given.handed_at, made)]
    for asked in given.chases:
        sentence = _("%(name)s chased %(party)s.", name=asked.by.name, party=party)
        told.append(Entry(asked.at, sentence, asked.note if desk else ""))
    if given.status is HandOffStatus.RETURNED:
        sentence = _("%(party)s gave the work order back.", party=party)
        told.append(Entry(given.ended_at, sentence, given.returned_because if desk else ""))
    elif given.status is HandOffStatus.FINISHED:
        told.append(Entry(given.ended_at, _("%(party)s says that it is done.", party=party)))
    return told
