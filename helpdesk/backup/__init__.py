"""Putting everything aside while people work, proving that it is whole, and putting it back.

Words: an *archive* is the one file that holds a backup; its *manifest* says what must be in it; a *stage* is a database
beside ours, in which an archive is tried before anything is believed. May use: everything left of it.
"""

from helpdesk.backup import commands, models, nightly, queries
