from flask_babel import lazy_gettext as _l

from helpdesk.core.words import register
from helpdesk.parties.models import PaidBy, PartyKind
from helpdesk.parties.states import HandOffStatus

register({
    PartyKind.WATER_WORKS: _l("Water works"),
    PartyKind.POWER_COMPANY: _l("Power company"),
    PartyKind.GAS_COMPANY: _l("Gas company"),
    PartyKind.TELECOM: _l("Telecom"),
    PartyKind.CHARGING: _l("Charging operator"),
    PartyKind.CONTRACTOR: _l("Contractor of the renovation"),
    PartyKind.CREW: _l("Temporary crew"),
    PartyKind.OFFICE: _l("Street office or authority"),
    PartyKind.OTHER: _l("Another firm"),
})  # fmt: skip
register({
    PaidBy.UNDECIDED: _l("Not settled yet"),
    PaidBy.COMPANY: _l("The property company"),
    PaidBy.OWNER: _l("The owner"),
    PaidBy.OWNERS_SPLIT: _l("The owners, split"),
    PaidBy.MAINTENANCE_FUND: _l("The maintenance fund"),
    PaidBy.RENOVATION_GUARANTEE: _l("The guarantee of the renovation"),
    PaidBy.UTILITY: _l("The utility itself"),
    PaidBy.STREET_OFFICE: _l("The street office"),
    PaidBy.COMMUNITY: _l("The community committee"),
})  # fmt: skip
register({
    HandOffStatus.WAITING: _l("Waiting for them"),
    HandOffStatus.RETURNED: _l("Returned by them"),
    HandOffStatus.FINISHED: _l("Finished by them"),
})  # fmt: skip
