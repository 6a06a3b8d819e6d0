"""Work that nobody clicks for: tasks that come round, each done by exactly one worker at a time.

Words: a *task* has a name and comes round every so often; a *lease* says who does it until when; a *beat* is a worker's
sign of life. May use: core.
"""

from helpdesk.worker import commands, loop, models, queries, rules
