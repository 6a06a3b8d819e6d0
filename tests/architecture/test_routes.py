from pathlib import Path

import pytest

LIST = Path(__file__).with_name("routes.txt")


@pytest.mark.proves("AC-01", "PD-15")
def test_the_route_list_is_current(app):
    """A new, removed or re-permissioned page shows up in the diff of routes.txt."""
    lines = sorted(
        f"{method:6} {rule.rule:44} {getattr(app.view_functions[rule.endpoint], 'permission', 'public')}"
        for rule in app.url_map.iter_rules()
        for method in rule.methods - {"HEAD", "OPTIONS"}
    )
    assert LIST.read_text().splitlines() == lines
