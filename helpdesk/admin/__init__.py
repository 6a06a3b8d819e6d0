"""Pages of the administrator: the first one, the accounts of the staff, and the parts every page is made of.

May use: everything left of it.
"""

from helpdesk.admin import access_views, commands, views
