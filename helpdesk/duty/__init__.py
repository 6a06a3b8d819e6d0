"""Who is on duty: at the hotline, on call for repairs, and who decides when nobody else can.

Words: a *shift* is one person at one *post* from a moment until another; whoever comes for somebody else *stands in*.
The *chain* is the order in which people are rung. A staff number is *published* when its owner agreed to it.
May use: core, audit, accounts.
"""

from helpdesk.duty import models, views, words
