"""What must be answered: complaints, sheets from 12345 and the community, wishes about waivers; and who was praised.

Words: a *case* has an owner, a moment by which it is answered, and ends only with a reply, or is *returned* (退单) with
a reason. A *sheet* came on paper with its own due date. May use: core, audit, accounts, estate, duty, repairs, search.
"""

from helpdesk.cases import act_views, models, views, words
