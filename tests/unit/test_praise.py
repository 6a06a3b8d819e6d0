import pytest

from helpdesk.hotline.praise import praised_in

STAFF = [(1, "陆建平"), (2, "周晓兰"), (3, "陆海"), (4, "Tao")]


@pytest.mark.parametrize(
    ("words", "last_there", "praised"),
    [
        ("谢谢陆建平，修得好", 2, "u1"),  # the whole name counts most
        ("Thank Tao for coming", None, "u4"),
        ("周姐接电话真耐心", None, "u2"),  # one is called so
        ("陆师傅真好", None, "technicians"),  # two are: the trade
        ("陆师傅真好", 3, "u3"),  # or who was there
        ("热线的姑娘真耐心", 1, "operators"),  # whoever was there does not answer the telephone
        ("谢谢你们", 1, "u1"),
        ("谢谢你们", None, ""),  # nothing tells
    ],
)
def test_who_is_praised_is_proposed_from_name_trade_and_last_visit(words, last_there, praised):
    assert praised_in(words, STAFF, last_there) == praised
