"""What goes on in the small estate of the page tests: orders, calls, cases, faults, and who is told and rung."""

from datetime import timedelta
from io import BytesIO
from types import SimpleNamespace
from uuid import uuid4

from PIL import Image

from helpdesk.callbacks.actions import ask_to_ring, give_up, note_attempt, write_what_came
from helpdesk.callbacks.models import Answer, Reason
from helpdesk.cases.actions import add_note, ask_extension, open_case, reply_to_case, return_case
from helpdesk.cases.models import CaseKind, ReplyWay
from helpdesk.cases.praising import pass_on_praise
from helpdesk.core import clock
from helpdesk.core.access import Role
from helpdesk.core.extensions import db
from helpdesk.core.transactions import writing
from helpdesk.escalation import policy
from helpdesk.escalation.actions import note_ring
from helpdesk.escalation.models import Escalation
from helpdesk.escalation.rules import Level, Promise
from helpdesk.estate.models import Person, Phone, Place
from helpdesk.hotline.actions import Typed, keep_draft, save_call
from helpdesk.hotline.models import Channel, Outcome
from helpdesk.neighbours.actions import note_entry, set_other_home
from helpdesk.neighbours.models import Part
from helpdesk.notify.actions import post
from helpdesk.notify.models import Template
from helpdesk.notify.states import MessageStatus
from helpdesk.notify.states import move as move_message
from helpdesk.outages.actions import Facts, open_outage
from helpdesk.outages.closing import end_outage
from helpdesk.parties.actions import add_party, chase, hand_off, take_back
from helpdesk.parties.models import PartyKind
from helpdesk.repairs.actions import add_remark, cancel_work_order, close_work_order, hold_work_order, open_work_order
from helpdesk.repairs.category_actions import Takes, change_category
from helpdesk.repairs.models import CancelReason, HoldReason, PhotoStage
from helpdesk.repairs.states import Setback, Step
from helpdesk.repairs.visit_actions import schedule_visit
from helpdesk.scheduling import photos
from helpdesk.scheduling.actions import add_photo, fail_visit, finish_visit, take_step
from helpdesk.storm.actions import begin_round, note_sign, postpone_visits
from helpdesk.storm.models import Cause
from helpdesk.storm.queries import AtRisk
from helpdesk.storm.rules import Whom
from helpdesk.technicians.actions import (
    Mastered,
    add_skill,
    call_off_absence,
    end_skill,
    note_absence,
    set_hours,
    set_wish,
)
from helpdesk.technicians.models import AbsenceReason, Block, Skill, Wish
from helpdesk.technicians.models import Level as Mastery
from helpdesk.technicians.rules import Part as PartOfDay
from helpdesk.technicians.rules import away
from helpdesk.telephony.actions import add_line, set_extension, take_report
from helpdesk.telephony.rules import read
from helpdesk.travel.actions import place_buildings
from helpdesk.windows.actions import set_grid, set_reserves
from helpdesk.windows.models import Half
from helpdesk.worker.models import WorkerBeat
from tests.conftest import NOON


def make_orders(world, estate, place, category, folder, now) -> list:
    """One order in every state."""
    desk, tao = world.users[Role.OPERATOR], world.users[Role.TECHNICIAN]
    codes = ("WATER_BURST", "WATER_LEAK", "STAIR_LIGHT", "WATER_LEAK", "WATER_LEAK", "WATER_LEAK", "WATER_LEAK")
    with writing():
        found = [category(code) for code in codes]
        orders = [
            open_work_order(place=place, category=one, urgency=one.urgency, summary="It drips", actor=desk, now=now)
            for one in found
        ]
        visits = [schedule_visit(order, crew=[tao], actor=desk, now=now) for order in orders[:5]]
        take_step(visits[1], Step.ARRIVE, actor=tao, now=now)
        finish_visit(visits[2], work_done="New bulb", parts_used="Bulb", no_photo_reason="Dark", actor=tao, now=now)
        fail_visit(visits[3], reason=Setback.PARTS, note="The part is out of stock", parts_needed="Valve", actor=tao,
            now=now)  # fmt: skip
        finish_visit(visits[4], work_done="Tightened", no_photo_reason="Refused", actor=tao, now=now)
        close_work_order(orders[4], actor=desk, now=now)
        cancel_work_order(orders[5], reason=CancelReason.DUPLICATE, actor=desk, now=now)
        hold_work_order(orders[6], reason=HoldReason.OUTSIDE, actor=desk, now=now)
        add_remark(orders[1], words="They will be at home", actor=desk, now=now)
    with photos.stored(photos.decode(a_photo()), folder) as file, writing():
        add_photo(visits[1], file, stage=PhotoStage.BEFORE, actor=tao, now=now)
    return orders


def make_calls(world, estate, place, household, category, order, now) -> SimpleNamespace:
    """A call of every kind, saved ones and one that is being typed."""
    desk, key = world.users[Role.OPERATOR], str(uuid4())

    def typed(**values):
        return Typed(request_key=str(uuid4()), estate_id=estate.id, caller_number="12000000001", **values)

    with writing():
        leak, wang, phone = category("WATER_LEAK"), *_named(household)
        known = {"place": place, "person": wang, "phone": phone}
        told = [
            typed(words="It drips here", outcome=Outcome.REPAIR, category=leak, **known),
            typed(words="When do they come?", outcome=Outcome.CHASE, about=order, **known),
            typed(words="Thank you", outcome=Outcome.PRAISE, **known),
            typed(words="When is the water off?", outcome=Outcome.ENQUIRY, answer="On Friday", **known),
            typed(words="It is too loud", outcome=Outcome.COMPLAINT, **known),
            typed(words="Is the fee less for us?", outcome=Outcome.WAIVER, **known),
            typed(words="Sales", outcome=Outcome.NUISANCE, **known),
            typed(words="They ring again"),
            typed(
                words="Rang my mobile",
                channel=Channel.MOBILE,
                place_words="behind the gate",
                happened_at=now - timedelta(hours=3),
            ),
        ]
        calls = [save_call(one, call=None, actor=desk, now=now) for one in told]
        draft = Typed(request_key=key, estate_id=estate.id, caller_number="1200000", words="It began", place=place)
        keep_draft(draft, call=None, actor=desk, now=now - timedelta(minutes=30))
    return SimpleNamespace(saved=[call.id for call in calls], draft=key)


def make_cases(world, estate, place, now) -> list[str]:
    """A sheet with a date that is over, answered and undecided ones, an enquiry about a waiver, and praise."""
    desk, mei = world.users[Role.OPERATOR], world.users[Role.MANAGER]
    here = {"estate_id": estate.id, "actor": desk, "now": now}
    sheet = {"kind": CaseKind.CASE_12345, "received_from": "Subdistrict office", "place": place, **here}
    with writing():
        cases = [
            open_case(words="Rats at the gate", external_ref="A1", due_at=now + timedelta(days=3), owner=mei, **sheet),
            open_case(words="Water on the road", external_ref="A2", due_at=now - timedelta(days=1), **sheet),
            open_case(words="They were rude", kind=CaseKind.COMPLAINT, place=place, owner=mei, **here),
            open_case(words="Is there help with fees?", kind=CaseKind.WAIVER_ENQUIRY, **(here | {"actor": mei})),
        ]
        ask_extension(cases[0], until=now + timedelta(days=9), reason="It has to dry", actor=mei, now=now)
        add_note(cases[0], words="They were rung", actor=mei, now=now)
        return_case(cases[1], reason="Not in this estate", actor=desk, now=now)
        reply_to_case(cases[2], words="We are sorry", way=ReplyWay.PHONE, actor=mei, now=now)
        for user in world.users.values():
            pass_on_praise(
                estate_id=estate.id, words="They were kind", user=user, team=None, call_id=None, actor=desk, now=now
            )
    return [case.number for case in cases]


def make_outages(world, estate, place, stairwell, household, category, orders, now) -> list[int]:
    """One that runs, with an order, callers and two homes; one that is over; one that is planned."""
    desk, wang = world.users[Role.OPERATOR], _named(household)[0]
    with writing():
        no_water = category("NO_WATER")
        told = {"category": no_water, "words": "We know", "notice": "To all", "outside_party": "Water works"}
        running = open_outage(
            Facts(**told, places=[stairwell, place], starts_at=now), estate_id=estate.id, orders=orders[:1], actor=desk,
            now=now,
        )  # fmt: skip
        over = open_outage(Facts(**told, buildings=[3], starts_at=now), estate_id=estate.id, actor=desk, now=now)
        planned = Facts(category=no_water, whole_estate=True, starts_at=now + timedelta(days=1))
        coming = open_outage(planned, estate_id=estate.id, actor=desk, now=now)
        for joins in (orders[0], running, over):
            key = str(uuid4())
            typed = Typed(request_key=key, estate_id=estate.id, caller_number="12000000001", words="Here too",
                          place=place, person=wang, joins=joins)  # fmt: skip
            save_call(typed, call=None, actor=desk, now=now)
        end_outage(over, words="It runs again", actor=desk, now=now)
        garage = db.session.get(Place, household.places[0])
        set_other_home(orders[0], place=garage, part=Part.SOURCE, number="12000000001", actor=desk, now=now)
        note_entry(orders[0], place=place, entered_at=now, witnesses="The stair lead", why="Water", actor=desk, now=now)
    return [running.id, over.id, coming.id]


def make_storm(world, orders, household, place, now) -> dict:
    """A postponement, and a round of one who is to be rung and one who is gone to."""
    desk = world.users[Role.OPERATOR]
    with writing():
        people = [AtRisk(db.session.get(Person, one), db.session.merge(place)) for one in household.people[:2]]
        moved = postpone_visits(
            orders[0].visits, cause=Cause.TYPHOON, day=NOON.date(), moved_to=NOON.date() + timedelta(days=1),
            actor=desk, now=now,
        )  # fmt: skip
        ringing = begin_round(
            people, estate_id=place.estate_id, cause=Cause.COLD_WAVE, whom=[Whom.LIVES_ALONE], youngest=60,
            due_at=now + timedelta(hours=4), actor=desk, now=now,
        )  # fmt: skip
        note_sign(ringing.people[0], answer=Answer.NO_ANSWER, seen_tries=0, actor=desk, now=now)
    rows = [{"round_id": ringing.id, "row_id": row.id} for row in ringing.people]
    return {"postponement_id": [moved.id], "round_id": [ringing.id], "rounds": rows}


def make_telephone(world, estate, household, now) -> int:
    """A telephone system that reports; one of its calls was not answered, one rings."""
    admin, desk = world.users[Role.ADMIN], world.users[Role.OPERATOR]
    with writing():
        line = add_line(estate_id=estate.id, name="Yard telephone", token="t" * 43, actor=admin, now=now)
        set_extension(line, number="8001", user=desk, actor=admin, now=now)
        for call, kinds in (("a", ("newCall", "hangup")), ("b", ("newCall", "answer")), ("c", ("newCall",))):
            for kind in kinds:
                sent = {"event": kind, "callId": call, "from": "12000000001", "user": "8001"}
                take_report(line, read(sent), now=now)
        take_report(line, None, now=now)
    return line.id


def hand_off_orders(world, estate, orders, now) -> dict:
    """An order that the water works have after the contractor gave it back, and one that nobody was asked about."""
    desk, held = world.users[Role.OPERATOR], orders[6]
    entry = {"hours": "By day", "note": "Ask for the shift", "numbers": "052310000096", "actor": desk, "now": now}
    with writing():
        firm = add_party(estate_id=estate.id, kind=PartyKind.CONTRACTOR, name="Builder", **entry)
        water = add_party(estate_id=estate.id, kind=PartyKind.WATER_WORKS, name="Water works", **entry)
        told = {"reference": "W-17", "contact": "Mr Shui", "actor": desk, "now": now}
        first = hand_off(held, party=firm, **told)
        take_back(first, because="Not theirs", actor=desk, now=now)
        second = hand_off(held, party=water, promised_on=clock.local_date(now), **told)
        chase(second, note="They come today", actor=desk, now=now)
        hold_work_order(orders[3], reason=HoldReason.OUTSIDE, actor=desk, now=now)
    return {"party_id": [water.id, firm.id], "hand_off_id": [second.id, first.id]}


def make_callbacks(world, estate, place, household, order, now) -> dict:
    """A call-back of every kind: open, rung in vain, reached, given up; of somebody known and of a bare number."""
    desk, soon = world.users[Role.OPERATOR], now + timedelta(minutes=30)
    with writing():
        wang, _phone = _named(household)
        asked = {"estate_id": estate.id, "due_at": soon, "actor": desk, "now": now, "words": "Say when they come"}
        rung = [
            ask_to_ring(reason=Reason.PROMISED, place=place, person=wang, work_order=order, **asked),
            ask_to_ring(reason=Reason.MISSED, number="12000000077", **asked),
            ask_to_ring(reason=Reason.UNREACHED, place=place, owner=desk, **asked),
            ask_to_ring(reason=Reason.CHECK, person=wang, **asked),
        ]
        note_attempt(rung[0], answer=Answer.NO_ANSWER, note="It rings long", actor=desk, now=now)
        note_attempt(rung[2], answer=Answer.ANSWERED, note="The son", actor=desk, now=now)
        write_what_came(rung[2], words="He is at home on Friday", actor=desk, now=now)
        give_up(rung[3], because="Moved away", actor=desk, now=now)
    return {"callback_id": [callback.id for callback in rung]}


def escalate(world, estate, orders, now) -> SimpleNamespace:
    """A worker that lives, an emergency rung about in vain and then not, and messages that came to nothing."""
    desk, tao = world.users[Role.OPERATOR], world.users[Role.TECHNICIAN]
    with writing():
        policy.install_defaults(estate, valid_from=now.date())
        db.session.add(WorkerBeat(holder="here", beat_at=now))
        db.session.add(Escalation(
            work_order_id=orders[0].id, promise=Promise.ARRIVE, level=Level.WARNED, due_at=now, told_at=now
        ))  # fmt: skip
        rung, seen = {"person_id": tao.id, "actor": desk, "now": now}, 0
        for answer in (Answer.NO_ANSWER, Answer.ANSWERED):
            seen = note_ring(orders[0], answer=answer, seen=seen, **rung).id
        told = {"template": Template.NOBODY_ACKNOWLEDGED, "recipient": tao, "hurries": True, "now": now}
        messages = [post(estate_id=estate.id, order=order.id, **told) for order in orders[:2]]
        move_message(messages[1], MessageStatus.DEAD)
    return SimpleNamespace(rings=[seen, seen - 1], messages=[message.id for message in messages])


def make_blocks(world, estate, now) -> list[int]:
    """Time of the technician for something that is no visit, of which one was called off."""
    tao, hour = world.users[Role.TECHNICIAN], timedelta(hours=1)
    times = {"starts_at": now + hour, "ends_at": now + 2 * hour, "version": 0}
    with writing():
        blocks = [
            Block(estate_id=estate.id, user_id=tao.id, words="Fetch parts", called_off_at=at, **times)
            for at in (None, now)
        ]
        db.session.add_all(blocks)
        db.session.flush()
    return [block.id for block in blocks]


def make_plans(world, estate, place, category, now) -> dict:
    """A technician with skills, hours, absences and a wish; windows, reserves, rules, positions and kinds changed."""
    mei, tao = world.users[Role.MANAGER], world.users[Role.TECHNICIAN]
    today, said = clock.local_date(now), {"actor": mei, "now": now}
    at = {"estate_id": estate.id, **said}
    with writing():
        licence = Mastered(Skill.ELECTRICIAN, Mastery.LICENSED, "7301", today + timedelta(days=20))
        skills = [add_skill(tao, one, **at) for one in (licence, Mastered(Skill.PLUMBER, Mastery.ALONE))]
        end_skill(skills[1], **said)
        set_hours(tao, [(0, 480, 720), (1, 480, 1050)], valid_from=today, **at)
        spells = [away(PartOfDay.WHOLE, today + timedelta(days=ahead), today + timedelta(days=ahead), None, None)
                  for ahead in (1, 3)]  # fmt: skip
        gone = [note_absence(tao, reason=AbsenceReason.HOLIDAY, spell=spell, **at) for spell in spells]
        call_off_absence(gone[1], **said)
        set_wish(place, user=tao, wish=Wish.PREFERS, **said)
        set_grid(estate, [[(510, 600)]] * 5 + [[], []], valid_from=today + timedelta(days=2), **said)
        set_reserves(estate, {("plumber", Half.MORNING): 30}, valid_from=today, **said)
        place_buildings(estate, {0: (0, 0), 3: (40, 30)}, **said)
        leak = category("WATER_LEAK")
        takes = Takes(45, Skill(leak.skill), Mastery.ALONE, 1)
        change_category(leak, takes, valid_from=today + timedelta(days=1), **said)
    return {
        "technician_id": [tao.id], "skill_id": [skill.id for skill in skills],
        "absence_id": [absence.id for absence in gone], "category_id": [category("WATER_BURST").id],
    }  # fmt: skip


def _named(household) -> tuple:
    return db.session.get(Person, household.people[0]), db.session.get(Phone, household.phones[0])


def a_photo() -> bytes:
    file = BytesIO()
    Image.new("RGB", (40, 30), "red").save(file, "JPEG")
    return file.getvalue()
