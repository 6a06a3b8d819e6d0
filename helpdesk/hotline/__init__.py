"""The hotline: calls from residents, and what became of each.

Words: a call is *kept* from its first character and *saved* with an outcome; without one it is *unfinished* and
stays in sight. The pages of one place and one person are here too, because they show its calls.
May use: everything left of it.
"""

from helpdesk.hotline import found, models, offer_views, quick_views, register_views, views, words
