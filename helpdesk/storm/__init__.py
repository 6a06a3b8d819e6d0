"""What a storm, a cold wave or a power cut asks for at once: many visits moved, and everybody at risk rung.

Words: a *postponement* moves or calls off many visits in one act, and its households are owed one call each; a *ringing
round* is a list of people to ask whether they are well, and whoever gives no sign becomes a 险情 that somebody goes to.
May use: core, audit, accounts, live, workdays, estate, windows, repairs, callbacks, scheduling, search, telephony.
"""

from helpdesk.storm import models, views, words
