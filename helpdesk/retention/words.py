from flask_babel import lazy_gettext as _l

from helpdesk.core.words import register
from helpdesk.retention.models import DataClass, Held

register({
    DataClass.CALLS: _l("Calls and call-backs"),
    DataClass.DRAFTS: _l("Calls nobody finished"),
    DataClass.ORDERS: _l("Finished work orders"),
    DataClass.VISIT_NOTES: _l("Visit codes and notes at the door"),
    DataClass.PHOTOS: _l("Photos of finished work"),
    DataClass.CASES: _l("Closed cases"),
    DataClass.WAIVERS: _l("Waivers that ended or were refused"),
    DataClass.GONE_PEOPLE: _l("People who left"),
    DataClass.SESSIONS: _l("Who was signed in"),
    DataClass.MESSAGES: _l("Messages to the staff"),
    DataClass.LOOKS: _l("Looks at private matters"),
    DataClass.EXPORTS: _l("What was taken out"),
})  # fmt: skip
register({
    Held.PERSON: _l("A resident"),
    Held.PLACE: _l("A home"),
    Held.CASE: _l("A case"),
    Held.WAIVER: _l("A waiver application"),
})  # fmt: skip
EXPLAINED = {
    DataClass.CALLS: _l("Name, number and words go. What kind of call it was, when, and at which entrance stays."),
    DataClass.DRAFTS: _l("Removed altogether, unless something else rests on the call."),
    DataClass.ORDERS: _l("Who reported it, the number and all words go. The kind of work, times and entrance stay."),
    DataClass.VISIT_NOTES: _l("The visit code and why it failed, of finished work orders."),
    DataClass.PHOTOS: _l("The pictures and their files."),
    DataClass.CASES: _l("Who asked and all words go. Kind, number, times and how satisfied they were stay."),
    DataClass.WAIVERS: _l("The proof, names and reasons go. Home, ground and figures stay: the bills rest on them."),
    DataClass.GONE_PEOPLE: _l(
        "Counted from the day their last home ended, if nothing is open with them. A number replaces the name."
    ),
    DataClass.SESSIONS: _l("Counted from when somebody signed out or was last here."),
    DataClass.MESSAGES: _l("What was sent or came to nothing."),
    DataClass.LOOKS: _l("Who saw something private, and why. At least a year."),
    DataClass.EXPORTS: _l("Who took a list out of the house, and why. At least a year."),
}


def explained(data_class: DataClass) -> str:
    return str(EXPLAINED[data_class])
