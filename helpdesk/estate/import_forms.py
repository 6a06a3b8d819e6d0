"""The shape of what the import pages are sent."""

from pathlib import Path
from uuid import uuid4

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from wtforms import BooleanField, Field, FileField, IntegerField, SelectField
from wtforms.validators import InputRequired, StopValidation
from wtforms.widgets import HiddenInput

from helpdesk.core import disk
from helpdesk.core.forms import CreatingForm, Form, clean
from helpdesk.estate.importing import columns, safety, uploads
from helpdesk.estate.importing.models import RegisterUpload
from helpdesk.estate.importing.troubles import Unreadable
from helpdesk.estate.importing.words import sentence
from helpdesk.estate.models import Estate

LONGEST_NAME = 120


class UploadForm(CreatingForm):
    """A spreadsheet. It is stored and weighed while the form is checked, before any lock is taken."""

    estate_id = SelectField(_l("Estate"), coerce=lambda typed: clean(str(typed)), choices=[], validate_choice=False)
    file = FileField(_l("Spreadsheet"))

    def __init__(self, mine: list[Estate], **kwargs):
        super().__init__(**kwargs)
        self.estate_id.choices = [(str(estate.id), estate.name) for estate in mine]
        self.mine = {str(estate.id): estate.id for estate in mine}
        if self.estate_id.data not in self.mine:
            self.estate_id.data = next(iter(self.mine), None)
        self.file_key, self.path = uuid4().hex, None

    @property
    def file_name(self) -> str:
        return clean(Path((self.file.data.filename or "").replace("\\", "/")).name)[-LONGEST_NAME:]

    @property
    def suffix(self) -> str:
        return Path(self.file_name).suffix.lower()

    def validate(self, **kwargs) -> bool:
        valid = super().validate(**kwargs)
        if not getattr(self.file.data, "filename", ""):
            return self._wrong(_("Choose a file first."))
        if self.suffix not in (*safety.SPREADSHEETS, *safety.TEXTS):
            return self._wrong(_("This kind of file cannot be read. Save it as .xlsx, .xls, .ods or .csv."))
        if not valid:
            return False
        if not disk.has_room(uploads.folder()):
            return self._wrong(_("There is no room for files on the server. Tell your administrator."))
        self.path = uploads.folder() / f"{self.file_key}{self.suffix}"
        uploads.keep(self.path, self.file.data)
        try:
            safety.check(self.path)
        except Unreadable as wrong:
            self.path.unlink()
            return self._wrong(sentence(wrong))
        return True

    def _wrong(self, message: str) -> bool:
        self.file.errors, self.http_status = [message], 422
        return False


def _version() -> IntegerField:
    stale = _l("Reload the page: it does not say which state of the import you saw.")
    return IntegerField(widget=HiddenInput(), validators=[InputRequired(message=stale)])


class SheetForm(Form):
    version = _version()
    sheet = SelectField(_l("Sheet"), coerce=lambda typed: clean(str(typed)), choices=[], validate_choice=False)

    def offer(self, names: list[str], chosen: str) -> None:
        self.sheet.choices = [("", _("The first that holds anything")), *((name, name) for name in names)]
        self.sheet.data = chosen


class ColumnsField(Field):
    """One choice for each column of the sheet, from the left: a field of the register, or nothing."""

    def process_formdata(self, valuelist) -> None:
        known = {field.value: field for field in columns.Field}
        self.data = {at: known[typed] for at, typed in enumerate(valuelist[: safety.MOST_COLUMNS]) if typed in known}

    def _value(self) -> str:
        return ""


class ColumnsForm(Form):
    version = _version()
    header_row = IntegerField(_l("The header is row"))
    column = ColumnsField(_l("Columns"))

    def validate_header_row(self, field: Field) -> None:
        if field.data is None or not 1 <= field.data <= safety.MOST_ROWS:
            field.errors = []
            raise StopValidation(_("Give the number of the row that names the columns."))

    @classmethod
    def of(cls, upload: RegisterUpload) -> "ColumnsForm":
        """The form as it was guessed, or chosen before."""
        form = cls(formdata=None, version=upload.version, header_row=upload.header_row)
        form.column.data = {int(at): columns.Field(known) for at, known in (upload.columns or {}).items()}
        return form


class ApplyForm(Form):
    version = _version()
    skip_errors = BooleanField(_l("Take the good rows only; the others can be corrected and sent afterwards"))


class VersionForm(Form):
    version = _version()
