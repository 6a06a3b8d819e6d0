"""The hand-over between two shifts, the morning sheet, and the cards for residents' fridges.

Words: the *outgoing* operator opens a hand-over and writes notes, the *incoming* one takes over; both *sign*, and with
the second signature the sheet is *frozen*: its lines are kept as they stood. A *section* is what one feature has open.
May use: everything left of it.
"""

from helpdesk.handover import card_views, models, morning_views, views
