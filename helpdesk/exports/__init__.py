"""Lists taken out of the house: register, calls and work orders as spreadsheets, each one noted with its reason.

May use: core, audit, accounts, estate, repairs, billing, hotline.
"""

from helpdesk.exports import commands, models, views, words
