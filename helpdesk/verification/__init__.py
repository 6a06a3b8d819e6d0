"""Asking whether it is so: the community by sheets for one home or many, or somebody of ours who looks at the home.

Words: a *sheet* is printed, signed once at the community and *returned*; each row is *still so*, *changed* or
*unclear*. A *home check* is a visit with the same three answers. Whoever takes a sheet in, or was there, counts as the
verifier and decides none of it.
May use: everything left of it.
"""

from helpdesk.verification import check_views, models, views, words
