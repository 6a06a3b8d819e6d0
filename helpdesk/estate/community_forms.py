"""The shape of what people write about leads, grids, guarantees, buildings by pattern and records to merge."""

from functools import cached_property
from math import prod

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from wtforms import IntegerField, SelectMultipleField
from wtforms.validators import InputRequired, ValidationError

from helpdesk.core.fields import Code, Day, Id, version
from helpdesk.core.forms import CreatingForm, Form, Text, between
from helpdesk.estate import pattern
from helpdesk.estate.community import Grid, Guarantee, Lead, LeadRole
from helpdesk.estate.typed import stairwell_of

MOST_AT_ONCE = 20_000  # homes


def building_numbers(typed: str) -> list[int] | None:
    """Buildings written like 1-9, 12; None for anything else, and [] for nothing."""
    try:
        return list(pattern.numbers(typed)) if typed else []
    except ValueError:
        return None


class _LeadFields(Form):
    role = Code(_l("What they are"), LeadRole)
    duty = Text(_l("In the office's own words"), limit=60)
    person_id = Id()
    name = Text(_l("Name"), limit=80)
    number = Text(_l("Number"), limit=40)
    where = Text(_l("Stairwell or building"), limit=20)
    grid_id = Code(_l("Grid"), (), nothing=_l("No grid"))
    from_on = Day(_l("Since"))
    until_on = Day(_l("Until"), needed=False)

    def offer(self, grids: list[Grid]) -> None:
        self.grid_id.codes = {str(grid.id): str(grid.id) for grid in grids}
        self.grid_id.choices = [*self.grid_id.choices, *((str(grid.id), grid.name) for grid in grids)]
        sent = self.grid_id.raw_data[0] if self.grid_id.raw_data else self.grid_id.object_data
        self.grid_id.data = self.grid_id.codes.get(str(sent or ""), "")

    def validate_where(self, field) -> None:
        if field.data and not (self.stairwell or self.building_no):
            raise ValidationError(_("Write a stairwell like 3-2, or a building like 3."))

    @property
    def stairwell(self) -> str | None:
        spot = stairwell_of(self.where.data or "")
        return spot.address if spot else None

    @property
    def building_no(self) -> int | None:
        text = (self.where.data or "").removesuffix("幢").removesuffix("栋").removesuffix("号楼")
        found = building_numbers(text) if not self.stairwell else None
        return found[0] if found and len(found) == 1 else None


class NewLeadForm(_LeadFields, CreatingForm):
    estate_id = Id()


class LeadForm(_LeadFields):
    version = version()

    def __init__(self, lead: Lead, **kwargs):
        where = lead.place.address if lead.place else str(lead.building_no or "")
        known = {
            "role": lead.role, "duty": lead.duty, "person_id": lead.person_id, "name": lead.name,
            "number": lead.number, "where": where, "grid_id": str(lead.grid_id or ""), "from_on": lead.from_on,
            "until_on": lead.until_on,
        }  # fmt: skip
        super().__init__(**known | kwargs)


class _GridFields(Form):
    name = Text(_l("Name of the grid"), limit=60, validators=[InputRequired()])
    buildings = Text(_l("Its buildings"), limit=60, validators=[InputRequired()])

    def validate_buildings(self, field) -> None:
        if not self.numbers:
            raise ValidationError(_("Write the buildings like 1-12 or 1-3,5."))

    @property
    def numbers(self) -> list[int] | None:
        return building_numbers(self.buildings.data or "")


class NewGridForm(_GridFields, CreatingForm):
    estate_id = Id()


class GridForm(_GridFields):
    version = version()

    def __init__(self, grid: Grid, **kwargs):
        super().__init__(**{"name": grid.name, "buildings": pattern.written(grid.buildings)} | kwargs)


class _GuaranteeFields(Form):
    item = Text(_l("What was made"), limit=80, validators=[InputRequired()])
    contractor = Text(_l("Contractor"), limit=80, validators=[InputRequired()])
    number = Text(_l("Number of the contractor"), limit=40)
    last_on = Day(_l("Guaranteed until (the last day)"))
    codes = SelectMultipleField(_l("For which kinds of work order"), validate_choice=False)
    buildings = Text(_l("Which buildings"), limit=60)
    stairwells = Text(_l("Stairwells"), limit=200)

    def offer(self, codes: set[str]) -> None:
        self.known_codes = codes

    def validate_codes(self, field) -> None:
        if not field.data or not set(field.data) <= self.known_codes:
            raise ValidationError(_("Choose at least one kind."))

    def validate_buildings(self, field) -> None:
        if building_numbers(field.data or "") is None:
            raise ValidationError(_("Write the buildings like 1-12 or 1-3,5."))

    def validate_stairwells(self, field) -> None:
        if None in self.stairs:
            raise ValidationError(_("Write the stairwells like 3-2, 5-1."))

    @cached_property
    def stairs(self) -> list[str | None]:
        parts = (self.stairwells.data or "").replace(",", ",").replace("、", ",").split(",")
        spots = [stairwell_of(part) for part in parts if part.strip()]
        return list(dict.fromkeys(spot.address if spot else None for spot in spots))


class NewGuaranteeForm(_GuaranteeFields, CreatingForm):
    estate_id = Id()


class GuaranteeForm(_GuaranteeFields):
    version = version()

    def __init__(self, guarantee: Guarantee, **kwargs):
        known = {
            "item": guarantee.item, "contractor": guarantee.contractor, "number": guarantee.number,
            "last_on": guarantee.last_on, "codes": guarantee.codes,
            "buildings": pattern.written(guarantee.buildings), "stairwells": ", ".join(guarantee.stairwells),
        }  # fmt: skip
        super().__init__(**known | kwargs)


class PatternQuery(Form):
    """What somebody asks about: nothing is added by it."""

    buildings = Text(_l("Which buildings"), limit=60, validators=[InputRequired()])
    units = IntegerField(_l("Entrances of each"), validators=[InputRequired(), between(1, pattern.MOST_UNITS)])
    floors = IntegerField(_l("Floors"), validators=[InputRequired(), between(1, pattern.MOST_FLOORS)])
    homes = IntegerField(_l("Homes on a landing"), validators=[InputRequired(), between(1, pattern.MOST_HOMES)])

    def validate_buildings(self, field) -> None:
        if not building_numbers(field.data or ""):
            raise ValidationError(_("Write the buildings like 1-12 or 1-3,5."))

    def validate_homes(self, field) -> None:
        counts = (len(building_numbers(self.buildings.data or "") or ()), self.units.data, self.floors.data, field.data)
        if all(counts) and prod(counts) > MOST_AT_ONCE:
            raise ValidationError(
                _("These are more than %(most)d homes. Set up fewer buildings at once.", most=MOST_AT_ONCE)
            )

    @property
    def pattern(self) -> pattern.Pattern:
        numbers = tuple(building_numbers(self.buildings.data))
        return pattern.Pattern(numbers, self.units.data, self.floors.data, self.homes.data)


class PatternForm(PatternQuery, CreatingForm):
    estate_id = Id()


class MergeForm(CreatingForm):
    keep_id = Id()
    merge_id = Id()
    keep_version = IntegerField(validators=[InputRequired()])
    merge_version = IntegerField(validators=[InputRequired()])


class MergeNumbersForm(CreatingForm):
    keep_id = Id()
    merge_id = Id()


class UndoForm(Form):
    """A button: which merge it undoes stands in the address."""
