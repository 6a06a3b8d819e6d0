"""Fee waivers: grounds and rates as versioned policies, applications, verification, decisions, and what they change.

Words: an *application* asks for a *waiver* on a *ground* of the *policy*; it is *verified* by the community and
*decided* by somebody who had no part in it. Acts are rows that never change; whether a waiver counts on a day follows
from its dates. May use: everything left of it.
"""

from helpdesk.waivers import (
    act_views,
    charge_views,
    decider_views,
    life_models,
    life_views,
    models,
    policy_views,
    scan_models,
    scan_views,
    views,
    words,
)
