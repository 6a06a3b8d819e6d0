"""The watch over the log of all tests would notice a name, wherever in a line it stands."""

import logging

import pytest


@pytest.mark.proves("PD-11")
@pytest.mark.parametrize("said", ["12000000001", "Call 王桂英 back"])
def test_a_line_that_tells_whom_it_was_about_is_noticed(said, log_watch):
    try:
        raise ValueError(said)
    except ValueError:
        logging.getLogger("helpdesk.anything").exception("it broke down")
    logging.getLogger("helpdesk.anything").warning("%s", {"typed": said})

    assert len(log_watch.told) == 2
    log_watch.told.clear()
