"""What the page of windows and rules shows: what is in force, what is to come, what was."""

from dataclasses import dataclass
from datetime import date, timedelta
from itertools import groupby

from helpdesk.core.fields import with_own_ids
from helpdesk.core.terms import digest
from helpdesk.windows.forms import GridForm, ReservesForm, RulesForm, at
from helpdesk.windows.models import Rule
from helpdesk.windows.queries import policy_on, policy_rows, reserve_rows, reserves_on, week_on, window_rows
from helpdesk.windows.rules import minutes_words, severity
from helpdesk.windows.words import grid_words


@dataclass(frozen=True)
class Term:
    """What holds from a day on; `rows` are its rows."""

    valid_from: date
    valid_until: date | None
    is_now: bool
    rows: list


def terms_of(rows: list, today: date) -> list[Term]:
    """The terms of some rows, the latest first."""
    of_term = groupby(rows, key=lambda row: (row.valid_from, row.valid_until))
    return [
        Term(begins, until, begins <= today and (until is None or until > today), list(own))
        for (begins, until), own in of_term
    ]


def seen_rows(rows: list) -> str:
    return digest(
        tuple(str(getattr(row, column.key)) for column in row.__table__.columns if column.key != "id") for row in rows
    )


def page(estate_id: int, today: date, **shown) -> dict:
    """All forms of the page as things are today; the one that was refused as it was sent."""
    grid, reserves, rules = window_rows(estate_id), reserve_rows(estate_id), policy_rows(estate_id)
    policy, kept = policy_on(estate_id, today), reserves_on(estate_id, today)
    begins = {"formdata": None, "valid_from": today + timedelta(days=1)}
    week = week_on(estate_id, today)
    typed = {f"day{day}": ", ".join(minutes_words(*span) for span in spans) for day, spans in enumerate(week)}
    forms = {
        "grid": GridForm(**begins, **typed, seen=seen_rows(grid)),
        "reserves": ReservesForm(
            **begins, **{f"{skill}_{half.value}": minutes for (skill, half), minutes in kept.items()},
            seen=seen_rows(reserves),
        ),
        "rules": RulesForm(
            **begins, lunch_from=at(policy.lunch_from_minute), lunch_until=at(policy.lunch_until_minute),
            lunch_minutes=policy.lunch_minutes, noon=at(policy.noon_minute), seen=seen_rows(rules),
            **{f"rule_{rule.value}": severity(policy.severities, rule).value for rule in Rule},
        ),
    }  # fmt: skip
    return {
        "forms": with_own_ids(forms | shown), "week": week, "today": today, "estate_id": estate_id,
        "grid_terms": [(term, grid_words(_week_of(term.rows))) for term in terms_of(grid, today)],
        "reserve_terms": terms_of(reserves, today), "rule_terms": terms_of(rules, today),
    }  # fmt: skip


def _week_of(rows: list) -> list[list[tuple[int, int]]]:
    week: list[list[tuple[int, int]]] = [[] for _weekday in range(7)]
    for row in rows:
        week[row.weekday].append((row.from_minute, row.until_minute))
    return [sorted(spans) for spans in week]
