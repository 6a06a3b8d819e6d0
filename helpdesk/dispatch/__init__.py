"""Who could go where, when: a whole day of visits and technicians in one piece, and which rules a placement breaks.

Words: a *day sheet* is one local date of one estate as planning sees it; a *breach* is a rule that a placement breaks;
an *offer* is a window that really fits.

May use: audit, accounts, core, live, estate, technicians, windows, travel, repairs, callbacks, scheduling, planning.
"""

from helpdesk.dispatch import block_views, output_views, views, words
