"""One fault that many ring about: running or planned, with its callers, its work orders and the words to say.

Words: an *outage* affects places and is *planned*, *running*, *over* or *cancelled*. A *caller* is one call that was
*added* to an order or an outage instead of opening a second order. May use: everything left of it.
"""

from helpdesk.outages import models, views, words
