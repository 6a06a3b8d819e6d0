"""Who can see what, for everybody to read: kinds of data and how each permission shows them.

Which role holds a permission stands in `core.access.GRANTS` alone; this only says in words what it lets somebody see.
"""

from dataclasses import dataclass

from flask_babel import lazy_gettext as _l

from helpdesk.core.access import GRANTS, Permission, Role

P = Permission
YES, OWN_JOBS, NOTED = _l("yes"), _l("own jobs only"), _l("yes, each look is noted")


@dataclass(frozen=True, slots=True)
class Kind:
    """What is seen, and by which permission how; the first that somebody holds counts."""

    name: object
    more: object
    seen: tuple[tuple[Permission, object], ...]

    def shown_to(self, role: Role):
        """How this role sees it; None if not at all."""
        return next((how for permission, how in self.seen if permission in GRANTS[role]), None)


KINDS = (
    Kind(
        _l("Homes and who lives there"), _l("Names and telephone numbers"),
        ((P.SEE_REGISTER, YES), (P.DO_VISITS, OWN_JOBS)),
    ),
    Kind(
        _l("Who needs care"), _l("Who lives alone or hears badly, the note for the door, whom to ring in an emergency"),
        ((P.SEE_CARE, YES), (P.DO_VISITS, OWN_JOBS)),
    ),
    Kind(
        _l("Calls and call-backs"), _l("Who rang, from where, and what was said"),
        ((P.WORK_HOTLINE, YES), (P.LOG_CALL, _l("own calls only"))),
    ),
    Kind(
        _l("Work orders and photos"), _l("What is broken where, who goes when, pictures before and after"),
        ((P.SEE_WORK_ORDERS, YES), (P.DO_VISITS, OWN_JOBS)),
    ),
    Kind(
        _l("Complaints and sheets"), _l("From residents, 12345 and the community"),
        ((P.WORK_CASES, YES), (P.SEE_CASES, _l("to read"))),
    ),
    Kind(
        _l("Who asks about waivers"), _l("Who, and in which words"),
        (
            (P.ANSWER_WAIVER_ENQUIRIES, YES),
            (P.OVERSEE_CASES, _l("that there are some, without names")),
        ),
    ),
    Kind(
        _l("Why somebody pays less"), _l("The ground of a waiver and the proof"),
        ((P.SEE_WAIVERS, NOTED), (P.APPLY_FOR_WAIVER, _l("only while entering it"))),
    ),
    Kind(
        _l("What waivers cost"), _l("Amounts, without a ground"),
        ((P.SEE_WAIVER_SUMS, YES), (P.SEE_WAIVERS, YES)),
    ),
    Kind(
        _l("Bills and payments"), _l("What a home owes and has paid"),
        ((P.SEE_MONEY, YES), (P.TAKE_DOOR_MONEY, OWN_JOBS)),
    ),
    Kind(
        _l("Until when a home is paid"), _l("Shown on the caller card after pressing a button"),
        ((P.SEE_MONEY, YES), (P.REVEAL_PAID_UNTIL, _l("one home at a time, noted"))),
    ),
    Kind(
        _l("Lists out of the house"), _l("Spreadsheets of residents, calls or work orders"),
        ((P.EXPORT, _l("yes, noted with the reason")), (P.EXPORT_MONEY, _l("only what is owed and paid, noted"))),
    ),
    Kind(
        _l("Everything about one resident"), _l("A copy, when the resident asks for it"),
        ((P.HANDLE_PERSON_REQUESTS, NOTED),),
    ),
    Kind(
        _l("Erasing a resident"), _l("Always two people"),
        ((P.CONSENT_TO_ERASURE, _l("consents, never alone")), (P.HANDLE_PERSON_REQUESTS, _l("asks for it"))),
    ),
    Kind(_l("Who looked and what was taken out"), _l("The two lists of it"), ((P.SEE_EXPORTS, YES),)),
    Kind(_l("Accounts of the staff"), _l("User names, roles, telephone numbers"), ((P.ADMINISTER, YES),)),
)  # fmt: skip
MASKS = (
    _l("Names on a public notice are masked: 刘小霞 becomes 刘*霞."),
    _l("Of a document only its kind, who issued it and its last four characters are kept, and shown as ****1234."),
    _l("Numbers a telephone system reports are kept in its own list masked, as 138****1234."),
    _l("Messages to the staff name an order by its number, never a resident."),
    _l("No identity number is kept at all."),
)
NOTINGS = (
    _l("Opening the page of a waiver, its ground or a sheet for the community"),
    _l("Showing until when a home is paid"),
    _l("Opening, printing or saving everything about one resident"),
    _l("Taking a list out of the house"),
    _l("Trying what one may not do"),
)
