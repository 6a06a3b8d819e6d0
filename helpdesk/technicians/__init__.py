"""What technicians can do and when they work: skills, weekly hours, absences, whom residents know.

Words: the *hours* are what somebody works each week; an *absence* takes time out of them; a *block* is time for
something that is no visit; a *wish* is a home that wants, or does not want, a certain technician.
May use: core, audit, accounts, estate.
"""

from helpdesk.technicians import models, views, words
