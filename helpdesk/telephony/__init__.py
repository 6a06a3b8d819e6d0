"""What a telephone system reports: who rings, who answers, and whom nobody answered.

Words: a *line* is one telephone system that reports to one estate, known by its token; a *report* is one message of it,
which may come twice, late, in any order or never; a *ring* is what the reports of one telephone call add up to.
May use: core, audit, accounts, live, workdays, estate, repairs, callbacks, scheduling, search.
"""

from helpdesk.telephony import models, views, words
