"""What goes wrong and how people say it: read from faults.json and talk.json, drawn by weight and season."""

import json
from dataclasses import dataclass, field
from datetime import date, timedelta
from itertools import accumulate
from pathlib import Path
from random import Random

from helpdesk.repairs.models import Urgency

HERE = Path(__file__).parent
FROST, RAIN, HEAT, STORM = "frost", "rain", "heat", "storm"
NEW_YEARS = {  # first day of the Spring Festival; in other years nothing slackens
    2023: date(2023, 1, 22), 2024: date(2024, 2, 10), 2025: date(2025, 1, 29), 2026: date(2026, 2, 17),
    2027: date(2027, 2, 6), 2028: date(2028, 1, 26), 2029: date(2029, 2, 13), 2030: date(2030, 2, 3),
}  # fmt: skip


@dataclass(frozen=True, slots=True, eq=False)
class Fault:
    """One kind of fault: how often at which urgency, where, who repairs it, what is said and what is done."""

    code: str
    urgency: dict[Urgency, float]
    at: str  # home, stairwell, garage, or the name of a place that all share
    trade: str
    season: str
    said: list[str]
    urgent: list[str]
    done: list[list[str]]


@dataclass(slots=True)
class Catalogue:
    """Faults and phrases, with the weights of one day kept for as long as the day lasts."""

    faults: list[Fault]
    talk: dict
    _day: date | None = None
    _choices: list[tuple[Fault, Urgency]] = field(default_factory=list)
    _weights: list[float] = field(default_factory=list)

    def fault(self, code: str) -> Fault:
        return next(fault for fault in self.faults if fault.code == code)

    def draw(self, day: date, storm: bool, rng: Random) -> tuple[Fault, Urgency]:
        """What goes wrong on this day, and how urgent it is."""
        if day != self._day:
            self._day = day
            weighted = [
                (fault, urgency, weight * season_factor(fault.season, day, storm) * _festival(urgency, day))
                for fault in self.faults
                for urgency, weight in fault.urgency.items()
            ]
            self._choices = [(fault, urgency) for fault, urgency, _ in weighted]
            self._weights = list(accumulate(weight for _, _, weight in weighted))
        return rng.choices(self._choices, cum_weights=self._weights)[0]

    def say(self, kind: str, rng: Random) -> str:
        return rng.choice(self.talk[kind])

    def complain(self, fault: Fault, urgency: Urgency, where: str, rng: Random) -> str:
        """A whole utterance: a greeting now and then, where, what, and what they would like."""
        opener = self.say("openers", rng)
        here = self.say("here" if fault.at == "home" else "common", rng).format(where=where)
        emergency = urgency in (Urgency.P0, Urgency.P1) and fault.urgent
        core = rng.choice(fault.urgent if emergency else fault.said)
        closer = self.say("closers", rng) if fault.at == "home" else ""
        return f"{opener}{here}{core}。{closer}"


def load() -> Catalogue:
    faults = [
        Fault(
            code, {Urgency(level): weight for level, weight in fault["urgency"].items()}, fault["at"], fault["trade"],
            fault["season"], fault["said"], fault.get("urgent", []), fault["done"],
        )
        for code, fault in _read("faults.json").items()
    ]  # fmt: skip
    return Catalogue(faults, _read("talk.json"))


def season_factor(season: str, day: date, storm: bool) -> float:
    """Frost breaks pipes in January and February, the plum rains seep, the heat trips breakers, storms fell trees."""
    plum_rain = date(day.year, 6, 15) <= day <= date(day.year, 7, 15)
    factors = {
        FROST: 1.4 if day.month <= 2 else 1.0,
        RAIN: 2.2 if plum_rain else 3.0 if storm else 1.0,
        HEAT: 1.6 if 7 <= day.month <= 9 else 1.0,
        STORM: 3.0 if storm else 1.0,
    }
    return factors.get(season, 1.0)


def _festival(urgency: Urgency, day: date) -> float:
    """Around the Spring Festival nobody asks for what can wait."""
    first = NEW_YEARS.get(day.year)
    away = first and first - timedelta(days=3) <= day <= first + timedelta(days=8)
    return 0.5 if urgency is Urgency.P3 and away else 1.0


def _read(name: str) -> dict:
    return json.loads((HERE / name).read_text(encoding="utf-8"))
