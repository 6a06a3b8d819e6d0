"""Lists taken out of the house as spreadsheets, each one noted with its reason: the register, calls, work orders, and
what is owed and was collected.

May use: core, audit, accounts, estate, repairs, billing, hotline.
"""

from helpdesk.exports import commands, models, views, words
