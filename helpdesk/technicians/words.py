from flask_babel import lazy_gettext as _l

from helpdesk.core.words import register, word
from helpdesk.technicians.models import AbsenceReason, Level, Skill, Wish
from helpdesk.technicians.rules import Part

register(
    {
        Skill.PLUMBER: _l("Plumbing"),
        Skill.ELECTRICIAN: _l("Electrics"),
        Skill.DRAIN: _l("Drains"),
        Skill.WATERPROOFING: _l("Waterproofing"),
        Skill.GENERAL: _l("General repairs"),
        Skill.LOCKSMITH: _l("Locks"),
        Skill.MASON: _l("Masonry"),
        Skill.WELDER: _l("Welding"),
        Skill.CIVIL: _l("Building works"),
        Skill.WEAK_CURRENT: _l("Intercom and cameras"),
        Skill.LIFT: _l("Lifts"),
        Skill.UTILITY: _l("Mains supply"),
        Skill.OPERATOR: _l("Charging points"),
        Skill.CLEANING: _l("Cleaning"),
        Skill.PATROL: _l("Patrol"),
        Skill.CARE: _l("Care visits"),
        Skill.MEDIATION: _l("Mediation"),
        AbsenceReason.HOLIDAY: _l("Holiday"),
        AbsenceReason.SICK: _l("Sick"),
        AbsenceReason.TRAINING: _l("Training"),
        AbsenceReason.OTHER: _l("Other"),
        Wish.PREFERS: _l("prefers"),
        Wish.AVOIDS: _l("rather not"),
        Part.WHOLE: _l("Whole days"),
        Part.MORNING: _l("Morning"),
        Part.AFTERNOON: _l("Afternoon"),
        Part.HOURS: _l("Hours"),
    }
)
LEVELS = {Level.HELPS: _l("helps"), Level.ALONE: _l("works alone"), Level.LICENSED: _l("licensed")}


def skill_name(code: str) -> str:
    """What a skill is called; one that the product does not know keeps its code."""
    return word(Skill(code)) if code in set(Skill) else code


def skill_names(codes: list[str]) -> list[str]:
    return [skill_name(code) for code in codes]


def level_name(level: int) -> str:
    return str(LEVELS[Level(level)])
