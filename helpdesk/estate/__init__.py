"""The register: estates, their places, who lives there, and the numbers that reach them.

Words: a *place* is a dwelling, garage, shop or common area; a *dwelling* also has a four-digit home number; a
*stairwell* is the common area of one entrance unit and holds its *crib*. May use: core, audit, accounts.
"""

from helpdesk.estate import (
    build_views,
    commands,
    community,
    community_views,
    import_views,
    merge_views,
    models,
    people_views,
    place_views,
    views,
    words,
)
