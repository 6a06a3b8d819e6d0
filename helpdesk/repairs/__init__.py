"""Work orders and their visits.

Words: a work order is *opened* for a place and *assigned* by scheduling a visit; a second visit is a visit, not a
second order; "nobody home" is an attempt and "reopened" a mark, neither is a place an order lives in.
May use: core, audit, accounts, workdays, estate, technicians, windows.
"""

from helpdesk.repairs import category_views, guarantee_views, models, recount_views, views, words
