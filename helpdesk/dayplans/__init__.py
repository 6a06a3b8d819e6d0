"""Plan the day: a proposal by the planner, shown as a readable list of changes, accepted whole or in part.

Words: a *day plan* is one run of the planner for one local date; a *change* is what it would do to one visit;
*unserved* is a visit it found no time for, with the reason and the cheapest remedy.
May use: core, audit, accounts, live, estate, technicians, windows, travel, repairs, callbacks, planning, dispatch.
"""

from helpdesk.dayplans import commands, emergency_views, models, views, words
