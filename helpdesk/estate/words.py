"""Names on the screen of the register's codes."""

from flask_babel import lazy_gettext as _l

from helpdesk.core.words import register
from helpdesk.estate.models import CareFlag, OccupancyEnd, OccupancyRole, PlaceKind, Use

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
