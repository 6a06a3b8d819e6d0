"""Who decides: never who had a part in it. The act says so, and so does the database when nobody asks the act."""

from datetime import date, timedelta

import pytest
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError

from helpdesk.accounts.models import User
from helpdesk.core import clock
from helpdesk.core.access import Role
from helpdesk.core.errors import Conflict, NotAllowed, Refused
from helpdesk.core.extensions import db
from helpdesk.core.transactions import writing
from helpdesk.estate.people_actions import note_death
from helpdesk.waivers.applying import edit
from helpdesk.waivers.codes import ActKind, Tie
from helpdesk.waivers.decider_actions import call_off_stand_in, name_stand_in, note_tie
from helpdesk.waivers.deciding import approve, ask_papers, ask_review, pass_up, refuse
from helpdesk.waivers.facts import facts_of
from helpdesk.waivers.life_actions import resume, suspend
from helpdesk.waivers.models import WaiverAct, WaiverApplication
from helpdesk.waivers.policy import begin_policy, change_ground, change_limits, draft_policy
from helpdesk.waivers.policy_models import WaiverPolicy
from helpdesk.waivers.queries import lacking
from helpdesk.waivers.rules import Lack, Step, Warning
from helpdesk.waivers.states import WaiverStatus
from tests.waivers import a_home, applied, seen, told, verified

S = WaiverStatus
TODAY = date(2026, 3, 2)


@pytest.fixture
def home(estate, now):
    return a_home(estate)


@pytest.fixture
def waits(home, ann, now):
    return applied(*home, by=ann, now=now)


def again(application) -> WaiverApplication:
    return db.session.get_one(WaiverApplication, application.id, populate_existing=True)


def decide(application, actor, now, act=approve, **more):
    """Decide as somebody who has just read the page; what came of it, as a word."""
    hash_seen = seen(again(application), now)
    with writing():
        return act(again(application), seen=hash_seen, reason="As the policy says", actor=actor, now=now, **more)


def by_hand(application, actor_id, kind="approved", *, as_owner=False, stands_in_for=None, at="2026-03-02 04:00:00"):
    """What somebody with the database in their hands would write."""
    row = {"id": application.id, "actor": actor_id, "kind": kind, "as_owner": as_owner, "whom": stands_in_for, "at": at}
    statement = text(
        "INSERT INTO waiver_act (application_id, kind, at, actor_id, as_owner, stands_in_for_id, to_status, reason,"
        " shown_hash) VALUES (:id, :kind, :at, :actor, :as_owner, :whom, 'approved', 'x', 'y')"
    )
    with writing():
        db.session.execute(statement, row)


def test_a_manager_who_had_no_part_in_it_approves_it(waits, mei, now):
    assert decide(waits, mei, now) is Step.COUNTS

    row, act = again(waits), again(waits).acts[-1]
    assert (row.status, row.approved_on, row.fee_from, row.until_on) == (
        S.APPROVED, TODAY, date(2026, 4, 1), date(2027, 4, 1),
    )  # fmt: skip
    assert (row.property_fee_bp, row.labour_bp, row.yearly_fen) == (5_000, 10_000, 1_966 * 12)
    assert (act.kind, act.asked_fen, act.given_fen, act.actor_id) == (ActKind.APPROVED, 1_966, 1_966, mei.id)


PARTS = ("entered", "requested", "edited", "verified", "self", "related", "payer_related", "refused_it")
TIES = {"self": Tie.SELF, "related": Tie.RELATIVE}


@pytest.fixture(params=["manager", "owner", "stand_in"])
def decider(request, mei, person, estate, now):
    """Somebody who may decide, and in whose place. The owner is an officer too: else they could enter nothing."""
    if request.param == "manager":
        return person("Kim", Role.MANAGER), None
    if request.param == "owner":
        return person("Kim", Role.OWNER, Role.OFFICER), None
    kim = person("Kim", Role.OFFICER)
    with writing():
        name_stand_in(kim, for_user=mei, estate_id=estate.id, from_on=TODAY, until_on=TODAY + timedelta(7),
                      actor=mei, now=now)  # fmt: skip
    return kim, mei.id


def with_part(part, home, who, ann, ling, estate, now):
    """An application in which `who` had this part."""
    place, resident = home
    if part == "payer_related":
        son = a_home(estate, "502", name="王建国")[1]
        application = applied(place, resident, by=ann, now=now, payer=son)
        with writing():
            note_tie(who, son, tie=Tie.RELATIVE, actor=ling, now=now)
        return application
    application = applied(place, resident, by=who if part in ("entered", "requested") else ann, now=now,
                          ground="LONELY_ELDER" if part == "verified" else "LOW_INCOME_EDGE",
                          is_mine=part == "requested")  # fmt: skip
    verified(application, by=who if part == "verified" else ling, now=now)
    if part in TIES:
        with writing():
            note_tie(who, resident, tie=TIES[part], actor=ling, now=now)
    if part == "edited":
        with writing():
            edit(again(application), told(resident, words="Corrected"), actor=who, now=now)
    if part == "refused_it":
        decide(application, who, now, refuse)
        with writing():
            ask_review(again(application), reason="They bring another paper", actor=ling, now=now)
    return application


@pytest.mark.proves("AC-06")
@pytest.mark.parametrize("kind", ["approved", "approved_with_changes", "first_approval", "refused", "resumed"])
@pytest.mark.parametrize("part", PARTS)
def test_nobody_decides_what_they_had_a_part_in_not_even_by_direct_sql(
    part, kind, decider, home, ann, ling, estate, now
):
    who, for_id = decider
    application = with_part(part, home, who, ann, ling, estate, now)
    act = refuse if kind == "refused" else approve

    with pytest.raises(NotAllowed):
        decide(application, who, now, act)
    with pytest.raises(DBAPIError):
        by_hand(application, who.id, kind, stands_in_for=for_id)

    assert again(application).status is S.VERIFIED


@pytest.mark.parametrize("part", PARTS)
def test_somebody_else_decides_it(part, decider, home, ann, ling, person, estate, now):
    """The same three, when it was another who had the part."""
    application = with_part(part, home, person("Max", Role.MANAGER), ann, ling, estate, now)
    who, for_id = decider

    assert decide(application, who, now) is Step.COUNTS
    assert again(application).acts[-1].stands_in_for_id == for_id


@pytest.mark.parametrize("role", [one for one in Role if one not in (Role.MANAGER, Role.OWNER)])
def test_other_roles_decide_nothing(role, waits, person, now):
    kim = person("Kim", role)

    with pytest.raises(NotAllowed):
        decide(waits, kim, now)
    with pytest.raises(DBAPIError):
        by_hand(waits, kim.id)


def test_a_manager_of_another_estate_decides_nothing_here(waits, person, new_estate, now):
    kim = person("Kim", Role.MANAGER, at=new_estate("Elsewhere"))

    with pytest.raises(NotAllowed):
        decide(waits, kim, now)
    with pytest.raises(DBAPIError):
        by_hand(waits, kim.id)


@pytest.fixture
def dear(home, ann, now, estate):
    """One that is worth more than the limit of one person: 112.30 m² at 100 % are 471.72 a year."""
    return applied(*home, by=ann, now=now, ground="MIN_LIVING")


@pytest.mark.proves("AC-06")
def test_above_the_limit_two_people_approve_and_one_is_the_owner(dear, mei, oma, person, now):
    assert decide(dear, mei, now, proved=True) is Step.FIRST_OF_TWO
    assert again(dear).status is S.VERIFIED
    with pytest.raises(NotAllowed):  # not twice the same
        decide(dear, mei, now, proved=True)
    with pytest.raises(DBAPIError):
        by_hand(dear, mei.id)
    with pytest.raises(Refused):  # nor two of the same height
        decide(dear, person("Max", Role.MANAGER), now, proved=True)

    assert decide(dear, oma, now, proved=True) is Step.COUNTS

    assert again(dear).status is S.APPROVED


def made_approved(application, yearly_fen=23_592):
    """What somebody with the database in their hands would write after an approval."""
    statement = text(
        "UPDATE waiver_application SET status = 'approved', approved_on = '2026-03-02', fee_from = '2026-04-01',"
        " until_on = '2027-04-01', property_fee_bp = 10000, labour_bp = 0, materials_bp = 0, call_out_bp = 0,"
        " yearly_fen = :yearly WHERE id = :id"
    )
    with writing():
        db.session.execute(statement, {"id": application.id, "yearly": yearly_fen})


@pytest.mark.proves("AC-06")
def test_the_database_lets_nothing_through_that_one_person_approved_above_the_limit(dear, oma, now):
    with pytest.raises(DBAPIError):
        made_approved(dear, 47_172)
    by_hand(dear, oma.id, as_owner=True)
    with pytest.raises(DBAPIError):
        made_approved(dear, 47_172)


@pytest.mark.proves("AC-06")
def test_nobody_acts_as_the_owner_who_is_not(waits, mei, now):
    with pytest.raises(DBAPIError):
        by_hand(waits, mei.id, as_owner=True)


@pytest.mark.proves("AC-07")
def test_the_second_approval_is_for_the_figures_of_the_first(dear, mei, oma, now):
    decide(dear, mei, now, proved=True, property_fee_bp=9_000)

    with pytest.raises(Refused):
        decide(dear, oma, now, proved=True)

    assert decide(dear, oma, now, proved=True, property_fee_bp=9_000) is Step.COUNTS


def test_above_another_limit_the_password_is_asked_for_again(dear, mei, now):
    with pytest.raises(Refused) as no:
        decide(dear, mei, now)

    assert no.value.field == "password" and len(again(dear).acts) == 1


@pytest.mark.proves("AC-07")
def test_an_edit_voids_what_was_shown_and_what_was_approved(dear, home, mei, oma, ling, now):
    old = seen(again(dear), now)
    decide(dear, mei, now, proved=True)
    with writing():
        edit(again(dear), told(home[1], "MIN_LIVING", words="Moved rooms"), actor=ling, now=now)

    with pytest.raises(Conflict), writing():
        approve(again(dear), seen=old, reason="As shown", proved=True, actor=oma, now=now)
    with pytest.raises(DBAPIError):  # her approval alone is not the second one any more
        by_hand(dear, oma.id, as_owner=True)
        made_approved(dear, 47_172)

    assert again(dear).status is S.VERIFIED


def test_free_form_hardship_needs_the_owner_whatever_the_sum(home, ann, ling, mei, oma, now):
    application = applied(*home, by=ann, now=now, ground="SPECIAL", words="Fire")
    verified(application, by=ling, now=now)

    assert decide(application, mei, now, proved=True, property_fee_bp=100) is Step.FIRST_OF_TWO
    assert decide(application, oma, now, proved=True, property_fee_bp=100) is Step.COUNTS
    assert again(application).acts[-1].kind is ActKind.APPROVED_WITH_CHANGES


def test_changes_keep_both_figures_and_give_no_more_than_the_policy(waits, mei, now):
    with pytest.raises(Refused):
        decide(waits, mei, now, property_fee_bp=5_001)
    with pytest.raises(Refused):
        decide(waits, mei, now, until_on=date(2027, 4, 2))

    decide(waits, mei, now, property_fee_bp=3_000, until_on=date(2026, 10, 1))

    act = again(waits).acts[-1]
    assert (act.asked_bp, act.given_bp, act.asked_fen, act.given_fen) == (5_000, 3_000, 1_966, 1_179)
    assert (act.asked_until, act.given_until) == (date(2027, 4, 1), date(2026, 10, 1))
    assert (again(waits).until_on, again(waits).yearly_fen) == (date(2026, 10, 1), 1_179 * 12)


def test_less_of_the_work_than_the_policy_gives_is_kept_with_both_figures(waits, mei, now):
    with pytest.raises(Refused) as no:
        decide(waits, mei, now, labour_bp=10_001)
    assert no.value.field == "labour"

    decide(waits, mei, now, labour_bp=4_000, call_out_bp=0)

    row, act = again(waits), again(waits).acts[-1]
    assert (row.property_fee_bp, row.labour_bp, row.materials_bp, row.call_out_bp) == (5_000, 4_000, 0, 0)
    assert (act.kind, act.asked_labour_bp, act.given_labour_bp) == (ActKind.APPROVED_WITH_CHANGES, 10_000, 4_000)
    assert (act.asked_call_out_bp, act.given_call_out_bp) == (again(waits).policy.grounds[2].call_out_bp, 0)
    assert act.less_of_work[0] == ("labour", 10_000, 4_000)
    with pytest.raises(DBAPIError), writing():
        db.session.execute(text("UPDATE waiver_act SET given_labour_bp = 10000"))


def test_the_second_approval_is_for_the_same_labour_too(dear, mei, oma, now):
    decide(dear, mei, now, proved=True, labour_bp=5_000)

    with pytest.raises(Refused):
        decide(dear, oma, now, proved=True)

    assert decide(dear, oma, now, proved=True, labour_bp=5_000) is Step.COUNTS


@pytest.mark.proves("AC-07")
def test_two_who_decide_at_once_are_settled_by_the_version(waits, mei, oma, now):
    shown = seen(again(waits), now)
    decide(waits, mei, now)

    with pytest.raises(Conflict), writing():
        refuse(again(waits), seen=shown, reason="No", actor=oma, now=now)


def test_somebody_who_dies_between_verification_and_approval_is_not_granted_one(waits, home, mei, ann, now):
    with writing():
        note_death(db.session.merge(home[1]), died_on=TODAY, actor=mei, now=now)

    with pytest.raises(Conflict):  # it ended with the death
        decide(waits, mei, now)

    assert again(waits).status is S.ENDED


@pytest.mark.parametrize("more", [{"use": "let"}, {"use": "vacant"}])
def test_a_let_or_empty_home_is_left_out(more, estate, ann, mei, now):
    application = applied(*a_home(estate, "601", **more), by=ann, now=now)

    with pytest.raises(Refused):
        decide(application, mei, now)


def test_one_home_per_household(estate, waits, home, ann, mei, now):
    decide(waits, mei, now)
    other = a_home(estate, "602", name="李四")[0]
    second = applied(other, home[1], by=ann, now=now)

    with pytest.raises(Refused):
        decide(second, mei, now)


def test_a_proof_that_has_run_out_is_a_wall_and_one_that_runs_out_ends_it(estate, ann, mei, now):
    expired = applied(*a_home(estate, "401"), by=ann, now=now, proof_valid_until=TODAY - timedelta(1))
    soon = applied(*a_home(estate, "402", name="赵六"), by=ann, now=now, proof_valid_until=date(2026, 6, 15))

    with pytest.raises(Refused):
        decide(expired, mei, now)
    decide(soon, mei, now)

    assert again(soon).until_on == date(2026, 6, 16)


def test_what_would_have_run_out_by_now_is_applied_for_anew(waits, mei, now):
    """Asked for on 2 March 2026, for twelve months from April on."""
    last, over = (clock.start_of_day(day) for day in (date(2027, 3, 31), date(2027, 4, 1)))

    assert facts_of(again(waits), clock.local_date(over)).walls == [Warning.OVER]
    with pytest.raises(Refused):
        decide(waits, mei, over)
    assert decide(waits, mei, last) is Step.COUNTS


def test_a_stand_in_decides_in_somebodys_place_for_their_days_only(waits, ling, mei, person, now):
    kim = person("Kim", Role.OFFICER)
    with pytest.raises(NotAllowed):
        decide(waits, kim, now)
    with writing():
        row = name_stand_in(kim, for_user=mei, estate_id=waits.estate_id, from_on=TODAY, until_on=TODAY + timedelta(7),
                            actor=mei, now=now)  # fmt: skip

    with pytest.raises(NotAllowed):
        decide(waits, kim, now + timedelta(8))
    decide(waits, kim, now)

    assert (again(waits).acts[-1].actor_id, again(waits).acts[-1].stands_in_for_id) == (kim.id, mei.id)
    with writing():
        call_off_stand_in(db.session.merge(row), actor=mei, now=now)


def standing_in(who, whom, application, now, *, days=7):
    with writing():
        return name_stand_in(who, for_user=whom, estate_id=application.estate_id, from_on=TODAY,
                             until_on=TODAY + timedelta(days), actor=whom, now=now)  # fmt: skip


@pytest.mark.proves("AC-06")
@pytest.mark.parametrize("kind", ["approved", "first_approval", "refused"])
@pytest.mark.parametrize("part", PARTS)
def test_a_stand_in_decides_nothing_that_whoever_they_stand_in_for_had_a_part_in(
    part, kind, home, ann, mei, ling, person, estate, now
):
    application, kim = with_part(part, home, mei, ann, ling, estate, now), person("Kim", Role.OFFICER)
    standing_in(kim, mei, application, now)

    with pytest.raises(NotAllowed):
        decide(application, kim, now, refuse if kind == "refused" else approve)
    with pytest.raises(DBAPIError):
        by_hand(application, kim.id, kind, stands_in_for=mei.id)
    with pytest.raises(DBAPIError):  # nor by saying nothing of it
        by_hand(application, kim.id, kind)

    assert again(application).status is S.VERIFIED


def test_whoever_stands_in_for_two_decides_for_the_one_who_had_no_part(home, ann, mei, person, now):
    max_, kim = person("Max", Role.MANAGER), person("Kim", Role.OFFICER)
    application = applied(*home, by=mei, now=now)
    for whom in (mei, max_):
        standing_in(kim, whom, application, now)

    assert decide(application, kim, now) is Step.COUNTS

    assert again(application).acts[-1].stands_in_for_id == max_.id


def test_a_manager_decides_by_their_own_right_what_the_owner_they_stand_in_for_entered(home, mei, oma, ann, now):
    application = applied(*home, by=ann, now=now)
    with writing():
        note_tie(oma, db.session.merge(home[1]), tie=Tie.RELATIVE, actor=mei, now=now)
    standing_in(mei, oma, application, now)

    assert decide(application, mei, now) is Step.COUNTS

    act = again(application).acts[-1]
    assert (act.as_owner, act.stands_in_for_id) == (False, None)


@pytest.mark.proves("AC-06")
def test_one_person_and_their_stand_in_are_not_two_who_approve(dear, oma, mei, person, now):
    kim = person("Kim", Role.OFFICER)
    standing_in(kim, oma, dear, now)
    decide(dear, oma, now, proved=True)

    with pytest.raises(NotAllowed):
        decide(dear, kim, now, proved=True)
    with pytest.raises(DBAPIError):
        by_hand(dear, kim.id, as_owner=True, stands_in_for=oma.id)

    assert decide(dear, mei, now, proved=True) is Step.COUNTS


def test_what_a_stand_in_approved_first_is_not_approved_again_by_whoever_they_stood_in_for(dear, oma, person, now):
    kim = person("Kim", Role.OFFICER)
    standing_in(kim, oma, dear, now)
    decide(dear, kim, now, proved=True)

    with pytest.raises(NotAllowed):
        decide(dear, oma, now, proved=True)
    with pytest.raises(DBAPIError):
        by_hand(dear, oma.id, as_owner=True)


@pytest.mark.proves("AC-06")
@pytest.mark.parametrize(
    ("at", "counts"),
    [
        ("2026-03-01 15:59:59", False),  # one second before their first day began in China
        ("2026-03-01 16:00:00", True),
        ("2026-03-08 15:59:59", True),
        ("2026-03-08 16:00:00", False),
    ],
)
def test_the_database_knows_the_days_of_a_stand_in(at, counts, home, ann, mei, ling, person, now):
    kim, before = person("Kim", Role.OFFICER), now - timedelta(days=3)
    waits = applied(*home, by=ann, now=before)
    verified(waits, by=ling, now=before)
    standing_in(kim, mei, waits, now)

    if counts:
        by_hand(waits, kim.id, stands_in_for=mei.id, at=at)
    else:
        with pytest.raises(DBAPIError):
            by_hand(waits, kim.id, stands_in_for=mei.id, at=at)


def test_the_database_knows_a_stand_in_who_was_called_off_and_one_that_never_was(waits, mei, oma, person, now):
    kim = person("Kim", Role.OFFICER)
    row = standing_in(kim, mei, waits, now)
    with pytest.raises(DBAPIError):
        by_hand(waits, kim.id, stands_in_for=oma.id)
    with writing():
        call_off_stand_in(db.session.merge(row), actor=mei, now=now)

    with pytest.raises(DBAPIError):
        by_hand(waits, kim.id, stands_in_for=mei.id)


def test_nobody_names_a_stand_in_for_others_but_the_owner(ling, mei, oma, person, estate, now):
    tao = person("Tao", Role.TECHNICIAN)
    term = {"estate_id": estate.id, "from_on": TODAY, "until_on": TODAY + timedelta(7), "now": now}
    with pytest.raises(NotAllowed), writing():
        name_stand_in(ling, for_user=oma, actor=mei, **term)
    with pytest.raises(NotAllowed), writing():
        name_stand_in(ling, for_user=mei, actor=ling, **term)
    with pytest.raises(Refused), writing():
        name_stand_in(tao, for_user=mei, actor=mei, **term)


def test_one_look_more_after_a_refusal_by_somebody_else(waits, mei, oma, ling, now):
    decide(waits, mei, now, refuse)
    with writing():
        ask_review(again(waits), reason="They say the certificate is new", actor=ling, now=now)
    with pytest.raises(NotAllowed):
        decide(waits, mei, now)
    decide(waits, oma, now, refuse)

    with pytest.raises(Conflict), writing():
        ask_review(again(waits), reason="Once more", actor=ling, now=now)


def test_papers_are_asked_for_until_a_day_and_it_is_passed_up_with_a_reason(waits, mei, now):
    with pytest.raises(Refused), writing():
        pass_up(again(waits), reason=" ", actor=mei, now=now)
    with writing():
        pass_up(again(waits), reason="They are known to me", actor=mei, now=now)
        ask_papers(again(waits), reason="The certificate", by=TODAY + timedelta(10), actor=mei, now=now)

    row = again(waits)
    assert (row.status, row.papers_by, row.passed_up) == (S.MORE_PAPERS, TODAY + timedelta(10), True)


def test_papers_are_never_waited_for_without_end(waits, mei, now):
    with pytest.raises(Refused) as no, writing():
        ask_papers(again(waits), reason="The certificate", by=None, actor=mei, now=now)

    assert no.value.field == "papers_by" and again(waits).status is S.VERIFIED


def test_a_stand_in_of_the_only_one_who_decides_is_no_second_one(waits, mei, oma, person, now):
    """What she enters is barred for both."""
    here = waits.estate_id
    assert lacking(here) == []
    with writing():
        db.session.get_one(User, oma.id).active = False
    assert lacking(here) == [Lack.SECOND, Lack.OWNER]

    standing_in(person("Kim", Role.OFFICER), mei, waits, now)
    assert lacking(here) == [Lack.SECOND, Lack.OWNER]

    person("Max", Role.MANAGER)
    assert lacking(here) == [Lack.OWNER]


def test_what_was_passed_up_only_the_owner_approves(waits, mei, oma, now):
    with writing():
        pass_up(again(waits), reason="They are known to me", actor=mei, now=now)

    with pytest.raises(Refused):
        decide(waits, mei, now)
    by_hand(waits, mei.id)
    with pytest.raises(DBAPIError):  # her approval alone does not make it one
        made_approved(waits)
    assert again(waits).status is S.VERIFIED


def test_the_owner_or_whoever_stands_in_for_the_owner_approves_what_was_passed_up(waits, mei, oma, person, now):
    kim = person("Kim", Role.OFFICER)
    standing_in(kim, oma, waits, now)
    with writing():
        pass_up(again(waits), reason="They are known to me", actor=mei, now=now)

    assert decide(waits, kim, now) is Step.COUNTS


def test_acts_and_granted_figures_are_never_changed(waits, mei, now):
    decide(waits, mei, now)
    for statement in (
        "UPDATE waiver_act SET reason = 'other'", "DELETE FROM waiver_act",
        "UPDATE waiver_application SET property_fee_bp = 10000", "UPDATE waiver_application SET yearly_fen = 1",
        "UPDATE waiver_application SET fee_from = '2024-01-01'", "UPDATE waiver_application SET entered_by_id = 1"
        if waits.entered_by_id != 1 else "UPDATE waiver_application SET entered_by_id = entered_by_id + 1",
        "DELETE FROM waiver_application",
        "INSERT INTO waiver_application SELECT * FROM waiver_application",
        "UPDATE waiver_ground SET property_fee_bp = 10000", "DELETE FROM waiver_ground",
    ):  # fmt: skip
        with pytest.raises(DBAPIError), writing():
            db.session.execute(text(statement))


def test_two_policies_never_overlap(estate, now):
    first = db.session.query(WaiverPolicy).one()
    row = {"estate": estate.id, "from": "2026-01-01", "until": "2026-02-01"}
    with pytest.raises(DBAPIError), writing():
        db.session.execute(
            text(
                "INSERT INTO waiver_policy (estate_id, number, state, valid_from, valid_until, second_above_fen,"
                " proof_above_fen, one_off_limit_fen, words, version)"
                " VALUES (:estate, 2, 'in_force', :from, :until, 0, 0, 0, '', 0)"
            ),
            row,
        )
    assert (first.number, first.valid_until) == (1, None)


@pytest.mark.parametrize(
    ("name", "raised"), [("second_above_fen", 1), ("one_off_limit_fen", 1), ("second_above_fen", -1), (None, 0)]
)
def test_who_decides_alone_up_to_a_limit_does_not_raise_it_alone(name, raised, estate, mei, oma, now):
    """Nor take the owner out of a ground; the owner may, and lower limits need nobody."""
    begins = {"valid_from": TODAY + timedelta(days=1), "now": now}
    with writing():
        draft = draft_policy(estate.id, actor=mei, now=now)
        if name:
            change_limits(draft, {name: getattr(draft, name) + raised}, actor=mei, now=now)
        else:
            hardship = next(ground for ground in draft.grounds if ground.needs_owner)
            change_ground(hardship, {"needs_owner": False}, actor=mei, now=now)

    if raised >= 0:
        with pytest.raises(Refused), writing():
            begin_policy(db.session.get_one(WaiverPolicy, draft.id), **begins, actor=mei)
    with writing():
        begin_policy(db.session.get_one(WaiverPolicy, draft.id), **begins, actor=mei if raised < 0 else oma)

    assert db.session.get_one(WaiverPolicy, draft.id).state == "in_force"


def test_the_events_say_that_it_happened_and_not_why(waits, mei, now):
    decide(waits, mei, now)

    told_of = db.session.execute(text("SELECT kind, CAST(data AS TEXT) FROM event WHERE kind LIKE 'waiver%'")).all()
    assert [kind for kind, _data in told_of] == ["waiver.submitted", "waiver.decided"]
    assert not any("EDGE" in data or "policy says" in data for _kind, data in told_of)
    assert db.session.query(WaiverAct).count() == 2


def test_no_act_is_dated_before_what_was_done_already(waits, mei, now):
    """Else somebody would decide on a day on which they still stood in for somebody."""
    earlier = f"{now - timedelta(seconds=61):%Y-%m-%d %H:%M:%S}"
    with pytest.raises(DBAPIError):
        by_hand(waits, mei.id, at=earlier)
    with pytest.raises(Conflict):
        decide(waits, mei, now - timedelta(seconds=61))

    by_hand(waits, mei.id, kind="passed_up", at=f"{now - timedelta(seconds=59):%Y-%m-%d %H:%M:%S}")


def test_what_rests_goes_on_only_by_an_act_that_was_judged(waits, mei, ling, now):
    decide(waits, mei, now)
    with writing():
        suspend(again(waits), reason="In hospital", actor=ling, now=now)
    set_approved = text("UPDATE waiver_application SET status = 'approved' WHERE id = :id")

    with pytest.raises(DBAPIError), writing():
        db.session.execute(set_approved, {"id": waits.id})
    with pytest.raises(DBAPIError):
        by_hand(waits, ling.id, "resumed")

    assert again(waits).status is S.SUSPENDED
    by_hand(waits, mei.id, "resumed")
    with writing():
        db.session.execute(set_approved, {"id": waits.id})


@pytest.mark.parametrize("part", ["entered", "requested", "edited", "verified", "related", "payer_related"])
def test_whoever_had_a_part_in_it_does_not_let_it_go_on(part, home, ann, mei, oma, ling, estate, now):
    application = with_part(part, home, mei, ann, ling, estate, now)
    decide(application, oma, now)
    with writing():
        suspend(again(application), reason="In hospital", actor=ling, now=now)

    with pytest.raises(NotAllowed), writing():
        resume(again(application), reason="Home again", actor=mei, now=now)
    with pytest.raises(DBAPIError):
        by_hand(application, mei.id, "resumed")

    with writing():
        resume(again(application), reason="Home again", actor=oma, now=now)
    assert again(application).status is S.APPROVED


def test_a_stand_in_lets_it_go_on_in_somebodys_place(waits, mei, ling, person, now):
    kim = person("Kim", Role.OFFICER)
    standing_in(kim, mei, waits, now)
    decide(waits, mei, now)
    with writing():
        suspend(again(waits), reason="In hospital", actor=ling, now=now)

    with writing():
        resume(again(waits), reason="Home again", actor=kim, now=now)

    assert again(waits).acts[-1].stands_in_for_id == mei.id
