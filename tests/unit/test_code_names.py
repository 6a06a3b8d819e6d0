"""A code and a skill have one name, wherever they are said."""

import pytest

from helpdesk.core.words import register
from helpdesk.dispatch.checks import Breach
from helpdesk.dispatch.words import breach_words
from helpdesk.windows.models import Rule, Severity


def test_nobody_names_a_code_a_second_time():
    with pytest.raises(ValueError, match="SKILL.* has a name already"):
        register({Rule.SKILL: "Another name"})


def test_a_broken_rule_calls_a_skill_what_every_page_calls_it(app):
    breach = Breach(Rule.SKILL, Severity.WARN, {"skill": "operator"})

    with app.test_request_context(headers={"Accept-Language": "en"}):
        assert breach_words(breach) == "Nobody who goes can do this alone: Charging points."
