"""Two homes on one work order, and going in while nobody opens.

Words: the *other home* of an order is where it comes from (*source*) or where it does harm (*affected*); an *entry* is
going into a locked or vacant home in an emergency, with *witnesses*. May use: core, audit, accounts, estate, repairs.
"""

from helpdesk.neighbours import models, views, words
