"""Conditions that leave out what is held back: itself, or the person, home, case or application it belongs to."""

from datetime import date

from sqlalchemy import ColumnElement, Select, and_, or_, select

from helpdesk.cases.models import Case
from helpdesk.estate.models import phone_person, phone_place
from helpdesk.hotline.models import Call
from helpdesk.repairs.models import WorkOrder
from helpdesk.retention.models import Held, LegalHold
from helpdesk.waivers.models import WaiverApplication


def _held(what: Held, day: date) -> Select:
    return select(LegalHold.subject_id).where(
        LegalHold.what == what, LegalHold.lifted_at.is_(None), LegalHold.until_on > day
    )


def free(day: date, **columns: ColumnElement) -> ColumnElement[bool]:
    """That none of these columns (`person=…, place=…, case=…, waiver=…`) names something that is held on a day."""
    kinds = {"person": Held.PERSON, "place": Held.PLACE, "case": Held.CASE, "waiver": Held.WAIVER}
    return and_(
        *(or_(column.is_(None), column.not_in(_held(kinds[name], day))) for name, column in columns.items())
    )  # fmt: skip


def number_is_free(day: date, column: ColumnElement) -> ColumnElement[bool]:
    """That a number in the register is not one of a person or a home that is held."""
    of_people = select(phone_person.c.phone_id).where(phone_person.c.person_id.in_(_held(Held.PERSON, day)))
    of_places = select(phone_place.c.phone_id).where(phone_place.c.place_id.in_(_held(Held.PLACE, day)))
    return or_(column.is_(None), and_(column.not_in(of_people), column.not_in(of_places)))


def call_is_free(day: date) -> ColumnElement[bool]:
    held_cases = select(Case.call_id).where(Case.call_id.is_not(None), Case.id.in_(_held(Held.CASE, day)))
    held_waivers = select(WaiverApplication.call_id).where(
        WaiverApplication.call_id.is_not(None), WaiverApplication.id.in_(_held(Held.WAIVER, day))
    )
    mine = free(day, person=Call.person_id, place=Call.place_id)
    mine = and_(mine, number_is_free(day, Call.phone_id))
    return and_(mine, Call.id.not_in(held_cases), Call.id.not_in(held_waivers))


def order_is_free(day: date) -> ColumnElement[bool]:
    held_cases = select(Case.work_order_id).where(Case.work_order_id.is_not(None), Case.id.in_(_held(Held.CASE, day)))
    mine = free(day, person=WorkOrder.reporter_id, place=WorkOrder.place_id)
    mine = and_(mine, number_is_free(day, WorkOrder.phone_id))
    return and_(mine, WorkOrder.id.not_in(held_cases))


def case_is_free(day: date) -> ColumnElement[bool]:
    mine = free(day, person=Case.person_id, place=Case.place_id, case=Case.id)
    return and_(mine, number_is_free(day, Case.phone_id))


def waiver_is_free(day: date) -> ColumnElement[bool]:
    one = WaiverApplication
    payer = free(day, person=one.payer_id)
    return and_(free(day, person=one.beneficiary_id, place=one.place_id, waiver=one.id), payer)
