"""One's own account: where one is signed in, PIN, devices, password and second step; and the gate before all work,
which leads there whoever still has a first password or lacks a second step.

May use: core, audit, accounts, estate.
"""

from helpdesk.entry import gate, own_views, password_words, views
