"""What waivers cost: by ground, bearer, building and month, against the budget; the claim list; who could still ask.

Grounds are for those who see waivers; sums without them for those who see sums, and counts so small that they point at
somebody are not broken down for these. May use: everything left of it.
"""

from helpdesk.waiver_reports import views, words
