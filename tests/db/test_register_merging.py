"""Merging: whatever pointed to the one points to the other, in every table there is, and nothing is lost."""

from datetime import date, timedelta

import pytest
from sqlalchemy import func, select, update

from helpdesk.audit.models import Event
from helpdesk.audit.queries import verify_chain
from helpdesk.callbacks.actions import ask_to_ring
from helpdesk.callbacks.models import Callback, Reason
from helpdesk.core.errors import Conflict, NotAllowed, Refused
from helpdesk.core.extensions import db
from helpdesk.core.transactions import writing
from helpdesk.estate.actions import keep_number
from helpdesk.estate.community import Lead, LeadRole
from helpdesk.estate.duplicates import likely_numbers, likely_people
from helpdesk.estate.indexing import index_person
from helpdesk.estate.merging import merge_numbers, merge_people, preview
from helpdesk.estate.models import (
    OccupancyRole,
    Person,
    PersonNote,
    Phone,
    PhoneNote,
    PreferredChannel,
    RegisterMerge,
    SearchKey,
)
from helpdesk.estate.queries import person_it_became, visible_people, visible_phones
from helpdesk.estate.rules import Contradiction
from helpdesk.estate.unmerging import forget_merges, latest_merges, unmerge
from helpdesk.hotline.models import Call
from helpdesk.repairs.models import WorkOrder
from helpdesk.search.queries import exact_phone, find
from tests.conftest import NOON
from tests.households import add_home, add_person, add_phone

TODAY = NOON.date()


@pytest.fixture
def twins(estate, place):
    """One person noted twice: at home, and again by the name only, both with the same number."""
    kept = add_person(estate, "王桂英", place, birth_year=1945, emergency_contact="女儿 120 0000 0009")
    merged = add_person(estate, "王贵英", place, role=OccupancyRole.OWNER, since=date(2010, 1, 1), hearing=True)
    add_phone(estate, "12000000001", people=[kept, merged])
    add_phone(estate, "12000000002", people=[merged])
    return kept, merged


@pytest.fixture
def traces(estate, place, twins, ann, add, work_order, now):
    """A call, an order, a call-back and a duty of the one who is merged."""
    _, merged = twins
    phone = next(phone for phone in merged.phones if phone.digits == "12000000002")
    with writing():
        db.session.execute(update(WorkOrder).values(reporter_id=merged.id, phone_id=phone.id))
    call = add(
        Call, estate_id=estate.id, request_key="k" * 36, caller_number="1", words="灯不亮", person_id=merged.id,
        phone_id=phone.id, happened_at=NOON, logged_at=NOON, saved_at=NOON, logged_by_id=ann.id,
    )  # fmt: skip
    with writing():
        callback = ask_to_ring(
            estate_id=estate.id, reason=Reason.PROMISED, due_at=now + timedelta(hours=1), number=phone.digits,
            person=db.session.get(Person, merged.id), actor=ann, now=now,
        )  # fmt: skip
    lead = add(
        Lead, estate_id=estate.id, role=LeadRole.STAIR_LEAD, person_id=merged.id, place_id=place.stairwell_id,
        from_on=TODAY,
    )  # fmt: skip
    return call.id, callback.id, lead.id


def names(user, words):
    found = [m.person and m.person.name for group in find(user, words, on=TODAY) for m in group.matches]
    db.session.rollback()
    return found


def pointing_to(thing) -> dict[str, int]:
    """In which columns of which tables this record is referred to, by the database's own foreign keys."""
    found = {}
    for table in db.metadata.sorted_tables:
        for column in table.columns:
            if any(key.column is thing.__table__.c.id for key in column.foreign_keys):
                rows = db.session.scalar(select(func.count()).select_from(table).where(column == thing.id))
                found |= {f"{table.name}.{column.name}": rows} if rows else {}
    return found


def test_everything_follows_and_the_merged_one_stays_as_a_pointer(mei, twins, traces, now):
    kept, merged = twins
    before = {moving.table: moving.rows for moving in preview(merged)}

    with writing():
        merge_people(kept, merged, actor=mei, now=now)

    call, callback, lead = traces
    assert before == {"call": 1, "callback": 1, "lead": 1, "occupancy": 1, "phone_person": 2, "work_order": 1}
    assert pointing_to(merged) == {"person_note.person_id": 1} and merged.note.became_id == kept.id
    assert db.session.get(Call, call).person_id == db.session.get(Callback, callback).person_id == kept.id
    assert db.session.get(Lead, lead).person_id == kept.id
    assert sorted(phone.digits for phone in kept.phones) == ["12000000001", "12000000002"]
    assert person_it_became(mei, merged.id) == kept.id and list(db.session.scalars(visible_people(mei))) == [kept]
    event = db.session.scalars(select(Event).order_by(Event.seq.desc())).first()
    assert (event.kind, event.subject_id, event.data) == (
        "person.merged",
        kept.id,
        {"merged_id": merged.id, "moved": 7},
    )
    assert verify_chain() is None


def test_one_home_twice_is_once_and_what_only_one_knew_is_kept(mei, twins, now):
    kept, merged = twins

    with writing():
        merge_people(kept, merged, actor=mei, now=now)

    (home,) = kept.occupancies
    assert (home.from_on, home.role, home.until_on) == (date(2010, 1, 1), OccupancyRole.OWNER, None)
    assert (kept.birth_year, kept.hearing, kept.emergency_contact) == (1945, True, "女儿 120 0000 0009")


def test_both_names_find_the_one_who_is_left_also_after_an_edit(mei, ann, twins, now):
    from helpdesk.estate.facts import Fact
    from helpdesk.estate.people_actions import change_person

    kept, merged = twins
    with writing():
        merge_people(kept, merged, actor=mei, now=now)
        change_person(kept, {Fact.NAME: "王桂英英"}, channel=None, actor=ann, now=now)

    assert names(ann, "王贵英") == ["王桂英英"] == names(ann, "王桂英英")
    assert db.session.scalar(select(func.count()).where(SearchKey.person_id == merged.id)) == 0


def test_a_chain_of_merges_leads_to_the_last(mei, estate, place, twins, now):
    kept, merged = twins
    third = add_person(estate, "王桂英", place)

    with writing():
        merge_people(kept, merged, actor=mei, now=now)
    with writing():
        merge_people(third, kept, actor=mei, now=now)

    assert {person_it_became(mei, one.id) for one in (kept, merged)} == {third.id}


def test_who_was_merged_is_not_merged_again(mei, twins, now):
    kept, merged = twins
    with writing():
        merge_people(kept, merged, actor=mei, now=now)

    with pytest.raises(Conflict), writing():
        merge_people(kept, merged, actor=mei, now=now)


def test_people_of_two_estates_and_the_living_and_the_dead_are_not_merged(mei, estate, new_estate, add, twins, now):
    kept, merged = twins
    stranger = add_person(new_estate("别苑"), "王桂英")
    add(PersonNote, person_id=merged.id, died_on=TODAY)

    for other in (stranger, merged, kept):
        with pytest.raises(Refused), writing():
            merge_people(kept, other, actor=mei, now=now)

    assert person_it_became(mei, merged.id) is None


def test_an_operator_merges_nothing(ann, twins, now):
    with pytest.raises(NotAllowed), writing():
        merge_people(*twins, actor=ann, now=now)


def test_contacts_of_both_are_kept_or_it_is_refused(mei, twins, now):
    kept, merged = twins
    with writing():
        merged.emergency_contact = "x" * 115

    with pytest.raises(Refused), writing():
        merge_people(kept, merged, actor=mei, now=now)

    assert kept.emergency_contact == "女儿 120 0000 0009"


def test_a_number_written_wrongly_becomes_the_right_one_everywhere(mei, ann, estate, place, twins, traces, now):
    right = add_phone(estate, "12000000020", people=[twins[1]], places=[place])
    wrong = db.session.scalars(select(Phone).where(Phone.digits == "12000000002")).one()
    with writing():
        wrong.places.append(place)
    before = {moving.table: moving.rows for moving in preview(wrong)}

    with writing():
        merge_numbers(right, wrong, actor=mei, now=now)

    call, callback, _ = traces
    assert before == {"call": 1, "callback": 1, "phone_person": 1, "phone_place": 1, "work_order": 1}
    assert pointing_to(wrong) == {"phone_note.phone_id": 1}
    assert (
        db.session.get(Callback, callback).number == "12000000020" and db.session.get(Call, call).phone_id == right.id
    )
    assert exact_phone(ann, "12000000002") is None and wrong not in db.session.scalars(visible_phones(ann)).all()
    assert set(names(ann, "12000000002")) == {"王贵英"}
    assert [event.kind for event in db.session.scalars(select(Event))][-1] == "phone.merged"


def test_a_number_that_rings_after_it_was_merged_is_a_number_again(mei, ann, estate, twins, now):
    right = add_phone(estate, "12000000020", people=[twins[0]])
    wrong = db.session.scalars(select(Phone).where(Phone.digits == "12000000002")).one()
    with writing():
        merge_numbers(right, wrong, actor=mei, now=now)

    with writing():
        rang = keep_number("12000000002", estate_id=estate.id, actor=ann, now=now)

    assert (rang.id, rang.people, db.session.get(PhoneNote, wrong.id)) == (wrong.id, [], None)
    assert exact_phone(ann, "12000000002").id == wrong.id and names(ann, "12000000002") == [None]


def test_likely_duplicates_share_a_name_and_a_number_or_a_home(mei, estate, place):
    one = add_person(estate, "李红", place)
    again = add_person(estate, "李红", place, until=TODAY)
    by_phone = add_person(estate, "李红")
    add_phone(estate, "12000000001", people=[one, by_phone])
    add_person(estate, "李红", add_home(estate, 7, 1, "302"))  # another one of this name

    found = [(pair.one.id, pair.other.id) for pair in likely_people(mei)]

    assert found == [(one.id, again.id), (one.id, by_phone.id)]


def test_likely_duplicates_of_numbers_are_those_of_one_person_that_look_alike(mei, estate, place):
    one, other = add_person(estate, "李红", place), add_person(estate, "李明", place)
    first = add_phone(estate, "12000000012", people=[one])
    swapped = add_phone(estate, "12000000021", people=[one])
    add_phone(estate, "12000000019", people=[other])  # a relative's, bought together
    add_phone(estate, "12055555555", people=[one])

    assert [(pair.one.id, pair.other.id) for pair in likely_numbers(mei)] == [(first.id, swapped.id)]


def test_nobody_sees_likely_duplicates_of_another_estate(person, new_estate, estate, place):
    from helpdesk.core.access import Role

    for _ in range(2):
        add_person(estate, "李红", place)

    assert likely_people(person("Sam", Role.MANAGER, at=new_estate("别苑"))) == []


def test_a_file_that_still_has_the_wrong_number_means_the_right_one(mei, estate, place, twins, now):
    from helpdesk.estate.importing import keys, register

    right = add_phone(estate, "12000000020", people=[twins[0]])
    wrong = db.session.scalars(select(Phone).where(Phone.digits == "12000000002")).one()
    with writing():
        merge_numbers(right, wrong, actor=mei, now=now)
        merge_people(twins[0], twins[1], actor=mei, now=now)

    known = register.load(estate.id)
    keys.complete(estate.id)

    assert known.phones["12000000002"] == right.id
    pointers = select(func.count()).where((SearchKey.phone_id == wrong.id) | (SearchKey.person_id == twins[1].id))
    assert db.session.scalar(pointers) == 0


def everything() -> dict[str, list]:
    """Every row that a merge may touch, apart from the counters of changes."""
    db.session.rollback()
    passed_over = ("event", "register_merge", "request", "change", "search_key", "session")
    return {
        table.name: sorted(
            str([value for column, value in zip(table.columns, row, strict=True) if column.name != "version"])
             for row in db.session.execute(table.select())
        )
        for table in db.metadata.sorted_tables
        if table.name not in passed_over
    }  # fmt: skip


def found_by() -> set:
    return {tuple(row) for row in db.session.execute(select(SearchKey.key, SearchKey.person_id, SearchKey.phone_id))}


def undo(actor, now):
    with writing():
        merge = db.session.scalars(select(RegisterMerge).order_by(RegisterMerge.id.desc())).first()
        unmerge(merge, actor=actor, now=now)


def test_a_merge_of_people_can_be_undone_whole(mei, twins, traces, now):
    kept, merged = twins
    with writing():
        db.session.get(Person, merged.id).note = PersonNote(channel=PreferredChannel.CALL)
        for one in twins:
            index_person(one)
    before, keys = everything(), found_by()
    with writing():
        merge_people(kept, merged, actor=mei, now=now)
    assert everything() != before

    undo(mei, now)

    kept_note = f"[{kept.id}, None, None, None]"
    after = everything()
    after["person_note"] = [row for row in after["person_note"] if row != kept_note]  # an empty note says nothing
    assert (after, found_by()) == (before, keys)
    assert db.session.scalar(select(func.count()).select_from(RegisterMerge)) == 0
    event = db.session.scalars(select(Event).order_by(Event.seq.desc())).first()
    assert (event.kind, event.data["merged_id"]) == ("person.unmerged", merged.id)


def test_what_somebody_changed_since_stays_as_they_left_it(mei, twins, now):
    kept, merged = twins
    with writing():
        merge_people(kept, merged, actor=mei, now=now)
    with writing():
        db.session.get(Person, kept.id).emergency_contact = "儿子 120 0000 0008"

    undo(mei, now)

    assert db.session.get(Person, kept.id).emergency_contact == "儿子 120 0000 0008"
    assert db.session.get(Person, kept.id).hearing is False  # that came from the other one


def test_a_merge_of_numbers_can_be_undone(mei, estate, place, now):
    wang = add_person(estate, "王桂英", place)
    kept, merged = (add_phone(estate, f"1200000000{no}", people=[wang], places=[place]) for no in (1, 2))
    before = everything()
    with writing():
        merge_numbers(kept, merged, actor=mei, now=now)

    undo(mei, now)

    assert everything() == before


def test_only_who_may_merge_undoes_it_and_only_in_order(mei, ann, twins, estate, place, now):
    kept, merged = twins
    third = add_person(estate, "王桂英", place)
    with writing():
        merge_people(kept, merged, actor=mei, now=now)
    first = db.session.scalars(select(RegisterMerge.id)).one()
    with writing():
        merge_people(third, kept, actor=mei, now=now)

    with pytest.raises(NotAllowed):
        undo(ann, now)
    with pytest.raises(Conflict), writing():
        unmerge(db.session.get_one(RegisterMerge, first), actor=mei, now=now)
    undo(mei, now)
    undo(mei, now)

    assert {db.session.get(PersonNote, one.id).became_id for one in (kept, merged)} == {None}


def test_after_thirty_days_it_stays_merged(mei, twins, now):
    with writing():
        merge_people(*twins, actor=mei, now=now)

    assert len(latest_merges(mei, now + timedelta(days=29))) == 1
    assert latest_merges(mei, now + timedelta(days=31)) == []
    assert (forget_merges(now + timedelta(days=29)), forget_merges(now + timedelta(days=31))) == (0, 1)


def test_people_born_in_other_years_are_not_proposed_and_doubtful_pairs_come_last(mei, estate, place):
    add_person(estate, "王军", place, birth_year=1950)
    add_person(estate, "王军", place, birth_year=1975)
    li, other_li, zhao, other_zhao = (
        add_person(estate, name, place, birth_year=year) for name in ("李明", "赵敏") for year in (1960, 1961)
    )
    for digits, people in (("12000000010", [li]), ("12000000011", [other_li]), ("12000000012", [zhao, other_zhao])):
        add_phone(estate, digits, people=people)

    found = [(pair.one.name, pair.against) for pair in likely_people(mei)]

    assert found == [("赵敏", ()), ("李明", (Contradiction.NUMBERS,))]
