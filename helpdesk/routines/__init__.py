"""Work that comes round: care rounds for elders living alone, inspections of handrails, lights and fire gear.

Words: a *routine* is what comes round, where and how often; a *turn* is one time it is due, with what came of it.
May use: core, audit, accounts, estate, windows, repairs, callbacks, scheduling.
"""

from helpdesk.routines import models, views, words
