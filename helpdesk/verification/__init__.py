"""Asking the community whether it is so: sheets for one home or many, and taking their answers in.

Words: a *sheet* is printed, signed once at the community and *returned*; each row is *still so*, *changed* or
*unclear*. Whoever takes a sheet in counts as the verifier of all its homes, and decides none of them.
May use: everything left of it.
"""

from helpdesk.verification import models, views, words
