"""What the codes of accounts are called."""

from flask_babel import lazy_gettext as _l

from helpdesk.billing.models import AdjustmentKind, ChargeKind, FeeUse
from helpdesk.billing.payment_models import Method, TakenAt
from helpdesk.billing.states import RunStatus
from helpdesk.core.words import register

register({
    FeeUse.OWN: _l("Lived in by the owner"),
    FeeUse.LET: _l("Let"),
    FeeUse.VACANT: _l("Vacant home"),
    FeeUse.GARAGE: _l("Garage fee"),
    FeeUse.SHOP: _l("Shop fee"),
})  # fmt: skip
register({
    ChargeKind.PROPERTY_FEE: _l("Property fee"),
    ChargeKind.LABOUR: _l("Labour"),
    ChargeKind.MATERIALS: _l("Materials"),
    ChargeKind.CALL_OUT: _l("Call-out"),
    ChargeKind.OPENING: _l("Owed from before"),
    ChargeKind.OTHER: _l("Other charge"),
})  # fmt: skip
register({
    AdjustmentKind.REDUCTION: _l("Reduction, added later"),
    AdjustmentKind.ONE_BILL: _l("Waived once"),
    AdjustmentKind.PART_MONTH: _l("Days after the sale"),
    AdjustmentKind.CORRECTION: _l("Correction"),
})  # fmt: skip
register({
    Method.CASH: _l("Cash"),
    Method.WECHAT: _l("WeChat"),
    Method.ALIPAY: _l("Alipay"),
    Method.BANK: _l("Bank"),
    Method.OPENING: _l("Paid in advance before"),
})  # fmt: skip
register({TakenAt.DESK: _l("paid at the desk"), TakenAt.DOOR: _l("paid at the door")})
register({
    RunStatus.PREVIEWED: _l("previewed"),
    RunStatus.RUNNING: _l("being billed"),
    RunStatus.DONE: _l("billed"),
    RunStatus.DROPPED: _l("dropped run"),
})  # fmt: skip
