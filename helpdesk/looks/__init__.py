"""Who looked at something private, when, whose it was and why: the look log; and how private values are masked.

May use: core, audit, accounts, estate, notify.
"""

from helpdesk.looks import actions, models, views, words
