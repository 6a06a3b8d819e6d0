"""One box that finds people, places and work orders by whatever was said. May use: core, accounts, estate, repairs."""

from helpdesk.search import by_words, views, words
