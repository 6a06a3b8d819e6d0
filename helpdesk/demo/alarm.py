"""An emergency that nobody has acknowledged, so that the ring list is alive whenever somebody looks."""

from collections.abc import Iterator

from helpdesk.demo.desk import Order
from helpdesk.demo.stage import MINUTE, Scene, Stage
from helpdesk.repairs.models import Urgency

AGO = 9 * MINUTE


def alarms(stage: Stage) -> Iterator[Scene]:
    yield stage.now - AGO, lambda: sewage_comes_up(stage)


def sewage_comes_up(stage: Stage) -> None:
    """Sent two minutes later to somebody who has not looked at their phone since."""
    began, home = stage.now - AGO, stage.home()
    words = "卫生间下水返上来了，污水往客厅流，堵不住。"
    order = stage.report("DRAIN_BLOCK", Urgency.P1, began, home, stage.caller(home), words)

    def story(order: Order) -> None:
        stage.send(order, began + 2 * MINUTE, stage.staff.technicians[2])

    stage.tell(order, story)
