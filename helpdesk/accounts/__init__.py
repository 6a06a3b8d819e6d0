"""People who sign in, the roles they hold in each estate, and their sessions.

Words: a *user* is a member of staff with an account; signing in opens a *session* row, signing out ends it.
May use: core, audit.
"""

from helpdesk.accounts import models, sessions, views, words
