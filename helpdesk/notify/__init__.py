"""Messages to people outside the page, and the outbox in which they wait until an adapter has taken them.

Words: a *message* is a template and its codes, for one recipient; an *adapter* carries it; a *dead* one was tried too
often. May use: core, audit, accounts, estate.
"""

from helpdesk.notify import actions, adapters, delivery, models, queries, rules, states, views, words
