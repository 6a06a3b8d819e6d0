"""`flask doctor`: what is right and what is wrong with this installation, in one list, told to whoever looks after it.

May use: everything left of it.
"""

from helpdesk.doctor import commands
