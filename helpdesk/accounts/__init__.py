"""People who sign in, the roles they hold in each estate, and their sessions.

Words: a *user* is a member of staff with an account; signing in opens a *session* row, signing out ends it.
A session can be *locked*, and unlocked with a PIN; a *device* is a phone or computer that is known as somebody's own.
May use: core, audit.
"""

from helpdesk.accounts import device_models, lock_views, models, sessions, views, words
