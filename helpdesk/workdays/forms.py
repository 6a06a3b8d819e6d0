import json
from datetime import date

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from wtforms import FileField, HiddenField, ValidationError
from wtforms.validators import InputRequired

from helpdesk.core.forms import Form, LongText, Text
from helpdesk.workdays.rules import AnnouncedDay, NotACalendar, read_calendar

LARGEST = 60_000  # characters; a year of holidays is about three thousand
FIRST, LAST = 2000, 2100


class Version(HiddenField):
    """The version that the page showed; 0 if it does not tell."""

    def process_formdata(self, valuelist):
        typed = valuelist[0] if valuelist else ""
        self.data = int(typed) if typed.isascii() and typed.isdigit() and len(typed) < 10 else 0


class AnnouncementForm(Form):
    """A year's plan, pasted or as a file: {"year": 2027, "days": [{"name", "date", "isOffDay"}]}."""

    version = Version(default=0)
    shown = Version(default=0)  # the year that the page showed
    year: int = 0
    document = LongText(_l("The calendar, as text"), limit=LARGEST)
    file = FileField(_l("Or as a file"))

    def validate_document(self, field):
        self.days: list[AnnouncedDay] = []
        typed = self._uploaded() or field.data
        if not typed:
            raise ValidationError(_("Paste the calendar, or choose its file."))
        try:
            document = json.loads(typed)
            self.days = read_calendar(document)
            self.year = document["year"]
        except (ValueError, RecursionError) as unreadable:
            raise ValidationError(_why(unreadable, typed)) from None

    @property
    def seen_version(self) -> int:
        """What was seen of the year that is put in: nothing, if the page showed another one."""
        return self.version.data if self.shown.data == self.year else 0

    def _uploaded(self) -> str:
        """What the file holds; it is shown in the field afterwards, so that it can be mended there."""
        upload = self.file.data
        if not getattr(upload, "filename", ""):
            return ""
        content = upload.stream.read(LARGEST * 4 + 1)
        if len(content) > LARGEST * 4:
            raise ValidationError(_("This file is too large for a calendar of one year."))
        try:
            text = content.decode("utf-8-sig")
        except UnicodeDecodeError:
            raise ValidationError(_("This file is not text in UTF-8.")) from None
        self.document.data = text[:LARGEST].replace("\x00", "")
        return self.document.data


def _why(unreadable: Exception, typed: str) -> str:
    if isinstance(unreadable, NotACalendar):
        return (
            _entry(unreadable.position, typed)
            if unreadable.position
            else _("This is no calendar of one year: it needs “year”, and “days” with at least one entry.")
        )
    if isinstance(unreadable, json.JSONDecodeError):
        return _(
            "This is not JSON: line %(line)d, character %(column)d.", line=unreadable.lineno, column=unreadable.colno
        )
    return _("This is no calendar of one year: it needs “year”, and “days” with at least one entry.")


def _entry(position: int, typed: str) -> str:
    """Which entry it is, by its number and by its beginning: nobody counts to forty."""
    shown = json.dumps(json.loads(typed)["days"][position - 1], ensure_ascii=False)[:80]
    return _(
        "Entry %(position)d cannot be read: %(entry)s. It needs a date of that year, once, and isOffDay true or false.",
        position=position, entry=shown,
    )  # fmt: skip


class DayForm(Form):
    """One day turned round: its button says which, and what it becomes (2027-02-06.1 is worked)."""

    version = Version(default=0)
    turned = Text(limit=12, validators=[InputRequired()])
    name = Text(_l("Because of"), limit=40)
    on: date | None = None

    def validate_turned(self, field):
        typed, _dot, works = (field.data or "").partition(".")
        try:
            on = date.fromisoformat(typed)
        except ValueError:
            raise ValidationError(_("This is no date.")) from None
        if not FIRST <= on.year <= LAST or works not in ("0", "1"):
            raise ValidationError(_("This is no date."))
        self.on, self.works = on, works == "1"
