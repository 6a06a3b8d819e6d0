"""What technicians send. The times and ids in it come from the page, the words from a thumb."""

from datetime import UTC, datetime
from enum import StrEnum
from hashlib import sha256

from flask import request
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from flask_wtf.file import FileField
from wtforms import HiddenField, IntegerField, RadioField
from wtforms.validators import AnyOf, InputRequired, Optional, ValidationError
from wtforms.widgets import HiddenInput

from helpdesk.core import ids
from helpdesk.core.errors import Refused
from helpdesk.core.extensions import db
from helpdesk.core.forms import CreatingForm, LongText, Text, between
from helpdesk.core.words import word
from helpdesk.repairs.models import PhotoStage, Visit
from helpdesk.repairs.states import Setback, Step
from helpdesk.scheduling import photos
from helpdesk.scheduling.rules import NoPhoto
from helpdesk.scheduling.words import reason_in_words

PHOTO_LIMIT = 12 * 1024 * 1024  # bytes
DONE = "done"


class Page(StrEnum):
    """Where the button stood that was pressed: the answer renews that page."""

    DAY = "day"
    JOB = "job"


def moment(typed: str | None) -> datetime | None:
    """The time a phone claims. Without a zone nobody can say which moment it was: None, as for anything else."""
    try:
        claimed = datetime.fromisoformat(typed or "")
        return claimed.astimezone(UTC) if claimed.tzinfo else None
    except (ValueError, OverflowError):
        return None


def of(codes: type[StrEnum]):
    """A filter that turns a typed code into ours; what is not one of ours is left for the validators."""
    return lambda typed: codes(typed) if typed in list(codes) else typed


class VisitId(IntegerField):
    """Put there by our own page. A number of hundreds of digits is refused like any other that no row can have."""

    widget = HiddenInput()

    def process_formdata(self, valuelist):
        super().process_formdata([typed[:11] for typed in valuelist])


class JobForm(CreatingForm):
    """Belongs to one visit; `claimed_at` is filled by the phone when the button is tapped."""

    visit_id = VisitId(validators=[InputRequired(), between(1, ids.LARGEST)])
    claimed_at = HiddenField(filters=[moment])

    @classmethod
    def fresh(cls, visit: Visit, **values):
        """An empty form for this visit, whatever was sent just now."""
        return cls(formdata=None, visit_id=visit.id, **values)


class StepForm(JobForm):
    step = HiddenField(validators=[InputRequired(), AnyOf(list(Step))], filters=[of(Step)])
    page = HiddenField(validators=[AnyOf(list(Page))], default=Page.JOB, filters=[of(Page)])


class _NoPhoto(JobForm):
    """A photo, or why there is none."""

    no_photo = RadioField(_l("Why there is no photo"), validators=[Optional()])
    other_words = Text(_l("The reason in your own words"), limit=200)

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        self.no_photo.choices = [(code, word(code)) for code in NoPhoto]

    def validate_other_words(self, typed) -> None:
        if self.no_photo.data == NoPhoto.OTHER and not typed.data:
            raise ValidationError(_("Say in a few words why there is no photo."))

    @property
    def no_photo_reason(self) -> str:
        reason = NoPhoto(self.no_photo.data) if self.no_photo.data else None
        return reason_in_words(reason, self.other_words.data)


class FinishForm(_NoPhoto):
    work_done = LongText(
        _l("What was done"), limit=2_000, validators=[InputRequired(_l("Say in a few words what was done."))]
    )
    parts_used = Text(_l("Parts used"), limit=500)

    def told(self) -> dict:
        return {
            "work_done": self.work_done.data,
            "parts_used": self.parts_used.data,
            "no_photo_reason": self.no_photo_reason,
        }


class SetbackForm(_NoPhoto):
    reason = RadioField(_l("What is in the way"), validators=[InputRequired(_l("Choose what is in the way."))])
    parts_needed = Text(_l("Which parts"), limit=500)
    note = LongText(_l("What the office should know"), limit=2_000)

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        self.reason.choices = [(code, word(code)) for code in Setback]
        for shared in (self.no_photo, self.other_words):  # the other form of the page has them too
            shared.id = shared.label.field_id = f"setback_{shared.id}"

    def told(self) -> dict:
        reason = Setback(self.reason.data)
        more = {"no_photo_reason": self.no_photo_reason} if reason is Setback.NOBODY_HOME else {}
        more |= {"parts_needed": self.parts_needed.data} if reason is Setback.PARTS else {}
        return {"reason": reason, "note": self.note.data, **more}


def result_form() -> FinishForm | SetbackForm:
    """What was sent as the result: the work is done, or it could not be."""
    return FinishForm() if request.form.get("result") == DONE else SetbackForm()


class WithPhoto:
    """A form with one photo. It is decoded while the form is checked, before any lock is taken."""

    photo = FileField(_l("Photo"))
    picture: photos.Picture | None = None

    def validate(self, **kwargs) -> bool:
        valid = super().validate(**kwargs)
        raw = self.photo.data.read(PHOTO_LIMIT + 1) if self.photo.data else b""
        self.body_hash = sha256(self.body_hash.encode() + raw).hexdigest()
        db.session.rollback()  # decoding takes a while; nobody else has to wait for our connection
        return valid and self._decode(raw)

    def _decode(self, raw: bytes) -> bool:
        try:
            if len(raw) > PHOTO_LIMIT:
                raise Refused(photos.too_large(PHOTO_LIMIT))
            if b"%PDF-" in raw[:1024]:
                raise Refused(_("This is a PDF. Open it and take a photo of it, or of the paper itself."))
            self.picture = photos.decode(raw)
        except Refused as no:
            self.photo.errors = [*self.photo.errors, no.message]
            self.http_status = no.status
        return self.http_status == 200


class PhotoForm(WithPhoto, JobForm):
    """One photo of a visit."""

    stage = RadioField(_l("When it was taken"), validators=[InputRequired()])

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        self.stage.choices = [(code, word(code)) for code in PhotoStage]
