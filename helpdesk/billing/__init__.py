"""What homes owe and paid: monthly fees, paid work, payments, receipts, arrears, and the day's cash.

Words: an *account* belongs to a place and who pays for it, and ends with the sale; a *charge* is one line of it; what
was paid and covers nothing yet is a *credit*. Nothing is ever deleted: a wrong line gets another one against it.
May use: core, audit, accounts, looks, estate, notify, repairs, tariff.
"""

from helpdesk.billing import book_views, commands, models, views, words
