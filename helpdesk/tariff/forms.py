"""The shape of prices and quotes as people send them."""

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from wtforms import BooleanField, ValidationError
from wtforms.validators import InputRequired

from helpdesk.core.fields import Code, Day, version
from helpdesk.core.forms import CreatingForm, Form, LongText, Text
from helpdesk.core.money import plain_yuan, read_yuan
from helpdesk.core.words import locale
from helpdesk.tariff.actions import ItemFacts
from helpdesk.tariff.models import Agreed, MaterialPolicy, PriceItem

POLICIES = {
    "自备": MaterialPolicy.OWNER_BUYS, "提供": MaterialPolicy.COMPANY_SELLS, "免费": MaterialPolicy.FREE,
    **{policy.value: policy for policy in MaterialPolicy},
}  # fmt: skip
IN_CHINESE = {policy: typed for typed, policy in POLICIES.items() if typed != policy}
PARTS = 7
MOST = 999


class ListForm(Form):
    """All lines of a draft, one each: name | English | unit | labour | who brings the material | its price | kind."""

    version = version()
    call_out = Text(_l("Call-out in yuan"), limit=15)
    lines = LongText(_l("Lines"), limit=20_000)

    @property
    def call_out_fen(self) -> int:
        return read_yuan(self.call_out.data or "0") or 0

    @property
    def items(self) -> list[ItemFacts]:
        return [_item(line) for line in (self.lines.data or "").splitlines() if line.strip()]

    def validate_call_out(self, field) -> None:
        if field.data and read_yuan(field.data) is None:
            raise ValidationError(_("Type an amount, such as 27.52."))

    def validate_lines(self, field) -> None:
        for number, line in enumerate((field.data or "").splitlines(), start=1):
            if line.strip() and _item(line) is None:
                raise ValidationError(_("Line %(number)d cannot be read.", number=number))


def _item(line: str) -> ItemFacts | None:
    cells = [cell.strip() for cell in line.replace("\uff5c", "|").split("|")]
    cells += [""] * (PARTS - len(cells))
    name, english, unit, labour, policy, material, kind = cells[:PARTS]
    fen, sold = read_yuan(labour or "0"), read_yuan(material or "0")
    fits = len(cells) == PARTS and name and len(name) <= 60 and len(english) <= 60 and len(unit) <= 10
    if not fits or len(kind) > 30 or fen is None or sold is None or (policy and policy not in POLICIES):
        return None
    policy = POLICIES.get(policy, MaterialPolicy.OWNER_BUYS)
    return ItemFacts(name, english, unit, kind or None, fen, policy, sold)


def as_lines(items: list[PriceItem]) -> str:
    """The lines as they would be typed."""
    return "\n".join(
        " | ".join((
            item.name_zh, item.name_en, item.unit, plain_yuan(item.labour_fen), _policy(item.material_policy),
            plain_yuan(item.material_fen), item.category_code or "",
        ))
        for item in items
    )  # fmt: skip


def _policy(policy: MaterialPolicy) -> str:
    """As the hint above the lines calls it."""
    return IN_CHINESE[policy] if locale() == "zh" else policy.value


class DraftForm(CreatingForm):
    pass


class ForceForm(Form):
    version = version()
    valid_from = Day(_l("In force from"))


class DropForm(Form):
    version = version()


class QuoteForm(CreatingForm):
    with_call_out = BooleanField(_l("With the call-out"))

    @staticmethod
    def picked(items: list[PriceItem], sent) -> list[tuple[PriceItem, int]]:
        """The lines with a quantity; nonsense is none."""
        found = []
        for item in items:
            typed = sent.get(f"item_{item.id}", "").strip()
            if typed.isascii() and typed.isdigit() and 0 < int(typed[:4]) <= MOST:
                found.append((item, int(typed[:4])))
        return found


class AcceptForm(Form):
    version = version()
    accepted_by = Text(_l("Who agreed"), limit=80, validators=[InputRequired(message=_l("Say who agreed."))])
    accepted_how = Code(_l("How they agreed"), Agreed)
