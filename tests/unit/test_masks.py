import pytest

from helpdesk.looks.masks import mask_name, mask_tail


@pytest.mark.proves("PD-04")
@pytest.mark.parametrize(
    ("name", "masked"),
    [
        ("刘小霞", "刘*霞"), ("刘霞", "刘*"), ("欧阳娜娜", "欧阳**"), ("阿依古丽", "阿**丽"), ("王", "*"), ("", ""),
    ],
)  # fmt: skip
def test_a_name_is_masked_in_one_way(name, masked):
    assert mask_name(name) == masked


@pytest.mark.proves("PD-04")
def test_of_a_number_the_tail_is_shown():
    assert (mask_tail("7301"), mask_tail("")) == ("****7301", "")
