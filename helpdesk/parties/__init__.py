"""Outside parties, and the work orders that wait for them: nobody's order is forgotten because others have it.

Words: an *outside party* is a firm or office that is not ours; an order is *handed off* to one, *chased* until it is
*finished* or *returned*. May use: core, audit, accounts, estate, repairs.
"""

from helpdesk.parties import models, views, words
