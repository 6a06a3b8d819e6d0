"""The shape of what people write about places and those who live there."""

import re
from functools import cached_property

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from wtforms import BooleanField, IntegerField
from wtforms.validators import InputRequired, Optional, ValidationError

from helpdesk.core.decimals import AREA_PLACES, PRICE_PLACES, scaled, unscaled
from helpdesk.core.fields import Code, Day, Id, version
from helpdesk.core.forms import CreatingForm, Form, LongText, Text, between
from helpdesk.estate import typed
from helpdesk.estate.facts import CRIB, Fact
from helpdesk.estate.importing.places import Spot
from helpdesk.estate.models import OccupancyEnd, OccupancyRole, Person, Place, PlaceKind, PreferredChannel, Use

YEARS = between(1900, 2100, _l("Write the year with four digits."))
LEFT = (OccupancyEnd.MOVED, OccupancyEnd.SOLD)


class _PlaceFields(Form):
    address = Text(_l("Address"), limit=60, validators=[InputRequired()])
    home_no = Text(_l("Home number"), limit=4)
    use = Code(_l("Use"), Use, nothing=_l("Not noted"))
    area = Text(_l("Area in m²"), limit=12)
    unit_price = Text(_l("Yuan per m² and month"), limit=12)
    door_note = LongText(_l("Note for whoever comes"), limit=500)
    flood = BooleanField(_l("Flood risk"))
    flood_words = Text(_l("How the water comes"), limit=200)

    def validate_home_no(self, field) -> None:
        if field.data and not re.fullmatch(r"[0-9]{4}", field.data, re.ASCII):
            raise ValidationError(_("A home number has four digits."))

    def validate_area(self, field) -> None:
        if field.data and scaled(field.data, AREA_PLACES) is None:
            raise ValidationError(_("Write it like 88.5."))

    def validate_unit_price(self, field) -> None:
        if field.data and scaled(field.data, PRICE_PLACES) is None:
            raise ValidationError(_("Write it like 0.35."))

    def validate_address(self, field) -> None:
        if self.spot is None:
            raise ValidationError(_("This is no address of this kind. Write it like 3-2-501, 3-车12, 店5 or 小区北门."))

    @cached_property
    def spot(self) -> Spot | None:
        kind = self.what_kind()
        return typed.spot_of(kind, self.address.data or "") if kind else None

    @property
    def facts(self) -> dict[Fact, object]:
        return {
            Fact.HOME_NO: self.home_no.data or None, Fact.USE: self.use.chosen,
            Fact.AREA: scaled(self.area.data or "", AREA_PLACES),
            Fact.UNIT_PRICE: scaled(self.unit_price.data or "", PRICE_PLACES),
            Fact.DOOR_NOTE: self.door_note.data,
        }  # fmt: skip

    @property
    def flood_mark(self) -> str | None:
        return self.flood_words.data if self.flood.data else None


class NewPlaceForm(_PlaceFields, CreatingForm):
    estate_id = Id()
    kind = Code(_l("Kind"), PlaceKind)

    def what_kind(self) -> PlaceKind | None:
        return self.kind.chosen


class PlaceForm(_PlaceFields):
    version = version()

    def __init__(self, place: Place, **kwargs):
        self.place = place
        known = {
            "address": place.address, "home_no": place.home_no or "", "use": place.use or "",
            "area": unscaled(place.area, AREA_PLACES), "door_note": place.door_note,
            "unit_price": unscaled(place.unit_price, PRICE_PLACES), "flood": place.flood is not None,
            "flood_words": place.flood.words if place.flood else "",
        }  # fmt: skip
        super().__init__(**known | kwargs)

    def what_kind(self) -> PlaceKind:
        return self.place.kind

    @cached_property
    def spot(self) -> Spot | None:
        """Where it stands already, unless another address was written."""
        if self.address.data == self.place.address:
            p = self.place
            stairs = p.stairwell.address if p.stairwell else None
            return Spot(p.kind, p.address, p.building_no, p.unit_no, p.floor_no, p.room_no, stairs)
        return typed.spot_of(self.place.kind, self.address.data or "")


class CribForm(Form):
    stop_valve = LongText(_l("Stop valve"), limit=1_000)
    breaker = LongText(_l("Breaker"), limit=1_000)
    key_holder = LongText(_l("Key"), limit=1_000)
    utility_numbers = LongText(_l("Utilities"), limit=1_000)
    usual_answers = LongText(_l("Usual answers"), limit=2_000)
    version = version()

    def __init__(self, place: Place, **kwargs):
        super().__init__(**{fact.value: getattr(place.crib, fact.value, "") for fact in CRIB} | kwargs)

    @property
    def facts(self) -> dict[Fact, object]:
        return {fact: self[fact.value].data for fact in CRIB}


class NumberForm(CreatingForm):
    number = Text(_l("Another number"), limit=40, validators=[InputRequired()])


class NoNumberForm(Form):
    phone_id = Id()
    version = version()


class NewPersonForm(CreatingForm):
    name = Text(_l("Name"), limit=80, validators=[InputRequired()])
    role = Code(_l("As what"), OccupancyRole)
    from_on = Day(_l("Since"))
    number = Text(_l("Number"), limit=40)


class PersonForm(Form):
    name = Text(_l("Name"), limit=80, validators=[InputRequired()])
    birth_year = IntegerField(_l("Year of birth"), validators=[Optional(), YEARS])
    hearing = BooleanField(_l("Hears badly"))
    mobility = BooleanField(_l("Walks with difficulty"))
    dialect = BooleanField(_l("Speaks dialect"))
    lives_alone = BooleanField(_l("Lives alone"))
    contact_name = Text(_l("Emergency contact"), limit=80)
    contact_number = Text(_l("Number of the emergency contact"), limit=40)
    channel = Code(_l("How to tell them something"), PreferredChannel, nothing=_l("Not noted"))
    version = version()

    def __init__(self, person: Person, **kwargs):
        contact, number = typed.contact_parts(person.emergency_contact)
        known = {
            "name": person.name, "birth_year": person.birth_year, "hearing": person.hearing,
            "mobility": person.mobility, "dialect": person.dialect, "lives_alone": person.lives_alone,
            "contact_name": contact, "contact_number": number, "channel": person.note and person.note.channel or "",
        }  # fmt: skip
        super().__init__(**known | kwargs)

    def facts(self, contact: str) -> dict[Fact, object]:
        """`contact` is whom to ring in an emergency, as the one line that is kept."""
        return {
            Fact.NAME: self.name.data, Fact.BIRTH_YEAR: self.birth_year.data, Fact.HEARING: self.hearing.data,
            Fact.MOBILITY: self.mobility.data, Fact.DIALECT: self.dialect.data,
            Fact.LIVES_ALONE: self.lives_alone.data, Fact.EMERGENCY_CONTACT: contact,
        }  # fmt: skip


class HomeForm(CreatingForm):
    address = Text(_l("Another home"), limit=60, validators=[InputRequired()])
    role = Code(_l("As what"), OccupancyRole)
    from_on = Day(_l("Since"))


class OccupancyForm(Form):
    role = Code(_l("As what"), OccupancyRole)
    from_on = Day(_l("Since"))
    until_on = Day(_l("Until"), needed=False)
    reason = Code(_l("Why it ended"), LEFT, nothing=_l("Still there"))
    version = version()

    def __init__(self, held, **kwargs):
        known = {"role": held.role, "from_on": held.from_on, "until_on": held.until_on, "reason": held.end_reason or ""}
        super().__init__(**known | kwargs)


class DeathForm(Form):
    died_on = Day(_l("Died on"))
    version = version()


class AliveForm(Form):
    version = version()
