"""A code has one name, wherever it is said."""

import pytest

from helpdesk.core.words import register
from helpdesk.windows import words  # noqa: F401
from helpdesk.windows.models import Rule


def test_nobody_names_a_code_a_second_time():
    with pytest.raises(ValueError, match="SKILL.* has a name already"):
        register({Rule.SKILL: "Another name"})
