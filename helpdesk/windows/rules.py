"""Which windows a day has and what a broken rule does, as plain decisions."""

from helpdesk.windows.models import Rule, Severity

# What a new estate begins with: every day of the week alike, in minutes after local midnight.
SHIPPED_GRID = ((510, 600), (600, 720), (840, 930), (930, 1020))
SHIPPED_LUNCH = (690, 840, 60)  # not before 11:30, over by 14:00, one hour
SHIPPED_NOON = 750  # 12:30
SHIPPED_RESERVE = 30  # minutes of each half-day, of every trade that emergencies need
RESERVED = ("plumber", "electrician", "drain")
SHIPPED_SEVERITIES = {
    Rule.SKILL: Severity.WARN,
    Rule.LICENCE: Severity.BLOCK,
    Rule.OVERLAP: Severity.BLOCK,
    Rule.TRAVEL: Severity.WARN,
    Rule.PROMISE: Severity.WARN,
    Rule.HOURS: Severity.WARN,
    Rule.ABSENCE: Severity.BLOCK,
    Rule.CREW: Severity.WARN,
    Rule.RESERVE: Severity.WARN,
}


def severity(severities: dict, rule: Rule) -> Severity:
    """What breaking a rule does under a policy; a rule the policy does not know does what the product ships."""
    return Severity(severities.get(rule.value, SHIPPED_SEVERITIES[rule]))
