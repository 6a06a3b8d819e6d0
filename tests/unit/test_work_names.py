"""What an order is called where it is listed."""

import pytest

from helpdesk.repairs.models import Category, Urgency, WorkOrder, WorkOrderKind
from helpdesk.repairs.words import work_name

CHECK = {"name_en": "Check on an elder who does not answer", "name_zh": "独居老人失联/请上门看看"}


@pytest.mark.parametrize(
    ("kind", "urgency", "name"),
    [
        (WorkOrderKind.CARE, Urgency.P3, "Care round at home"),
        (WorkOrderKind.CARE, Urgency.P0, CHECK["name_en"]),  # nobody was reached on a round
        (WorkOrderKind.REPAIR, Urgency.P3, CHECK["name_en"]),
    ],
)
def test_a_care_round_is_called_so_until_nobody_answers(app, kind, urgency, name):
    order = WorkOrder(kind=kind, urgency=urgency, category=Category(**CHECK))

    with app.test_request_context(headers={"Accept-Language": "en"}):
        assert work_name(order) == name
