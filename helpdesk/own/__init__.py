"""One's own account: the second step at the door and the password; and what has to be done before anything else.

May use: core, audit, accounts, estate.
"""

from helpdesk.own import gate, password_words, views
