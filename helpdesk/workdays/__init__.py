"""Which days are worked: Monday to Friday, unless the calendar of the year says otherwise.

May use: core, audit, accounts.
"""

from helpdesk.workdays import models, views, words
