"""How long it takes from one building to another, on foot and by e-bike.

Words: a *stop* is a building, or a common area that stands alone; a *leg* is the way from one stop to another.
May use: core, audit, accounts, estate.
"""

from helpdesk.travel import models, views, words
