"""Which times residents are offered, what is kept free for emergencies, and which broken rule stops a dispatcher.

Words: the *grid* is the windows of a weekday; a *reserve* is time of a skill kept free in one half of a day.
May use: core, audit, accounts, estate.
"""

from helpdesk.windows import models, views, words
