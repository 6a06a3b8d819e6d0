"""The shape of what is sent about public notices and objections to them."""

from flask_babel import lazy_gettext as _l
from wtforms import DateField
from wtforms.validators import InputRequired

from helpdesk.core.fields import CodeField, MonthField
from helpdesk.core.forms import CreatingForm, Form, IdField, LongText, Text
from helpdesk.core.words import word
from helpdesk.notices.models import NoticeStyle


class PostForm(CreatingForm):
    style = CodeField(_l("What is posted"), NoticeStyle, default=NoticeStyle.COUNTS)
    first_month = MonthField(_l("From month"))
    last_month = MonthField(_l("To month"))
    posted_on = DateField(_l("Hangs from"), validators=[InputRequired()])
    until_on = DateField(_l("Comes down on"), validators=[InputRequired()])

    def __init__(self, **kwargs):
        super().__init__(**kwargs)
        self.style.offer({style: word(style) for style in NoticeStyle})


class ObjectionForm(CreatingForm):
    row_id = IdField(_l("About which row"))
    by_name = Text(_l("Who objects"), limit=80)
    words = LongText(_l("What they object to"), limit=2_000)


class AnswerForm(Form):
    answer = LongText(_l("What they were told"), limit=2_000)
