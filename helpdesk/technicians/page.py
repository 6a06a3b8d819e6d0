"""What the pages about technicians show."""

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from itertools import groupby

from helpdesk.core import clock
from helpdesk.core.fields import with_own_ids
from helpdesk.core.terms import counts, digest
from helpdesk.core.words import clock_time, day_and_time
from helpdesk.technicians.forms import AbsenceForm, EndForm, NewSkillForm, SickForm, SkillForm, hours_form
from helpdesk.technicians.models import Absence, WorkingHours
from helpdesk.technicians.queries import absences_of, get_technician, homes_wishing, hours_of, skills_of
from helpdesk.technicians.rules import Spell

SHOWN_BACK = timedelta(days=60)


@dataclass(frozen=True)
class Term:
    """The weekly hours of one term; `week` holds the times of each weekday."""

    valid_from: date
    valid_until: date | None
    is_now: bool
    week: list[list[str]]


def terms_of(rows: list[WorkingHours], today: date) -> list[Term]:
    """All terms, the latest first."""
    found = []
    for (begins, until), of_term in groupby(rows, key=lambda row: (row.valid_from, row.valid_until)):
        week = [[] for _day in range(7)]
        for row in of_term:
            week[row.weekday].append(f"{_clock(row.from_minute)}–{_clock(row.until_minute)}")
        found.append(Term(begins, until, begins <= today and (until is None or until > today), week))
    return found


def seen_hours(rows: list[WorkingHours]) -> str:
    return digest((row.weekday, row.from_minute, row.until_minute, row.valid_from, row.valid_until) for row in rows)


def one_technician(user_id: int, estate_id: int, now: datetime, **shown) -> dict:
    """All that is known of one technician in an estate, with the forms; the one that was refused as it was sent."""
    user, today = get_technician(user_id, estate_id=estate_id), clock.local_date(now)
    rows, skills = hours_of(user.id, estate_id), skills_of(user.id, estate_id)
    held = [skill for skill in skills if skill.ended_on is None]
    forms = {
        "new_skill": NewSkillForm(formdata=None), "absence": AbsenceForm(formdata=None, first_on=today),
        "hours": hours_form([row for row in rows if counts(row, today)], today=today, seen=seen_hours(rows)),
        "sick": SickForm(formdata=None, last_on=today), "end": EndForm(formdata=None),
        **{f"skill{skill.id}": SkillForm(skill, formdata=None) for skill in held},
    }  # fmt: skip
    return {
        "technician": user, "estate_id": estate_id, "today": today, "now": now, "skills": skills,
        "terms": terms_of(rows, today), "wishes": homes_wishing(user.id, estate_id),
        "absences": absences_of(user.id, since=now - SHOWN_BACK), "forms": with_own_ids(forms | shown),
    }  # fmt: skip


def works_words(spells: list[Spell]) -> str:
    """Times of one day: 08:00–12:00, 13:30–17:30."""
    return ", ".join(f"{clock_time(begin)}–{clock_time(end)}" for begin, end in spells)


def absence_words(absence: Absence) -> str:
    """Whole days as dates, a part of a day with its times."""
    first, last = clock.local(absence.starts_at), clock.local(absence.ends_at)
    if first.time() == last.time() and not (first.hour or first.minute):
        until = last.date() - timedelta(days=1)
        return f"{first:%Y-%m-%d}" if until == first.date() else f"{first:%Y-%m-%d} – {until}"
    if last.date() == first.date():
        return f"{first:%Y-%m-%d %H:%M}–{last:%H:%M}"
    return f"{first:%Y-%m-%d %H:%M} – {day_and_time(absence.ends_at)}"


def _clock(minutes: int) -> str:
    return f"{minutes // 60:02}:{minutes % 60:02}"
