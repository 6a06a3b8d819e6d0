"""How long what is kept: a policy, legal holds, the nightly forgetting in short pieces, and forgetting one person.

May use: everything left of it.
"""

from helpdesk.retention import commands, models, views, words
