"""What stands between the door and the work: the second step, a password of one's own, and nothing before them.

May use: core, audit, accounts, estate.
"""

from helpdesk.entry import gate, password_words, views
