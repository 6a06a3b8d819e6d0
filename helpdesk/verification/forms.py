from flask import request
from flask_babel import lazy_gettext as _l
from wtforms import BooleanField, DateField
from wtforms.validators import InputRequired, Optional

from helpdesk.core.fields import CodeField, version
from helpdesk.core.forms import CreatingForm, Form, LongText, Text, clean
from helpdesk.core.ids import read_id
from helpdesk.core.words import word
from helpdesk.verification.models import Answer, VerificationSheet

LONGEST = 500


class AskForm(CreatingForm):
    """Which homes are ticked comes beside it, as `homes`."""

    asked_by = DateField(_l("Back by"), validators=[InputRequired()])

    @property
    def ids(self) -> list[int]:
        return [found for one in request.form.getlist("homes") if (found := read_id(one))]


class OrderCheckForm(CreatingForm):
    """Has somebody look at a home."""


class HomeCheckForm(Form):
    """What was seen there."""

    version = version()
    answer = CodeField(_l("What did you find?"), Answer)
    words = LongText(_l("What you saw"), limit=LONGEST)

    def __init__(self, **kwargs):
        super().__init__(**kwargs)
        self.answer.offer({answer: word(answer) for answer in Answer})


class TakeInForm(Form):
    """What came back. Each home has fields of its own, named after its row: `answer-12`, `words-12`."""

    version = version()
    letter_no = Text(_l("Number of their letter"), limit=40)
    signed_by_name = Text(_l("Who signed"), limit=40)
    signed_on = DateField(_l("Date of the signature"), validators=[InputRequired()])
    papers_by = DateField(_l("Papers are waited for until"), validators=[Optional()])
    rest_still_so = BooleanField(_l("All that are left empty: still so"))

    def answers(self, sheet: VerificationSheet) -> dict[int, tuple[Answer, str]]:
        """What was typed for each home; one without an answer is missing from it."""
        codes, found = {answer.value: answer for answer in Answer}, {}
        usual = Answer.STILL_SO if self.rest_still_so.data else None
        for row in sheet.rows:
            answer = codes.get(clean(request.form.get(f"answer-{row.id}")), usual)
            if answer:
                found[row.id] = (answer, clean(request.form.get(f"words-{row.id}"))[:LONGEST])
        return found
