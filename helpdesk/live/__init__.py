"""Tells open pages that something changed, so each region can ask again for itself. May use: core, audit, accounts."""

from helpdesk.live import views
