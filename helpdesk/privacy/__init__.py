"""What a resident may ask of their data: a copy of it, and that it be erased, with a second person's consent.

Correcting it is editing the register. May use: everything left of it.
"""

from helpdesk.privacy import models, views, words
