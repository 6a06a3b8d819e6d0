"""What is sent as an id, and what no row can have."""

import pytest

from helpdesk.core.ids import LARGEST, read_id


@pytest.mark.parametrize("sent", ["7", 7, str(LARGEST)])
def test_an_id_is_read(sent):
    assert read_id(sent) == int(sent)


@pytest.mark.parametrize("sent", [None, "", "0", "-1", "1.0", "1e9", " 7", "٤", "７", "x", str(LARGEST + 1), "9" * 400])
def test_what_no_row_can_have_is_none(sent):
    assert read_id(sent) is None
