"""Every browser of these tests is watched in all its tabs; here it is shown that nothing escapes it."""

import pytest

from tests.browser.conftest import watched

FAULTS = {
    "an inline script": "document.body.append(Object.assign(document.createElement('script'), {text: '1'}))",
    "an inline style": "document.body.setAttribute('style', 'color: red')",
    "another site": "fetch('http://other.example/').catch(() => 0)",
    "an uncaught fault": "setTimeout(() => { throw new Error('a fault') })",
    "an error in the console": "console.error('a complaint')",
}


@pytest.mark.proves("WB-05")
def test_a_breach_of_the_policy_and_a_fault_are_noticed_in_every_tab(visit, ann):
    page = visit(ann.username, expected_errors=("",))
    noticed = watched(page.context)
    for tab in (page, page.context.new_page()):
        tab.goto("/hotline")
        for what, fault in FAULTS.items():
            noticed.clear()
            tab.evaluate(fault)
            tab.wait_for_timeout(100)
            assert noticed, what
