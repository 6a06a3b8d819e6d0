"""Who goes where, when: the technician's day on the phone, its steps and photos.

Words: a *job* is a visit as its technician sees it. May use: core, audit, accounts, workdays, estate, travel, repairs.
"""

from helpdesk.scheduling import calendar_views, models, views, words
