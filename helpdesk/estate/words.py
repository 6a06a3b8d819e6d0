"""Names on the screen of the register's codes."""

from flask_babel import lazy_gettext as _l

from helpdesk.core.words import register
from helpdesk.estate.community import LeadRole
from helpdesk.estate.facts import Fact
from helpdesk.estate.models import CareFlag, OccupancyEnd, OccupancyRole, PlaceKind, PreferredChannel, Use
from helpdesk.estate.rules import Contradiction

register(
    {
        PlaceKind.DWELLING: _l("Dwelling"),
        PlaceKind.GARAGE: _l("Garage"),
        PlaceKind.SHOP: _l("Shop"),
        PlaceKind.COMMON_AREA: _l("Shared area"),
    }
)
register({Use.OWN: _l("Lived in by the owner"), Use.LET: _l("Let"), Use.VACANT: _l("Vacant")})
register(
    {
        OccupancyRole.OWNER: _l("Owner of the home"),
        OccupancyRole.HEAD: _l("Head of household"),
        OccupancyRole.MEMBER: _l("Family"),
        OccupancyRole.TENANT: _l("Tenant"),
    }
)
register({OccupancyEnd.MOVED: _l("Moved away"), OccupancyEnd.SOLD: _l("Sold"), OccupancyEnd.DIED: _l("Died")})
register(
    {
        CareFlag.HEARING: _l("Hears badly"),
        CareFlag.MOBILITY: _l("Walks with difficulty"),
        CareFlag.DIALECT: _l("Speaks dialect"),
        CareFlag.LIVES_ALONE: _l("Lives alone"),
    }
)
register(
    {
        PreferredChannel.CALL: _l("Phone call"),
        PreferredChannel.SMS: _l("Text message"),
        PreferredChannel.WECHAT: _l("WeChat"),
        PreferredChannel.AT_THE_DOOR: _l("At the door"),
    }
)
register(
    {
        LeadRole.STAIR_LEAD: _l("Stairwell lead"),
        LeadRole.UNIT_LEAD: _l("Unit lead"),
        LeadRole.GRID_WORKER: _l("Grid worker"),
        LeadRole.OTHER: _l("Another duty"),
    }
)
register(
    {
        Fact.NAME: _l("name"),
        Fact.BIRTH_YEAR: _l("year of birth"),
        Fact.HEARING: _l("hearing"),
        Fact.MOBILITY: _l("walking"),
        Fact.DIALECT: _l("dialect"),
        Fact.LIVES_ALONE: _l("living alone"),
        Fact.EMERGENCY_CONTACT: _l("emergency contact"),
        Fact.CHANNEL: _l("how to tell them something"),
        Fact.ADDRESS: _l("address"),
        Fact.HOME_NO: _l("home number"),
        Fact.USE: _l("use"),
        Fact.AREA: _l("area"),
        Fact.UNIT_PRICE: _l("unit price"),
        Fact.DOOR_NOTE: _l("note for whoever comes"),
        Fact.FLOOD: _l("flood risk"),
        Fact.STOP_VALVE: _l("stop valve"),
        Fact.BREAKER: _l("breaker"),
        Fact.KEY_HOLDER: _l("key"),
        Fact.UTILITY_NUMBERS: _l("utilities"),
        Fact.USUAL_ANSWERS: _l("usual answers"),
        Fact.ROLE: _l("as what"),
        Fact.FROM_ON: _l("since when"),
        Fact.UNTIL_ON: _l("until when"),
        Fact.DUTY: _l("duty"),
        Fact.NUMBER: _l("number"),
        Fact.WHERE: _l("for what"),
        Fact.BUILDINGS: _l("buildings"),
        Fact.STAIRWELLS: _l("stairwells"),
        Fact.ITEM: _l("item"),
        Fact.CONTRACTOR: _l("contractor"),
        Fact.LAST_ON: _l("last day"),
        Fact.CODES: _l("kinds of work"),
    }
)
register(
    {
        Contradiction.BIRTH: _l("other year of birth"),
        Contradiction.NUMBERS: _l("no number in common"),
        Contradiction.DEATH: _l("only one of them died"),
    }
)
MOVING = {
    "call": _l("Calls"),
    "work_order": _l("Work orders"),
    "callback": _l("Call-backs"),
    "occupancy": _l("Homes"),
    "phone_person": _l("Links between numbers and people"),
    "phone_place": _l("Links between numbers and homes"),
    "lead": _l("Leads and grid workers"),
    "person_note": _l("Records merged before"),
    "phone_note": _l("Numbers merged before"),
}


def moving_words(table: str) -> str:
    """What the rows of a table are called, when they are about to belong to another record."""
    return str(MOVING.get(table) or _l("Other records"))
