"""What is posted in public about waivers, and what is objected to it: counts, or masked names of those who agreed.

Words: a *notice* hangs from a day until another; an *objection* is noted and answered. May use: everything left of it.
"""

from helpdesk.notices import models, views, words
