"""Append-only history of what people did: one event per act, chained by hash.

May use: core.
"""

from helpdesk.audit import commands, queries
