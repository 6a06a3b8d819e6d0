"""The keys that seal: which the database knows, how they are added, how all is sealed anew, and when one may go.

May use: core, audit, accounts.
"""

from helpdesk.keys import commands, models, start
