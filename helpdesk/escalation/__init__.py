"""What is late or unacknowledged is told, once each, and whoever sits at the hotline is told whom to ring next.

Words: a *step* is one thing told of one order (warned, late, nobody has acknowledged); the *ring list* is the band at
the top of the console; a *ring* is one try to reach somebody, and what came of it.
May use: core, audit, accounts, estate, duty, notify, repairs, callbacks.
"""

from helpdesk.escalation import actions, models, policy, policy_views, queries, rules, scan, views, words
