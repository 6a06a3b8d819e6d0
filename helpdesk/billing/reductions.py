"""Where reductions are asked for; they are granted above. Told in `tariff.reductions`, because quotes ask too."""

from helpdesk.tariff.reductions import SOURCES, Reduction, Scope, reductions_of

__all__ = ["SOURCES", "Reduction", "Scope", "reductions_of"]
