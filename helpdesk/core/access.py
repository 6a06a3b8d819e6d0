"""Who may do what, and where. The one table; `@needs` asks at the door, `require` in the act."""

from collections.abc import Iterable
from enum import StrEnum
from functools import wraps

from flask_login import current_user

from helpdesk.core.errors import NotAllowed
from helpdesk.core.extensions import login


class Role(StrEnum):
    OPERATOR = "operator"
    TECHNICIAN = "technician"
    FINANCE = "finance"
    OFFICER = "officer"
    MANAGER = "manager"
    OWNER = "owner"
    AUDITOR = "auditor"
    ADMIN = "admin"


class Permission(StrEnum):
    WORK_HOTLINE = "work_hotline"  # the console, and every call of the estate
    LOG_CALL = "log_call"  # any staff member's own calls
    SEE_REGISTER = "see_register"  # places, people, their phones and care flags
    SEE_CARE = "see_care"  # who needs care, notes for the door, whom to ring in an emergency
    EDIT_REGISTER = "edit_register"  # correct and add to it; who moved, sold or died
    MERGE_REGISTER = "merge_register"  # two records into one, and buildings by pattern
    OPEN_WORK_ORDER = "open_work_order"
    SEE_WORK_ORDERS = "see_work_orders"  # all of an estate; one's own jobs need only do_visits
    DISPATCH = "dispatch"  # who goes when; hold, reopen, cancel
    CLOSE_WORK_ORDER = "close_work_order"
    PLAN_DUTY = "plan_duty"  # the roster: who is on when
    REOPEN_CALLBACK = "reopen_callback"  # one that somebody gave up
    DO_VISITS = "do_visits"
    SEE_CASES = "see_cases"  # complaints, sheets from 12345 and the community
    WORK_CASES = "work_cases"  # answer for them
    ANSWER_WAIVER_ENQUIRIES = "answer_waiver_enquiries"  # who asks about waivers, and in which words
    OVERSEE_CASES = "oversee_cases"  # that there are such enquiries, without whose and their words
    IMPORT_REGISTER = "import_register"  # spreadsheets into the register
    EXPORT = "export"  # lists out of the house, each one noted
    EXPORT_MONEY = "export_money"  # what is overdue and what was collected, each list noted
    SEE_EXPORTS = "see_exports"  # who took what out, and why
    SET_ESCALATION = "set_escalation"  # how soon somebody must acknowledge, and who is rung
    SEE_MONEY = "see_money"  # accounts, charges and arrears
    TAKE_PAYMENT = "take_payment"  # at the desk; reverse one, count a hand-in, close the day
    TAKE_DOOR_MONEY = "take_door_money"  # at the doors of one's own jobs, handed in and counted
    RUN_BILLING = "run_billing"  # the monthly fees, corrections of single lines
    SET_TARIFF = "set_tariff"  # price lists, and how fees are reckoned
    WRITE_OFF = "write_off"  # old debts that nobody will pay
    REVEAL_PAID_UNTIL = "reveal_paid_until"  # of one home at a time, each look noted
    QUOTE = "quote"  # say what work costs, and that the resident agreed
    SET_WORKDAYS = "set_workdays"  # the calendar of the installation
    SET_CATEGORIES = "set_categories"  # how long work takes, and who can do it
    APPLY_FOR_WAIVER = "apply_for_waiver"  # enter an application; of others' nothing is seen
    SEE_WAIVERS = "see_waivers"  # grounds, proofs and all; each look is noted
    WORK_WAIVERS = "work_waivers"  # verify, ask for papers
    DECIDE_WAIVERS = "decide_waivers"
    DECIDE_WAIVERS_ABOVE = "decide_waivers_above"  # as the second of two, above the limit
    SET_WAIVER_POLICY = "set_waiver_policy"
    SEE_WAIVER_SUMS = "see_waiver_sums"  # amounts, and no ground
    HANDLE_PERSON_REQUESTS = "handle_person_requests"  # a copy of one resident's data; ask that it be erased
    CONSENT_TO_ERASURE = "consent_to_erasure"  # as the second of two; hold back what must not be forgotten
    SET_RETENTION = "set_retention"  # how long what is kept, in the whole installation
    ADMINISTER = "administer"  # accounts, roles and settings of an estate


P = Permission
STAFF = {P.LOG_CALL}
DESK = {P.SEE_REGISTER, P.SEE_CARE, P.SEE_WORK_ORDERS}
CASES = {P.SEE_CASES, P.WORK_CASES}
WAIVER_CASES = {*CASES, P.ANSWER_WAIVER_ENQUIRIES}
OVERSIGHT = {P.SEE_CASES, P.OVERSEE_CASES}
WAIVERS = {P.APPLY_FOR_WAIVER, P.SEE_WAIVERS, P.WORK_WAIVERS}
BOOKS = {P.SEE_MONEY, P.TAKE_PAYMENT, P.RUN_BILLING, P.SET_TARIFF, P.REVEAL_PAID_UNTIL, P.EXPORT_MONEY}
GRANTS: dict[Role, frozenset[Permission]] = {
    Role.OPERATOR: frozenset(
        {
            *STAFF,
            *DESK,
            *CASES,
            P.WORK_HOTLINE,
            P.OPEN_WORK_ORDER,
            P.DISPATCH,
            P.CLOSE_WORK_ORDER,
            P.EDIT_REGISTER,
            P.REVEAL_PAID_UNTIL,
            P.QUOTE,
            P.APPLY_FOR_WAIVER,
        }
    ),
    Role.TECHNICIAN: frozenset({*STAFF, P.DO_VISITS, P.QUOTE, P.TAKE_DOOR_MONEY, P.APPLY_FOR_WAIVER}),
    Role.FINANCE: frozenset({*STAFF, *BOOKS, P.SEE_REGISTER, P.SEE_WAIVER_SUMS}),
    Role.OFFICER: frozenset(
        {
            *STAFF,
            *WAIVER_CASES,
            *WAIVERS,
            P.SEE_REGISTER,
            P.SEE_CARE,
            P.EDIT_REGISTER,
            P.REVEAL_PAID_UNTIL,
            P.HANDLE_PERSON_REQUESTS,
        }
    ),
    Role.MANAGER: frozenset(
        {
            *STAFF,
            *DESK,
            *WAIVER_CASES,
            *WAIVERS,
            P.DECIDE_WAIVERS,
            P.SET_WAIVER_POLICY,
            P.SEE_WAIVER_SUMS,
            *BOOKS,
            P.WRITE_OFF,
            P.QUOTE,
            P.WORK_HOTLINE,
            P.OPEN_WORK_ORDER,
            P.DISPATCH,
            P.CLOSE_WORK_ORDER,
            P.REOPEN_CALLBACK,
            P.PLAN_DUTY,
            P.SET_CATEGORIES,
            P.EDIT_REGISTER,
            P.MERGE_REGISTER,
            P.IMPORT_REGISTER,
            P.EXPORT,
            P.SEE_EXPORTS,
            P.SET_WORKDAYS,
            P.SET_ESCALATION,
            P.HANDLE_PERSON_REQUESTS,
            P.CONSENT_TO_ERASURE,
        }
    ),
    Role.OWNER: frozenset(
        {
            *STAFF,
            *OVERSIGHT,
            P.SEE_WORK_ORDERS,
            P.SEE_MONEY,
            P.SEE_WAIVERS,
            P.DECIDE_WAIVERS,
            P.DECIDE_WAIVERS_ABOVE,
            P.SET_WAIVER_POLICY,
            P.SEE_WAIVER_SUMS,
            P.CONSENT_TO_ERASURE,
            P.SET_RETENTION,
        }
    ),
    Role.AUDITOR: frozenset({*OVERSIGHT, P.SEE_WORK_ORDERS, P.SEE_EXPORTS, P.SEE_WAIVER_SUMS, P.SEE_MONEY}),
    Role.ADMIN: frozenset(
        {P.ADMINISTER, P.IMPORT_REGISTER, P.SET_WORKDAYS, P.SET_ESCALATION, P.SET_CATEGORIES, P.SET_RETENTION}
    ),
}


class Guard(StrEnum):
    """What stands at a door that asks for no permission."""

    PUBLIC = "public"
    SIGNED_IN = "signed_in"


def roles_with(*asked: Permission) -> list[Role]:
    """The roles that hold one of these permissions."""
    return [role for role, granted in GRANTS.items() if not granted.isdisjoint(asked)]


def estates(user, permission: Permission) -> frozenset[int]:
    """The ids of the estates where this user holds the permission; none for a disabled account."""
    if not user.is_authenticated or not user.is_active:
        return frozenset()
    return frozenset(held.estate_id for held in user.roles if permission in GRANTS[held.role])


def first_estate(user, permission: Permission) -> int:
    """The first estate where this user holds the permission; NotAllowed if there is none."""
    mine = estates(user, permission)
    if not mine:
        raise NotAllowed()
    return min(mine)


def can(user, permission: Permission, estate_id: int) -> bool:
    return estate_id in estates(user, permission)


def can_anywhere(user, permission: Permission) -> bool:
    return bool(estates(user, permission))


def require(user, permission: Permission, estate_id: int) -> None:
    if not can(user, permission, estate_id):
        raise NotAllowed()


def needs(*asked: Permission | Guard):
    """Let a view be asked only by those who hold one of the permissions somewhere.

    `Guard.SIGNED_IN` lets in anyone with an account, `Guard.PUBLIC` anyone at all.
    """

    def decorator(view):
        @wraps(view)
        def guarded(*args, **kwargs):
            if Guard.PUBLIC in asked:
                return view(*args, **kwargs)
            if not current_user.is_authenticated:
                return login.unauthorized()
            if Guard.SIGNED_IN not in asked and not _holds_one(asked):
                raise NotAllowed()
            return view(*args, **kwargs)

        guarded.permission = "|".join(asked)
        return guarded

    return decorator


def _holds_one(asked: Iterable[Permission]) -> bool:
    return any(estates(current_user, permission) for permission in asked)


def me():
    """The signed-in user, as the record itself rather than Flask-Login's stand-in."""
    return current_user._get_current_object()
