"""A whole estate to try everything on: fictional people, two years of calls and orders, a day that is alive.

Words: a *shape* says how large the estate is; the *desk* does what the actions do, straight into rows; a *story*
is the life of one work order; a *scene* is a story told on purpose. The same moment, shape and code give the
same rows: chance comes from seeded generators only. May use: everything left of it.
"""

from helpdesk.demo import commands
