"""People who must be rung: missed, promised, unreached. None of them vanishes.

Words: a *call-back* has an owner or waits for one, a moment by which it is due, *attempts* with what came of each, and
ends *reached* or *given up* with a reason.
May use: core, audit, accounts, live, workdays, estate, duty, repairs, parties.
"""

from helpdesk.callbacks import models, views, words
