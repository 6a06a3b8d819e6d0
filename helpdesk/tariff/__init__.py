"""What paid work costs: the posted price list in its versions, and quotes that a resident agreed to.

Words: a *price list* holds from a date on; a *quote* is what one work order will cost, said before the work.
May use: core, audit, accounts, estate, repairs.
"""

from helpdesk.tariff import models, words
